"""A cell that takes inputs +1, 0 and -1: an 8T column whose rows may be left out."""

from __future__ import annotations

import pandas as pd
import pytest

from sram_spice.design import load_design
from sram_spice.errors import InputError
from sram_spice.generators import cell_of, levels_of
from sram_spice.runs.characterize.run import characterize
from sram_spice.simulation.progress import Silent
from tests.runs.finished import CIRCUITS, no_figures
from tests.third_party import package_of

pytestmark = pytest.mark.slow

CELL = """
from sram_spice.generators.cell_8t_xnor import Cell8TXnor


class TernaryCell(Cell8TXnor):
    name = "cell_8t_ternary"
    inputs = (1, -1, 0)
"""
SMALL = (
    *('cell.topology="8t_ternary"', "column.rows=4", "monte_carlo.samples=3", "mlsa.levels=3"),
    *("monte_carlo.active_step=2", "monte_carlo.certificate_columns=3"),
)


@pytest.fixture
def design(tmp_path):
    (tmp_path / "sums.csv").write_text("sum,count\n-2,1\n0,4\n2,1\n")
    with package_of(tmp_path / "site", "sram_spice.cells", "8t_ternary", CELL, "TernaryCell"):
        loaded = load_design(CIRCUITS / "xnor_8t.toml", SMALL)
        yield loaded.replace({"sense_amplifier": None})


def test_rows_may_be_inactive_and_every_level_is_there(design, tmp_path):
    assert not cell_of(design).always_active
    assert len(levels_of(cell_of(design), 4)) == 15
    measured = design.replace({"mlsa.sum_histogram": str(tmp_path / "sums.csv")})
    with no_figures():
        run = characterize(measured, tmp_path / "run", Silent(), workers=1)
    levels = run.levels.set_index(["n_plus", "n_minus"])
    # Both word lines off leaves the bit line where the load holds it, whatever a cell stores.
    idle, one = levels.loc[(0, 0), "v_bl_nominal_v"], levels.loc[(0, 1), "v_bl_nominal_v"]
    assert idle == pytest.approx(1.0, abs=1e-3)
    assert one < idle - 5e-3
    # With all rows active it is the XNOR column, to the leakage of nothing.
    xnor = load_design(CIRCUITS / "xnor_8t.toml", ["column.rows=4", "monte_carlo.samples=3"])
    with no_figures():
        other = characterize(
            xnor.replace({"sense_amplifier": None, "mlsa.levels": 3}),
            tmp_path / "xnor",
            Silent(),
            workers=1,
        )
    full = run.levels[run.levels["n_plus"] + run.levels["n_minus"] == 4].reset_index(drop=True)
    pd.testing.assert_frame_equal(full, other.levels.reset_index(drop=True))


def test_how_often_inputs_occur_has_to_be_measured(design, tmp_path):
    """One probability does not say it for three values: no guess stands in for it."""
    with pytest.raises(InputError, match=r"mlsa\.sum_histogram.*\+1, -1, \+0"):
        characterize(design, tmp_path / "run", Silent(), workers=1)
    assert not (tmp_path / "run").exists()
