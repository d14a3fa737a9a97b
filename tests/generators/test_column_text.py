"""The quick text of a column is PySpice's."""

from __future__ import annotations

import pytest

from sram_spice.generators import cell_of, column_of, levels_of
from sram_spice.generators.column_text import column_lines


@pytest.mark.parametrize("topology", ["8t_xnor", "6t"])
@pytest.mark.parametrize("changed", ["column.readout=discharge", "column.load_width=1e-6"])
def test_it_is_the_text_of_the_circuit(topology, changed, make_design):
    design = make_design(topology, "column.rows=4", changed)
    for level in levels_of(cell_of(design), 4):
        for merged in (False, True):
            column = column_of(design, *level, merged=merged)
            for transient in (False, True):
                text = str(column.circuit("title", transient)).splitlines()[1:]
                assert column_lines(column, transient) == [line for line in text if line.strip()]
