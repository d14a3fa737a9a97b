"""How cell measurements run: registered, together or alone, the same samples, none dropped."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from sram_spice.column.context import Context
from sram_spice.errors import InputError
from sram_spice.generators import cell_of
from sram_spice.measurements.cell_conditions import hold_bias
from sram_spice.measurements.cell_measurement import CellMeasurement, run_together
from sram_spice.measurements.cell_sweeps import BenchRun, cell_setup, simulate
from sram_spice.measurements.measurement import measurement_of
from sram_spice.registry import MEASUREMENTS
from sram_spice.simulation import DcSweep, SimulatorPool, Status
from sram_spice.simulation.progress import Silent
from sram_spice.technology import technology_cards
from tests.conftest import MakeDesign
from tests.measurements.cell_tools import measured

NAMES = (
    "hold_snm",
    "read_snm",
    "compute_snm",
    "write_snm",
    "bit_line_write_margin",
    "word_line_write_margin",
    "n_curve",
    "data_retention_voltage",
    "read_current",
    "leakage",
)


@pytest.mark.parametrize("name", NAMES)
def test_registered_and_documented(name: str) -> None:
    assert name in MEASUREMENTS.names()
    found = measurement_of(name)
    assert isinstance(found, CellMeasurement)
    for text in (found.title, found.definition, found.source):
        assert len(text) > 5
    assert found.unit in ("V", "A", "V, A")


@pytest.mark.slow
@pytest.mark.parametrize("topology", ["6t", "8t_xnor"])
def test_together_is_the_same_as_alone(
    make_design: MakeDesign, pool: SimulatorPool, topology: str
) -> None:
    """All on one job list give, digit by digit, what each gives alone with two workers."""
    design = make_design(topology, "monte_carlo.samples=3")
    context = Context(design, technology_cards(design), pool, Silent())
    together = run_together(context, [measurement_of(n) for n in NAMES])  # type: ignore[misc]
    with SimulatorPool(2) as two:
        for name, found in zip(NAMES, together, strict=True):
            alone = measured(design, name, two)
            # An operating point may start from the one before it: 1 nV of V, 1e-6 of a current.
            pd.testing.assert_frame_equal(found.samples, alone.samples, rtol=1e-6, atol=1e-15)
            pd.testing.assert_frame_equal(found.summary, alone.summary, rtol=1e-6, atol=1e-15)
            assert (found.samples["status"] == "ok").all()


def test_sample_is_the_same_cell_in_every_measurement(
    make_design: MakeDesign, pool: SimulatorPool
) -> None:
    """Read SNM at a word line of almost 0 is hold SNM, sample by sample; seeds differ."""
    overrides = ("monte_carlo.samples=5", "column.word_line_voltage=1e-6")
    hold = measured(make_design("6t", *overrides), "hold_snm", pool).samples["hold_snm_v"]
    read = measured(make_design("6t", *overrides), "read_snm", pool).samples["read_snm_v"]
    np.testing.assert_allclose(hold, read, atol=1e-6)
    more = ("monte_carlo.samples=9", "monte_carlo.seed=1")
    longer = measured(make_design("6t", *more), "hold_snm", pool).samples["hold_snm_v"]
    np.testing.assert_allclose(longer[:5], hold, atol=1e-9)
    other = measured(
        make_design("6t", "monte_carlo.samples=5", "monte_carlo.seed=2"), "hold_snm", pool
    )
    assert np.abs(other.samples["hold_snm_v"] - hold).min() > 1e-6


def test_spread_is_that_of_the_mismatch(make_design: MakeDesign, pool: SimulatorPool) -> None:
    """Half A_VT, half sigma: the same draws scale, and small shifts act linearly."""
    sigma = []
    for a_vt in (0.5e-9, 1.0e-9):
        design = make_design("6t", f"mismatch.a_vt={a_vt}", "monte_carlo.samples=60")
        summary = measured(design, "read_snm", pool).summary.set_index("quantity")
        sigma.append(summary.loc["read_snm_stored_1", "sigma"])
    assert sigma[1] / sigma[0] == pytest.approx(2.0, rel=0.03)


def test_without_mismatch_there_are_no_samples(
    make_design: MakeDesign, pool: SimulatorPool
) -> None:
    result = measured(make_design("6t", "mismatch.a_vt=0.0"), "hold_snm", pool)
    assert result.samples.empty
    assert list(result.summary.columns) == ["quantity", "condition", "unit", "nominal"]
    assert set(result.curves.columns) == {"curve", "x_v", "y_v"}


def test_samples_that_cannot_be_simulated_are_nan_with_status(
    make_design: MakeDesign, pool: SimulatorPool
) -> None:
    """A vector that does not exist stands for any failure: every row says so."""
    design = make_design("6t", "monte_carlo.samples=3")
    context = Context(design, technology_cards(design), pool, Silent())
    setup = cell_setup(context)
    from sram_spice.generators.cell_bench import SplitCell

    bench = SplitCell(cell_of(design), hold_bias(design))
    run = BenchRun(bench, DcSweep("vin", 0.0, 1.0, 0.1), ("q", "nowhere"))
    curves = simulate(setup, [run])[run]
    assert curves.status == (Status.VALUE_MISSING,) * 4
    assert np.isnan(curves.values).all()


def test_write_word_line_is_checked(make_design: MakeDesign) -> None:
    assert make_design("6t").cell_test.write_word_line_voltage is None
    with pytest.raises(InputError, match="greater than 0"):
        make_design("6t", "cell_test.write_word_line_voltage=0.0")


def test_cell_that_flips_in_a_read_is_kept_and_named(
    make_design: MakeDesign, pool: SimulatorPool
) -> None:
    """With huge mismatch and a full word line some cells lose a 0 by being read."""
    overrides = ("column.word_line_voltage=1.0", "mismatch.a_vt=1.4e-8", "monte_carlo.samples=40")
    samples = measured(make_design("6t", *overrides), "read_current", pool).samples
    counts = samples["status"].value_counts()
    assert set(counts.index) <= {"ok", "flipped"}
    assert counts["flipped"] > 0
    assert np.isfinite(samples["read_current_a"]).all()
    snm = measured(make_design("6t", *overrides), "read_snm", pool).samples
    np.testing.assert_array_equal(snm["read_snm_stored_0_v"] < 0, samples["status"] == "flipped")
