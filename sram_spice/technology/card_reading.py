"""What the simulator says of a user's cards: refused, ignored, taken for something else."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from functools import lru_cache

from sram_spice.errors import InputError
from sram_spice.simulation import REFUSED, Job, OperatingPoint, PointResult, SimulatorPool
from sram_spice.technology.card import BSIM3_LEVELS, BSIM4_LEVELS, DeviceCard, Polarity, Value

SIZE = 1e-6  # m; of a transistor whose card does not say for which sizes it is
# Of each model its last version in ngspice, which has the most parameters.
_LAST = {"BSIM3": "level=49 version=3.3", "BSIM4": "level=54 version=4.8"}
_LEVELS = {"BSIM3": BSIM3_LEVELS, "BSIM4": BSIM4_LEVELS}
_IGNORED = re.compile(r"unrecognized parameter \((\w+)\)")
_NO_VERSION = re.compile(r"version not specified", re.IGNORECASE)
_WRONG_VERSION = re.compile(r"wrong version number", re.IGNORECASE)
_NO_SHIFT = "(delvto)"
_NO_MODEL = "not available in this binary"


def card_warnings(nmos: DeviceCard, pmos: DeviceCard, file: str) -> tuple[str, ...]:
    """Let the simulator read two devices; return what a reader of their currents has to know.

    Parameters
    ----------
    nmos, pmos : DeviceCard
    file : str
        Where they are from, for messages.

    Returns
    -------
    tuple of str
        Parameters that it ignores, versions that it does not know.

    Raises
    ------
    InputError
        It refuses a card, does not solve a transistor of it, or ignores what are parameters of
        another model: with its own sentence.
    SimulatorError
        libngspice is missing or broken.
    """
    try:
        return _read(nmos, pmos)
    except InputError as error:
        raise InputError(
            error.message, file=file, key=error.key, value=error.value, allowed=error.allowed
        ) from None


@lru_cache(maxsize=64)
def _read(*devices: DeviceCard) -> tuple[str, ...]:
    found: list[str] = []
    with SimulatorPool(1) as pool:
        for device in devices:
            (result,) = pool.run([_one_of_each(device.polarity, device.render(), device.cards)])
            if result.values is None:
                raise _refusal(device, result)
            found += _findings(pool, device, result.said)
    return tuple(found)


def _one_of_each(polarity: Polarity, text: str, cards: Sequence[DeviceCard]) -> Job:
    """Return the job of one transistor of each card, switched on."""
    on = 1.0 if polarity == "nmos" else -1.0
    lines = [f"cards: {polarity}", text, f"Vd d 0 DC {on!r}"]
    for number, card in enumerate(cards):
        size = " ".join(f"{one}={_middle(*card.sizes.get(one, (0, math.inf)))!r}" for one in "wl")
        lines.append(f"M{number} d d 0 0 {card.model} {size} delvto=0")
    deck = "\n".join([*lines, ".end", ""])
    return Job(deck, OperatingPoint(), ("vd#branch",), listen=True, label=f"cards: {polarity}")


def _middle(low: float, high: float) -> float:
    return math.sqrt(low * high) if low > 0 and high < math.inf else min(max(SIZE, low), high)


def _refusal(device: DeviceCard, result: PointResult) -> InputError:
    said = result.detail.removeprefix(REFUSED)
    allowed = None
    if _NO_SHIFT in said:
        said += ": mismatch needs it"
        allowed = "BSIM3 of version 3.2 or later, BSIM4"
    elif _NO_MODEL in said:
        allowed = "versions 4.0 to 4.8 of BSIM4, 3.2 to 3.3 of BSIM3"
    what = "refuses" if result.refused else "solves no transistor of"
    return InputError(
        f"the simulator {what} this card: {said}",
        key=f"{device.polarity} card",
        value=_said_model(device.cards[0]),
        allowed=allowed,
    )


def _said_model(card: DeviceCard) -> str:
    values = dict(card.parameters)
    return ", ".join(
        f"{name} = {values[name]:g}"
        if isinstance(values[name], float)
        else f"{name} = {values[name]}"
        for name in ("level", "version")
        if name in values
    )


def _findings(pool: SimulatorPool, device: DeviceCard, said: Sequence[str]) -> list[str]:
    ignored = ignored_parameters(said)
    values = {name: value for card in device.cards for name, value in card.parameters}
    level = values["level"]
    own = next((name for name, levels in _LEVELS.items() if level in levels), "")
    for other in _LAST.keys() - {own}:
        theirs = [] if not ignored else _known(pool, other, {n: values[n] for n in ignored})
        if theirs:
            raise InputError(
                f"the simulator ignores parameters of {other} in a card of {own}",
                key=f"{device.polarity} card",
                value=", ".join(theirs),
                allowed=f"parameters of {own}; level = "
                f"{' or '.join(map(str, _LEVELS[other]))} for a card of {other}",
            )
    found = []
    if ignored:
        found.append(f"{device.polarity} card: the simulator ignores {', '.join(ignored)}")
    if any(_NO_VERSION.search(line) for line in said):
        found.append(
            f"{device.polarity} card: no version is given; the simulator takes its last {own}"
        )
    wrong = next((line.strip() for line in said if _WRONG_VERSION.search(line)), "")
    if wrong:
        found.append(f"{device.polarity} card: the simulator says: {wrong}")
    return found


def _known(pool: SimulatorPool, model: str, values: Mapping[str, Value]) -> list[str]:
    """Return which parameters a model has: the simulator itself says which it does not know."""
    card = DeviceCard("nmos", tuple(values.items()))
    text = f"{card.render()} {_LAST[model]}"
    (result,) = pool.run([_one_of_each("nmos", text, (card,))])
    unknown = ignored_parameters(result.said)
    return [name for name in values if name not in unknown]


def ignored_parameters(said: Sequence[str]) -> list[str]:
    """Return the parameters of cards that the simulator says it ignores, each once."""
    return list(dict.fromkeys(found[1] for found in map(_IGNORED.search, said) if found))
