"""Whole runs: simulate, sense, write; resumable, with progress and a manifest."""
