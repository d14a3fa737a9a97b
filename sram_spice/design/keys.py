"""Which keys a section of a design has, its plug-in's own among them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic.fields import FieldInfo

from sram_spice.design.measurements import MeasurementsDesign
from sram_spice.design.model import Design
from sram_spice.design.plugin_section import PluginSection
from sram_spice.design.section import section_of
from sram_spice.registry import MEASUREMENTS


def keys_at(location: tuple[int | str, ...], data: object) -> list[str]:
    """Return the keys of the section at a place of a design; none when it is no section.

    Parameters
    ----------
    location : tuple of str
        Names from the top, for example ``("column",)``.
    data : mapping
        The design as nested mappings; it says which plug-ins it has.
    """
    kind: Any = _kind(location, data)
    if kind is MeasurementsDesign:
        return [name for name in MEASUREMENTS.names() if MeasurementsDesign.of(name).model_fields]
    return list(getattr(kind, "model_fields", {}))


def all_keys(data: object, location: tuple[int | str, ...] = ()) -> list[str]:
    """Return every key of a design as ``section.key``, sections included.

    Parameters
    ----------
    data : mapping
        As for :func:`keys_at`.
    location : tuple of str
        Section below which they are listed.
    """
    found = []
    for name in keys_at(location, data):
        inner = (*location, name)
        found += [".".join(map(str, inner)), *all_keys(data, inner)]
    return found


def field_at(location: tuple[int | str, ...], data: object) -> FieldInfo | None:
    """Return the field at a place of a design: its type, its description."""
    kind: Any = _kind(location[:-1], data)
    fields = getattr(kind, "model_fields", {})
    found: FieldInfo | None = fields.get(location[-1])
    if found is None and isinstance(kind, type) and issubclass(kind, PluginSection):
        found = kind.field_of_another(str(location[-1]))
    return found


def field_of(key: str) -> FieldInfo | None:
    """Return the field of a key ``section.key``, whichever plug-in has it."""
    *section, name = key.split(".")
    return field_at((*section, name), {})


def _kind(location: tuple[int | str, ...], data: object) -> object:
    kind: object = Design
    for part in location:
        data = data.get(part) if isinstance(data, Mapping) else None
        if kind is MeasurementsDesign:
            kind = MeasurementsDesign.of(str(part)) if part in MEASUREMENTS.names() else None
            continue
        field = getattr(kind, "model_fields", {}).get(part)
        kind = None if field is None else section_of(field.annotation)
        if isinstance(kind, type) and issubclass(kind, PluginSection):
            kind = kind.of_data(data or {}) or kind
    return kind
