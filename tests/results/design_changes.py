"""Every key of a design, and the design with another value of it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sram_spice import registry
from sram_spice.design import Design, with_values
from sram_spice.errors import InputError
from sram_spice.registry import Registry
from tests.technology.cards import NMOS, PMOS

DEVICES = {"technology.nmos": "nch", "technology.pmos": "pch"}  # names in the card file


def keys(data: dict[str, Any], before: str = "") -> Iterator[tuple[str, Any]]:
    """Every key of nested mappings with its value."""
    for name, value in data.items():
        if isinstance(value, dict):
            yield from keys(value, f"{before}{name}.")
        else:
            yield before + name, value


def changed_designs(design: Design, folder: Path) -> dict[str, Design]:
    """The design with one key changed, for each key; what a path leads to changes with it."""
    words = [*_enumerated(Design.model_json_schema()), "other", "ss"]  # a name, a corner
    words += [n for r in vars(registry).values() if isinstance(r, Registry) for n in r.names()]
    (folder / "other.pm").write_text(NMOS + PMOS)
    (folder / "sums.csv").write_text(
        f"sum,count\n{design.column.rows},1\n{-design.column.rows},2\n"
    )
    paths = {
        "technology.model": str(folder / "other.pm"),
        "mlsa.sum_histogram": str(folder / "sums.csv"),
    }
    found = {}
    for key, value in keys(design.model_dump(mode="json")):
        wanted = [paths[key]] if key in paths else list(_others(value, words))
        if key in DEVICES:  # a process has devices of its own: with the card file that has them
            model = {"technology.model": paths["technology.model"]}
            found[key] = with_values(design, model | {key: DEVICES[key]})
            continue
        found[key] = _first_valid(design, key, value, wanted)
    return found


def _first_valid(design: Design, key: str, value: Any, wanted: list[Any]) -> Design:
    for other in wanted:
        try:
            changed = with_values(design, {key: other})
        except InputError:
            continue
        if changed != design:
            return changed
    raise AssertionError(f"no other value is known for {key} = {value!r}")


def _others(value: Any, words: list[str]) -> Iterator[Any]:
    if isinstance(value, bool):
        yield not value
    elif isinstance(value, int):
        yield from (value + 1, value - 1)
    elif isinstance(value, float):
        yield from (1.01 * value, 0.99 * value, 1e-15, 1e-9, 0.01)
    elif value is None:
        yield from (0.9, 1, 1e-9, *words)
    elif isinstance(value, str):
        yield from (word for word in words if word != value)


def _enumerated(schema: Any) -> Iterator[str]:
    if isinstance(schema, dict):
        yield from schema.get("enum", ())
        for part in schema.values():
            yield from _enumerated(part)
    elif isinstance(schema, list):
        for part in schema:
            yield from _enumerated(part)
