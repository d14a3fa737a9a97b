"""What determines a result: the one place that says so, for everything that is kept or used again.

A kind of result names the rooms whose code makes it, and the design keys that it does not depend
on, each with its reason; every other key counts, those that are added later, too.
"""

from __future__ import annotations

import hashlib
import json
import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import sram_spice
from sram_spice.design import Design
from sram_spice.generators import cell_of, column_deck, column_of, levels_of, standalone_deck
from sram_spice.results.plugin_origin import plugins_in, tree_sha256
from sram_spice.technology import ModelCards

PACKAGE = Path(sram_spice.__file__).parent
# Versions of Python, xarray, pydantic or matplotlib change no number.
NUMBERS = (
    "numpy",  # draws of threshold shifts; linear algebra
    "scipy",  # quantiles, roots, splines
    "pandas",  # mean and sigma of a level
    "PySpice",  # text of the decks, binding to libngspice
)
COMPILED = ("numba",)  # the solver of the table engine
COLUMN = ("design", "simulation", "technology", "generators", "column")
SENSING = ("statistics.py", "workload", "mlsa", "amplifier")
_METHOD = re.compile(r"^METHOD = (\d+)", re.MULTILINE)

NAMED = {"name": "it stands in titles", "limits": "a result is held against them, later"}
BY_CONTENT = {
    "technology.model": "a path; the cards it leads to are a part of their own",
    "technology.nmos": "a name; likewise",
    "technology.pmos": "a name; likewise",
    "mlsa.sum_histogram": "a path; what the file holds is a part of its own",
}
SAMPLE_BY_SAMPLE = {"monte_carlo.samples": "sample i is the same, however many follow"}
SENSED_LATER = {
    "mlsa": "sensing comes after the column",
    "sense_amplifier": "these are bit lines without amplifiers",
    "references": "these are bit lines without amplifiers",
    "measurements": "read by measurements alone",
}


@dataclass(frozen=True)
class Kind:
    """A kind of result.

    Attributes
    ----------
    name : str
    rooms : tuple of str
        Folders and files of the package whose code makes it.
    without : dict of str to str
        Sections and keys of the design that it does not depend on, and why.
    packages : tuple of str
        Distributions whose version may change its numbers.
    """

    name: str
    rooms: tuple[str, ...]
    without: Mapping[str, str]
    packages: tuple[str, ...] = NUMBERS


SAMPLES = Kind(
    "column samples",
    (*COLUMN, "runs/characterize/levels.py", "results/checkpoint.py"),
    NAMED | BY_CONTENT | SAMPLE_BY_SAMPLE | SENSED_LATER,
)
TABLE_SAMPLES = Kind(
    "column samples of the table engine",
    (*COLUMN, "statistics.py", "mlsa", "table_model", "runs/characterize"),
    SAMPLES.without,
    NUMBERS + COMPILED,
)
# Tables are of one cell, load or transistor: what they take from the design is given with them.
TABLE = Kind("table", (*COLUMN, "table_model"), {}, NUMBERS + COMPILED)
TRANSIENTS = Kind(
    "full transients of the MLSA",
    (*COLUMN, *SENSING, "runs/mlsa"),
    NAMED | BY_CONTENT | SAMPLE_BY_SAMPLE,
)
MLSA = Kind("MLSA", (*COLUMN, *SENSING, "runs/mlsa"), NAMED | BY_CONTENT)
TRANSFER = Kind(
    "transfer curves",
    (*COLUMN, *SENSING, "measurements", "runs/transfer.py"),
    NAMED | BY_CONTENT | {"mismatch": "nominal curves", "monte_carlo": "nominal curves"},
)
MEASUREMENT = Kind(
    "measurements",
    (*COLUMN, *SENSING, "table_model", "measurements", "runs/measure.py"),
    NAMED | BY_CONTENT,
    NUMBERS + COMPILED,
)
# All that a point's folder holds; the name and the paths stand in its files.
POINT = Kind(
    "point of a sweep",
    (
        *(*COLUMN, *SENSING, "measurements", "table_model", "lut", "runs/characterize"),
        *("results/tables.py", "results/merit.py", "results/distributions.py"),
        *("runs/mlsa/code_probability.py", "runs/mlsa/made_references.py"),
        "runs/mlsa/characterized_access.py",
        *("runs/sweep/point_key.py", "runs/sweep/finish_point.py"),
    ),
    {},
    NUMBERS + COMPILED,
)
SIGNOFF = Kind(
    "condition of a sign-off",
    (
        *(*COLUMN, *SENSING, "table_model", "measurements", "results/merit.py"),
        "results/checkpoint.py",
        *("runs/characterize/nominal.py", "runs/characterize/levels.py"),
        "runs/characterize/accesses.py",
        *("runs/mlsa/code_probability.py", "runs/signoff"),
    ),
    NAMED | BY_CONTENT,
    NUMBERS + COMPILED,
)
# A part of a point of a search; its folder holds what a point of a sweep's does.
SEARCHED = Kind(
    "part of a point of a search",
    (*POINT.rooms, "runs/signoff/margins.py", "runs/optimize/typical.py"),
    {},
    NUMBERS + COMPILED,
)
KINDS = (
    *(SAMPLES, TABLE_SAMPLES, TABLE, TRANSIENTS, MLSA, TRANSFER, MEASUREMENT, POINT, SIGNOFF),
    SEARCHED,
)


