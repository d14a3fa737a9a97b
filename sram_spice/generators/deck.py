"""Decks: a circuit, its cards and options; for the library, or to run alone."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from PySpice.Spice.Netlist import Circuit

from sram_spice.errors import InputError
from sram_spice.generators.cell import BIT_LINES
from sram_spice.generators.column import Column, ColumnGuess
from sram_spice.generators.column_text import column_lines
from sram_spice.simulation.deck_check import forbidden_line
from sram_spice.simulation.job import FloatArray, LevelAnalysis, OperatingPoint, Transient
from sram_spice.technology import ModelCards, card_of

# reltol 1e-6: with the default 1e-3 the two bit lines of a symmetric column differ by 49 uV.
OPTIONS = ".options reltol=1e-6 vntol=1e-8 abstol=1e-14 gmin=1e-15"
# For transients that decide where a column goes: within some 10 uV of the above, in half the time.
QUICK_OPTIONS = ".options reltol=1e-4"
# Stepping gmin or sources leads a column out of its stored states: to metastable points, or to a
# column whose majority has flipped. A column that Newton does not solve is a case for a transient.
OPERATING_POINT_OPTIONS = ".options gminsteps=0 srcsteps=0 itl1=50"


@dataclass(frozen=True)
class ColumnDeck:
    """A deck without analyses, and the devices whose threshold it lets alter.

    Attributes
    ----------
    text : str
        SPICE text; its first line is the title.
    column : Column
    analysis : OperatingPoint or Transient
        What it is to be simulated with.
    """

    text: str
    column: Column
    analysis: LevelAnalysis

    @property
    def alter(self) -> tuple[str, ...]:
        """Threshold shift of every transistor, as ngspice names it."""
        return tuple(f"@{name}[delvto]" for name, _ in self.column.devices)


def column_deck(
    column: Column,
    cards: ModelCards,
    analysis: LevelAnalysis | None = None,
    guess: ColumnGuess | None = None,
    shifts: FloatArray | None = None,
    options: str = OPTIONS,
) -> ColumnDeck:
    """Return the deck of a column.

    Parameters
    ----------
    column : Column
    cards : ModelCards
    analysis : OperatingPoint or Transient, optional
        What the deck is for; default: what gives the column's level in its read-out.
    guess : ColumnGuess, optional
        Where the solver of an operating point starts; saves a third of the time. Default: the
        stored states. Not for transients: an access begins at rest, whatever its level.
    shifts : ndarray, optional
        Threshold shifts written into the deck, V (as in :meth:`Column.circuit`).
    options : str
        The `.options` line that sets the tolerances.
    """
    design = column.design
    if analysis is None:
        analysis = column.readout.level_analysis(column.n_plus, column.n_minus)
    transient = isinstance(analysis, Transient)
    if shifts is None:
        body = column_lines(column, transient)
    else:
        text = str(column.circuit(_title(column), transient, shifts))
        body = [line for line in text.splitlines()[1:] if line.strip()]
    devices = _with_devices(body, cards)
    lines = [
        _title(column),
        f"* sram-spice: {column.cell.name}, {design.column.readout} read-out, {column.rows} rows",
        options,
        *([] if transient else [OPERATING_POINT_OPTIONS]),
        cards.render(devices.used),
        *devices.lines,
        *column.nodesets(None if transient else guess),
    ]
    return ColumnDeck("\n".join([*lines, ".end"]) + "\n", column, analysis)


def circuit_deck(
    circuit: Circuit, cards: ModelCards, options: str = OPTIONS, last: Sequence[str] = ()
) -> str:
    """Return a circuit as a deck without analyses.

    Parameters
    ----------
    circuit : PySpice Circuit
    cards : ModelCards
    options : str
        The `.options` line that sets the tolerances.
    last : sequence of str
        Lines before the end, for example `.nodeset`.
    """
    title, *body = str(circuit).splitlines()
    devices = _with_devices((line for line in body if line.strip()), cards)
    lines = [title.removeprefix(".title ").strip(), options, cards.render(devices.used)]
    return "\n".join([*lines, *devices.lines, *last, ".end"]) + "\n"


def standalone_deck(deck: ColumnDeck) -> str:
    """Return the deck with a control section, for plain `ngspice -b`.

    It prints v(bl) and v(blb) at the level (V), the nodes that are sensed where those are others,
    and the number of cells that lost their data.

    Raises
    ------
    InputError
        The deck holds a line that reads a file or runs a command.
    """
    refused = forbidden_line(deck.text)
    if refused is not None:
        raise InputError("not a line of a circuit", value=refused[:80])
    column = deck.column
    analysis = deck.analysis
    lines = [".control", "set num_threads=1", "set numdgt=12"]
    nodes = tuple(dict.fromkeys((*BIT_LINES, *column.sensed)))
    if isinstance(analysis, OperatingPoint):
        lines += ["op", f"print {' '.join(f'v({node})' for node in nodes)}"]
        last = ""
    else:
        step, stop, sample = analysis.max_step, analysis.stop, analysis.sample_at
        lines += [
            f"tran {step!r} {stop!r} 0 {step!r}",
            *(f"meas tran v_{node} find v({node}) at={sample!r}" for node in nodes),
            f"print {' '.join(f'v_{node}' for node in nodes)}",  # in full; echo has six digits
            *(f"echo v({node}) = $&v_{node}" for node in nodes),
        ]
        last = "[length(time)-1]"
    lines += ["let cells_flipped = 0"]
    for latch, (_, group) in zip(column.latches, column.present, strict=True):
        high, low = latch.node, latch.complement
        if not latch.high:
            high, low = low, high
        term = f"(v({high}){last} lt v({low}){last})"
        lines.append(f"let cells_flipped = cells_flipped + {group.count}*{term}")
    lines += ["print cells_flipped", "quit 0", ".endc", ".end"]
    return deck.text.removesuffix(".end\n") + "\n".join(lines) + "\n"


def _title(column: Column) -> str:
    return f"{column.design.name} n_plus={column.n_plus} n_minus={column.n_minus}"


@dataclass
class _Devices:
    """Lines of a circuit with the models of the process, and the names of these."""

    lines: list[str]
    used: set[str]


def _with_devices(lines: Iterable[str], cards: ModelCards) -> _Devices:
    """Name in each transistor's line the card that the process has for its type, role and size."""
    found = _Devices([], set())
    for line in lines:
        if line[0] != "M":
            found.lines.append(line)
            continue
        text, model = _with_device(line, cards)
        found.lines.append(text)
        found.used.add(model)
    return found


def _with_device(line: str, cards: ModelCards) -> tuple[str, str]:
    name, *nodes, model, sizes = line.split(" ", 6)
    drawn = dict(word.split("=") for word in sizes.split())
    card = card_of(cards, model, name[1:], float(drawn["l"]), float(drawn["w"]))
    for size, key in (("l", "length"), ("w", "width")):
        left = card.effective(float(drawn[size]), size)
        if left is not None and left <= 0:
            raise InputError(
                f"transistor {name[1:]}: its card leaves no channel, effective {key} {left:.3g} m",
                key=f"drawn {key}",
                value=float(drawn[size]),
                allowed=f"more than {float(drawn[size]) - left:.3g} m with this card",
            )
    return " ".join([name, *nodes, card.model, sizes]), card.model
