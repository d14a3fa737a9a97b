"""Where the numbers of a page come from, and how the run went."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sram_spice.mlsa import SensingSummary


@dataclass(frozen=True)
class Provenance:
    """What a run was made with, and its outcome.

    Attributes
    ----------
    versions : mapping of str to str
        Simulator, Python, packages.
    fingerprint : str
        Hash of all that determines the samples.
    seed : int
    wall_time_s : float
        Time the run took, s.
    statuses : mapping of str to mapping of str to int
        Points by phase (`nominal`, `monte_carlo`, `access`) and status (`ok`, `flipped`, ...).
    warnings : sequence of str
        What a reader has to know first, most severe first.
    own_references : SensingSummary
        Averages with the references made for each level's number of active rows.
    global_references : SensingSummary or None
        The same with the global references; None for cells whose rows are always active.
    certificate : mapping or None
        Engine table: what the simulator says of it, as the manifest holds it.
    hashes : mapping of str to str
        SHA-256 of design, deck and cards.
    incidents : sequence of mapping
        Simulator processes that were lost and replaced, as the manifest holds them.
    sense_amplifier : mapping or None
        What the manifest says of the sense amplifier at transistor level.
    process : mapping
        What the manifest says of the process.
    """

    versions: Mapping[str, str]
    fingerprint: str
    seed: int
    wall_time_s: float
    statuses: Mapping[str, Mapping[str, int]]
    warnings: Sequence[str]
    own_references: SensingSummary
    global_references: SensingSummary | None = None
    certificate: Mapping[str, Any] | None = None
    hashes: Mapping[str, str] = field(default_factory=dict)
    incidents: Sequence[Mapping[str, Any]] = ()
    sense_amplifier: Mapping[str, Any] | None = None
    process: Mapping[str, Any] = field(default_factory=dict)

    @property
    def points_not_ok(self) -> int:
        """Number of simulated points that lost data or have no valid solution."""
        return sum(
            number
            for phase in self.statuses.values()
            for status, number in phase.items()
            if status != "ok"
        )

    @property
    def certified(self) -> bool:
        """Whether the simulator agrees with the table engine; always so for engine spice."""
        return self.certificate is None or bool(self.certificate["ok"])
