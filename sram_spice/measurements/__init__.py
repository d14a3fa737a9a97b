"""Measurements of the cell, of the column and of the sense amplifier: one small file each."""

METHOD = 3  # raise it when a measurement of the same cell comes out differently
