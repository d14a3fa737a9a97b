"""How a run tells its caller how far it is."""

from __future__ import annotations

from typing import Protocol

from sram_spice.simulation import Status


class Progress(Protocol):
    """What shows the progress of a run (the command line's is a set of bars)."""

    def begin(self, label: str, total: int, done: int = 0) -> None:
        """Start a phase of `total` points, `done` of which are there from an earlier run."""
        ...

    def point(self, status: Status) -> None:
        """Count one finished point of the current phase."""
        ...

    def note(self, text: str) -> None:
        """Say a sentence that the user has to know, such as which files were removed."""
        ...


class Silent:
    """Progress that shows nothing."""

    def begin(self, label: str, total: int, done: int = 0) -> None:
        """Show nothing."""

    def point(self, status: Status) -> None:
        """Show nothing."""

    def note(self, text: str) -> None:
        """Show nothing."""
