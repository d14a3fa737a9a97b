"""Formats of many files: a folder."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from sram_spice.atomic import write_text
from sram_spice.errors import InputError


def write_folder(path: Path, texts: Mapping[str, str]) -> list[Path]:
    """Write text files into a folder, which is made if need be; return their paths.

    Raises
    ------
    InputError
        The path is no folder.
    """
    if path.exists() and not path.is_dir():
        raise InputError("not a folder", file=str(path), key="-o", allowed="a folder")
    path.mkdir(exist_ok=True)
    for name, text in texts.items():
        write_text(path / name, text)
    return [path / name for name in texts]
