"""The command line within the test process, and small runs for it."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from sram_spice.cli.main import main
from tests.runs.finished import CIRCUITS, Finished, finished

DESIGN = str(CIRCUITS / "xnor_8t.toml")
PROGRAM = Path(sys.executable).with_name("sram-spice")


@dataclass(frozen=True)
class Outcome:
    """How a command ended."""

    code: int
    out: str
    err: str


Invoke = Callable[..., Outcome]


@pytest.fixture
def invoke(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Invoke:
    """Run a command as `sram-spice` does, but without starting Python anew."""

    def invoke(*arguments: str) -> Outcome:
        monkeypatch.setattr(sys, "argv", ["sram-spice", *arguments])
        capfd.readouterr()
        with pytest.raises(SystemExit) as caught:
            main()
        out, err = capfd.readouterr()
        code = caught.value.code
        return Outcome(code if isinstance(code, int) else 0, out, err)

    return invoke


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working folder."""
    folder = tmp_path / "home"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture(scope="session")
def finished_8t() -> Finished:
    """A finished small run of the 8T column; read only."""
    return finished("8t_xnor")


@pytest.fixture
def run_folder(finished_8t: Finished, tmp_path: Path) -> Path:
    """A finished run that a test may change."""
    return Path(shutil.copytree(finished_8t.folder, tmp_path / "run"))


@pytest.fixture
def finished_of() -> Callable[[str], Finished]:
    """The finished small run of a topology; read only."""
    return finished
