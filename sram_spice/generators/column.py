"""A column: cells on one pair of bit lines, read-out, word lines, wires."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

from PySpice.Spice.Netlist import Circuit

from sram_spice.design import Design
from sram_spice.generators.cell import BIT_LINES, Cell, cell_of, computing_nodes, ports, subcircuit
from sram_spice.generators.placement import even_order, placed_rows
from sram_spice.generators.readout import Readout, readout_of
from sram_spice.generators.rows import RowGroup, level_rows, merge
from sram_spice.generators.transistor import Transistor
from sram_spice.generators.waveform import (
    AccessTiming,
    Source,
    Timing,
    access_timing,
    word_line_source,
)
from sram_spice.generators.wires import Wires, wires_of
from sram_spice.simulation.job import FloatArray, Latch


@dataclass(frozen=True)
class ColumnGuess:
    """Node voltages at which the solver may start; they choose the state, not the solution.

    Attributes
    ----------
    v_bl, v_blb : float
        Bit lines, V.
    cells : tuple of (float, float)
        V(q), V(qb) of each group of the merged column; none where the column cannot be merged:
        cells then start at the rails.
    """

    v_bl: float
    v_blb: float
    cells: tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class Column:
    """A column of given weights and inputs.

    Attributes
    ----------
    design : Design
    cell : Cell
    readout : Readout
    groups : tuple of RowGroup
        One sub-circuit instance each, with multiplicity ``m=count``; from the near end on.
    """

    design: Design
    cell: Cell
    readout: Readout
    groups: tuple[RowGroup, ...]

    @cached_property
    def wires(self) -> Wires:
        """What is between cells, read-out and amplifier."""
        return wires_of(self.design, max(self.rows, len(self.groups)))

    @property
    def present(self) -> tuple[tuple[int, RowGroup], ...]:
        """Number and group of every instance: all but empty places."""
        return tuple((i, group) for i, group in enumerate(self.groups) if group.count)

    @property
    def rows(self) -> int:
        """Number of rows."""
        return sum(group.count for group in self.groups)

    @property
    def n_plus(self) -> int:
        """Number of rows with product +1."""
        return self._count(1)

    @property
    def n_minus(self) -> int:
        """Number of rows with product -1."""
        return self._count(-1)

    @property
    def latches(self) -> tuple[Latch, ...]:
        """Storage nodes and stored state of every instance."""
        return tuple(
            Latch(f"xcell{i}.q", f"xcell{i}.qb", group.weight > 0) for i, group in self.present
        )

    @property
    def devices(self) -> tuple[tuple[str, Transistor], ...]:
        """All transistors by their flat ngspice name: cells by row, then the read-out's."""
        own = self.cell.transistors()
        cells = [(f"m.xcell{i}.m{t.name}", t) for i, _ in self.present for t in own]
        return (*cells, *((f"m{t.name}", t) for t in self.loads()))

    def loads(self) -> tuple[Transistor, ...]:
        """Return the transistors of the read-out."""
        return self.readout.loads()

    @property
    def sensed(self) -> tuple[str, str]:
        """The nodes that are sensed: BL and BLB at the amplifier, or what stands for them."""
        bl, blb = self.readout.sensed
        return self.wires.sensed(bl), self.wires.sensed(blb)

    @property
    def timing(self) -> AccessTiming:
        """Instants of one access."""
        return access_timing(self.design, self.readout.pulse_time())

    def circuit(
        self, title: str, transient: bool = False, shifts: FloatArray | None = None
    ) -> Circuit:
        """Return the column and its sources as a PySpice circuit.

        Parameters
        ----------
        title : str
            Title line.
        transient : bool
            Sources with their waveforms instead of their DC values.
        shifts : ndarray, shape (len(devices),), optional
            Threshold shift of each transistor, V, written in full precision.

        Returns
        -------
        Circuit
            Nodes ``bl``, ``blb``, ``vdd``, ``wl`` (active word lines), those of the read-out;
            supply current is ``vdd#branch``.
        """
        circuit = Circuit(title)
        circuit.subcircuit(subcircuit(self.cell, with_mismatch=shifts is not None))
        self._add_sources(circuit, transient)
        names = [t.name for t in self.cell.transistors()]
        for place, (i, group) in enumerate(self.present):
            nodes = self.nodes_of(i)
            parameters: dict[str, int | str] = {} if group.count == 1 else {"m": group.count}
            if shifts is not None:
                own = shifts[place * len(names) : (place + 1) * len(names)].tolist()
                parameters |= {f"dvt_{n}": repr(v) for n, v in zip(names, own, strict=True)}
            circuit.X(f"cell{i}", self.cell.name, *nodes, **parameters)
        loads = self.loads()
        own = [0.0] * len(loads) if shifts is None else shifts[len(shifts) - len(loads) :].tolist()
        for load, shift in zip(loads, own, strict=True):
            load.add_to(circuit, repr(shift))
        self.readout.add_to(circuit)
        return circuit

    def nodes_of(self, number: int) -> tuple[str, ...]:
        """Return the nodes at the ports of a group's cell."""
        nodes = computing_nodes(self.cell, self.groups[number].neuron)
        own = self.wires.row_nodes(number)
        if not own:
            return nodes
        return tuple(own.get(p, n) for p, n in zip(ports(self.cell), nodes, strict=True))

    def sources(self, timing: Timing) -> dict[str, Source]:
        """Return word line and the read-out's sources, by the node that each drives."""
        word_line = self.wires.word_line(word_line_source(self.design, timing))
        return {"wl": word_line, **self.readout.sources(timing)}

    def nodesets(self, guess: ColumnGuess | None) -> list[str]:
        """Return the `.nodeset` lines that put every cell into its stored state.

        Without them, or with `.ic` under `op`, ngspice converges to the metastable point.
        """
        vdd = self.design.conditions.vdd
        at_rails = [
            f".nodeset v({latch.node})={vdd if latch.high else 0.0!r} "
            f"v({latch.complement})={0.0 if latch.high else vdd!r}"
            for latch in self.latches
        ]
        if guess is None:
            return at_rails
        pairs = dict.fromkeys((BIT_LINES, *self.wires.lines()))
        lines = [f".nodeset v({bl})={guess.v_bl!r} v({blb})={guess.v_blb!r}" for bl, blb in pairs]
        if not guess.cells:
            return lines + at_rails
        by_kind = dict(zip(_kinds(merge(self.groups)), guess.cells, strict=True))
        for latch, kind in zip(self.latches, _kinds(self.groups), strict=True):
            q, qb = by_kind[kind]
            lines.append(f".nodeset v({latch.node})={q!r} v({latch.complement})={qb!r}")
        return lines

    def _count(self, product: int) -> int:
        cell = self.cell
        return sum(g.count for g in self.groups if cell.product(g.weight, g.neuron) == product)

    def _add_sources(self, circuit: Circuit, transient: bool) -> None:
        design = self.design
        circuit.V("dd", "vdd", circuit.gnd, f"DC {design.conditions.vdd!r}")
        for name, source in self.sources(self.timing).items():
            circuit.V(name, name, circuit.gnd, source.render(transient))
        self.wires.add_to(circuit)


