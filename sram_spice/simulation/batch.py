"""Plain `ngspice -b` on one deck: a process per deck, as a user would run it."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

from sram_spice.errors import SimulatorError

_VALUE = re.compile(r"^\s*([\w().#@\[\]]+)\s*=\s*([-+]?[\d.]+(?:[eE][-+]?\d+)?)\s*$")


def find_ngspice() -> str:
    """Return the path of the ngspice program.

    Raises
    ------
    SimulatorError
        There is none.
    """
    program = shutil.which("ngspice")
    if program is None:
        raise SimulatorError("ngspice is not installed: sudo apt-get install ngspice")
    return program


def ngspice_environment() -> dict[str, str]:
    """Return the environment in which the program is started."""
    # ngspice 39 crashes where neither HOME nor the list of accounts says where the home is.
    return {"HOME": tempfile.gettempdir(), **os.environ, "OMP_THREAD_LIMIT": "1"}


def run_batch(deck: str, timeout: float = 300.0) -> dict[str, float]:
    """Run a standalone deck and return what it prints.

    Parameters
    ----------
    deck : str
        Deck with its own control section.
    timeout : float
        s.

    Returns
    -------
    dict of str to float
        Printed values by name, for example ``v(bl)``. Exit codes of ngspice lie; a caller has to
        look for the names it needs.

    Raises
    ------
    SimulatorError
        ngspice is missing, hangs, or prints no value at all.
    """
    program = find_ngspice()
    with tempfile.TemporaryDirectory(prefix="sram-spice-") as folder:
        path = Path(folder) / "deck.cir"
        path.write_text(deck, encoding="utf-8")
        try:
            done = subprocess.run(
                [program, "-n", "-b", path.name],  # -n: no .spiceinit, which may hold any command
                cwd=folder,
                env=ngspice_environment(),
                capture_output=True,
                encoding="utf-8",
                errors="replace",
                timeout=timeout,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise SimulatorError(f"ngspice -b gave no answer in {timeout:g} s") from None
    values = {
        match.group(1): float(match.group(2))
        for match in map(_VALUE.match, done.stdout.splitlines())
        if match
    }
    if not values:
        lines = (done.stderr or done.stdout).strip().splitlines()
        raise SimulatorError(f"ngspice -b printed no value: {lines[-1] if lines else 'nothing'}")
    return values
