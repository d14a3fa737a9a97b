"""The user's cache folder: what can be made anew."""

from __future__ import annotations

import os
from pathlib import Path

from sram_spice.errors import InputError

CACHE = "SRAM_SPICE_CACHE"  # environment variable: where it is


def cache_folder(kind: str) -> Path:
    """Return the folder of one kind of things: below $SRAM_SPICE_CACHE, or ~/.cache/sram-spice.

    Raises
    ------
    InputError
        Nobody says where the user's home is, nor where a cache may be.
    """
    chosen, base = os.environ.get(CACHE), os.environ.get("XDG_CACHE_HOME")
    if chosen:
        return Path(chosen) / kind
    try:
        return Path(base or Path.home() / ".cache") / "sram-spice" / kind
    except RuntimeError:  # no HOME, and no entry of the user in the list of accounts
        raise InputError(
            "this user has no home folder to keep things in",
            key=CACHE,
            allowed="a folder that can be written, in this environment variable",
        ) from None
