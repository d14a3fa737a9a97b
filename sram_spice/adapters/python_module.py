"""Formats that are a Python module: a file that Python can import."""

from __future__ import annotations

import keyword
from pathlib import Path

from sram_spice.errors import InputError


def check_module_path(path: Path) -> None:
    """Raise an InputError unless the file is one that `import` finds: NAME.py, NAME no keyword."""
    name = path.stem
    if path.suffix != ".py" or not name.isidentifier() or keyword.iskeyword(name):
        raise InputError(
            "not the name of a Python module",
            file=str(path),
            key="-o",
            allowed="NAME.py, NAME of letters, digits and _, and no keyword of Python",
        )
