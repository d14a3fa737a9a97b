"""`files.json`: which command made which file of a folder, and for which design."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path, PurePosixPath

from pydantic import TypeAdapter, ValidationError

from sram_spice.atomic import write_text
from sram_spice.design import Design, design_from_dict
from sram_spice.errors import InputError
from sram_spice.results.identity import BY_CONTENT, NAMED, content_of, design_keys, sha256
from sram_spice.results.tables import TABLES, file_name
from sram_spice.technology import technology_cards

FILE = "files.json"
# Of characterize, beside its tables.
OTHER_FILES = ("distributions.parquet", "lut.nc", "report.html", "code_probability_mlsa*.csv")
CHARACTERIZE, MLSA, ACCESSES, TRANSFER = "characterize", "mlsa", "mlsa --nominal", "transfer"
MEASURE, SWEEP, SIGNOFF, OPTIMIZE = "measure", "sweep", "signoff", "optimize"

# Keys that say how closely a design is looked at, not which design it is.
CLOSER = {"monte_carlo": "more samples, another seed or engine: the same silicon"}
SAME = NAMED | BY_CONTENT | CLOSER
_CODES = ("levels", "quantization", "mode", "sensing")
_MEASURED = {"measurements": "read by measurements alone"}
_OF_COMMAND = {
    CHARACTERIZE: _MEASURED,
    MLSA: _MEASURED,
    TRANSFER: {"mismatch": "nominal curves"},
    MEASURE: {f"mlsa.{key}": "no measurement places references" for key in _CODES},
}


@dataclass(frozen=True)
class Owned:
    """Files that a command has made.

    Attributes
    ----------
    command : str
    design : str
        Hash of the design, as far as these files depend on it; empty where it is not known.
    files : tuple of str
        Relative to the folder.
    """

    command: str
    design: str
    files: tuple[str, ...] = ()


def folder_design(command: str, design: Design) -> str:
    """Return the hash of a design as far as the files of a command depend on it."""
    without = SAME | _OF_COMMAND.get(command, {})
    data = design_keys(design, without)
    histogram = content_of(design.mlsa.sum_histogram)
    parts = [data, technology_cards(design).render(), histogram]
    return sha256(json.dumps(parts, sort_keys=True))


def read_owned(folder: Path) -> list[Owned]:
    """Return what is recorded of a folder; of one without a record, what its manifests tell."""
    try:
        text = (folder / FILE).read_bytes()
        found = TypeAdapter(list[Owned]).validate_json(text)
    except FileNotFoundError:
        return list(_from_manifests(folder))
    except (OSError, ValidationError):  # damaged: then nothing is known to be ours
        return []
    return [entry for entry in found if entry.files]


def write_owned(folder: Path, entries: Sequence[Owned]) -> None:
    """Write the record of a folder."""
    text = json.dumps([asdict(entry) for entry in entries if entry.files], indent=1)
    write_text(folder / FILE, text + "\n")


def inside(folder: Path, path: Path) -> Iterator[str]:
    """Yield the name of a file below a folder; nothing for hidden ones and the record itself."""
    try:
        name = path.absolute().relative_to(folder.absolute())
    except ValueError:
        return
    if name.as_posix() != FILE and not any(part.startswith(".") for part in name.parts):
        yield name.as_posix()


def removed(folder: Path, name: str) -> bool:
    """Remove a file of a folder, and the folders below it that this leaves empty.

    A record may be a stranger's: no name in it leads out of the folder.
    """
    inner = PurePosixPath(name)
    path, home = folder / inner, folder.resolve()
    if inner.is_absolute() or not path.parent.resolve().is_relative_to(home):
        return False
    if not path.is_file():
        return False
    path.unlink()
    for parent in list(path.parents)[: len(inner.parts) - 1]:
        if not any(parent.iterdir()):
            parent.rmdir()
    return True


def joined(first: Sequence[str], then: Sequence[str]) -> tuple[str, ...]:
    """Return two lists of files in one, each file once."""
    return tuple(dict.fromkeys([*first, *then]))


def _from_manifests(folder: Path) -> Iterator[Owned]:
    """Yield what a folder without a record holds, as its manifests tell."""
    tables = [file_name(name) for name in TABLES]
    for command, manifest, patterns in (
        (CHARACTERIZE, "manifest.json", (*tables, *OTHER_FILES, "manifest.json")),
        (MLSA, "mlsa.json", ("mlsa.json", "mlsa_*.*")),
        (MEASURE, "measurements.json", ("measurements.csv", "measurements.json")),
        (SWEEP, "sweep.csv", ("sweep.csv", "sweep.json", "map.png", "map.svg")),
    ):
        if (folder / manifest).is_file():
            design, names = _told(command, folder / manifest)
            files = (p.name for pattern in (*patterns, *names) for p in folder.glob(pattern))
            yield Owned(command, design, joined((), sorted(files)))


def _told(command: str, manifest: Path) -> tuple[str, list[str]]:
    """Return the hash of a manifest's design, empty where it cannot be read, and further files."""
    names = []
    try:
        record = json.loads(manifest.read_text(encoding="utf-8"))
        if command == MEASURE:
            (record,) = record["designs"]  # of a grid, the design without its axes is not known
            names = [f"{n}_{kind}.csv" for n in record["notes"] for kind in ("samples", "curves")]
        return folder_design(command, design_from_dict(record["design"])), names
    except (OSError, ValueError, KeyError, TypeError, InputError):
        return "", names
