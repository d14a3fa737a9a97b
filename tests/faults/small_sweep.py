"""A small sweep on the real simulator, its files, and what is compared of them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import pandas as pd

from tests.runs.finished import ideal_amplifier

ROOT = Path(__file__).parents[2]
PROGRAM = Path(sys.executable).with_name("sram-spice")
INJECT = Path(__file__).parent / "inject"
NOT_COMPARED = {"manifest.json", "entry.json", "sweep.json", "report.html"}  # times, incidents
TIMEOUT = 600.0  # s
SMALL = (
    "column.rows=4",
    "mlsa.levels=3",
    "monte_carlo.samples=20",
    "access.word_line_pulse=5e-10",
)


@dataclass(frozen=True)
class Outcome:
    """What came of a fault.

    Attributes
    ----------
    fault : str
    tried : int
        Times that it happened.
    lost, doubled : int
        Points that are missing, or there twice.
    identical : bool
        All tables equal those of an undisturbed sweep, byte by byte.
    note : str
    """

    fault: str
    tried: int
    lost: int
    doubled: int
    identical: bool
    note: str = ""


def design_file(folder: Path) -> Path:
    """The 8T design without its sense amplifier, which would take most of the time."""
    path = folder / "design.toml"
    path.write_text(ideal_amplifier(ROOT / "circuits" / "xnor_8t.toml"), encoding="utf-8")
    return path


@dataclass(frozen=True)
class SmallSweep:
    """A sweep of some points.

    Attributes
    ----------
    design : Path
    points : int
    workers : int
    """

    design: Path
    points: int
    workers: int = 2

    def command(self, folder: Path, *more: str) -> list[str]:
        """The command line."""
        sets = [word for item in SMALL for word in ("--set", item)]
        axis = f"conditions.temperature=0:{self.points - 1}:1"
        over = ["--over", axis, "--no-disturb", "--workers", str(self.workers)]
        return [str(PROGRAM), "sweep", str(self.design), "-o", str(folder), *sets, *over, *more]

    def start(
        self, folder: Path, *more: str, environment: dict[str, str] | None = None
    ) -> subprocess.Popen[str]:
        """Start it in a process group of its own."""
        return subprocess.Popen(
            self.command(folder, *more),
            env={**os.environ, "OPENBLAS_NUM_THREADS": "1", **(environment or {})},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def run(
        self, folder: Path, *more: str, environment: dict[str, str] | None = None
    ) -> tuple[int, str]:
        """Run it to its end: exit code and stderr, which must not hold a traceback."""
        return ended(self.start(folder, *more, environment=environment))

    def lost_and_doubled(self, folder: Path) -> tuple[int, int]:
        """Points that are missing from a finished sweep, and those that are there twice."""
        if not (folder / "sweep.csv").exists():
            return self.points, 0
        table = pd.read_csv(folder / "sweep.csv")
        done = table[table["status"] == "done"]
        homes = {path.name for path in (folder / "points").iterdir()}
        there = {Path(name).name for name in done["folder"]} & homes
        rows = len(table) - table["conditions.temperature"].nunique()
        return self.points - len(there), rows + len(homes - there)

    def outcome(
        self, fault: str, tried: int, folder: Path, reference: dict[str, str], note: str = ""
    ) -> Outcome:
        """Judge a finished sweep against an undisturbed one."""
        lost, doubled = self.lost_and_doubled(folder)
        return Outcome(fault, tried, lost, doubled, contents(folder) == reference, note)


def ended(process: subprocess.Popen[str]) -> tuple[int, str]:
    """Wait for a command: exit code and stderr.

    Raises
    ------
    AssertionError
        It hangs, or shows a traceback.
    """
    try:
        _, err = process.communicate(timeout=TIMEOUT)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        raise AssertionError("the sweep hangs") from None
    assert "Traceback" not in err, err
    return process.returncode, err


def contents(folder: Path) -> dict[str, str]:
    """SHA-256 of every file of a sweep whose bytes have to be the same again."""
    return {
        path.relative_to(folder).as_posix(): sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name not in NOT_COMPARED
    }


def one_message(err: str) -> bool:
    """Whether stderr holds exactly one error message."""
    return sum(line.startswith("error: ") for line in err.splitlines()) == 1
