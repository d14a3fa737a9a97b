"""What an adapter is, and how one is called."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, cast

from sram_spice.errors import InputError
from sram_spice.lut import Lut
from sram_spice.registry import ADAPTERS


@dataclass(frozen=True)
class ExportOptions:
    """Choices that some formats need.

    Attributes
    ----------
    n_active : int or None
        Active rows, for formats that know sums only; None: all rows, which only a cell whose rows
        are always active (8T) has.
    drop_failed : bool
        Write P(code | level, there is a code), where a format has no room for outcomes without
        code.
    """

    n_active: int | None = None
    drop_failed: bool = False


class Adapter(Protocol):
    """Writes a lookup table in another format."""

    def __call__(self, lut: Lut, path: Path, options: ExportOptions) -> list[Path]:
        """Write the files and return their paths; nothing is half-written.

        Raises
        ------
        InputError
            The format cannot hold this table.
        """


def export(lut: Lut, to: str, path: Path, options: ExportOptions | None = None) -> list[Path]:
    """Write a lookup table in the format of another tool.

    Parameters
    ----------
    lut : Lut
    to : str
        Name of a registered adapter.
    path : Path
        File, or folder for formats of many files; its parent exists.
    options : ExportOptions, optional

    Returns
    -------
    list of Path
        What was written.

    Raises
    ------
    InputError
        No such format, a path that cannot be written, or a table that the format cannot hold.
    """
    adapter = cast(Adapter, ADAPTERS.load(to))
    if not path.parent.is_dir():
        raise InputError("its folder does not exist", file=str(path), key="-o")
    return adapter(lut, path, options or ExportOptions())
