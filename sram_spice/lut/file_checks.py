"""What a stranger's lookup table may not hold: texts that become code, sizes that fill the memory.

Its hash tells damage, not malice: anybody can compute it.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

import h5py
import xarray as xr

from sram_spice.errors import InputError
from sram_spice.lut.schema import ATTRIBUTES

MAX_ROWS = 1024  # of a design, too
_MOST_PACKED = 1100  # times; deflate packs to 1/1032 at best
_SMALL = 10_000_000  # bytes
# As names in a design, in one line; they stand in what `export` writes for other tools.
_WORD = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}", re.ASCII)
_TEXTS = tuple(name for name in ATTRIBUTES if name not in ("rows", "vdd"))


def check_self_contained(path: Path) -> None:
    """Raise an InputError when an HDF5 file takes data from other files: links, external storage.

    Parameters
    ----------
    path : Path
    """
    with h5py.File(path, "r") as file:
        for name in file:
            link = file.get(name, getlink=True)
            inside = isinstance(link, h5py.HardLink)
            found = file[name] if inside else None
            if isinstance(found, h5py.Dataset):
                inside = not found.external and not found.is_virtual
            if not inside:
                raise InputError(
                    "not part of the file: it may not take data from others",
                    file=str(path),
                    key=name,
                )


def check_size(data: xr.Dataset, path: Path) -> None:
    """Raise an InputError when a file that is not loaded yet says that it is impossibly large.

    Parameters
    ----------
    data : xarray.Dataset
        Opened only.
    path : Path
        Its file.
    """
    held, largest = data.nbytes, _SMALL + _MOST_PACKED * path.stat().st_size
    if held > largest:
        raise InputError(
            "the file says that it holds more than it can",
            file=str(path),
            value=f"{held:,} bytes",
            allowed=f"{largest:,} bytes",
        )


def check_texts(data: xr.Dataset, file: str) -> None:
    """Raise an InputError when a text of the table is no single word, or its rows are no rows.

    Parameters
    ----------
    data : xarray.Dataset
        With all required attributes.
    file : str
        For the messages.
    """
    design = json.loads(data.attrs.get("design", "{}"))
    if not isinstance(design, dict):
        raise InputError("not a design", file=file, key="design")
    texts = {name: data.attrs[name] for name in _TEXTS}
    texts |= {"design: name": design["name"]} if "name" in design else {}
    for key, value in texts.items():
        if not isinstance(value, str) or not _WORD.fullmatch(value):
            raise InputError(
                "not a name", file=file, key=key, value=value, allowed="letters, digits, _ . -"
            )
    rows = data.attrs["rows"]
    if not 1 <= int(rows) <= MAX_ROWS:
        raise InputError(
            "impossible", file=file, key="rows", value=rows, allowed=f"1 .. {MAX_ROWS}"
        )
