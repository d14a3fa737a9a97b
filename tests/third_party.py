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


def write_package(folder: Path, module: str, source: str, entries: str, version: str) -> None:
    """Write a package of one module with its entry points, as `pip install --target` leaves it."""
    information = folder / f"{module}-1.0.dist-info"
    information.mkdir(parents=True, exist_ok=True)
    (folder / f"{module}.py").write_text(source, encoding="utf-8")
    (information / "entry_points.txt").write_text(entries)
    metadata = f"Metadata-Version: 2.1\nName: {module}\nVersion: {version}\n"
    (information / "METADATA").write_text(metadata)
    forget()


@contextmanager
def on_the_path(folder: Path, *modules: str) -> Iterator[None]:
    """Let packages in a folder be found, and take them off the path at the end."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(folder)
        forget()
        yield
    for name in [n for n in sys.modules if n.partition(".")[0] in modules]:
        del sys.modules[name]
    forget()


@contextmanager
def package_of(folder: Path, group: str, name: str, source: str, plug_in: str) -> Iterator[None]:
    """Install a package with one plug-in, the class `plug_in` of the module `source`."""
    write_package(folder, "one", source, f"[{group}]\n{name} = one:{plug_in}\n", "1.0")
    with on_the_path(folder, "one"):
        yield


class OtherPackage:
    """The package `other`, in a folder on the path."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.version, self.source = folder, "1.0", CELL
        self._write()

    def release(self, version: str) -> None:
        """Give it a version."""
        self.version = version
        self._write()

    def edit(self) -> None:
        """Change its source, not its version."""
        self.source = CELL + "\n# edited\n"
        self._write()

    def _write(self) -> None:
        entries = f"[sram_spice.cells]\n{NAME} = other:OtherCell\n"
        entries += "[sram_spice.processes]\nother = other:OtherProcess\n"
        write_package(self.folder, "other", self.source, entries, self.version)


@contextmanager
def other_package(folder: Path) -> Iterator[OtherPackage]:
    """Install it in a folder, and take it off the path at the end."""
    package = OtherPackage(folder)
    with on_the_path(folder, "other"):
        yield package
