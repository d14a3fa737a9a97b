"""libngspice in this process: decks in, judged solutions out."""

from __future__ import annotations

import ctypes.util
import os
import re
from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np
from PySpice.Spice.NgSpice.Shared import ffi

from sram_spice.simulation.deck_check import forbidden_line
from sram_spice.simulation.doubt import finer, in_doubt, waves_at
from sram_spice.simulation.job import (
    REFUSED,
    DcSweep,
    FloatArray,
    Job,
    Latch,
    OperatingPoint,
    Status,
    Transient,
)
from sram_spice.simulation.shared_library import SharedNgspice
from sram_spice.simulation.start_up import no_start_up_commands

COMMANDS_UNTIL_RELEASE = 10_000
LINE_LENGTH = 1000  # characters; many commands on one line save a tenth of their time
_ABORTED = re.compile(
    r"abort|no convergence|singular matrix|iteration limit|timestep too small|"
    r"gmin stepping failed|source stepping failed",
    re.IGNORECASE,
)
# What it says of a deck that it does not take; of several sentences the first here says most.
_BAD_DECK = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"not available in this binary",
        r"are supported in this binary",
        r"unknown parameter",
        r"unknown|can't find|could not find|circuit not parsed",
        r"\berror\b",
    )
)
# A model refuses its own parameters when it is first evaluated.
_FATAL = re.compile(r"^fatal", re.IGNORECASE)


Outcome: TypeAlias = tuple[Status, FloatArray | None, str]


class DeckError(Exception):
    """ngspice refuses a deck."""


