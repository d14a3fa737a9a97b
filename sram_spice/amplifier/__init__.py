"""The multi-level sense amplifier at a column: its errors, pairs, trimmed taps, codes, energy."""

METHOD = 2  # raise it when the same column and silicon come out differently
