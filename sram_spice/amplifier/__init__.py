"""The multi-level sense amplifier at a column: its errors, pairs, trimmed taps, codes, energy."""

METHOD = 3  # raise it when the same column and silicon come out differently
