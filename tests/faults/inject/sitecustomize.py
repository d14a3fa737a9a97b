"""A simulator with faults, put in at the boundary to libngspice by the fault suite.

Python imports this module by itself when its folder is on PYTHONPATH; the product knows nothing
of it. `FAULT_TOKENS` is a folder with one file for each fault that may still happen, named
KIND-NUMBER:
whoever removes it, does it.
"""

from __future__ import annotations

import os
import random
import signal
import sys
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

TOKENS = Path(os.environ.get("FAULT_TOKENS", "/nonexistent"))
CHANCE = 0.02  # of a fault at one analysis, as long as there are tokens
CALM = 5  # analyses or decks after a fault without another: a point is hit once at most
HANG_AFTER = 6.0  # s; a minute by default, which would be most of the suite's time


def claimed(of_decks: bool) -> str:
    """Take a token, and return its kind; only one process gets it."""
    for token in TOKENS.glob("*"):
        kind = token.name.partition("-")[0]
        if (kind == "metastable") != of_decks:
            continue
        try:
            token.unlink()
        except FileNotFoundError:
            continue
        return kind
    return ""


class FaultyLibrary:
    """libngspice, but for what goes wrong."""

    def __init__(self, library: Any, shared: Any, ffi: Any) -> None:
        self._library, self._shared, self._ffi = library, shared, ffi
        self._poisoned = False
        self._calm = CALM

    def strike(self, of_decks: bool) -> str:
        """Return the kind of fault that it is time for, or nothing."""
        self._calm -= 1
        if self._calm > 0 or random.random() > (10 * CHANCE if of_decks else CHANCE):
            return ""
        kind = claimed(of_decks)
        self._calm = CALM if kind else 0
        return kind

    def __getattr__(self, name: str) -> Any:
        return getattr(self._library, name)

    def ngSpice_Circ(self, lines: Any) -> int:  # noqa: N802
        if self.strike(of_decks=True):
            ffi, kept, i = self._ffi, [], 0
            while lines[i] != ffi.NULL:
                if not ffi.string(lines[i]).startswith(b".nodeset"):
                    kept.append(lines[i])  # without them ngspice finds the metastable point
                i += 1
            return int(self._library.ngSpice_Circ(ffi.new("char*[]", [*kept, ffi.NULL])))
        return int(self._library.ngSpice_Circ(lines))

    def ngSpice_Command(self, command: Any) -> int:  # noqa: N802
        text = command if isinstance(command, bytes) else b""
        self._poisoned = self._poisoned and not text.startswith(b"destroy")
        analysis = text == b"op" or text.startswith(b"tran")
        kind = self.strike(of_decks=False) if analysis else ""
        if kind == "crash":
            os.kill(os.getpid(), signal.SIGSEGV)
        elif kind == "hang":
            time.sleep(3600)
        elif kind == "nan":
            self._poisoned = True
        elif kind == "error":
            self._shared._stdout.append("Error: doAnalyses: iteration limit reached")
            return 0  # as if all were well, and nothing was simulated
        return int(self._library.ngSpice_Command(command))

    def ngGet_Vec_Info(self, name: Any) -> Any:  # noqa: N802
        info = self._library.ngGet_Vec_Info(name)
        if self._poisoned and info != self._ffi.NULL:
            data = self._ffi.new("double[]", [float("nan")] * info.v_length)
            return SimpleNamespace(v_length=info.v_length, v_realdata=data)
        return info


def spoil_simulator() -> None:
    from PySpice.Spice.NgSpice.Shared import ffi

    from sram_spice.simulation.ngspice import Simulator

    load = Simulator.__post_init__

    def spoiled(self: Any) -> None:
        load(self)
        shared = self._shared
        shared._ngspice_shared = FaultyLibrary(shared._ngspice_shared, shared, ffi)

    Simulator.__post_init__ = spoiled  # type: ignore[method-assign]


def shorten_patience() -> None:
    from sram_spice.column import access, levels
    from sram_spice.simulation import pool

    levels.TIMEOUT_FLOOR = levels.TIMEOUT_PER_ROW = access.TIMEOUT = HANG_AFTER
    pool.GRACE = 1.0


if any("sram_spice.simulation.worker" in word for word in sys.orig_argv):
    spoil_simulator()
elif any("multiprocessing.forkserver" in word for word in sys.orig_argv):
    shorten_patience()
