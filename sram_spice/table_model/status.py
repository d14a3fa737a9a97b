"""How the tables name the status of a column."""

from __future__ import annotations

from sram_spice.simulation import Status

STATUSES = (Status.OK, Status.FLIPPED, Status.NONCONVERGED)
UNASKED = len(STATUSES)  # no status: not solved, since the level is known to lose data
CODE = {status: number for number, status in enumerate(STATUSES)}
