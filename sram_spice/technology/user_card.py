"""A user's own card file: parsed, checked and rendered anew, never passed to the simulator."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

from sram_spice.errors import InputError
from sram_spice.technology.card import (
    BSIM3_LEVELS,
    BSIM4_LEVELS,
    VERSION,
    DeviceCard,
    Polarity,
    Value,
)
from sram_spice.technology.card_text import CardStatement, card_text, statements_of
from sram_spice.technology.version import version_text

MAX_PARAMETERS = 2_000  # of a card; BSIM4 has some 900
LARGEST = 1e100  # of any parameter; beyond it is no figure of a card, and a corner may not overflow
SIZES = ("lmin", "lmax", "wmin", "wmax")
_NAME = re.compile(r"[a-z_][a-z0-9_]*\Z")
_BIN = re.compile(r"(.+)\.(\d+)", re.ASCII)
# As ngspice reads it: letters behind a suffix, or in the place of one, are a unit. Not `a`: ngspice
# 39 knows no atto and takes the number without it. Not `e` alone, nor `d`, which is an exponent
# elsewhere.
_NUMBER = re.compile(
    r"([-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?)(?:(t|g|meg|k|mil|m|u|n|p|f)[a-z]*|[b-cf-z][a-z]*)?\Z",
    re.ASCII,
)
_SCALE = {
    "": 1.0,
    "t": 1e12,
    "g": 1e9,
    "meg": 1e6,
    "k": 1e3,
    "mil": 25.4e-6,
    "m": 1e-3,
    "u": 1e-6,
    "n": 1e-9,
    "p": 1e-12,
    "f": 1e-15,
}
_PAIR = re.compile(r"([^\s=]+)\s*=\s*([^\s=]+)\s*")
_SAME = {"vtho": "vth0"}  # two spellings of one parameter; corners shift it


@dataclass(frozen=True)
class _Model:
    """A `.model` line: its device, the number of its bin, and its card."""

    line: int
    name: str
    device: str
    bin: bool
    card: DeviceCard


def read_card_file(
    path: Path | str, nmos: str | None = None, pmos: str | None = None
) -> tuple[DeviceCard, DeviceCard]:
    """Read one NMOS and one PMOS device of BSIM4 or BSIM3, each a card or several bins.

    Parameters
    ----------
    path : Path or str
        Text file of `.model` cards, `.param` lines with numbers, comments and nothing else.
    nmos, pmos : str, optional
        Names of the devices, where the file has several of a type.

    Returns
    -------
    (DeviceCard, DeviceCard)
        NMOS and PMOS device.

    Raises
    ------
    InputError
        File missing, any other statement (`.control`, `.include`, `.lib`, devices ...), a value
        that is no number, a level of another model, no device of a type or name, or several.
    """
    path = Path(path)
    return _read(card_text(path), path, nmos, pmos)


@lru_cache(maxsize=4)  # a library of bins takes half a second, and a sweep asks for it often
def _read(
    text: str, path: Path, nmos: str | None, pmos: str | None
) -> tuple[DeviceCard, DeviceCard]:
    parameters: dict[str, Value] = {}
    models: list[_Model] = []
    for statement in statements_of(text, path):
        word, _, rest = statement.text.partition(" ")
        if word == ".param":
            parameters.update(_pairs(rest, parameters, path, statement.line, of_param=True))
        elif word == ".model":
            found = _model(rest, parameters, path, statement.line)
            if any(found.name == other.name for other in models):
                raise _refusal("a second card of this name", path, statement, found.name)
            models.append(found)
        else:
            raise _refusal("statement refused", path, statement, word)
    return (
        _chosen("nmos", nmos, _devices("nmos", models, path), path),
        _chosen("pmos", pmos, _devices("pmos", models, path), path),
    )


def _devices(polarity: Polarity, models: Sequence[_Model], path: Path) -> Mapping[str, DeviceCard]:
    """Return the devices of a type by their names in the file; their own names are for decks."""
    own = [model for model in models if model.card.polarity == polarity]
    found: dict[str, DeviceCard] = {}
    for name in dict.fromkeys(model.device for model in own):
        cards = [model for model in own if model.device == name]
        if not cards[0].bin and len(cards) == 1:
            found[name] = cards[0].card
            continue
        for one in cards:
            missing = [size for size in SIZES if size not in one.card]
            if missing or not one.bin:
                raise InputError(
                    "a bin without its sizes" if one.bin else "a card beside bins of its name",
                    file=str(path),
                    key=f"line {one.line}: {one.name}",
                    value=", ".join(missing) or None,
                    allowed=f"bins {name}.1, {name}.2 ... with {', '.join(SIZES)}",
                )
        bins = (replace(one.card, name=f"{polarity}_{i}") for i, one in enumerate(cards, start=1))
        found[name] = DeviceCard(polarity, (), bins=tuple(bins))
    return found


def _chosen(
    polarity: Polarity, wanted: str | None, devices: Mapping[str, DeviceCard], path: Path
) -> DeviceCard:
    if wanted is not None and wanted.lower() in devices:
        return devices[wanted.lower()]
    if wanted is None and len(devices) == 1:
        return next(iter(devices.values()))
    if not devices:
        raise InputError(
            f"no {polarity} card",
            file=str(path),
            key="technology.model",
            allowed="at least one nmos and one pmos card",
        )
    raise InputError(
        f"several {polarity} devices" if wanted is None else f"no {polarity} device of this name",
        file=str(path),
        key=f"technology.{polarity}",
        value=wanted,
        allowed=", ".join(devices),
    )


def _model(text: str, parameters: dict[str, Value], path: Path, line: int) -> _Model:
    words = re.sub(r"[(),]", " ", text).split(maxsplit=2)
    statement = CardStatement(line, f".model {text}")
    if len(words) < 3 or words[1] not in ("nmos", "pmos"):
        raise _refusal("not a MOSFET card", path, statement, " ".join(words[:2]))
    polarity: Polarity = "nmos" if words[1] == "nmos" else "pmos"
    values = _pairs(words[2], parameters, path, line)
    if len(values) > MAX_PARAMETERS:
        raise InputError(
            "card has too many parameters",
            file=str(path),
            key=f"line {line}",
            value=len(values),
            allowed=f"{MAX_PARAMETERS:,}",
        )
    card = DeviceCard(polarity, tuple(values.items()))
    level = values.get("level")
    if level not in (*BSIM4_LEVELS, *BSIM3_LEVELS):
        raise InputError(
            "model level is neither BSIM4 nor BSIM3",
            file=str(path),
            key=f"line {line}: level",
            value=level,
            allowed="level = 14 or 54 (BSIM4), 8 or 49 (BSIM3); mismatch needs `delvto`",
        )
    for name in ("vth0", "u0"):
        if name not in card:
            raise InputError(
                "parameter is missing",
                file=str(path),
                key=f"line {line}: {name}",
                allowed="a number (the corners shift it)",
            )
    numbered = _BIN.fullmatch(words[0])
    device = numbered[1] if numbered else words[0]
    return _Model(line, words[0], device, numbered is not None, card)


def _pairs(
    text: str, parameters: dict[str, Value], path: Path, line: int, of_param: bool = False
) -> dict[str, Value]:
    values: dict[str, Value] = {}
    position = 0
    while position < len(text):
        match = _PAIR.match(text, position)
        if match is None:
            raise InputError(
                "not name=value",
                file=str(path),
                key=f"line {line}",
                value=text[position : position + 40],
                allowed="name=number pairs",
            )
        name, value = match.groups()
        if not _NAME.match(name):
            raise InputError(
                "bad parameter name",
                file=str(path),
                key=f"line {line}",
                value=name,
                allowed="letters, digits and _",
            )
        if name == VERSION and not of_param:
            values[name] = _version(value, path, line)
        else:
            known = parameters | values if of_param else parameters
            values[_SAME.get(name, name)] = _value(value, known, path, line, name, of_param)
        position = match.end()
    return values


def _version(text: str, path: Path, line: int) -> str:
    found = version_text(text)
    if found is None:
        raise InputError(
            "not a version",
            file=str(path),
            key=f"line {line}: {VERSION}",
            value=text,
            allowed="for example 4.5 or 3.2.4",
        )
    return found


def _value(
    text: str, parameters: dict[str, Value], path: Path, line: int, name: str, of_param: bool
) -> Value:
    text = text.strip("{}'\"")
    match = _NUMBER.match(text)
    suffix = (match.group(2) or "") if match else ""
    number = float(match.group(1)) * _SCALE[suffix] if match else math.inf
    # In a .param ngspice takes `mil` for milli, in a card for a thousandth of an inch.
    if abs(number) < LARGEST and not (of_param and suffix == "mil"):
        return number
    if text in parameters:
        return parameters[text]
    raise InputError(
        "not a number",
        file=str(path),
        key=f"line {line}: {name}",
        value=text,
        allowed="a number with SPICE suffix, or the name of an earlier .param",
    )


def _refusal(message: str, path: Path, statement: CardStatement, value: str) -> InputError:
    return InputError(
        message,
        file=str(path),
        key=f"line {statement.line}",
        value=value,
        allowed="nmos and pmos .model cards, .param with numbers, comments",
    )
