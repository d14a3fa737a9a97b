"""What a cell generator provides; cells are plug-ins found by `cell.topology`."""

from __future__ import annotations

from typing import Annotated, ClassVar, Protocol, cast

from pydantic import Field
from PySpice.Spice.Netlist import SubCircuit

from sram_spice.design import CellDesign, Design
from sram_spice.design.section import Width, Within
from sram_spice.generators.names import deck_name
from sram_spice.generators.transistor import Transistor
from sram_spice.registry import CELLS


class LatchCellDesign(CellDesign):
    """Sizes of a cell that is two inverters and access transistors."""

    width_access: Annotated[Width, Within("width", ("access",))] = Field(
        120e-9, description="access transistors, m"
    )
    width_pull_down: Annotated[Width, Within("width", ("pull_down",))] = Field(
        200e-9, description="pull-down NMOS, m"
    )
    width_pull_up: Annotated[Width, Within("width", ("pull_up",))] = Field(
        90e-9, description="pull-up PMOS, m"
    )


class Cell(Protocol):
    """A bit-cell: storage nodes ``q`` and ``qb``, ports BL, BLB, word lines, VDD, VSS.

    Attributes
    ----------
    name : str
        Name of its sub-circuit.
    word_lines : tuple of str
        Its word-line ports, in port order.
    inputs : tuple of int
        The values an input neuron takes, active first.
    always_active : bool
        True when every row contributes +1 or -1 (no input gives product 0).
    """

    name: ClassVar[str]
    word_lines: ClassVar[tuple[str, ...]]
    inputs: ClassVar[tuple[int, ...]]
    always_active: ClassVar[bool]

    def __init__(self, sizes: CellDesign) -> None: ...

    def transistors(self) -> tuple[Transistor, ...]:
        """Return its transistors between the ports and ``q``, ``qb``, in canonical order."""
        ...

    def word_line_states(self, neuron: int) -> tuple[bool, ...]:
        """Return which word lines are on for an input neuron."""
        ...

    def product(self, weight: int, neuron: int) -> int:
        """Return the product a row contributes: +1 pulls BL up and BLB down."""
        ...

    def row(self, product: int, position: int) -> tuple[int, int]:
        """Return a (weight, neuron) pair that gives `product` in row `position`."""
        ...


def cell_of(design: Design) -> Cell:
    """Return the cell generator of a design, with its sizes.

    Raises
    ------
    InputError
        No cell of this name is registered, or it has names that no deck can hold.
    """
    cell = cast("type[Cell]", CELLS.load(design.cell.topology))(design.cell)
    for name in (cell.name, *cell.word_lines):
        deck_name(name, f"plug-in {design.cell.topology}")
    return cell


def ports(cell: Cell) -> tuple[str, ...]:
    """Return the ports of a cell's sub-circuit, in order."""
    return ("bl", "blb", *cell.word_lines, "vdd", "vss")


def subcircuit(cell: Cell, with_mismatch: bool = False) -> SubCircuit:
    """Return the cell as a PySpice sub-circuit.

    Parameters
    ----------
    cell : Cell
    with_mismatch : bool
        Give it one parameter ``dvt_<transistor>`` (V) per transistor.

    Returns
    -------
    SubCircuit
        Ports as by :func:`ports`; internal nodes ``q`` and ``qb``.
    """
    transistors = cell.transistors()
    parameters = {f"dvt_{t.name}": 0 for t in transistors} if with_mismatch else {}
    circuit = SubCircuit(cell.name, *ports(cell), **parameters)
    for transistor in transistors:
        transistor.add_to(circuit, f"{{dvt_{transistor.name}}}" if with_mismatch else "0")
    return circuit


def storage_transistors(sizes: LatchCellDesign) -> tuple[Transistor, ...]:
    """Return the cross-coupled inverters: left one drives ``q``, right one ``qb``."""
    common = (sizes.length, sizes.diffusion_length)
    up, down = sizes.width_pull_up, sizes.width_pull_down
    return (
        Transistor("pul", "pmos", "q", "qb", "vdd", "vdd", up, *common, "pull_up"),
        Transistor("pur", "pmos", "qb", "q", "vdd", "vdd", up, *common, "pull_up"),
        Transistor("pdl", "nmos", "q", "qb", "vss", "vss", down, *common, "pull_down"),
        Transistor("pdr", "nmos", "qb", "q", "vss", "vss", down, *common, "pull_down"),
    )


def access_transistor(
    name: str, bit_line: str, word_line: str, node: str, sizes: LatchCellDesign
) -> Transistor:
    """Return an access NMOS between a bit line and a storage node."""
    return Transistor(
        name,
        "nmos",
        bit_line,
        word_line,
        node,
        "vss",
        sizes.width_access,
        sizes.length,
        sizes.diffusion_length,
        "access",
    )
