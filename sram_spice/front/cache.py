"""Where runs are kept that were given no folder, and which of them is the one asked for."""

from __future__ import annotations

import json
import tempfile
import warnings
from functools import cache
from pathlib import Path

from sram_spice.design import Design
from sram_spice.errors import InputError, RunWarning
from sram_spice.report.run import Run
from sram_spice.results.cache import CACHE, cache_folder
from sram_spice.results.identity import run_identity, sha256
from sram_spice.simulation import SimulatorPool
from sram_spice.technology import technology_cards

KEY_DIGITS = 16


@cache
def simulator_version() -> int:
    """Return the version of libngspice; a simulator has to be started for it, so only once."""
    with SimulatorPool(1) as pool:
        return pool.loaded_version()


def run_key(design: Design) -> str:
    """Return the hash of all that determines a run (:mod:`sram_spice.results.identity`)."""
    return run_identity(design, technology_cards(design), simulator_version()).sha256


def home_of(kind: str, key: str, name: str) -> Path:
    """Return the cache folder of something with a readable name and the hash that determines it.

    Where the cache cannot be written it is a new temporary folder, and a :class:`RunWarning` says
    so: the run goes on, and cannot be found again.
    """
    inside = f"{name},{key[:KEY_DIGITS]}"
    try:
        home = cache_folder(kind) / inside
        home.mkdir(parents=True, exist_ok=True)
    except (InputError, OSError) as error:
        home = Path(tempfile.mkdtemp(prefix="sram-spice-")) / inside
        warnings.warn(
            f"kept in {home} only, and not found again by the next call ({error}); "
            f"the environment variable {CACHE} says where it could be kept",
            RunWarning,
            stacklevel=3,
        )
    return home


def combined(*parts: object) -> str:
    """Return one hash of several things, as JSON has them."""
    return sha256(json.dumps(parts, sort_keys=True, default=str))


def finished_run(folder: Path, design: Design) -> Run | None:
    """Return the finished run of a design in a folder; None where it is another's, or not there."""
    try:
        run = Run.open(folder, reused=True)
    except InputError:
        return None
    return run if run.identity.get("sha256") == run_key(design) else None