@dataclass(frozen=True)
class Identity:
    """All that determines a result; two results of one identity are the same numbers.

    Attributes
    ----------
    kind : str
    code : dict
        `methods` (METHOD by module), `source` (hash of the rooms), `release`, `packages`,
        `plugins`, `ngspice`.
    parts : dict
        What it is a result of: design keys, cards, deck ..., as JSON has them.
    """

    kind: str
    code: Mapping[str, Any]
    parts: Mapping[str, Any] = field(default_factory=dict)

    @cached_property
    def sha256(self) -> str:
        """Hash of all of it."""
        return sha256(json.dumps([self.kind, self.code, self.parts], sort_keys=True))

    def record(self) -> dict[str, Any]:
        """Return what a file of results says of it: its hash, and what made it."""
        return {"kind": self.kind, "sha256": self.sha256, **self.code}


def identity_of(
    kind: Kind, design: Design, cards: ModelCards, ngspice: int, **more: Any
) -> Identity:
    """Return the identity of a result.

    Parameters
    ----------
    kind : Kind
    design : Design
    cards : ModelCards
    ngspice : int
        Major version of the simulator.
    **more
        What else determines it, as JSON has it.
    """
    data = design_keys(design, kind.without)
    parts = {
        "design": data,
        "cards": sha256(cards.render()),
        "histogram": content_of(design.mlsa.sum_histogram) if "mlsa" in data else "",
        "deck": sha256(_nominal_deck(design, cards)),
        **more,
    }
    return Identity(kind.name, code_of(kind, data, ngspice), parts)


def table_identity(ngspice: int, plugins: Mapping[str, Any], parts: Mapping[str, Any]) -> Identity:
    """Return the identity of a table of the table engine.

    Parameters
    ----------
    ngspice : int
    plugins : dict
        The keys of the design that name the plug-ins it is a table of.
    parts : dict
        All else that the table depends on.
    """
    return Identity(TABLE.name, code_of(TABLE, plugins, ngspice), dict(parts))


def simulation_fingerprint(design: Design, cards: ModelCards, ngspice: int) -> str:
    """Return the hash of all that determines the Monte Carlo samples of a run.

    The number of samples is left out: sample i is the same, however many follow.
    """
    kind = TABLE_SAMPLES if design.monte_carlo.engine == "table" else SAMPLES
    return identity_of(kind, design, cards, ngspice).sha256


def run_identity(design: Design, cards: ModelCards, ngspice: int, **more: Any) -> Identity:
    """Return the identity of a whole run of a design, or of a point of a sweep."""
    return identity_of(POINT, design, cards, ngspice, **more)


def design_keys(design: Design, without: Mapping[str, str]) -> dict[str, Any]:
    """Return a design as JSON has it, without some sections and keys."""
    data = design.model_dump(mode="json")
    for dotted in without:
        *sections, last = dotted.split(".")
        inner: Any = data
        for section in sections:
            inner = inner.get(section)
            if not isinstance(inner, dict):
                break
        else:
            inner.pop(last, None)
    return data


def code_of(kind: Kind, data: Mapping[str, Any], ngspice: int) -> dict[str, Any]:
    """Return the code that makes a result: methods, sources, packages, plug-ins, simulator.

    The source is hashed, since a version says less: a commit of the docs changes it, an edit in a
    working tree does not. The release stands for sources that are not there to be read.
    """
    return {
        "methods": dict(_methods(kind.rooms)),
        "source": source_sha256(kind.rooms),
        "release": sram_spice.__version__.partition("+")[0].partition(".dev")[0],
        "packages": {name: _version(name) for name in kind.packages},
        "plugins": plugins_in(data),
        "ngspice": str(ngspice),
    }


@lru_cache  # of the code as this process has loaded it
def source_sha256(rooms: tuple[str, ...]) -> str:
    """Return the hash of the sources and data of some rooms."""
    return tree_sha256([PACKAGE / room for room in rooms], PACKAGE)


def _methods(rooms: tuple[str, ...]) -> Iterator[tuple[str, int]]:
    """Yield the METHOD that modules of these rooms declare, beside the code it is about.

    Read, not imported: a worker is to simulate before it has loaded half of the package.
    """
    for module, declared in _declared(rooms):
        loaded = sys.modules.get(f"sram_spice.{module}")
        yield module, getattr(loaded, "METHOD", declared)  # what runs counts


@lru_cache
def _declared(rooms: tuple[str, ...]) -> tuple[tuple[str, int], ...]:
    found = {}
    for room in rooms:
        home = PACKAGE / room
        for path in sorted(home.rglob("*.py") if home.is_dir() else [home]):
            match = _METHOD.search(path.read_text(encoding="utf-8"))
            if match:
                module = path.relative_to(PACKAGE).with_suffix("").as_posix().replace("/", ".")
                found[module.removesuffix(".__init__")] = int(match[1])
    return tuple(sorted(found.items()))


@lru_cache
def _version(package: str) -> str:
    try:
        return version(package)  # reads a file
    except PackageNotFoundError:
        return ""


def sha256(text: str) -> str:
    """Return the SHA-256 of a text, as hexadecimal digits."""
    return hashlib.sha256(text.encode()).hexdigest()


def middle_deck(design: Design, cards: ModelCards) -> str:
    """Return the full standalone deck of the level in the middle."""
    return standalone_deck(column_deck(column_of(design, *_middle(design)), cards))


def _nominal_deck(design: Design, cards: ModelCards) -> str:
    """Return the deck of the level in the middle, equal rows as one: a sweep asks for thousands."""
    deck = column_deck(column_of(design, *_middle(design), merged=True), cards).text
    return deck.partition("\n")[2]  # the title holds the design's name, which changes no voltage


def _middle(design: Design) -> tuple[int, int]:
    levels = levels_of(cell_of(design), design.column.rows)
    return levels[-(design.column.rows // 2 + 1)]


def content_of(path: str | None) -> str:
    """Return the hash of what a file holds; empty without one (whoever needs it says so)."""
    try:
        return "" if path is None else hashlib.sha256(Path(path).read_bytes()).hexdigest()
    except (OSError, ValueError):
        return ""
