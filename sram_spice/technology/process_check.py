"""Tries a process on the simulator: what an author calls in the tests of a plug-in."""

from __future__ import annotations

from dataclasses import dataclass, replace

from sram_spice.errors import InputError
from sram_spice.simulation import Job, OperatingPoint, SimulatorPool
from sram_spice.technology.bins import card_of
from sram_spice.technology.card import ROLES, ModelCards, Polarity, Role
from sram_spice.technology.card_reading import ignored_parameters
from sram_spice.technology.process import Process
from sram_spice.technology.registered import registered_process

# A card in wrong units is far beyond these; a transistor of least length may leak as it likes.
LEAST_ON = 1.0  # A per m of width; 65 nm has some 1000
LEAST_RATIO = 2.0  # of the current on to the current off


@dataclass(frozen=True)
class DeviceCurrent:
    """Currents of one transistor of least size at the nominal supply.

    Attributes
    ----------
    corner, device : str
        The corner, and the model's name in decks.
    role : str
        Whose limits its size is from.
    on, off : float
        Drain current with the gate at the supply and at the source, A.
    """

    corner: str
    device: str
    role: Role
    on: float
    off: float


def check_process(name: str) -> tuple[DeviceCurrent, ...]:
    """Check a registered process, and that each of its transistors conducts and switches off.

    Parameters
    ----------
    name : str
        As a design says it: `technology.process`.

    Returns
    -------
    tuple of DeviceCurrent
        Of every corner and role, for an author to compare with what the foundry says.

    Raises
    ------
    InputError
        The first thing that is wrong with it.
    """
    process = registered_process(name)
    found = []
    with SimulatorPool(1) as pool:
        for corner in process.corners:
            cards = replace(process.cards(corner), temperature=27.0)
            for polarity, role in _transistors(process, cards):
                current = _currents(pool, process, cards, corner, polarity, role)
                found.append(_checked(name, process, current))
    return tuple(found)


def _transistors(process: Process, cards: ModelCards) -> list[tuple[Polarity, Role]]:
    own = {role for role, _ in cards.by_role} | set(process.limits.by_role)
    polarities: tuple[Polarity, Polarity] = ("nmos", "pmos")
    fixed: dict[Role, Polarity] = {"access": "nmos", "pull_down": "nmos", "pull_up": "pmos"}
    roles = [role for role in ROLES if role in own or role == "logic"]
    return [(p, role) for role in roles for p in polarities if fixed.get(role, p) == p]


def _currents(
    pool: SimulatorPool,
    process: Process,
    cards: ModelCards,
    corner: str,
    polarity: Polarity,
    role: Role,
) -> DeviceCurrent:
    width, length = (process.limits.of(one, role).low for one in ("width", "length"))
    card = card_of(cards, f"{polarity}_{role}", f"of least size, {role}", length, width)
    high = process.supply if polarity == "nmos" else -process.supply
    size = f"w={width!r} l={length!r} delvto=0"
    deck = "\n".join(
        [
            f"process check: {card.model}",
            ".options reltol=1e-6 abstol=1e-16 gmin=1e-18",
            cards.render({card.model}),
            f"Vd d 0 DC {high!r}",
            f"Vg g 0 DC {high!r}",
            f"Mon d g 0 0 {card.model} {size}",
            f"Ve e 0 DC {high!r}",
            f"Moff e 0 0 0 {card.model} {size}",
            ".end",
            "",
        ]
    )
    job = Job(deck, OperatingPoint(), ("vd#branch", "ve#branch"), listen=True)
    (result,) = pool.run([job])
    if result.values is None:
        raise InputError(
            f"process cannot be used: corner {corner}: the simulator does not solve a single "
            f"transistor: {result.status}: {result.detail}",
            key="technology.process",
            value=f"{card.model}, {size}",
        )
    ignored = ignored_parameters(result.said)
    if ignored:
        raise InputError(
            f"process cannot be used: {corner}: the simulator ignores parameters of a card",
            key="technology.process",
            value=", ".join(ignored),
            allowed=f"parameters that the model of {card.model} has",
        )
    on, off = (abs(float(value)) for value in result.values)
    return DeviceCurrent(corner, card.model, role, on, off)


def _checked(name: str, process: Process, found: DeviceCurrent) -> DeviceCurrent:
    width = process.limits.of("width", found.role).low
    if not (found.on >= LEAST_ON * width and found.on >= LEAST_RATIO * found.off):
        raise InputError(
            f"process {name}, corner {found.corner}: its {found.device} of least size is no switch",
            key="technology.process",
            value=f"on {found.on:.3g} A, off {found.off:.3g} A",
            allowed=f"on at least {LEAST_ON:g} A/m and {LEAST_RATIO:g} times off",
        )
    return found
