"""Packages of `examples/`, installed by pip into a folder of their own, and commands with them."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path

import pytest

from sram_spice.cli.main import main
from tests.shared import locked
from tests.third_party import on_the_path

EXAMPLES = Path(__file__).parents[1] / "examples"
PROGRAM = Path(sys.executable).with_name("sram-spice")
COPIED = (".py", ".toml", ".csv")


@dataclass(frozen=True)
class Installed:
    """Where packages are installed; runs commands with them."""

    folder: Path

    def run(self, *words: object, code: int = 0) -> str:
        """Run a command in this process, check its exit code, and return what it said."""
        said = io.StringIO()
        with pytest.MonkeyPatch.context() as patch, redirect_stdout(said), redirect_stderr(said):
            patch.setattr(sys, "argv", ["sram-spice", *map(str, words)])
            patch.setenv("COLUMNS", "300")
            with pytest.raises(SystemExit) as caught:
                main()
        assert (caught.value.code or 0) == code, said.getvalue()[-2000:]
        return said.getvalue()

    def program(self, *words: object) -> str:
        """Run a command as a user does, who has the packages installed; return what it said."""
        done = subprocess.run(
            [str(PROGRAM), *map(str, words)],
            env={**os.environ, "PYTHONPATH": str(self.folder)},
            capture_output=True,
            text=True,
            check=False,
            timeout=900,  # a busy machine
        )
        assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
        return done.stdout + done.stderr


@contextmanager
def installed(names: tuple[str, ...], home: Path) -> Iterator[Installed]:
    """Install packages from copies of their sources, once for all test processes; find them here.

    Parameters
    ----------
    names : tuple of str
        Folders of `examples/`.
    home : Path
        That all test processes share.
    """
    target = home / "installed"
    with locked(home / "lock"):
        if not target.exists():
            _install([_copy(EXAMPLES / name, home / "sources" / name) for name in names], target)
    with on_the_path(target, *names):
        yield Installed(target)


def _copy(example: Path, copy: Path) -> Path:
    for source in example.rglob("*"):
        if source.is_file() and source.suffix in COPIED:
            file = copy / source.relative_to(example)
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(source.read_bytes())
    return copy


def _install(sources: list[Path], target: Path) -> None:
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps"]
    subprocess.run(
        [*pip, "--no-build-isolation", "--target", str(target), *map(str, sources)],
        check=True,
        capture_output=True,
        timeout=200,
    )
