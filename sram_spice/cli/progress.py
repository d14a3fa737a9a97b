"""Progress bars: points done, rate, time left, failures."""

from __future__ import annotations

import time
from types import TracebackType

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeRemainingColumn,
)

from sram_spice.simulation import Status
from sram_spice.wording import count

LINES_EVERY = 10.0  # s; without a terminal a line says now and then how far it is


class Bars:
    """Progress of a run on the terminal (stderr), one bar per phase.

    Without a terminal it prints plain lines instead.

    Attributes
    ----------
    failed : int
        Points without a valid solution, over all phases.
    """

    def __init__(self) -> None:
        self._console = Console(stderr=True)
        self._bars = Progress(
            TextColumn("{task.description:<18}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[rate]:>9}"),
            TimeRemainingColumn(),
            TextColumn("left,"),
            TextColumn("{task.fields[trouble]}"),
            console=self._console,
            disable=not self._console.is_terminal,
        )
        self._task: TaskID | None = None
        self._label, self._total, self._done, self._start = "", 0, 0, 0.0
        self._new, self._failed, self._flipped, self._said = 0, 0, 0, 0.0
        self.failed = 0

    def __enter__(self) -> Bars:
        """Show the bars."""
        self._bars.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Leave the bars as they are."""
        self._bars.stop()

    def begin(self, label: str, total: int, done: int = 0) -> None:
        """Start a phase of `total` points, `done` of which are there from an earlier run."""
        self._label, self._total, self._done, self._new = label, total, done, 0
        self._failed = self._flipped = 0
        self._start = self._said = time.monotonic()
        if done:
            self._console.print(f"{label}: {done} of {count(total, 'point')} there already")
        self._task = self._bars.add_task(
            label, total=total, completed=done, rate="", trouble="0 failed"
        )
        self._line()

    def point(self, status: Status) -> None:
        """Count one finished point of the current phase."""
        assert self._task is not None
        self._done += 1
        self._new += 1
        self._flipped += status is Status.FLIPPED
        self._failed += not status.has_values
        self.failed += not status.has_values
        self._bars.update(self._task, advance=1, rate=self._rate(), trouble=self._trouble())
        now = time.monotonic()
        if self._done == self._total or now - self._said > LINES_EVERY:
            self._said = now
            self._line()

    def note(self, text: str) -> None:
        """Say a sentence above the bars."""
        self._console.print("note: ", style="bold yellow", end="")
        self._console.print(text, markup=False, highlight=False, soft_wrap=True)

    def _rate(self) -> str:
        seconds = max(time.monotonic() - self._start, 1e-3)
        return f"{self._new / seconds:.0f}/s"

    def _trouble(self) -> str:
        flips = f", {self._flipped} flipped" if self._flipped else ""
        return f"{self._failed} failed{flips}"

    def _line(self) -> None:
        if self._console.is_terminal or not self._total:
            return
        rate = f", {self._rate()}, {self._trouble()}" if self._new else ""
        self._console.print(f"{self._label}: {self._done}/{self._total}{rate}")
