"""Finished runs of small designs, simulated once per test process; for reading only."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from unittest import mock

from sram_spice.design import Design, load_design
from sram_spice.report.run import Run
from sram_spice.runs.characterize.run import characterize_with
from sram_spice.simulation import SimulatorPool
from sram_spice.simulation.progress import Silent

CIRCUITS = Path(__file__).parents[2] / "circuits"
SMALL = {
    "8t_xnor": ("xnor_8t.toml", ("column.rows=8", "monte_carlo.samples=5", "mlsa.levels=4")),
    "6t": (
        "hbnn_6t.toml",
        ("column.rows=4", "monte_carlo.samples=5", "mlsa.levels=3", "monte_carlo.active_step=2"),
    ),
}


@dataclass(frozen=True)
class Finished:
    """A finished run: what was asked for, where its files are."""

    design: Design
    folder: Path
    run: Run


def small_design(topology: str, *overrides: str) -> Design:
    """Reference design with few rows, codes and samples."""
    file, small = SMALL[topology]
    return load_design(CIRCUITS / file, [*small, *overrides])


def run(design: Design, folder: Path, workers: int = 1) -> Finished:
    """Characterize, without figures and report (tests/report has them)."""
    folder.mkdir(parents=True, exist_ok=True)
    with SimulatorPool(workers) as pool:
        found = characterize_with(pool, design, folder, Silent(), figures=False)
    return Finished(design, folder, found)


@contextmanager
def no_figures() -> Iterator[None]:
    """Leave figures and report out where a command would make them: half of its time."""
    module = "sram_spice.runs.characterize.run"
    with mock.patch(f"{module}.write_figures"), mock.patch(f"{module}.write_report"):
        yield


@cache
def finished(topology: str) -> Finished:
    """The finished run of the small design of a topology, by one worker."""
    folder = Path(tempfile.mkdtemp(prefix="sram-spice-test-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return run(small_design(topology), folder / "run")
