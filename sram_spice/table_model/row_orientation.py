"""How a row is seen as the tabulated cell: word line on or off, bit lines exchanged, order."""

from __future__ import annotations

from dataclasses import dataclass, replace

from sram_spice.errors import InputError
from sram_spice.generators.cell import Cell, computing_nodes, ports
from sram_spice.generators.cell_bench import bench_transistors
from sram_spice.generators.rows import RowGroup
from sram_spice.generators.transistor import Transistor
from sram_spice.generators.transistor_bench import NODES


@dataclass(frozen=True)
class RowOrientation:
    """A row seen as the tabulated cell.

    Attributes
    ----------
    active : bool
        Which of the two tables: word line on, or off.
    mirrored : bool
        BL and BLB are exchanged: the table's BL is the column's BLB.
    order : tuple of int
        Transistor of the row for each transistor of the tabulated cell.
    """

    active: bool
    mirrored: bool
    order: tuple[int, ...]


def tabulated_transistors(cell: Cell, active: bool) -> tuple[Transistor, ...]:
    """Return the bench cell (weight +1, product +1), its word lines off when inactive."""
    transistors = bench_transistors(cell)
    return transistors if active else tuple(_renamed(t, {"wl": "0"}) for t in transistors)


def row_orientation(cell: Cell, row: RowGroup) -> RowOrientation:
    """Return how a row is seen as the tabulated cell.

    Raises
    ------
    InputError
        The cell has nodes beside its storage nodes, or is not mirror-symmetric, so that one table
        does not describe both products.
    """
    nodes = {"vss": "0", **dict(zip(ports(cell), computing_nodes(cell, row.neuron), strict=True))}
    if row.weight < 0:
        nodes |= {"q": "qb", "qb": "q"}
    active = any(cell.word_line_states(row.neuron))
    wanted = tabulated_transistors(cell, active)
    inner = {n for t in wanted for n in (t.drain, t.source)} - {*NODES, "vdd", "0"}
    if inner:
        raise InputError(
            f"engine table knows cells without inner nodes, not {', '.join(sorted(inner))}",
            key="cell.topology",
            value=cell.name,
            allowed="engine spice",
        )
    # An inactive cell that stores 0 is the mirror image of one that stores 1.
    product = cell.product(row.weight, row.neuron) or row.weight
    mirrored = product < 0
    if mirrored:
        nodes |= {"bl": "blb", "blb": "bl"}
    found = {_wiring(_renamed(t, nodes)): i for i, t in enumerate(cell.transistors())}
    try:
        return RowOrientation(active, mirrored, tuple(found[_wiring(t)] for t in wanted))
    except KeyError:
        raise InputError(
            "engine table needs a cell whose two halves are alike",
            key="cell.topology",
            value=cell.name,
            allowed="engine spice",
        ) from None


def _renamed(transistor: Transistor, nodes: dict[str, str]) -> Transistor:
    t = transistor
    drain, gate, source, bulk = (nodes.get(n, n) for n in (t.drain, t.gate, t.source, t.bulk))
    return replace(t, drain=drain, gate=gate, source=source, bulk=bulk)


def _wiring(transistor: Transistor) -> tuple[object, ...]:
    t = transistor
    ends = tuple(sorted((t.drain, t.source)))  # a MOSFET is symmetric in drain and source
    return (t.polarity, ends, t.gate, t.bulk, t.width, t.length, t.diffusion_length)
