"""Rows of a column with distributed wires whose cell may be at risk, and what it meets."""

from __future__ import annotations

from dataclasses import dataclass

from sram_spice.column.wire_effect import further_end
from sram_spice.design import Design
from sram_spice.generators.column import Column, column_of
from sram_spice.generators.placement import drawn_order, even_order
from sram_spice.simulation import PointResult

NAN = float("nan")


@dataclass(frozen=True)
class RowVoltages:
    """What a cell meets.

    Attributes
    ----------
    v_bl, v_blb : float
        Local bit lines, V; NaN without a solution.
    ground, supply_lost : float
        Local ground above 0, local supply below VDD, V.
    """

    v_bl: float
    v_blb: float
    ground: float
    supply_lost: float


@dataclass(frozen=True)
class RowNodes:
    """The nodes of a row.

    Attributes
    ----------
    known : tuple of str
        Those that a simulator can be asked for: an ideal ground is none.
    ground, supply : int
        Where the local ground and supply are among them; -1: ideal.
    vdd : float
        V.
    """

    known: tuple[str, ...]
    ground: int
    supply: int
    vdd: float

    @classmethod
    def of(cls, column: Column, row: int) -> RowNodes:
        """Return the nodes of a row of a column."""
        nodes = column.wires.row_nodes(row)
        known = [nodes["bl"], nodes["blb"]]
        places = {}
        for port, ideal in (("vss", "0"), ("vdd", "vdd")):
            places[port] = len(known) if nodes[port] != ideal else -1
            if nodes[port] != ideal:
                known.append(nodes[port])
        vdd = column.design.conditions.vdd
        return cls(tuple(known), places["vss"], places["vdd"], vdd)

    def read(self, result: PointResult) -> RowVoltages:
        """Return the voltages of a solution that has :attr:`known` as its outputs."""
        if result.values is None:
            return RowVoltages(NAN, NAN, NAN, NAN)
        v = result.values.tolist()
        ground = v[self.ground] if self.ground >= 0 else 0.0
        lost = self.vdd - v[self.supply] if self.supply >= 0 else 0.0
        return RowVoltages(v[0], v[1], ground, lost)


def candidate_rows(design: Design) -> tuple[int, ...]:
    """Return rows among which the one is that loses its data most easily.

    Bit lines are lowest at the end further from the read-out. Rails have resistance in the middle
    of the column, and take from the cells there a part of their bit lines and their word lines.
    """
    last = design.column.rows - 1
    rails = design.wires.ground_resistance_per_cell or design.wires.supply_resistance_per_cell
    parts = (0.5, 0.6, 0.7, 0.8, 0.9, 1.0) if rails else (1.0,)
    found = {round(part * last) for part in parts}
    return tuple(sorted(found if further_end(design) == "far" else {last - row for row in found}))


def placed_column(
    design: Design, n_plus: int, n_minus: int, row: int, gap: bool, sample: int | None = None
) -> Column:
    """Return a column in which a row has product +1.

    Parameters
    ----------
    design : Design
    n_plus, n_minus : int
        The level, this row included.
    row : int
    gap : bool
        Leave its cell out.
    sample : int, optional
        The others are where this sample has them; default: spread evenly.
    """
    rows = design.column.rows
    order = even_order(rows, n_plus, n_minus)
    if sample is not None:
        order = drawn_order(rows, design.monte_carlo.seed, sample)
    first = (row, *(other for other in order if other != row))
    return column_of(design, n_plus, n_minus, order=first, without=row if gap else None)
