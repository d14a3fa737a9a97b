"""The multi-level sense amplifier of a design, at transistor level."""
