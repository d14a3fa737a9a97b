"""Read a design: TOML file, then overrides, then validation with clear messages."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from sram_spice.design.keys import field_at, keys_at
from sram_spice.design.model import Design
from sram_spice.design.of_process import FAULT
from sram_spice.design.spice_number import did_you_mean_number
from sram_spice.design.suggest import did_you_mean
from sram_spice.errors import InputError
from sram_spice.registry import PROCESSES
from sram_spice.untrusted import read_untrusted_text

MAX_BYTES = 1_000_000
NO_NUMBER = ("float_type", "int_type", "float_parsing", "int_parsing")  # of pydantic
# Either says the other.
RIVALS = {
    "technology.process": "technology.model",
    "technology.model": "technology.process",
    "mismatch.a_vt": "mismatch.a_vt_pair",
    "mismatch.a_vt_pair": "mismatch.a_vt",
}


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
        raise _input_error(error, data, file) from None
    except InputError as error:  # of a plug-in that the design names
        raise InputError(
            error.message,
            file=error.file or file,
            key=error.key,
            value=error.value,
            allowed=error.allowed,
        ) from error


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
        if isinstance(model, str) and model not in PROCESSES.names():
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
    *sections, _ = key.split(".")
    target: Any = data
    for section in sections:
        target = target.setdefault(section, {})
        if not isinstance(target, dict):
            raise InputError("is not a section", key=key, value=section)
    _set(target, key, _toml_value(text.strip()))


def _set(section: dict[str, Any], key: str, value: Any) -> None:
    """Set a key; a new process or card file takes the place of what was chosen before."""
    section[key.rpartition(".")[2]] = value
    if key in RIVALS:
        section.pop(RIVALS[key].rpartition(".")[2], None)


def _toml_value(text: str) -> Any:
    try:
        parsed = tomllib.loads(f"value = {text}")
    except (ValueError, RecursionError):  # no TOML, or an integer of more digits than Python takes
        return text  # a bare word such as `linear` needs no quotes on a command line
    return parsed["value"] if len(parsed) == 1 else text


def _input_error(error: ValidationError, data: object, file: str | None) -> InputError:
    first = error.errors(include_url=False)[0]
    location = first["loc"]
    key = ".".join(str(part) for part in location)
    value = first.get("input")
    if first["type"] == "extra_forbidden":
        near = ", ".join(keys_at(location[:-1], data))
        return _unknown_key(key, value, data, near, file)
    allowed = str(first["ctx"]["allowed"]) if first["type"] == FAULT else _allowed(location, data)
    if first["type"] == "missing":
        return InputError("key is missing", file=file, key=key, allowed=allowed)
    message = str(first["msg"]).removeprefix("Value error, ")
    message = message[0].lower() + message[1:]
    if first["type"] == "model_type":
        message = "is not a section"
    if first["type"] in NO_NUMBER:
        message += did_you_mean_number(value, whole=first["type"].startswith("int"))
    more = error.error_count() - 1
    if more:
        message += f" (and {more} more wrong)"
    return InputError(message, file=file, key=key, value=value, allowed=allowed)


def _unknown_key(
    key: str, value: object, data: object, allowed: str | None = None, file: str | None = None
) -> InputError:
    message = f"unknown key{did_you_mean(key, data)}"
    return InputError(message, file=file, key=key, value=value, allowed=allowed)


def _allowed(location: tuple[int | str, ...], data: object) -> str:
    if not location:
        return "a design (see `sram-spice characterize --help`)"
    keys = keys_at(location, data)
    if keys:
        return f"a section with the keys {', '.join(keys)}"
    field = field_at(location, data)
    return f"{field.description}" if field else "a design (see `sram-spice characterize --help`)"


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
    # Only what was given: defaults follow the plug-ins.
    data = design.model_dump(exclude_unset=True)
    for key, value in values.items():
        *sections, _ = key.split(".")
        if sections and sections[0] not in Design.model_fields:
            raise _unknown_key(key, value, data, ", ".join(Design.model_fields))
        target: Any = data
        for section in sections:
            if target.get(section) is None:
                target[section] = {}
            target = target[section]
            if not isinstance(target, dict):
                raise _unknown_key(key, value, data)
        _set(target, key, value.item() if hasattr(value, "item") else value)  # of NumPy
    return design_from_dict(data)
