"""The text of a column's circuit, without building all of it anew for every level.

The levels of a design differ in their cells only; PySpice renders the rest once.
"""

from __future__ import annotations

from functools import lru_cache

from PySpice.Spice.Netlist import Circuit

from sram_spice.design import Design
from sram_spice.generators.cell import cell_of
from sram_spice.generators.column import Column, column_of
from sram_spice.generators.rows import levels_of

DESIGNS = 8  # kept
INSTANCES = 4096  # kept; 256 rows, each with its word lines on or off, wires of two kinds


def column_lines(column: Column, transient: bool) -> list[str]:
    """Return the lines of a column's circuit, but for its title; it has the rows of its design.

    They are those of ``str(column.circuit(...))`` without threshold shifts.
    """
    before, after = _around_cells(column.design, transient)
    cell = column.cell
    cells = [
        _instance(i, cell.name, column.nodes_of(i), group.count) for i, group in column.present
    ]
    return [*before, *cells, *after]


@lru_cache(maxsize=DESIGNS)
def _around_cells(design: Design, transient: bool) -> tuple[tuple[str, ...], tuple[str, ...]]:
    level = levels_of(cell_of(design), design.column.rows)[-1]
    text = str(column_of(design, *level, merged=True).circuit("column", transient))
    lines = [line for line in text.splitlines()[1:] if line.strip()]
    cells = [i for i, line in enumerate(lines) if line.startswith("Xcell")]
    return tuple(lines[: cells[0]]), tuple(lines[cells[-1] + 1 :])


@lru_cache(maxsize=INSTANCES)
def _instance(number: int, cell: str, nodes: tuple[str, ...], count: int) -> str:
    circuit = Circuit("instance")
    circuit.X(f"cell{number}", cell, *nodes, **({} if count == 1 else {"m": count}))
    return str(circuit).splitlines()[-1]
