"""Whether one row computes what its cell says: its truth table, by the simulator."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

from sram_spice.column.levels import nominal_job
from sram_spice.design import Design, with_values
from sram_spice.errors import InputError
from sram_spice.generators import cell_of, levels_of, readout_of
from sram_spice.registry import CELLS, READOUTS
from sram_spice.simulation import SimulatorPool
from sram_spice.technology import ModelCards

OWN = "sram_spice"  # package whose plug-ins the tests check
RESOLVED = 1e-3  # V that the two products have to differ by, with the word line at VDD
BACKWARDS = 1e-4  # V by which the order may fail for want of precision: leakage of one row


def truth_table(design: Design, cards: ModelCards, pool: SimulatorPool) -> dict[int, float]:
    """Return the sensed V(BL) - V(BLB) of a column of one row, by its product.

    Parameters
    ----------
    design : Design
        Its cell and read-out; the word line is at VDD.
    cards : ModelCards
    pool : SimulatorPool

    Returns
    -------
    dict of int to float
        V; NaN without a solution.
    """
    vdd = design.conditions.vdd
    one_row = with_values(design, {"column.rows": 1, "column.word_line_voltage": vdd})
    levels = levels_of(cell_of(one_row), 1)
    jobs = [replace(nominal_job(one_row, cards, *level), latches=()) for level in levels]
    found = {}
    for result in pool.run(jobs):
        n_plus, n_minus = levels[result.job]
        values = result.values
        found[n_plus - n_minus] = float("nan") if values is None else float(values[0] - values[1])
    return found


def check_truth(design: Design, cards: ModelCards, pool: SimulatorPool) -> None:
    """Check that a row pulls BL against BLB as its product says: -1 below 0 below +1.

    Either may leave both bit lines alone, as a read port on one side does. Cells and read-outs that
    come along are not simulated anew.

    Raises
    ------
    InputError
        It does not; the message has the voltages.
    """
    kinds = (type(cell_of(design)), type(readout_of(design)))
    if all(kind.__module__.partition(".")[0] == OWN for kind in kinds):
        return
    found = truth_table(design, cards, pool)
    in_order = [found[product] for product in sorted(found)]
    rising = all(b - a >= -BACKWARDS for a, b in pairwise(in_order))
    if rising and found[1] - found[-1] >= RESOLVED:
        return
    own_cell = kinds[0].__module__.partition(".")[0] == OWN
    said = ", ".join(f"{v:.4g} V for {product:+d}" for product, v in sorted(found.items()))
    raise InputError(
        f"one row with its word line at VDD does not compute its product: V(BL) - V(BLB) is {said}",
        key=READOUTS.key if own_cell else CELLS.key,
        value=design.column.readout if own_cell else design.cell.topology,
        allowed=f"{RESOLVED:g} V or more from product -1 to +1, and 0 not outside of them",
    )
