"""Checks of plug-ins for their authors' tests: the same that a command does before it simulates.

Each takes the class, which has to be registered (installed), and raises an InputError with one
message that says what is wrong.
"""

from __future__ import annotations

from dataclasses import dataclass

from sram_spice.column.truth import check_truth, truth_table
from sram_spice.design import Design, design_from_dict
from sram_spice.errors import InputError
from sram_spice.generators import cell_of, level_rows, readout_of
from sram_spice.generators.cell_bench import why_not_writable
from sram_spice.generators.sense_amplifier import has_second_pair, sense_amplifier_of
from sram_spice.measurements.measurement import measurement_of
from sram_spice.registry import CELLS, MEASUREMENTS, READOUTS, SENSE_AMPLIFIERS, Registry
from sram_spice.simulation import SimulatorPool
from sram_spice.table_model.row_orientation import row_orientation
from sram_spice.technology import technology_cards


@dataclass(frozen=True)
class CheckedCell:
    """A cell that is as it has to be, and what was found of it.

    Attributes
    ----------
    truth : dict of int to float
        V(BL) - V(BLB) of one row by its product, V.
    not_writable : str
        Why it is not written through its ports; empty when it is.
    not_tabulated : str
        Why the table engine cannot solve it, for example that its halves are not alike; empty when
        it can.
    """

    truth: dict[int, float]
    not_writable: str
    not_tabulated: str


def check_cell(kind: type, readout: str = "load") -> CheckedCell:
    """Check a cell: ports, products, rows, write, and one row on the simulator.

    Parameters
    ----------
    kind : type
        The registered class.
    readout : str
        Read-out with which the row is simulated.

    Raises
    ------
    InputError
        It is not registered, or not what a cell has to be.

    Examples
    --------
    >>> from sram_spice.generators.cell_6t import Cell6T
    >>> check_cell(Cell6T).not_writable
    ''
    """
    design = _design(topology=_name(CELLS, kind), readout=readout)
    cell = cell_of(design)
    truth = _truth(design)
    try:
        for row in level_rows(cell, 2, 1, 1):
            row_orientation(cell, row)
        reason = ""
    except InputError as error:
        reason = error.message
    return CheckedCell(truth, why_not_writable(cell), reason)


def check_readout(kind: type, topology: str = "6t") -> dict[int, float]:
    """Check a read-out: loads, sources, sensed nodes, and one row of a cell on the simulator.

    Returns
    -------
    dict of int to float
        Sensed V(BL) - V(BLB) of one row by its product, V.

    Raises
    ------
    InputError
        It is not registered, or not what a read-out has to be.
    """
    design = _design(topology=topology, readout=_name(READOUTS, kind))
    readout_of(design)
    return _truth(design)


def check_sense_amplifier(kind: type) -> None:
    """Check both variants of a sense amplifier: ports, latch, mirror images.

    Raises
    ------
    InputError
        It is not registered, or not what a sense amplifier has to be.
    """
    section = {"topology": _name(SENSE_AMPLIFIERS, kind)}
    design = _design(sense_amplifier=section)
    for polarity in ("nmos", "pmos"):
        for pairs in (1, 2) if has_second_pair(design) else (1,):
            sense_amplifier_of(design, polarity, pairs)


def check_measurement(kind: type) -> None:
    """Check that a measurement says what it is and can be run.

    Raises
    ------
    InputError
        It is not registered, or something is missing.
    """
    measurement_of(_name(MEASUREMENTS, kind))


def _name(registry: Registry, kind: type) -> str:
    for name in registry.names():
        try:
            if registry.load(name) is kind:
                return name
        except InputError:
            continue
    raise InputError(
        f"not registered in the entry-point group {registry.group}",
        key=registry.key,
        value=kind.__name__,
    )


def _design(
    topology: str = "6t", readout: str = "load", sense_amplifier: dict[str, str] | None = None
) -> Design:
    return design_from_dict(
        {
            "name": "check",
            "cell": {"topology": topology},
            "column": {"readout": readout},
            "sense_amplifier": sense_amplifier,
        }
    )


def _truth(design: Design) -> dict[int, float]:
    cards = technology_cards(design)
    with SimulatorPool(1) as pool:
        check_truth(design, cards, pool)
        return truth_table(design, cards, pool)
