"""Wires of a column: one lump per line, or a ladder with a piece per cell.

A distributed line of n cells is n resistors of one cell each: half a piece from the near end to
row 0, whole ones from row to row, half a piece from the last row to the far end. Its capacitance
is at its rows. The node `bl` is where the read-out hangs; the others have the row's number, or
`_near` and `_far`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from PySpice.Spice.Netlist import Circuit

from sram_spice.design import Design, Place, WiresDesign
from sram_spice.generators.cell import BIT_LINES
from sram_spice.generators.waveform import Source, after_one_pole

ENDS: tuple[Place, Place] = ("near", "far")


class Wires(ABC):
    """What is between cells, read-out and amplifier.

    Attributes
    ----------
    design : Design
    rows : int
        Rows of the column, which may have fewer than the design.
    """

    @property
    @abstractmethod
    def position_matters(self) -> bool:
        """Whether two rows with the same product differ by where they are."""

    @abstractmethod
    def row_nodes(self, row: int) -> Mapping[str, str]:
        """Return the nodes of a row by the cell's port: those that are not the column's own."""

    @abstractmethod
    def sensed(self, node: str) -> str:
        """Return where a node of the read-out is sensed: at the amplifier if it is a bit line."""

    @abstractmethod
    def lines(self) -> tuple[tuple[str, str], ...]:
        """Return the nodes of BL and BLB at every row, from the near end on."""

    @abstractmethod
    def add_to(self, circuit: Circuit) -> None:
        """Add resistors and capacitors."""

    @abstractmethod
    def word_line(self, driven: Source) -> Source:
        """Return the waveform of the word line at the column, from that of its driver."""


@dataclass(frozen=True)
class LumpedWires(Wires):
    """No resistance; the capacitance of a bit line in one place."""

    design: Design
    rows: int

    @property
    def position_matters(self) -> bool:
        """No: all cells are at one node."""
        return False

    def row_nodes(self, row: int) -> Mapping[str, str]:
        """Return none: all cells are at the nodes of the column."""
        return {}

    def sensed(self, node: str) -> str:
        """Return the node itself."""
        return node

    def lines(self) -> tuple[tuple[str, str], ...]:
        """Return BL and BLB for every row."""
        return (BIT_LINES,) * self.rows

    def add_to(self, circuit: Circuit) -> None:
        """Add one capacitor to each bit line."""
        wire = self.rows * self.design.column.wire_capacitance_per_cell
        if wire:
            circuit.C("wire_bl", "bl", circuit.gnd, wire)
            circuit.C("wire_blb", "blb", circuit.gnd, wire)

    def word_line(self, driven: Source) -> Source:
        """Return the driver's waveform."""
        return driven


@dataclass(frozen=True)
class Line:
    """A wire along the column.

    Attributes
    ----------
    name : str
        Its node at `home`.
    rows : int
    resistance : float
        Per cell, ohm; 0: all of it is one node.
    home : frozenset of place
        Places that are the node `name`: an end, or the number of a row.
    prefix : str
        What the names of the others begin with.
    """

    name: str
    rows: int
    resistance: float
    home: frozenset[Place]
    prefix: str

    def node(self, place: Place) -> str:
        """Return the node at a place."""
        if not self.resistance or place in self.home:
            return self.name
        return f"{self.prefix}_{place}" if place in ENDS else f"{self.prefix}{place}"

    def pieces(self, ends: Sequence[Place]) -> Iterator[tuple[Place, Place, float]]:
        """Yield the resistors: two places, and ohm; of the ends only those that are asked for."""
        if not self.resistance:
            return
        if "near" in ends:
            yield "near", 0, self.resistance / 2
        for row in range(self.rows - 1):
            yield row, row + 1, self.resistance
        if "far" in ends:
            yield self.rows - 1, "far", self.resistance / 2


