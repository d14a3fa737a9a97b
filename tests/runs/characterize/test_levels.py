"""Levels and Monte Carlo samples on the real simulator; continuing; the tables."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from sram_spice.column.levels import NominalLevel
from sram_spice.results.checkpoint import Checkpoint, Sample
from sram_spice.runs.characterize.levels import (
    CHUNK,
    levels_table,
    run_monte_carlo,
    sampled_levels,
    samples_table,
)
from sram_spice.runs.characterize.nominal import run_nominal
from sram_spice.simulation import SimulatorPool, Status
from sram_spice.simulation.progress import Silent
from sram_spice.technology import technology_cards
from tests.runs.finished import small_design

ROWS, SAMPLES = 2, CHUNK + 3


class Recorder:
    """Progress that remembers; it can interrupt like a user."""

    def __init__(self, interrupt_after=None):
        self.begun, self.points, self.interrupt_after = [], 0, interrupt_after

    def begin(self, label, total, done=0):
        self.begun.append((label, total, done))

    def point(self, status):
        self.points += 1
        if self.points == self.interrupt_after:
            raise KeyboardInterrupt


def tiny(*overrides):
    small = (f"column.rows={ROWS}", f"monte_carlo.samples={SAMPLES}", "mlsa.levels=2")
    return small_design("8t_xnor", *small, *overrides)


@pytest.fixture(scope="module")
def simulate(pool):
    """Nominal levels and samples of a design; returns what was simulated and the table."""
    known = {}

    def simulate(design, folder, progress):
        cards = technology_cards(design)
        if "nominal" not in known:
            known["nominal"] = run_nominal(design, cards, pool, Silent())
        checkpoint = Checkpoint(folder)
        run_monte_carlo(design, cards, known["nominal"], pool, checkpoint, progress)
        return samples_table(design, checkpoint)

    return simulate


@pytest.fixture(scope="module")
def expected(simulate, tmp_path_factory):
    """Samples of the tiny design, simulated in one go."""
    recorder = Recorder()
    table = simulate(tiny(), tmp_path_factory.mktemp("whole") / "c", recorder)
    total = (ROWS + 1) * SAMPLES
    assert recorder.begun == [("Monte Carlo", total, 0)]
    assert recorder.points == total
    return table


def test_samples_are_sorted_and_whole(expected):
    keys = expected[["n_plus", "n_minus", "index"]]
    levels = [(0, 2), (1, 1), (2, 0)]
    assert keys.to_numpy().tolist() == [[p, m, i] for p, m in levels for i in range(SAMPLES)]
    assert (expected["status"] == "ok").all()
    # The same silicon at every level, another one at every index.
    assert expected["v_bl_v"].nunique() == len(expected)


def test_an_interrupted_run_continues(simulate, expected, tmp_path):
    design, folder = tiny(), tmp_path / "c"
    cards, interrupting = technology_cards(design), Recorder(interrupt_after=CHUNK + 10)
    with SimulatorPool(1) as own:
        nominal = run_nominal(design, cards, own, Silent())
        with pytest.raises(KeyboardInterrupt):
            run_monte_carlo(design, cards, nominal, own, Checkpoint(folder), interrupting)
    kept = sum(len(Checkpoint(folder).samples(level)) for level in sampled_levels(design))
    assert CHUNK + 9 <= kept <= CHUNK + 10
    rest = Recorder()
    found = simulate(design, folder, rest)
    assert rest.begun == [("Monte Carlo", len(expected), kept)]
    assert rest.points == len(expected) - kept
    assert_frame_equal(found, expected, check_exact=True)


def test_damaged_samples_are_simulated_again(simulate, expected, tmp_path):
    design, folder = tiny(), tmp_path / "c"
    simulate(design, folder, Silent())
    path = folder / "plus1_minus1.npz"
    path.write_bytes(path.read_bytes()[:-40])
    (folder / "plus2_minus0.npz").unlink()
    again = Recorder()
    assert_frame_equal(simulate(design, folder, again), expected, check_exact=True)
    assert again.points == 2 * SAMPLES


def test_more_samples_continue_those_that_are_there(simulate, expected, tmp_path):
    few = simulate(tiny("monte_carlo.samples=3"), tmp_path / "c", Silent())
    assert_frame_equal(
        few, expected[expected["index"] < 3].reset_index(drop=True), check_exact=True
    )
    more = Recorder()
    assert_frame_equal(simulate(tiny(), tmp_path / "c", more), expected, check_exact=True)
    assert more.points == len(expected) - len(few)
    # Fewer again: what is beyond them is left out, and nothing is simulated.
    none = Recorder()
    fewer = simulate(tiny("monte_carlo.samples=3"), tmp_path / "c", none)
    assert_frame_equal(fewer, few, check_exact=True)
    assert none.points == 0


@pytest.mark.parametrize(
    ("topology", "overrides", "levels"),
    [
        ("8t_xnor", ("column.rows=2",), [(0, 2), (1, 1), (2, 0)]),
        ("8t_xnor", ("column.rows=2", "mismatch.a_vt=0"), []),
        ("6t", ("column.rows=2", "monte_carlo.active_step=2"), [(0, 2), (1, 1), (2, 0)]),
        ("6t", ("column.rows=2", "monte_carlo.active_step=8"), [(0, 2), (1, 1), (2, 0)]),
        (
            "6t",
            ("column.rows=3", "monte_carlo.active_step=2"),
            [(0, 2), (1, 1), (2, 0), (0, 3), (1, 2), (2, 1), (3, 0)],
        ),
        ("6t", ("mismatch.a_vt=0",), []),
    ],
)
def test_levels_that_are_sampled(topology, overrides, levels):
    assert sampled_levels(small_design(topology, *overrides)) == levels


def test_an_empty_checkpoint_gives_an_empty_table_with_types(tmp_path):
    table = samples_table(tiny(), Checkpoint(tmp_path))
    assert list(table.columns) == ["n_plus", "n_minus", "index", "v_bl_v", "v_blb_v", "status"]
    assert table["v_bl_v"].dtype == np.float64
    assert len(table) == 0


def test_levels_table_counts_what_failed_and_keeps_what_flipped(tmp_path):
    design = tiny("monte_carlo.samples=4")
    nominal = [
        NominalLevel(0, 2, Status.OK, 0.1, 0.9, None),
        NominalLevel(1, 1, Status.FLIPPED, 0.5, 0.5, None),
        NominalLevel(2, 0, Status.NONCONVERGED, math.nan, math.nan, None),
    ]
    checkpoint = Checkpoint(tmp_path)
    samples = [
        Sample(0.1, 0.9, Status.OK),
        Sample(0.2, 0.8, Status.FLIPPED),
        Sample(math.nan, math.nan, Status.TIMEOUT),
        Sample(0.4, 0.7, Status.OK),
    ]
    for index, sample in enumerate(samples):
        checkpoint.add((0, 2), index, sample)
        checkpoint.add((2, 0), index, Sample(math.nan, math.nan, Status.VALUE_MISSING))
    checkpoint.add((1, 1), 0, samples[0])
    table = levels_table(nominal, samples_table(design, checkpoint)).set_index("n_plus")
    assert table["sum"].tolist() == [-2, 0, 2]
    assert table["samples"].tolist() == [4, 1, 4]
    assert table["failed"].tolist() == [1, 0, 4]
    assert table["flipped"].tolist() == [1, 0, 0]
    assert table["nominal_status"].tolist() == ["ok", "flipped", "nonconverged"]
    # Mean and sigma over those that keep their data, with n - 1.
    assert table.loc[0, "v_bl_mean_v"] == pytest.approx(0.25)
    assert table.loc[0, "v_bl_std_v"] == pytest.approx(np.std([0.1, 0.4], ddof=1))
    assert table.loc[0, "v_blb_mean_v"] == pytest.approx(0.8)
    assert table.loc[1, "v_bl_mean_v"] == 0.1
    assert math.isnan(table.loc[1, "v_bl_std_v"])
    assert math.isnan(table.loc[2, "v_bl_mean_v"])
    assert pd.api.types.is_integer_dtype(table["failed"])


def test_mean_and_sigma_are_of_the_samples_that_keep_their_data():
    """Against plain sums over a list; what has lost data or failed is counted beside."""
    level = NominalLevel(1, 1, Status.OK, 0.7, 0.7, None)
    kept = [0.70, 0.74, 0.69, 0.73]
    rows = [(0, v, 1.4 - v, "ok") for v in kept]
    rows += [(0, 0.05, 0.99, "flipped"), (0, np.nan, np.nan, "flipped")]
    rows += [(0, np.nan, np.nan, "timeout")]
    samples = pd.DataFrame(
        [(1, 1, *row) for row in rows],
        columns=["n_plus", "n_minus", "index", "v_bl_v", "v_blb_v", "status"],
    )
    (row,) = levels_table([level], samples).to_dict("records")
    mean = sum(kept) / 4
    assert row["v_bl_mean_v"] == pytest.approx(mean, abs=1e-9)
    assert row["v_blb_mean_v"] == pytest.approx(1.4 - mean, abs=1e-9)
    sigma = math.sqrt(sum((v - mean) ** 2 for v in kept) / 3)
    assert row["v_bl_std_v"] == pytest.approx(sigma, rel=1e-8)  # nine digits in the file
    assert (row["samples"], row["failed"], row["flipped"]) == (7, 1, 2)
