"""Ctrl-C and SIGTERM: exit code 130, finished points kept, the same command continues."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from sram_spice.results.checkpoint import Checkpoint
from sram_spice.results.tables import StoredTables
from sram_spice.runs.characterize.levels import sampled_levels
from tests.runs.finished import ideal_amplifier, run, small_design

from .conftest import DESIGN

SMALL = ("column.rows=8", "mlsa.levels=4", "monte_carlo.samples=100")
SECONDS = 60.0


def start(folder: Path) -> subprocess.Popen[str]:
    """The same command every time; figures are left out to save time."""
    options = [word for item in SMALL for word in ("--set", item)]
    design = folder.parent / "design.toml"
    design.write_text(ideal_amplifier(Path(DESIGN)), encoding="utf-8")
    code = (
        "from tests.runs.finished import no_figures\n"
        "from sram_spice.cli.main import main\n"
        "if __name__ == '__main__':\n"
        "    with no_figures():\n"
        "        main()\n"
    )
    command = ["characterize", str(design), "-o", str(folder), "--workers", "1", *options]
    return subprocess.Popen(
        [sys.executable, "-c", code, *command],
        cwd=Path(__file__).parents[2],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def saved(folder: Path) -> int:
    """Number of samples in the checkpoint."""
    homes = list((folder / ".checkpoint").glob("*"))
    assert len(homes) <= 1
    checkpoint = Checkpoint(homes[0]) if homes else None
    levels = sampled_levels(small_design("8t_xnor", *SMALL, amplifier=False))
    return sum(len(checkpoint.samples(level)) for level in levels) if checkpoint else 0


def interrupt(folder: Path, number: signal.Signals, beyond: int) -> tuple[int, str]:
    """Start the command, and end it when it has saved more samples than `beyond`."""
    process = start(folder)
    limit = time.monotonic() + SECONDS
    while saved(folder) <= beyond:
        assert process.poll() is None, process.communicate()[1]
        assert time.monotonic() < limit
        time.sleep(0.03)
    process.send_signal(number)
    _, err = process.communicate(timeout=SECONDS)
    return process.returncode, err


@pytest.mark.slow
def test_interrupted_twice_and_continued(tmp_path):
    folder, total = tmp_path / "out", 9 * 100
    found = 0
    for number in (signal.SIGINT, signal.SIGTERM):
        code, err = interrupt(folder, number, beyond=found)
        assert code == 130
        assert err.splitlines()[-1].startswith("error: interrupted; what was finished is kept")
        assert "Traceback" not in err
        # The first run has nothing to continue, the second says what it continues.
        assert (f"{found} of {total} points there already" in err) == (found > 0)
        kept = saved(folder)
        assert found < kept < total
        assert [path.name for path in folder.iterdir()] == [".checkpoint"]
        found = kept
    process = start(folder)
    _, err = process.communicate(timeout=SECONDS)
    assert process.returncode == 0
    assert f"{found} of {total} points there already" in err
    assert not (folder / ".checkpoint").exists()

    whole = run(small_design("8t_xnor", *SMALL, amplifier=False), tmp_path / "whole")
    names = sorted(path.name for path in folder.glob("*.csv"))
    assert names == sorted(path.name for path in whole.folder.glob("*.csv"))
    assert len(names) == 6  # of an ideal MLSA, which is made of the samples
    for name in names:
        assert (folder / name).read_bytes() == (whole.folder / name).read_bytes(), name
    first, second = StoredTables(folder)["samples"], StoredTables(whole.folder)["samples"]
    assert first.equals(second)
