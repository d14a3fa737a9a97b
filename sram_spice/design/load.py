"""Read a design: TOML file, then overrides, then validation with clear messages."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from sram_spice.design.model import Design
from sram_spice.errors import InputError
from sram_spice.untrusted import read_untrusted_text

MAX_BYTES = 1_000_000


def load_design(path: Path | str, overrides: Iterable[str] = ()) -> Design:
    """Read and validate a design file.

    Parameters
    ----------
    path : Path or str
        TOML file as described by :class:`Design`. Paths in it (card file, histogram) are relative
        to the file's folder.
    overrides : iterable of str
        ``section.key=value`` items, applied in order; relative paths in them are relative to the
        working folder, as a shell user expects.

    Returns
    -------
    Design

    Raises
    ------
    InputError
        File missing or not TOML, key unknown, value of wrong type or out of range.
    """
    path = Path(path)
    data = _read_toml(path)
    _anchor_paths(data, path.parent)
    for item in overrides:
        apply_override(data, item)
    return design_from_dict(data, file=str(path))


def design_from_dict(data: Mapping[str, Any], file: str | None = None) -> Design:
    """Validate a design given as nested mappings.

    Raises
    ------
    InputError
        For the first thing that is wrong, with file, key, value and what is allowed.
    """
    try:
        return Design.model_validate(data)
    except ValidationError as error:
        raise _input_error(error, file) from None


def _read_toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(read_untrusted_text(path, MAX_BYTES, pipe=True))
    except FileNotFoundError:
        raise InputError("no such file", file=str(path), allowed="a TOML design file") from None
    except (IsADirectoryError, PermissionError, OSError, ValueError) as error:
        # ValueError covers undecodable text, TOML errors and paths with NUL bytes.
        reason = str(error).splitlines()[0]
        raise InputError(f"cannot be read as TOML: {reason}", file=str(path)) from None
    except RecursionError:
        raise InputError("cannot be read as TOML: nested too deeply", file=str(path)) from None


def _anchor_paths(data: dict[str, Any], folder: Path) -> None:
    technology, mlsa = data.get("technology"), data.get("mlsa")
    if isinstance(technology, dict):
        model = technology.get("model")
        if isinstance(model, str) and model != "ptm65":
            technology["model"] = str(folder / model)
    if isinstance(mlsa, dict) and isinstance(mlsa.get("sum_histogram"), str):
        mlsa["sum_histogram"] = str(folder / mlsa["sum_histogram"])


def apply_override(data: dict[str, Any], item: str) -> None:
    """Apply one ``section.key=value`` item to nested mappings, in place.

    Raises
    ------
    InputError
        Not of that form, or the section is a value.
    """
    key, separator, text = item.partition("=")
    key = key.strip()
    if not separator or not all(key.split(".")):
        raise InputError(
            "not of the form section.key=value",
            key="--set",
            value=item,
            allowed="section.key=value",
        )
    *sections, name = key.split(".")
    target: Any = data
    for section in sections:
        target = target.setdefault(section, {})
        if not isinstance(target, dict):
            raise InputError("is not a section", key=key, value=section)
    target[name] = _toml_value(text.strip())


def _toml_value(text: str) -> Any:
    try:
        parsed = tomllib.loads(f"value = {text}")
    except (ValueError, RecursionError):  # no TOML, or an integer of more digits than Python takes
        return text  # a bare word such as `linear` needs no quotes on a command line
    return parsed["value"] if len(parsed) == 1 else text


def _input_error(error: ValidationError, file: str | None) -> InputError:
    first = error.errors(include_url=False)[0]
    key = ".".join(str(part) for part in first["loc"])
    value = first.get("input")
    if first["type"] == "extra_forbidden":
        parent = first["loc"][:-1]
        allowed = ", ".join(_fields(parent))
        return InputError("unknown key", file=file, key=key, value=value, allowed=allowed)
    if first["type"] == "missing":
        return InputError("key is missing", file=file, key=key, allowed=_description(first["loc"]))
    message = str(first["msg"]).removeprefix("Value error, ")
    message = message[0].lower() + message[1:]
    if first["type"] == "model_type":
        message = "is not a section"
    more = error.error_count() - 1
    if more:
        message += f" (and {more} more wrong)"
    return InputError(message, file=file, key=key, value=value, allowed=_description(first["loc"]))


def _fields(location: tuple[int | str, ...]) -> list[str]:
    model: Any = Design
    for part in location:
        model = model.model_fields[part].annotation
    return list(model.model_fields)


def _description(location: tuple[int | str, ...]) -> str:
    model: Any = Design
    field: Any = None
    for part in location:
        fields = getattr(model, "model_fields", {})
        if part not in fields:
            break
        field = fields[part]
        model = field.annotation
    if field is None:
        return "a design (see `sram-spice characterize --help`)"
    if getattr(model, "model_fields", None):
        return f"a section with the keys {', '.join(model.model_fields)}"
    return f"{field.description}"


def with_values(design: Design, values: Mapping[str, Any]) -> Design:
    """Return the design with some keys changed, validated anew.

    Parameters
    ----------
    design : Design
    values : mapping of str to value
        ``section.key`` to value.

    Raises
    ------
    InputError
        A key is unknown or a value is not allowed.
    """
    data = design.model_dump()
    for key, value in values.items():
        *sections, name = key.split(".")
        target: Any = data
        for section in sections:
            if not isinstance(target, dict) or section not in target:
                raise InputError("unknown key", key=key, allowed=", ".join(_fields(())))
            if target[section] is None:  # a section that this design does not have
                target[section] = {}
            target = target[section]
        if not isinstance(target, dict):
            raise InputError("unknown key", key=key)
        target[name] = value.item() if hasattr(value, "item") else value  # of NumPy
    return design_from_dict(data)
