"""A cell and a process of another package, as `pip install` leaves it, for tests that change it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from sram_spice import registry
from sram_spice.results import plugin_origin

CELL = """
from sram_spice.generators.cell_6t import Cell6T
from sram_spice.technology.ptm65.process import Ptm65


class OtherCell(Cell6T):
    name = "cell_6t_other"


class OtherProcess(Ptm65):
    source = "that of ptm65, from another package"
"""
NAME = "6t_other"


def forget() -> None:
    """Look at installed packages anew, as another process would."""
    for known in (registry._names, registry._load, plugin_origin.origin_of):
        known.cache_clear()


class OtherPackage:
    """The package `other`, in a folder on the path."""

    def __init__(self, folder: Path) -> None:
        self.source = folder / "other.py"
        self.information = folder / "other-1.0.dist-info"
        self.information.mkdir()
        self.source.write_text(CELL, encoding="utf-8")
        entry = f"[sram_spice.cells]\n{NAME} = other:OtherCell\n"
        entry += "[sram_spice.processes]\nother = other:OtherProcess\n"
        (self.information / "entry_points.txt").write_text(entry)
        self.release("1.0")

    def release(self, version: str) -> None:
        """Give it a version."""
        text = f"Metadata-Version: 2.1\nName: other\nVersion: {version}\n"
        (self.information / "METADATA").write_text(text)
        forget()

    def edit(self) -> None:
        """Change its source, not its version."""
        self.source.write_text(CELL + "\n# edited\n", encoding="utf-8")
        forget()


@contextmanager
def other_package(folder: Path) -> Iterator[OtherPackage]:
    """Install it in a folder, and take it off the path at the end."""
    folder.mkdir(parents=True, exist_ok=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(folder)
        yield OtherPackage(folder)
    sys.modules.pop("other", None)
    forget()


@contextmanager
def package_of(folder: Path, group: str, name: str, source: str, plug_in: str) -> Iterator[None]:
    """Install a package with one plug-in, the class `plug_in` of the module `source`."""
    information = folder / "one-1.0.dist-info"
    information.mkdir(parents=True)
    (folder / "one.py").write_text(source, encoding="utf-8")
    (information / "METADATA").write_text("Metadata-Version: 2.1\nName: one\nVersion: 1.0\n")
    (information / "entry_points.txt").write_text(f"[{group}]\n{name} = one:{plug_in}\n")
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(folder)
        forget()
        yield
    sys.modules.pop("one", None)
    forget()
