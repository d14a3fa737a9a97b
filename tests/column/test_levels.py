"""Monte Carlo of full columns on the real simulator."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from sram_spice.column.levels import (
    mismatch_job,
    mismatch_sigma,
    nominal_job,
    nominal_level,
)
from sram_spice.generators import column_of
from sram_spice.simulation import SimulatorPool, Status
from sram_spice.technology import technology_cards


def nominal(pool, design, n_plus, n_minus):
    (result,) = list(pool.run([nominal_job(design, technology_cards(design), n_plus, n_minus)]))
    return nominal_level(n_plus, n_minus, result)


def sampled(pool, design, level, indices):
    job = mismatch_job(design, technology_cards(design), level, indices)
    return sorted(pool.run([job]), key=lambda r: r.point)


@pytest.mark.parametrize(("topology", "per_cell"), [("6t", 6), ("8t_xnor", 8)])
def test_every_transistor_is_mismatched(make_design, topology, per_cell):
    design = make_design(topology, "column.rows=4")
    column = column_of(design, 2, 2)
    sigma = mismatch_sigma(design, column)
    assert sigma.shape == (4 * per_cell + 2,)
    # 3 mV um over sqrt(120 nm x 65 nm), and over sqrt(2 um x 65 nm) for the two loads.
    by_name = dict(zip((name for name, _ in column.devices), sigma, strict=True))
    assert by_name["m.xcell0.maxl"] == pytest.approx(33.968e-3, rel=1e-4)
    assert by_name["mload_bl"] == by_name["mload_blb"] == pytest.approx(8.3205e-3, rel=1e-4)


def test_sample_is_the_same_in_any_company_and_process(make_design, pool):
    design = make_design("8t_xnor", "column.rows=16")
    level = nominal(pool, design, 6, 10)
    together = [r.values for r in sampled(pool, design, level, range(8))]
    alone = sampled(pool, design, level, [5])[0].values
    backwards = [r.values for r in sampled(pool, design, level, range(7, -1, -1))][::-1]
    with SimulatorPool(1) as other:
        elsewhere = [r.values for r in sampled(other, design, level, range(8))]
    assert (together[5] == alone).all()
    np.testing.assert_array_equal(together, backwards)
    np.testing.assert_array_equal(together, elsewhere)


def test_start_of_the_solver_does_not_move_the_solution(make_design, pool):
    design = make_design("6t", "column.rows=32")
    level = nominal(pool, design, 10, 22)
    guessed = [r.values for r in sampled(pool, design, level, range(20))]
    blind = [r.values for r in sampled(pool, design, replace(level, guess=None), range(20))]
    # reltol = 1e-6 of 1 V, with some room for the last Newton step.
    np.testing.assert_allclose(guessed, blind, atol=3e-6)


def test_mismatch_mirrors_with_the_column(make_design, pool):
    """At equal numbers of +1 and -1 BL and BLB have the same distribution."""
    design = make_design("8t_xnor", "column.rows=16")
    level = nominal(pool, design, 8, 8)
    values = np.array([r.values for r in sampled(pool, design, level, range(300))])
    mean, sigma = values.mean(axis=0), values.std(axis=0, ddof=1)
    error = sigma.mean() / np.sqrt(300)
    assert abs(mean[0] - mean[1]) < 5 * error * np.sqrt(2)
    assert abs(np.log(sigma[0] / sigma[1])) < 5 / np.sqrt(300)


@pytest.mark.slow
def test_sigma_falls_as_the_root_of_the_rows(make_design, pool):
    """sigma_V ~ 1/sqrt(N) at fixed k/N; the load grows with N as the cells do."""
    count, found = 400, {}
    for rows in (4, 16):
        design = make_design(
            "8t_xnor", f"column.rows={rows}", f"column.load_width={2e-6 * rows / 64}"
        )
        level = nominal(pool, design, rows // 2, rows // 2)
        values = np.array([r.values[0] for r in sampled(pool, design, level, range(count))])
        found[rows] = values.std(ddof=1)
    # Relative error of one sigma is 1/sqrt(2n) = 3.5 %, of the ratio 5 %; three of those.
    assert found[4] / found[16] == pytest.approx(2.0, rel=0.15)


@pytest.mark.slow
def test_lost_columns_end_as_their_access_says(make_design, pool):
    """Newton alone ends metastable here, or with the majority flipped; the circuit does not."""
    design = make_design("8t_xnor", "column.word_line_voltage=1.0")
    level = nominal(pool, design, 20, 44)
    assert level.status is Status.FLIPPED
    assert level.v_bl < 0.1
    for result in sampled(pool, design, level, range(3)):
        assert result.status is Status.FLIPPED
        assert "20 of 64" in result.detail  # the minority, and only it
        assert result.values[0] < 0.1 < 0.9 < result.values[1]


@pytest.mark.slow
def test_an_access_begins_at_rest_whatever_its_level(make_design, pool):
    """V_WL = 0.8 V: started from where the nominal column is sampled, cells began flipped."""
    design = make_design(
        "8t_xnor",
        'column.readout="discharge"',
        "column.word_line_voltage=0.8",
        "column.load_width=8e-6",
    )
    level = nominal(pool, design, 32, 32)
    assert level.status is Status.OK
    for result in sampled(pool, design, level, range(3)):
        assert result.status is Status.FLIPPED, result.detail
        assert "32 of 64" in result.detail


@pytest.mark.slow
def test_operating_point_of_a_divider_is_not_its_access(make_design, pool):
    """Sample 37 has a place to rest in, and loses a cell on its way there; sample 1 does not."""
    design = make_design("6t", 'column.readout="divider"')
    level = nominal(pool, design, 4, 60)
    job = mismatch_job(design, technology_cards(design), level, [1, 37])
    assert job.fallback is not None
    access = replace(job.fallback, points=job.points)
    at_rest = sorted(pool.run([replace(job, fallback=None)]), key=lambda r: r.point)
    in_time = sorted(pool.run([access]), key=lambda r: r.point)
    assert [r.status for r in at_rest] == [Status.OK, Status.OK]
    assert [r.status for r in in_time] == [Status.OK, Status.FLIPPED]


@pytest.mark.slow
def test_a_cell_that_lingers_is_followed_in_finer_steps(make_design, pool):
    """Sample 194 is half-way when the word line falls: with the usual steps it is lost, wrongly.

    With 0.5 ps it is not, and V_BLB is 2.1 mV lower. No cell of sample 1 is near its trip.
    """
    design = make_design("6t", 'column.readout="discharge"')
    level = nominal(pool, design, 4, 60)
    job = mismatch_job(design, technology_cards(design), level, [194, 1])
    usual = sorted(pool.run([replace(job, doubt=0.0)]), key=lambda r: r.point)
    found = sorted(pool.run([job]), key=lambda r: r.point)
    fine = replace(job.analysis, max_step=0.5e-12)
    finest = replace(job, doubt=0.0, analysis=fine, points=job.points[:1])
    (sure,) = pool.run([finest])
    assert [r.status for r in usual] == [Status.FLIPPED, Status.OK]
    assert [r.status for r in found] == [sure.status, Status.OK] == [Status.OK, Status.OK]
    assert usual[0].values[1] - sure.values[1] > 1.5e-3
    # What is left of a step of 2 ps: a tenth of what a tenth of the step has mended.
    np.testing.assert_allclose(found[0].values, sure.values, atol=0.2e-3)
    np.testing.assert_array_equal(found[1].values, usual[1].values)


@pytest.mark.slow
def test_an_operating_point_next_to_a_trip_is_decided_by_the_access(make_design, pool):
    """Sample 153 has such an operating point, and its access loses a cell; 163 keeps its data.

    Where the access keeps them, too, bit lines are those of the operating point.
    """
    design = make_design("6t", 'column.readout="divider"')
    level = nominal(pool, design, 4, 60)
    job = mismatch_job(design, technology_cards(design), level, [153, 163])
    found = sorted(pool.run([job]), key=lambda r: r.point)
    alone = replace(job, doubt=0.0, fallback=None)
    at_rest = sorted(pool.run([alone]), key=lambda r: r.point)
    assert [r.status for r in at_rest] == [Status.OK, Status.OK]
    assert [r.status for r in found] == [Status.FLIPPED, Status.OK]
    assert "decided by transient" in found[0].detail
    np.testing.assert_array_equal(found[1].values, at_rest[1].values)


@pytest.mark.slow
def test_unsafe_word_line_flips_cells_under_mismatch_only(make_design, pool):
    """V_WL = 0.7 V with a 4 um load looks safe nominally, and is not."""
    design = make_design("6t", "column.word_line_voltage=0.7", "column.load_width=4e-6")
    level = nominal(pool, design, 4, 60)
    assert level.status is Status.OK
    results = sampled(pool, design, level, range(15))  # the transient of each takes 0.2 s
    flipped = [r for r in results if r.status is Status.FLIPPED]
    assert 3 <= len(flipped) < 15
    assert all(r.values is not None for r in flipped)  # counted beside, not dropped from


def test_nominal_flip_is_said(make_design, pool):
    level = nominal(pool, make_design("8t_xnor", "column.word_line_voltage=1.0"), 4, 60)
    assert level.status is Status.FLIPPED
    assert level.guess is None
    assert np.isfinite(level.v_bl)
