"""Search for the designs that no other beats, within constraints: `sram-spice optimize`."""
