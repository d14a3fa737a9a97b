"""The multi-level sense amplifier at a column: its errors, pairs, trimmed taps, codes, energy."""
