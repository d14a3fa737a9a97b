"""A design as the text of a design file."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from sram_spice.design.model import Design
from sram_spice.registry import PROCESSES


def toml_text(design: Design, heading: str = "") -> str:
    """Return a design file that reads as this design, every key with its value.

    Parameters
    ----------
    design : Design
    heading : str
        Lines of a comment above it.
    """
    data = design.model_dump(mode="json", exclude_none=True)
    _absolute(data)
    lines = [f"# {line}" for line in heading.splitlines()]
    return "\n".join([*lines, *_lines(data, ())]) + "\n"


def _absolute(data: dict[str, Any]) -> None:
    """Make paths absolute: a design file's are relative to its own folder."""
    technology, mlsa = data.get("technology", {}), data.get("mlsa", {})
    model = technology.get("model")
    if isinstance(model, str) and model not in PROCESSES.names():
        technology["model"] = str(Path(model).absolute())
    if "sum_histogram" in mlsa:
        mlsa["sum_histogram"] = str(Path(mlsa["sum_histogram"]).absolute())


def _lines(data: Mapping[str, Any], place: tuple[str, ...]) -> Iterator[str]:
    sections = {key: value for key, value in data.items() if isinstance(value, dict)}
    if place and (len(sections) < len(data) or not data):
        yield ""
        yield f"[{'.'.join(map(_key, place))}]"
    for key, value in data.items():
        if key not in sections:
            yield f"{_key(key)} = {_value(value)}"
    for key, value in sections.items():
        yield from _lines(value, (*place, key))


def _key(text: str) -> str:
    plain = text.replace("_", "").replace("-", "")
    return text if plain.isascii() and plain.isalnum() else _value(text)


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if isinstance(value, list):
        return f"[{', '.join(map(_value, value))}]"
    # TOML's numbers and basic strings are written as JSON's, but for the character 127.
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
