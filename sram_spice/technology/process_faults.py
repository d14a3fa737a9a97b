"""What is wrong with a process that somebody has registered, without simulating it."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Mapping

from sram_spice.technology.card import ROLES, VERSION, DeviceCard, ModelCards
from sram_spice.technology.process import NEEDED_SIZES, Limits, Process, Range, Wire, defaults_of
from sram_spice.technology.version import version_text

# Names that stand in decks, in messages and on the command line.
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,63}", re.ASCII)
# Units at a glance: a length in nm or a wire in fF/um is not within these.
SANE = {
    "length": Range(1e-9, 1e-4),
    "width": Range(1e-9, 1e-3),
    "supply": Range(0.05, 10.0),
    "temperature": Range(-273.15, 500.0),
    "supply, V": Range(0.05, 10.0),
    "a_vt, V m": Range(0.0, 1e-7),
    "wire.capacitance, F/m": Range(0.0, 1e-8),
    "wire.resistance, ohm/m": Range(0.0, 1e9),
    "wire.cell_height, m": Range(1e-8, 1e-4),
    "wire.cell_width, m": Range(1e-8, 1e-4),
    "wire.rail_resistance, ohm/m": Range(0.0, 1e9),
    "wire.word_line_resistance, ohm/m": Range(0.0, 1e9),
    "wire.word_line_capacitance, F/m": Range(0.0, 1e-8),
}
MAX_TEXT = 2000  # of source, an assumption, a corner: they stand in every manifest


def process_fault(process: object) -> str | None:
    """Return the first thing that keeps an object from being a process; None when it is one."""
    try:
        return next(_faults(process), None)
    except Exception as error:  # a third party's code may fail in any way
        return f"{type(error).__name__}: {error}"


def _faults(process: object) -> Iterator[str]:
    missing = [name for name in _ATTRIBUTES if not hasattr(process, name)]
    if missing:
        yield f"it has no {', '.join(missing)}"
        return
    for name, (kind, what) in _ATTRIBUTES.items():
        if not kind(getattr(process, name)):
            yield f"its {name} is not {what}"
            return
    found: Process = process  # type: ignore[assignment]  # it has what a process has
    yield from _figures(found)
    yield from _limits(found.limits)
    yield from _own_defaults(found)
    if "tt" not in found.corners:
        yield "its corners lack tt"
    for corner in found.corners:
        if not _NAME.fullmatch(corner):
            yield f"corner {corner!r}: not a name of letters, digits and _"
            return
        yield from (f"corner {corner}: {fault}" for fault in _cards(found.cards(corner)))


def _figures(process: Process) -> Iterator[str]:
    wire = process.wire
    figures = {
        "supply, V": process.supply,
        "a_vt, V m": process.a_vt,
        "wire.capacitance, F/m": wire.capacitance,
        "wire.resistance, ohm/m": wire.resistance,
        "wire.cell_height, m": wire.cell_height,
    }
    of_other_wires = {
        "wire.cell_width, m": wire.cell_width,
        "wire.rail_resistance, ohm/m": wire.rail_resistance,
        "wire.word_line_resistance, ohm/m": wire.word_line_resistance,
        "wire.word_line_capacitance, F/m": wire.word_line_capacitance,
    }
    figures |= {name: value for name, value in of_other_wires.items() if value is not None}
    for name, value in figures.items():
        if not (_is_number(value) and value in SANE[name]):
            yield f"{name}: {value!r} is not within {SANE[name]}"


def _limits(limits: Limits) -> Iterator[str]:
    ranges = [(name, name, getattr(limits, name)) for name in ("length", "width")]
    ranges += [(name, name, getattr(limits, name)) for name in ("supply", "temperature")]
    for role, own in limits.by_role.items():
        if role not in ROLES:
            yield f"limits.by_role: {role!r} is none of {', '.join(ROLES)}"
        ranges += [(f"by_role[{role}].{n}", n, getattr(own, n)) for n in ("length", "width")]
    for where, quantity, found in ranges:
        ends = (found.low, found.high) if isinstance(found, Range) else ()
        if not ends or not all(_is_number(end) for end in ends):
            yield f"limits.{where} is not a Range of two numbers"
        elif found.low > found.high:
            yield f"limits.{where}: {found.low!r} is above {found.high!r}"
        elif not all(end in SANE[quantity] for end in ends):
            yield f"limits.{where}: {found} is not within {SANE[quantity]}"


def _own_defaults(process: Process) -> Iterator[str]:
    for key in NEEDED_SIZES:
        if key not in process.sizes:
            yield f"its sizes lack {key}"
    for key, value in defaults_of(process).items():
        if not _is_number(value):
            yield f"sizes: {key}: {value!r} is not a number"
    if process.supply not in process.limits.supply:
        yield f"its supply {process.supply:g} V is beyond its own limits, {process.limits.supply}"
    length = process.sizes["cell.length"]
    for role in ("access", "pull_down", "pull_up"):
        allowed = process.limits.of("length", role)
        if length not in allowed:
            yield f"sizes: cell.length {length:g} is beyond its own limits, {allowed}"


def _cards(cards: object) -> Iterator[str]:
    if not isinstance(cards, ModelCards):
        yield f"cards gives {type(cards).__name__}, not ModelCards"
        return
    if (cards.nmos.polarity, cards.pmos.polarity) != ("nmos", "pmos"):
        yield "its nmos and pmos cards are not of these types"
    names: dict[str, DeviceCard] = {}
    for card in (one for device in cards.every for one in device.cards):
        if not _NAME.fullmatch(card.model):
            yield f"device {card.model!r}: not a name of letters, digits and _"
        if names.setdefault(card.model.lower(), card) != card:
            yield f"two devices have the name {card.model}"
        if "level" not in card:
            yield f"device {card.model}: its card has no level"
        for name, value in card.parameters:
            if not (_NAME.fullmatch(name) and name == name.lower()):
                yield f"device {card.model}: {name!r} is not the name of a parameter"
            elif not (_is_number(value) or _is_version(name, value)):
                yield f"device {card.model}: {name} = {value!r} is not a number"
    for role, _ in cards.by_role:
        if role not in ROLES:
            yield f"by_role: {role!r} is none of {', '.join(ROLES)}"


def _is_version(name: str, value: object) -> bool:
    return name == VERSION and isinstance(value, str) and version_text(value) == value


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _is_text(value: object) -> bool:
    return isinstance(value, str) and len(value.strip()) > 0 and len(value) <= MAX_TEXT


def _is_texts(value: object) -> bool:
    return isinstance(value, tuple | list) and all(_is_text(one) for one in value)


def _is_text_by_name(value: object) -> bool:
    return isinstance(value, Mapping) and all(
        _is_text(name) and _is_text(what) for name, what in value.items()
    )


def _is_named(value: object) -> bool:
    return isinstance(value, Mapping) and all(isinstance(key, str) for key in value)


_ATTRIBUTES: dict[str, tuple[Callable[[object], bool], str]] = {
    "source": (_is_text, "a text that says where its models come from"),
    "assumptions": (_is_texts, "a tuple of texts"),
    "corners": (_is_text_by_name, "a mapping of a corner's name to what it is"),
    "limits": (lambda value: isinstance(value, Limits), "Limits"),
    "supply": (_is_number, "a number"),
    "a_vt": (_is_number, "a number"),
    "wire": (lambda value: isinstance(value, Wire), "a Wire"),
    "sizes": (_is_named, "a mapping of keys to m"),
    "cards": (callable, "a method"),
}
