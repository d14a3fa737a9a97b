"""What a cell is; cells are plug-ins found by `cell.topology`."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Annotated, ClassVar, Literal, TypeAlias, cast

from pydantic import Field
from PySpice.Spice.Netlist import SubCircuit

from sram_spice.design import CellDesign, Design
from sram_spice.design.section import Width, Within
from sram_spice.generators.plugin_checks import Plugin, check_static_cell, made
from sram_spice.generators.transistor import Transistor
from sram_spice.registry import CELLS

Rail: TypeAlias = Literal["vdd", "vss"]
BIT_LINES = ("bl", "blb")


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


@dataclass(frozen=True)
class WriteAccess:
    """How a bit is written.

    Attributes
    ----------
    word_lines : tuple of str
        Ports that go to the write word-line voltage; all other word lines stay off.
    bit_lines : mapping of str to {0, 1}
        Ports at the supply (1) or at ground (0); the others stay as they are while the cell holds.
    """

    word_lines: tuple[str, ...]
    bit_lines: Mapping[str, int]


@dataclass(frozen=True)
class NotWritable:
    """Why no voltages at the ports of a cell write it."""

    reason: str


@dataclass(frozen=True)
class PublishedEnergy:
    """What a publication allows an access of a column to take.

    Attributes
    ----------
    rows : int
        Of its column.
    energy : float
        Upper limit, J.
    source : str
    """

    rows: int
    energy: float
    source: str


class Cell(ABC):
    """A bit-cell: storage nodes ``q`` and ``qb``, ports BL, BLB, word lines, others, VDD, VSS.

    Parameters
    ----------
    sizes : CellDesign
        The design's section [cell], an instance of `Parameters`.

    Attributes
    ----------
    Parameters : type of CellDesign
        Model of the section [cell], with the keys of this cell.
    name : str
        Name of its sub-circuit.
    word_lines : tuple of str
        Its word-line ports, in port order.
    inputs : tuple of int
        The values an input neuron takes, of +1, 0 and -1, active first.
    idle_ports : mapping of str to {"vdd", "vss"}
        Ports that neither computing nor holding uses, and the rail they then are at: bit lines and
        word line of a separate write port, for example.
    published_energy : PublishedEnergy or None
    """

    Parameters: ClassVar[type[CellDesign]] = CellDesign
    name: ClassVar[str]
    word_lines: ClassVar[tuple[str, ...]]
    inputs: ClassVar[tuple[int, ...]]
    idle_ports: ClassVar[Mapping[str, Rail]] = {}
    published_energy: ClassVar[PublishedEnergy | None] = None

    def __init__(self, sizes: CellDesign) -> None:
        self.sizes = sizes

    @abstractmethod
    def transistors(self) -> tuple[Transistor, ...]:
        """Return its transistors between the ports and ``q``, ``qb``, in canonical order."""

    @abstractmethod
    def word_line_states(self, neuron: int) -> tuple[bool, ...]:
        """Return which word lines are on for an input neuron."""

    def product(self, weight: int, neuron: int) -> int:
        """Return the product a row contributes: +1 pulls BL up and BLB down, against -1."""
        return weight * neuron

    def row(self, product: int, position: int) -> tuple[int, int]:
        """Return a (weight, neuron) pair that gives `product` in row `position`.

        All pairs that do take turns, so that no part of the cells stays unused.
        """
        pairs = self._pairs[product]
        return pairs[position % len(pairs)]

    def write(self, bit: int) -> WriteAccess | NotWritable:
        """Return how ``q`` is written to `bit`, 0 or 1, or why it is not."""
        return NotWritable("the cell does not say how it is written (method `write`)")

    @cached_property
    def always_active(self) -> bool:
        """True when every row contributes +1 or -1 (no input gives product 0)."""
        return 0 not in self._pairs

    @cached_property
    def _pairs(self) -> dict[int, tuple[tuple[int, int], ...]]:
        found: dict[int, tuple[tuple[int, int], ...]] = {}
        for neuron in self.inputs:
            for weight in (1, -1):
                product = self.product(weight, neuron)
                found[product] = (*found.get(product, ()), (weight, neuron))
        return found


def cell_of(design: Design) -> Cell:
    """Return the cell generator of a design, with its sizes.

    Raises
    ------
    InputError
        No cell of this name is registered, or it is not what a cell has to be.
    """
    name = design.cell.topology
    return _checked(name, cast("type[Cell]", CELLS.load(name)), design.cell)


@lru_cache(maxsize=64)
def _checked(name: str, kind: type[Cell], sizes: CellDesign) -> Cell:
    plugin = Plugin(CELLS.key, name)
    cell: Cell = made(plugin, kind, sizes)
    check_static_cell(plugin, cell)
    return cell


def ports(cell: Cell) -> tuple[str, ...]:
    """Return the ports of a cell's sub-circuit, in order."""
    return (*BIT_LINES, *cell.word_lines, *cell.idle_ports, "vdd", "vss")


def computing_nodes(cell: Cell, neuron: int) -> tuple[str, ...]:
    """Return the nodes of a column at a cell's ports: active word lines at ``wl``, others off."""
    word_lines = ("wl" if on else "0" for on in cell.word_line_states(neuron))
    return (*BIT_LINES, *word_lines, *map(rail_node, cell.idle_ports.values()), "vdd", "0")


def rail_node(rail: Rail) -> str:
    """Return the node of a rail."""
    return "vdd" if rail == "vdd" else "0"


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


def differential_write(word_lines: tuple[str, ...], bit: int) -> WriteAccess:
    """Return the write of a cell whose access transistors lead Q to BL and QB to BLB."""
    return WriteAccess(word_lines, {"bl": bit, "blb": 1 - bit})