@dataclass(frozen=True)
class DistributedWires(Wires):
    """A ladder per line."""

    design: Design
    rows: int

    @property
    def position_matters(self) -> bool:
        """Yes."""
        return True

    def row_nodes(self, row: int) -> Mapping[str, str]:
        """Return the local bit lines and rails."""
        lines = {line.name: line.node(row) for line in self._bit_lines}
        return {**lines, "vdd": self._supply.node(row), "vss": self._ground.node(row)}

    def sensed(self, node: str) -> str:
        """Return the node at the amplifier's place."""
        return next((one.node(self.amplifier) for one in self._bit_lines if one.name == node), node)

    def lines(self) -> tuple[tuple[str, str], ...]:
        """Return the nodes of both lines at every row."""
        bl, blb = self._bit_lines
        return tuple((bl.node(row), blb.node(row)) for row in range(self.rows))

    def add_to(self, circuit: Circuit) -> None:
        """Add the ladders of bit lines and rails."""
        if not self.rows:
            return
        places: tuple[Place, ...] = (self.load, self.amplifier)
        capacitance = self.design.column.wire_capacitance_per_cell
        for line in self._bit_lines:
            _add_pieces(circuit, line, places)
            if capacitance and not line.resistance:
                circuit.C(f"wire_{line.name}", line.name, circuit.gnd, self.rows * capacitance)
            elif capacitance:
                for row in range(self.rows):
                    circuit.C(f"wire_{line.name}{row}", line.node(row), circuit.gnd, capacitance)
        for line in (self._supply, self._ground):
            _add_pieces(circuit, line, self._feeds)

    def word_line(self, driven: Source) -> Source:
        """Return the driver's waveform through one pole."""
        return after_one_pole(driven, word_line_delay(self._keys))

    @property
    def load(self) -> Place:
        """Where the read-out hangs."""
        return self._within(self._keys.load_at)

    @property
    def amplifier(self) -> Place:
        """Where the bit lines are sensed."""
        return self._within(self._keys.amplifier_at)

    @property
    def _keys(self) -> WiresDesign:
        return self.design.wires

    def _within(self, place: Place) -> Place:
        """Return a place of this column: one with fewer rows than the design ends earlier."""
        return min(place, self.rows - 1) if isinstance(place, int) else place

    @cached_property
    def _bit_lines(self) -> tuple[Line, Line]:
        per_cell, home = self._keys.bit_line_resistance_per_cell, frozenset([self.load])
        bl, blb = (Line(name, self.rows, per_cell, home, name) for name in BIT_LINES)
        return bl, blb

    @property
    def _feeds(self) -> tuple[Place, ...]:
        at = self._keys.rails_at
        return ENDS if at == "both" else (at,)

    @cached_property
    def _supply(self) -> Line:
        per_cell = self._keys.supply_resistance_per_cell
        return Line("vdd", self.rows, per_cell, frozenset(self._feeds), "vdd")

    @cached_property
    def _ground(self) -> Line:
        per_cell = self._keys.ground_resistance_per_cell
        return Line("0", self.rows, per_cell, frozenset(self._feeds), "vss")


def wires_of(design: Design, rows: int) -> Wires:
    """Return the wires of a column of so many rows."""
    return DistributedWires(design, rows) if design.wires.distributed else LumpedWires(design, rows)


def word_line_delay(wires: WiresDesign) -> float:
    """Return the Elmore delay of the word line from its driver to the column, s.

    R' C' (k n - k^2 / 2) of a uniform line of n cells, the column's middle being k cells away.
    """
    n, k = wires.word_line_columns, wires.column + 0.5
    per_cell = wires.word_line_resistance_per_cell * wires.word_line_capacitance_per_cell
    return float(per_cell * (k * n - k**2 / 2))


def _add_pieces(circuit: Circuit, line: Line, ends: Sequence[Place]) -> None:
    for number, (one, other, resistance) in enumerate(line.pieces(ends)):
        circuit.R(f"wire_{line.prefix}{number}", line.node(one), line.node(other), resistance)
