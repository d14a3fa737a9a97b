"""What a design takes from its process: defaults, and the limits it has to keep."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic_core import InitErrorDetails, PydanticCustomError

from sram_spice.design.plugin_section import PluginSection
from sram_spice.design.section import Section, Within
from sram_spice.errors import InputError
from sram_spice.registry import PROCESSES
from sram_spice.technology import Process, defaults_of, process_of
from sram_spice.technology.technology import ChosenProcess

DEFAULT = "ptm65"
FAULT = "of_process"  # type of these errors; their context has what is allowed
_UNITS = {"length": "m", "width": "m", "supply": "V", "word_line": "V", "temperature": "degC"}


@dataclass(frozen=True)
class Filled:
    """Data of a design with what its process gives.

    Attributes
    ----------
    data : dict
    keys : tuple of (str, str)
        Section and key of each value that the data did not have.
    """

    data: dict[str, Any]
    keys: tuple[tuple[str, str], ...]


def with_process(data: Mapping[str, Any], kinds: Mapping[str, type[Section]]) -> Filled:
    """Add the defaults of a design's process to its data, before they are validated.

    Parameters
    ----------
    data : mapping
        As a user wrote them; anything may be wrong with them.
    kinds : mapping of str to type
        The model of each section. One that is optional gets defaults only where it is there.

    Raises
    ------
    InputError
        The process cannot be used, or gives a default for a key that does not exist.
    """
    given = {name: _plain(value) for name, value in data.items()}
    keys = []
    chosen = given.get("technology", {})
    name: str | None = DEFAULT
    model = DEFAULT
    if isinstance(chosen, Mapping):
        resolved = _resolved(chosen)
        keys += [("technology", key) for key in resolved if key not in chosen]
        given["technology"] = {**chosen, **resolved}
        if resolved["process"] is None:
            name, model = None, str(resolved["model"])
        elif resolved["process"] in PROCESSES.names():
            name = model = str(resolved["process"])
    for section, kind in kinds.items():
        found = given.get(section)
        if isinstance(found, Mapping):
            own = {key: value for key, value in kind.derived(found).items() if key not in found}
            given[section] = {**found, **own}
            keys += [(section, key) for key in own]
    for key, value in defaults_of(process_of(name, model)).items():
        section, _, last = key.partition(".")
        if section not in kinds:
            raise _no_such_key(name, key)
        found = given.get(section, {} if section != "sense_amplifier" else None)
        if not isinstance(found, Mapping) or last in found:
            continue
        kind = kinds[section]
        if issubclass(kind, PluginSection):
            kind = kind.of_data(found) or kind
        if last in kind.model_fields:
            given[section] = {**found, last: value}
            keys.append((section, last))
        elif not (issubclass(kind, PluginSection) and kind.field_of_another(last)):
            raise _no_such_key(name, key)
    return Filled(given, tuple(keys))


def _plain(value: Any) -> Any:
    return value.model_dump(exclude_unset=True) if isinstance(value, Section) else value


def _resolved(chosen: Mapping[str, Any]) -> dict[str, Any]:
    """Return process and model: either says the other; a card file has no process."""
    process, model = chosen.get("process"), chosen.get("model")
    if process is None:
        process = DEFAULT if model is None else model
        if model is not None and model not in PROCESSES.names():
            process = None
    return {"process": process, "model": process if model is None else model}


def _no_such_key(name: str | None, key: str) -> InputError:
    return InputError(
        f"process {name} gives a default for a key that does not exist",
        key=PROCESSES.key,
        value=key,
        allowed="keys of a design file",
    )


def faults(design: Section, technology: ChosenProcess) -> Iterator[InitErrorDetails]:
    """Find what a validated design asks of its process that it cannot give."""
    name, model = technology.process, technology.model
    if name is not None and model != name:
        place, message = ("technology", "model"), f"process {name} has models of its own"
        yield fault(place, model, message, f"{name}, or a card file and no technology.process")
        return
    for key in ("nmos", "pmos"):
        device = getattr(technology, key)
        if name is not None and device is not None:
            message = f"process {name} has devices of its own"
            yield fault(("technology", key), device, message, "the name of a device of a card file")
    process = process_of(name, model)
    what = "a card file" if name is None else f"process {name}"
    if technology.corner not in process.corners:
        place = ("technology", "corner")
        allowed = ", ".join(process.corners)
        yield fault(place, technology.corner, f"no corner of {what}", allowed)
    yield from _beyond(design, (), process, what)


def _beyond(
    section: Section, place: tuple[str, ...], process: Process, what: str
) -> Iterator[InitErrorDetails]:
    fields = type(section).model_fields
    for key, value in [*section, *(section.model_extra or {}).items()]:
        here = (*place, key)
        if isinstance(value, Section):
            yield from _beyond(value, here, process, what)
            continue
        marks = [one for one in getattr(fields.get(key), "metadata", ()) if isinstance(one, Within)]
        if not marks or value is None:
            continue
        mark = marks[-1]  # the narrowest
        for role in mark.roles or (None,):
            allowed = process.limits.of(mark.quantity, role)
            if value not in allowed:
                own = f"the {role} transistor of " if role in process.limits.by_role else ""
                text = f"{allowed} {_UNITS[mark.quantity]}"
                yield fault(here, value, f"beyond the limits of {own}{what}", text)
                break


def fault(place: tuple[str, ...], value: object, message: str, allowed: str) -> InitErrorDetails:
    """Return what is wrong with a key, in plain words, with what is allowed."""
    # A message of pydantic is a template; plain words come in as its context.
    error = PydanticCustomError(FAULT, "{message}", {"message": message, "allowed": allowed})
    return InitErrorDetails(type=error, loc=place, input=value)