@dataclass
class Simulator:
    """The libngspice of this process.

    A process has one; several decks are simulated one after the other. Not for use from several
    threads.
    """

    _shared: SharedNgspice = field(init=False)
    _loaded: tuple[str, tuple[str, ...]] | None = field(default=None, init=False)
    _commands: int = field(default=0, init=False)
    _of_deck: list[str] = field(default_factory=list, init=False)

    def __post_init__(self) -> None:
        """Load the library and switch its own threads off."""
        if "NGSPICE_LIBRARY_PATH" not in os.environ:
            # The run-time package has libngspice.so.0 only; PySpice asks for libngspice.so.
            found = ctypes.util.find_library("ngspice")
            SharedNgspice.LIBRARY_PATH = found or SharedNgspice.LIBRARY_PATH
        elif os.sep in SharedNgspice.LIBRARY_PATH:
            SharedNgspice.LIBRARY_PATH = os.path.abspath(SharedNgspice.LIBRARY_PATH)
        with no_start_up_commands():
            self._shared = SharedNgspice.new_instance()
        # One thread per process: with its default threads two workers run 10-20 times slower.
        self.command("set num_threads=1")
        # An operating point that Newton does not find must fail, and quickly. By default ngspice
        # then simulates 10 us in time, from zero: it takes seconds, and latches end anywhere.
        self.command("optran 1 1 1 0 0 0")

    @property
    def version(self) -> int:
        """Major version of ngspice."""
        return int(self._shared.ngspice_version or 0)

    @property
    def messages(self) -> list[str]:
        """What ngspice printed since the last analysis began."""
        return list(self._shared._stdout)

    @property
    def said(self) -> list[str]:
        """What ngspice printed when it read the deck that was given last, and since."""
        return [*self._of_deck, *self.messages]

    def command(self, text: str) -> None:
        """Run one ngspice command; its success shows only in what it leaves behind."""
        self._commands += 1
        library = self._shared._ngspice_shared
        if self._commands > COMMANDS_UNTIL_RELEASE:
            library.ngSpice_Command(ffi.NULL)  # ngspice keeps every command until told to forget
            self._commands = 0
        library.ngSpice_Command(text.encode("ascii"))

    def load(self, deck: str, alter: tuple[str, ...] = ()) -> None:
        """Load a deck, unless it is the one that is loaded already with the same altered devices.

        Raises
        ------
        DeckError
            ngspice does not accept the deck.
        """
        if self._loaded == (deck, alter):
            return
        refused = forbidden_line(deck)
        if refused is not None:
            raise DeckError(f"not a line of a circuit: {refused[:80]!r}")
        self.unload()
        self._shared.clear_output()
        lines = [ffi.new("char[]", line.encode("utf8")) for line in deck.splitlines() if line]
        lines.append(ffi.new("char[]", b""))
        failed = self._shared._ngspice_shared.ngSpice_Circ(ffi.new("char*[]", [*lines, ffi.NULL]))
        self._of_deck = self.messages
        self._shared.clear_output()
        found = (m for one in _BAD_DECK for m in self._of_deck if one.search(m))
        complaint = next(found, "").strip()
        if failed or complaint:
            raise DeckError(complaint or "ngspice refuses the deck")
        self._loaded = (deck, alter)

    def unload(self) -> None:
        """Forget the loaded deck (else every load leaks it)."""
        if self._loaded is not None:
            self.command("destroy all")
            self.command("remcirc")
            self._loaded = None

    def alter(self, names: tuple[str, ...], values: FloatArray) -> None:
        """Set device parameters, in full precision, without parsing the deck again."""
        line: list[str] = []
        length = 0
        for name, value in zip(names, values.tolist(), strict=True):
            text = f"alter {name}={value!r}"
            length += len(text) + 1
            if length > LINE_LENGTH:
                self.command(";".join(line))
                line, length = [], len(text) + 1
            line.append(text)
        if line:
            self.command(";".join(line))

    def vector(self, name: str) -> FloatArray | None:
        """Return a copy of a result vector, None when there is none of this name."""
        info = self._shared._ngspice_shared.ngGet_Vec_Info(name.encode("ascii"))
        if info == ffi.NULL or info.v_length < 1 or info.v_realdata == ffi.NULL:
            return None
        data = np.frombuffer(ffi.buffer(info.v_realdata, info.v_length * 8), dtype=np.float64)
        return data.copy()

    def scalar(self, name: str, first: bool = False) -> float:
        """Return the last (or first) value of a result vector, NaN when there is none."""
        info = self._shared._ngspice_shared.ngGet_Vec_Info(name.encode("ascii"))
        if info == ffi.NULL or info.v_length < 1 or info.v_realdata == ffi.NULL:
            return float("nan")
        return float(info.v_realdata[0 if first else info.v_length - 1])

    def simulate(self, job: Job, values: FloatArray) -> Outcome:
        """Simulate one point of a job and judge the solution.

        Parameters
        ----------
        job : Job
        values : ndarray, shape (len(job.alter),)
            Values of the altered parameters, in full precision.

        Returns
        -------
        (Status, ndarray or None, str)
        """
        outcome, doubtful = self._attempt(job, values)
        if outcome[2].startswith(REFUSED):
            return outcome
        if job.ladder and not outcome[0].has_values:
            outcome, doubtful = self._attempt(job, values)  # the deck is loaded anew
        if job.fallback is None or (outcome[0] is Status.OK and not doubtful):
            return outcome
        decided, _ = self._attempt(job.fallback, values)
        if outcome[0] is decided[0] is Status.OK:
            return outcome
        status, found, detail = decided
        return status, found, f"{detail} (decided by {_name(job.fallback)})".strip()

    def _attempt(self, job: Job, values: FloatArray) -> tuple[Outcome, bool]:
        """Simulate one point; tell also whether a latch is in doubt, of an operating point."""
        try:
            self.load(job.deck, job.alter)
        except DeckError as error:
            return (Status.VALUE_MISSING, None, f"{REFUSED}{error}"), False
        self._shared.clear_output()
        self.alter(job.alter, values)
        self.command(_analysis_command(job))
        outcome = self._judge(job)
        doubtful = outcome[0].has_values and self._in_doubt(job)
        self.command("destroy all")
        if not outcome[0].has_values:
            self.unload()  # what a failed analysis leaves behind must not reach the next point
        if doubtful and isinstance(job.analysis, Transient):
            return self._attempt(finer(job, job.analysis), values)
        return outcome, doubtful

    def _judge(self, job: Job) -> Outcome:
        complaint = next((m for m in self.messages if _ABORTED.search(m)), "")
        try:
            outputs = self._outputs(job)
        except KeyError as error:
            fatal = next((m for m in self.messages if _FATAL.search(m)), "")
            if fatal:
                return Status.VALUE_MISSING, None, f"{REFUSED}{fatal.strip()}"
            if complaint:
                return Status.NONCONVERGED, None, complaint.strip()
            return Status.VALUE_MISSING, None, f"no vector {error.args[0]}"
        if "aborted" in " ".join(self.messages).lower():
            return Status.NONCONVERGED, None, complaint.strip()
        if not np.isfinite(outputs).all():
            return Status.VALUE_MISSING, None, "value not finite"
        low, high = job.limits
        if outputs.ndim == 1 and not ((outputs >= low) & (outputs <= high)).all():
            return Status.NONCONVERGED, None, f"value outside {low:g} ... {high:g}"
        return self._judge_latches(job, outputs)

    def _judge_latches(self, job: Job, outputs: FloatArray) -> Outcome:
        lost = 0
        transient = isinstance(job.analysis, Transient)
        for latch in job.latches:
            # A transient that does not begin in the stored states says nothing of keeping them.
            if transient and not self._margin(latch, first=True) >= job.separation:
                return Status.NONCONVERGED, None, f"begins in another state: {latch.node}"
            margin = self._margin(latch)
            if not np.isfinite(margin):
                return Status.VALUE_MISSING, None, f"no state at {latch.node}"
            if abs(margin) < job.separation:
                return Status.NONCONVERGED, None, f"metastable: {latch.node}"
            lost += margin < 0
        if lost:
            return Status.FLIPPED, outputs, f"{lost} of {len(job.latches)} cells"
        return Status.OK, outputs, ""

    def _in_doubt(self, job: Job) -> bool:
        """Tell whether a latch is near to leaving its state, or was so for long."""
        names = tuple(name for latch in job.latches for name in (latch.node, latch.complement))
        if job.doubt == 0 or not names:
            return False
        if isinstance(job.analysis, OperatingPoint):
            nodes = np.array([self.scalar(name) for name in names])
            return bool((abs(nodes[::2] - nodes[1::2]) < job.doubt).any())
        if isinstance(job.analysis, Transient) and job.analysis.sample_at is not None:
            return in_doubt(self._stack(("time", *names)), job, job.analysis.sample_at)
        return False

    def _margin(self, latch: Latch, first: bool = False) -> float:
        difference = self.scalar(latch.node, first) - self.scalar(latch.complement, first)
        return difference if latch.high else -difference

    def _outputs(self, job: Job) -> FloatArray:
        if isinstance(job.analysis, OperatingPoint):
            values = np.array([self.scalar(name) for name in job.outputs])
            for name, value in zip(job.outputs, values, strict=True):
                if np.isnan(value) and self.vector(name) is None:
                    raise KeyError(name)
            return values
        if isinstance(job.analysis, DcSweep):
            return self._curves(job.analysis, job.outputs)
        return self._waveforms(job.analysis, job.outputs)

    def _stack(self, names: tuple[str, ...]) -> FloatArray:
        columns = []
        for name in names:
            vector = self.vector(name)
            if vector is None:
                raise KeyError(name)
            columns.append(vector)
        return np.stack(columns)

    def _curves(self, analysis: DcSweep, names: tuple[str, ...]) -> FloatArray:
        curves = self._stack(("v-sweep", *names))
        if abs(curves[0, -1] - analysis.stop) > analysis.step:
            raise KeyError(f"{names[0]} up to {analysis.stop:g} V")
        return curves

    def _waveforms(self, analysis: Transient, names: tuple[str, ...]) -> FloatArray:
        waveforms = self._stack(("time", *names))
        if waveforms[0, -1] < analysis.stop * (1 - 1e-9):
            raise KeyError(f"{names[0]} up to {analysis.stop:g} s")
        if analysis.sample_at is None:
            return waveforms
        return waves_at(analysis.sample_at, waveforms[0], waveforms[1:])


def _name(job: Job) -> str:
    return type(job.analysis).__name__.lower()


def _analysis_command(job: Job) -> str:
    if isinstance(job.analysis, OperatingPoint):
        return "op"
    if isinstance(job.analysis, DcSweep):
        sweep = job.analysis
        step = sweep.step if sweep.stop >= sweep.start else -sweep.step
        return f"dc {sweep.source} {sweep.start!r} {sweep.stop!r} {step!r}"
    step, stop = job.analysis.max_step, job.analysis.stop
    return f"tran {step!r} {stop!r} 0 {step!r}"
