"""Both cells reproduce their truth tables (DAC 2018, fig. 2c, 2d) at transistor level."""

from __future__ import annotations

import numpy as np
import pytest

from sram_spice.generators import RowGroup, cell_of, column_deck
from sram_spice.generators.column import Column
from sram_spice.generators.readout import readout_of
from sram_spice.simulation import Job, OperatingPoint, Status
from sram_spice.technology import technology_cards

# neuron, weight, product, as printed; sign(i_BL - i_BLB) = -product, sign(V_BL - V_BLB) = product.
FIG_2C = [(1, -1, -1), (0, -1, 0), (1, 1, 1), (0, 1, 0)]
FIG_2D = [(1, -1, -1), (-1, -1, 1), (1, 1, 1), (-1, 1, -1)]
TABLES = [("6t", row) for row in FIG_2C] + [("8t_xnor", row) for row in FIG_2D]


@pytest.mark.parametrize("rows", [1, 64])
@pytest.mark.parametrize(("topology", "line"), TABLES)
def test_signs_of_currents_and_voltages(make_design, pool, topology, line, rows):
    neuron, weight, product = line
    design = make_design(topology, f"column.rows={rows}")
    cell = cell_of(design)
    assert cell.product(weight, neuron) == product
    column = Column(
        design, cell, readout_of(design), tuple(RowGroup(weight, neuron) for _ in range(rows))
    )
    deck = column_deck(column, technology_cards(design))
    # Current from VDD through each load, into its bit line and so into the cells.
    outputs = ("bl", "blb", "@mload_bl[id]", "@mload_blb[id]")
    text = deck.text.replace(".end\n", ".save all @mload_bl[id] @mload_blb[id]\n.end\n")
    (result,) = list(pool.run([Job(text, OperatingPoint(), outputs, latches=column.latches)]))
    assert result.status is Status.OK
    v_bl, v_blb, *drain = result.values
    i_bl, i_blb = np.abs(drain)
    # One row moves a bit line by millivolts; an inactive one leaks nanoamperes, microvolts.
    dv, di = v_bl - v_blb, i_bl - i_blb
    if product:
        assert np.sign(dv) == product
        assert abs(dv) > 5e-3
        assert np.sign(di) == -product
        assert abs(di) > 1e-6
    else:
        assert abs(dv) < 5e-6 * rows
        assert abs(di) < 50e-9 * rows
