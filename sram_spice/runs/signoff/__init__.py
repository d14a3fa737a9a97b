"""Sign-off: a design in every condition, against its limits."""
