"""manifest.json: what was run, with what, and how it went."""

from __future__ import annotations

import json
import platform
from dataclasses import asdict, dataclass, field
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from sram_spice import __version__
from sram_spice.atomic import write_text
from sram_spice.errors import InputError

FILE = "manifest.json"
PACKAGES = ("PySpice", "numpy", "scipy", "pandas", "xarray", "matplotlib", "pydantic")


@dataclass(frozen=True)
class Manifest:
    """Provenance and outcome of a run.

    Attributes
    ----------
    design : dict
        The design as run, every default filled in.
    design_sha256, deck_sha256, cards_sha256 : str
    fingerprint : str
        Hash of all that determines the Monte Carlo samples.
    versions : dict of str to str
        Simulator, Python, packages.
    seed : int
    wall_time_s : float
    statuses : dict of str to dict of str to int
        Points by phase and status.
    incidents : list of dict
        Simulator processes that were lost and replaced.
    retried : list of dict
        Points that were attempted more than once, with the status of every attempt.
    warnings : list of str
    sensing : dict
        Averages over the sum distribution.
    certificate : dict or None
        Engine table: what the simulator says of it.
    process : dict
        The process: name, source, corner, what is assumed; empty in manifests of older versions.
    """

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
    certificate: dict[str, Any] | None = None
    retried: list[dict[str, Any]] = field(default_factory=list)
    process: dict[str, Any] = field(default_factory=dict)

    def write(self, folder: Path) -> None:
        """Write the manifest into a folder, atomically."""
        write_text(folder / FILE, json.dumps(asdict(self), indent=2, allow_nan=True) + "\n")

    @classmethod
    def read(cls, folder: Path) -> Manifest:
        """Read the manifest of a finished run.

        Raises
        ------
        InputError
            There is none, or it is not one.
        """
        path = folder / FILE
        try:
            return TypeAdapter(cls).validate_json(path.read_bytes())
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

    @property
    def certified(self) -> bool:
        """Whether the simulator agrees with the table engine; always so for engine spice."""
        return self.certificate is None or bool(self.certificate["ok"])

    @property
    def failed(self) -> int:
        """Number of points without a valid solution."""
        return sum(
            count
            for phase in self.statuses.values()
            for status, count in phase.items()
            if status not in ("ok", "flipped")
        )


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
