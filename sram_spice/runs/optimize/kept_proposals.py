"""`proposals.json`: the batches that were proposed, so that an interrupted search goes on."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from pydantic import BaseModel, ValidationError

from sram_spice.atomic import write_text
from sram_spice.runs.optimize.variable import Values
from sram_spice.runs.sweep.design_grid import Value

FILE = "proposals.json"


class _Kept(BaseModel):
    identity: str
    batches: list[list[list[tuple[str, Value]]]]


class KeptProposals:
    """Batches in the folder of a search.

    Those of another search (design, ranges, objectives, constraints, seed, versions) are none.

    Parameters
    ----------
    folder : Path
    identity : str
        Hash of all that determines the search but the number of its points.
    """

    def __init__(self, folder: Path, identity: str) -> None:
        self.path, self.identity = folder / FILE, identity
        self.batches: list[list[Values]] = []
        try:
            kept = _Kept.model_validate_json(self.path.read_bytes())
        except (OSError, ValidationError):
            return
        if kept.identity == identity:
            self.batches = [[tuple(values) for values in batch] for batch in kept.batches]

    def batch(self, number: int) -> list[Values] | None:
        """Return a batch; None where it was not proposed yet."""
        return self.batches[number] if number < len(self.batches) else None

    def keep(self, number: int, batch: Sequence[Values]) -> None:
        """Keep a batch, on the disk before any of its points is looked at."""
        self.batches = [*self.batches[:number], list(batch)]
        self.write()

    def write(self) -> None:
        """Write what is known, also where nothing is new: the file belongs to this search."""
        record = {"identity": self.identity, "batches": self.batches}
        write_text(self.path, json.dumps(record) + "\n")
