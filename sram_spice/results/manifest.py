"""manifest.json: what was run, with what, and how it went."""

from __future__ import annotations

import json
import platform
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any, NotRequired

from pydantic import TypeAdapter, ValidationError
from typing_extensions import TypedDict  # that of typing cannot be validated before Python 3.12

from sram_spice import __version__
from sram_spice.atomic import write_text
from sram_spice.design import Design
from sram_spice.errors import InputError
from sram_spice.generators.threshold_spread import threshold_spread
from sram_spice.technology import process_record

FILE = "manifest.json"
PACKAGES = ("PySpice", "numpy", "scipy", "pandas", "xarray", "matplotlib", "pydantic")


class Manifest(TypedDict):
    """The keys of manifest.json; what they hold stands at :class:`sram_spice.report.run.Run`."""

    design: dict[str, Any]
    design_sha256: str
    deck_sha256: str
    cards_sha256: str
    fingerprint: str
    versions: dict[str, str]
    seed: int
    wall_time_s: float
    statuses: dict[str, dict[str, int]]
    incidents: list[dict[str, Any]]
    warnings: list[str]
    sensing: dict[str, Any]
    certificate: NotRequired[dict[str, Any] | None]
    retried: NotRequired[list[dict[str, Any]]]
    process: NotRequired[dict[str, Any]]  # not in manifests of older versions
    identity: NotRequired[dict[str, Any]]  # likewise
    wires: NotRequired[dict[str, Any]]  # likewise
    assumptions: NotRequired[str]  # likewise


def process_of_run(design: Design) -> dict[str, Any]:
    """Return what a record of results says of the process: its source, and what is assumed."""
    return {**process_record(design), "mismatch": threshold_spread(design)}


def read_manifest(folder: Path) -> Manifest:
    """Read the manifest of a finished run.

    Raises
    ------
    InputError
        There is none, or it is not one.
    """
    path = folder / FILE
    try:
        return TypeAdapter(Manifest).validate_json(path.read_bytes())
    except FileNotFoundError:
        raise InputError(
            "no such file", file=str(path), allowed="the folder of a finished run"
        ) from None
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        key = ".".join(str(part) for part in first["loc"])
        raise InputError(f"not a manifest: {first['msg']}", file=str(path), key=key) from None
    except OSError as error:
        raise InputError(f"not a manifest: {error.strerror}", file=str(path)) from None


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Write the manifest into a folder, whole or not at all."""
    write_text(folder / FILE, json.dumps(manifest, indent=2, allow_nan=True) + "\n")


def versions(ngspice: int) -> dict[str, str]:
    """Return the versions of the simulator, Python and the packages numbers depend on."""
    return {
        "sram-spice": __version__,
        "ngspice": str(ngspice),
        "python": platform.python_version(),
        **{name: _version(name) for name in PACKAGES},
    }


@cache
def _version(package: str) -> str:
    return version(package)  # reads a file