def column_of(
    design: Design,
    n_plus: int,
    n_minus: int,
    merged: bool = False,
    order: tuple[int, ...] | None = None,
    without: int | None = None,
) -> Column:
    """Return the column of a design at a level.

    Parameters
    ----------
    design : Design
    n_plus, n_minus : int
        Active rows with product +1 and -1.
    merged : bool
        Merge identical rows into one instance with `m=`, where it makes no difference which rows
        they are; for columns without mismatch.
    order : tuple of int, optional
        Where rows are: the first n_plus of it have product +1, the next n_minus -1. Default: one
        after the other where it makes no difference, else spread evenly.
    without : int, optional
        Row whose cell is left out of a column with distributed wires; its wires are there.

    Raises
    ------
    InputError
        The level does not exist, or a plug-in is not registered.
    """
    cell, rows = cell_of(design), design.column.rows
    if order is None and not wires_of(design, rows).position_matters:
        groups = level_rows(cell, rows, n_plus, n_minus)
        return Column(design, cell, readout_of(design), merge(groups) if merged else groups)
    level_rows(cell, rows, n_plus, n_minus)  # raises
    order = even_order(rows, n_plus, n_minus) if order is None else order
    groups = placed_rows(cell, rows, n_plus, n_minus, order)
    if without is not None:
        gap = replace(groups[without], count=0)
        groups = (*groups[:without], gap, *groups[without + 1 :])
    return Column(design, cell, readout_of(design), groups)


def _kinds(groups: tuple[RowGroup, ...]) -> list[tuple[int, int]]:
    return [(group.weight, group.neuron) for group in groups]
