"""Finished runs of small designs, simulated once per test run; for reading only."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path
from unittest import mock

from sram_spice.design import Design, load_design
from sram_spice.report.run import Run
from sram_spice.runs.characterize.run import characterize_with
from sram_spice.simulation import SimulatorPool
from sram_spice.simulation.progress import Silent
from tests.shared import locked

SHARED = "SRAM_SPICE_TESTS_SHARED"  # variable with the folder that all test processes share
CIRCUITS = Path(__file__).parents[2] / "circuits"
SMALL = {
    "8t_xnor": ("xnor_8t.toml", ("column.rows=8", "monte_carlo.samples=5", "mlsa.levels=4")),
    "6t": (
        "hbnn_6t.toml",
        ("column.rows=4", "monte_carlo.samples=5", "mlsa.levels=3", "monte_carlo.active_step=2"),
    ),
}


def ideal_amplifier(circuit: Path) -> str:
    """The text of a design file without its sense amplifier, which takes most of the time."""
    text = circuit.read_text(encoding="utf-8")
    return re.sub(r"\[sense_amplifier\].*?\n\n", "", text, flags=re.DOTALL)


@dataclass(frozen=True)
class Finished:
    """A finished run: what was asked for, where its files are."""

    design: Design
    folder: Path
    run: Run


def small_design(topology: str, *overrides: str, amplifier: bool = True) -> Design:
    """Reference design with few rows, codes and samples.

    Without its sense amplifier, an ideal one: that takes most of the time.
    """
    file, small = SMALL[topology]
    design = load_design(CIRCUITS / file, [*small, *overrides])
    return design if amplifier else design.replace({"sense_amplifier": None})


def run(design: Design, folder: Path, workers: int = 1) -> Finished:
    """Characterize, without figures and report (tests/report has them)."""
    folder.mkdir(parents=True, exist_ok=True)
    with SimulatorPool(workers) as pool:
        found = characterize_with(pool, design, folder, Silent(), figures=False)
    return Finished(design, folder, found)


@contextmanager
def no_figures() -> Iterator[None]:
    """Leave figures, report and whole accesses out of what a command makes: most of its time.

    Whole accesses are in tests/runs/characterize/test_amplifier_anew.py.
    """
    module = "sram_spice.runs.characterize.run"
    with (
        mock.patch(f"{module}.write_figures"),
        mock.patch(f"{module}.write_report"),
        mock.patch(f"{module}.characterized_access", return_value={}),
    ):
        yield


@cache
def finished(topology: str, *overrides: str, amplifier: bool = True) -> Finished:
    """The finished run of the small design of a topology, by one worker.

    The first test that wants it makes it, in whichever process; the others wait.
    """
    design = small_design(topology, *overrides, amplifier=amplifier)
    home = Path(os.environ[SHARED]) / sha256(design.model_dump_json().encode()).hexdigest()[:16]
    with locked(home / "lock"):
        if not (home / "done").exists():
            run(design, home / "run")
            (home / "done").touch()
    return Finished(design, home / "run", Run.open(home / "run"))
