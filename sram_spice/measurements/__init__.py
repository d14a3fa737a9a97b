"""Measurements of the cell, of the column and of the sense amplifier: one small file each."""
