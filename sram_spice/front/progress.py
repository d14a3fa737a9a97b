"""How far a run is: bars on a terminal, one bar in a notebook, lines or nothing elsewhere."""

from __future__ import annotations

import html
import sys
import time
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
from types import TracebackType
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TaskID, TextColumn, TimeRemainingColumn
from rich.progress import Progress as RichProgress

from sram_spice.errors import RunWarning
from sram_spice.report.notebook import kernel_shell
from sram_spice.simulation import Status
from sram_spice.simulation.progress import Progress, Silent
from sram_spice.wording import count

SHOWN_EVERY = 0.2  # s; a browser need not be told of every point
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
        self._bars = RichProgress(
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


class NotebookBar:
    """Progress of a run in a notebook: one bar, which is gone when the run is finished."""

    def __init__(self) -> None:
        self._label, self._total, self._done, self._failed, self._shown = "", 0, 0, 0, 0.0
        self._handle: Any = _ipython().display(self._html(), display_id=True)

    def begin(self, label: str, total: int, done: int = 0) -> None:
        """Start a phase of `total` points, `done` of which are there from an earlier run."""
        self._label, self._total, self._done = label, total, done
        self._show()

    def point(self, status: Status) -> None:
        """Count one finished point of the current phase."""
        self._done += 1
        self._failed += not status.has_values
        if self._done == self._total or time.monotonic() - self._shown > SHOWN_EVERY:
            self._show()

    def note(self, text: str) -> None:
        """Say a sentence below the bar; it stays."""
        _ipython().display(_html(f"<small>note: {html.escape(text)}</small>"))

    def end(self) -> None:
        """Take the bar away; failed points stay named."""
        has = count(self._failed, "point has", "points have")
        text = f"{has} no valid solution" if self._failed else ""
        self._handle.update(_html(text))

    def _show(self) -> None:
        self._shown = time.monotonic()
        self._handle.update(self._html())

    def _html(self) -> Any:
        failed = f", {self._failed} failed" if self._failed else ""
        text = f"{html.escape(self._label)}: {self._done} of {self._total}{failed}"
        return _html(
            f'<progress value="{self._done}" max="{max(self._total, 1)}"></progress> {text}'
        )


def _ipython() -> Any:
    return import_module("IPython.display")  # untyped, and only there in a notebook


def _html(text: str) -> Any:
    return _ipython().HTML(text)


@contextmanager
def shown(progress: Progress | bool | None = None) -> Iterator[Progress]:
    """Give what shows the progress of a run.

    Parameters
    ----------
    progress : Progress, bool or None
        One of your own; True: bars, or lines where there is no terminal; False: nothing; None: one
        bar in a notebook, bars on a terminal, else nothing.
    """
    if progress is None and kernel_shell() is not None:
        bar = NotebookBar()
        try:
            yield bar
        finally:
            bar.end()
    elif progress is True or (progress is None and sys.stderr.isatty()):
        with Bars() as bars:
            yield bars
    else:
        yield Silent() if progress is None or isinstance(progress, bool) else progress


def say(text: str, progress: Progress | bool | None = None) -> None:
    """Say something in passing where progress would be shown."""
    if progress is None and kernel_shell() is not None:
        _ipython().display(_html(f"<small>{html.escape(text)}</small>"))
    elif progress is True or (progress is None and sys.stderr.isatty()):
        Console(stderr=True, soft_wrap=True).print(text, markup=False, highlight=False)


def warn(texts: Sequence[str]) -> None:
    """Issue each text as a :class:`RunWarning` of the caller's caller."""
    for text in texts:
        warnings.warn(text, RunWarning, stacklevel=3)
