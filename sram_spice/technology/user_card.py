"""A user's own card file: parsed, checked and rendered anew, never passed to the simulator."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from pathlib import Path

from sram_spice.errors import InputError
from sram_spice.registry import PROCESSES
from sram_spice.technology.card import BSIM4_LEVELS, DeviceCard, Polarity
from sram_spice.untrusted import read_untrusted_text

KEY = "technology.model"
MAX_BYTES = 2_000_000
MAX_PARAMETERS = 2_000  # of a card; BSIM4 has some 900
LARGEST = 1e100  # of any parameter; beyond it is no figure of a card, and a corner may not overflow
_NAME = re.compile(r"[a-z_][a-z0-9_]*\Z")
_NUMBER = re.compile(
    r"([-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?)(t|g|meg|k|mil|m|u|n|p|f|a)?\Z", re.ASCII
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
    "a": 1e-18,
}
_PAIR = re.compile(r"([^\s=]+)\s*=\s*([^\s=]+)\s*")


@dataclass(frozen=True)
class _Statement:
    line: int
    text: str


def read_card_file(path: Path | str) -> tuple[DeviceCard, DeviceCard]:
    """Read one NMOS and one PMOS BSIM4 card.

    Parameters
    ----------
    path : Path or str
        Text file of `.model` cards, `.param` lines with numbers, comments and nothing else.

    Returns
    -------
    (DeviceCard, DeviceCard)
        NMOS and PMOS card.

    Raises
    ------
    InputError
        File missing, any other statement (`.control`, `.include`, `.lib`, devices ...), a value
        that is no number, a level other than 14 or 54, or not exactly one card of each polarity.
    """
    path = Path(path)
    parameters: dict[str, float] = {}
    cards: dict[str, DeviceCard] = {}
    for statement in _statements(path):
        word, _, rest = statement.text.partition(" ")
        if word == ".param":
            parameters.update(_pairs(rest, parameters, path, statement.line))
        elif word == ".model":
            card = _model(rest, parameters, path, statement.line)
            if card.polarity in cards:
                raise _refusal("a second card of this type", path, statement, card.polarity)
            cards[card.polarity] = card
        else:
            raise _refusal("statement refused", path, statement, word)
    for polarity in ("nmos", "pmos"):
        if polarity not in cards:
            raise InputError(
                f"no {polarity} card", file=str(path), key=KEY, allowed="one nmos and one pmos card"
            )
    return cards["nmos"], cards["pmos"]


def _statements(path: Path) -> list[_Statement]:
    try:
        text = read_untrusted_text(path, MAX_BYTES)
    except FileNotFoundError:
        raise InputError(
            "no such card file",
            key=KEY,
            value=str(path),
            allowed="the path of a card file, or a process: " + ", ".join(PROCESSES.names()),
        ) from None
    except (OSError, ValueError) as error:
        raise InputError(f"card file cannot be read: {error}", file=str(path), key=KEY) from None
    statements: list[tuple[int, list[str]]] = []
    for number, raw in enumerate(text.splitlines(), start=1):
        line = re.split(r"[;$]", raw, maxsplit=1)[0].strip().lower()
        if not line or line.startswith("*"):
            continue
        if line.startswith("+"):
            if not statements:
                raise _refusal("continuation of nothing", path, _Statement(number, line), line)
            statements[-1][1].append(line[1:])
        else:
            statements.append((number, [line]))
    return [_Statement(number, " ".join(" ".join(parts).split())) for number, parts in statements]


def _model(text: str, parameters: dict[str, float], path: Path, line: int) -> DeviceCard:
    words = text.replace("(", " ").replace(")", " ").split(maxsplit=2)
    statement = _Statement(line, f".model {text}")
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
    if level not in BSIM4_LEVELS:
        raise InputError(
            "model level is not BSIM4",
            file=str(path),
            key=f"line {line}: level",
            value=level,
            allowed="level = 14 or 54 (mismatch needs `delvto`)",
        )
    for name in ("vth0", "u0"):
        if name not in card:
            raise InputError(
                "parameter is missing",
                file=str(path),
                key=f"line {line}: {name}",
                allowed="a number (the corners shift it)",
            )
    return card


def _pairs(text: str, parameters: dict[str, float], path: Path, line: int) -> dict[str, float]:
    values: dict[str, float] = {}
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
        values[name] = _value(value, parameters, path, line, name)
        position = match.end()
    return values


def _value(text: str, parameters: dict[str, float], path: Path, line: int, name: str) -> float:
    text = text.strip("{}'\"")
    match = _NUMBER.match(text)
    number = float(match.group(1)) * _SCALE[match.group(2) or ""] if match else math.inf
    if abs(number) < LARGEST:
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


def _refusal(message: str, path: Path, statement: _Statement, value: str) -> InputError:
    return InputError(
        message,
        file=str(path),
        key=f"line {statement.line}",
        value=value,
        allowed="one nmos and one pmos .model card, .param with numbers, comments",
    )
