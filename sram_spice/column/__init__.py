"""Levels and accesses of a column: what is simulated, and what is read from it."""
