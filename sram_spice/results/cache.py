"""The user's cache folder: what can be made anew."""

from __future__ import annotations

import os
from pathlib import Path

CACHE = "SRAM_SPICE_CACHE"  # environment variable: where it is


def cache_folder(kind: str) -> Path:
    """Return the folder of one kind of things: below $SRAM_SPICE_CACHE, or ~/.cache/sram-spice."""
    base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return Path(os.environ.get(CACHE) or base / "sram-spice") / kind
