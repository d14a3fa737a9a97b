"""The squares: pure geometry, and against a second method on the simulator's own curves."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import brentq

from sram_spice.generators.cell_bench import CellBias
from sram_spice.measurements.butterfly import lobes
from sram_spice.simulation import SimulatorPool
from sram_spice.simulation.job import FloatArray
from tests.conftest import MakeDesign
from tests.measurements.cell_tools import WEAK_ONE, butterfly

CONDITIONS = {
    "hold": CellBias(1.0, 0.0, 1.0, 1.0),
    "read": CellBias(1.0, 1.0, 1.0, 1.0),
    "write": CellBias(1.0, 0.5, 0.0, 1.0),
    "low supply": CellBias(0.3, 0.0, 0.3, 0.3),
}
SHIFT = 0.03  # V


def largest_square(vin: FloatArray, q: FloatArray, qb: FloatArray, stored: int) -> float:
    """Side of the largest axis-parallel square in a lobe, corner by corner, without rotation.

    For the state q low the lower left corner is on V(q) against V(qb), at (q(y), y), and the upper
    right one on V(qb) against V(q); for q high the two nodes change places.
    """
    left, right = (q, qb) if stored < 0 else (qb, q)
    best = -np.inf
    for y, x in zip(vin, left, strict=True):

        def gap(side: float, x: float = x, y: float = y) -> float:
            return float(np.interp(x + side, vin, right)) - (y + side)

        # Beyond the end of a curve, past the outer crossing, is no lobe.
        if gap(0.0) > 0 > gap(vin[-1] - x):
            best = max(best, brentq(gap, 0.0, vin[-1] - x, xtol=1e-9))
    return best


@pytest.mark.parametrize("condition", CONDITIONS)
@pytest.mark.parametrize("scale", [0.0, 1.0])
def test_rotated_curves_agree_with_search_over_corners(
    make_design: MakeDesign, pool: SimulatorPool, condition: str, scale: float
) -> None:
    """Both on the simulator; the search on 2,000 points with straight lines between them."""
    design, bias = make_design("6t"), CONDITIONS[condition]
    shifts = scale * SHIFT * WEAK_ONE * (0.3 if bias.vdd < 0.5 else 1.0)
    vin, q, qb = butterfly(pool, design, bias, shifts)
    squares = lobes(vin, q[None], qb[None])
    dense = butterfly(pool, design, bias, shifts, steps=2000)
    found = {-1: squares.stored_zero[0], 1: squares.stored_one[0]}
    for stored, side in found.items():
        if side > 0:
            # 20 uV: 6 uV of the 100-point splines, and the search's own grid of corners.
            assert side == pytest.approx(largest_square(*dense, stored), abs=20e-6)
    assert max(found.values()) > 0.05 * bias.vdd


def test_lobes_of_a_symmetric_cell_are_equal(make_design: MakeDesign, pool: SimulatorPool) -> None:
    for condition in ("hold", "read", "low supply"):
        vin, q, qb = butterfly(pool, make_design("6t"), CONDITIONS[condition])
        squares = lobes(vin, q[None], qb[None])
        # The issue asks for 0.1 mV; the two inverters are the same numbers.
        assert squares.stored_one[0] == pytest.approx(squares.stored_zero[0], abs=1e-6)


def steps(level: float, width: float) -> tuple[FloatArray, FloatArray]:
    """A smooth inverter between 1 V and 0 V that switches at `level`."""
    vin = np.linspace(0.0, 1.0, 101)
    return vin, 0.5 * (1 - np.tanh((vin - level) / width))


def test_square_of_ideal_inverters_is_known() -> None:
    """Two steps at 0.4 and 0.7: squares 0.4 x 0.7 and 0.6 x 0.3, so sides 0.4 and 0.3.

    Steps of 20 mV width round the corners by some 20 mV, and never enlarge the square.
    """
    vin, right = steps(0.4, 0.02)  # V(qb) falls at V(q) = 0.4
    _, left = steps(0.7, 0.02)  # V(q) falls at V(qb) = 0.7
    squares = lobes(vin, left[None], right[None])
    # q low: V(q) from 0 to 0.4, V(qb) from 0.7 to 1.
    assert squares.stored_zero[0] == pytest.approx(0.3, abs=0.04)
    # q high: V(q) from 0.4 to 1, V(qb) from 0 to 0.7.
    assert squares.stored_one[0] == pytest.approx(0.6, abs=0.04)
    assert squares.stored_zero[0] < 0.3
    assert squares.stored_one[0] < 0.6


def test_lost_lobe_is_minus_the_gap() -> None:
    """An output pinned at 0.1 V leaves one crossing; the gap to the step at 0.4 is 0.3 V."""
    vin, right = steps(0.4, 0.005)
    left = np.full_like(vin, 0.1) - 1e-3 * vin
    squares = lobes(vin, left[None], right[None])
    assert squares.stored_one[0] == pytest.approx(-0.3, abs=0.02)
    assert squares.stored_zero[0] > 0.25


def test_margin_goes_through_zero_continuously(
    make_design: MakeDesign, pool: SimulatorPool
) -> None:
    """From bistable to not, in steps of mismatch: no jump, and it falls all the way."""
    design, bias = make_design("6t"), CONDITIONS["read"]
    found = []
    for scale in np.linspace(0.14, 0.20, 17):
        vin, q, qb = butterfly(pool, design, bias, scale * WEAK_ONE)
        found.append(lobes(vin, q[None], qb[None]).stored_one[0])
    change = np.diff(found)
    assert found[0] > 0 > found[-1]
    assert (change < 0).all()
    assert change.min() > 2.5 * np.median(change)


def test_rows_do_not_touch_each_other(make_design: MakeDesign, pool: SimulatorPool) -> None:
    """A curve with a NaN costs its own row, and every row is what it is alone."""
    design, bias = make_design("6t"), CONDITIONS["read"]
    curves = [butterfly(pool, design, bias, s * SHIFT * WEAK_ONE) for s in (-1.0, 0.0, 2.0)]
    vin = curves[0][0]
    q, qb = (np.array([c[i] for c in curves]) for i in (1, 2))
    q[1, 50] = np.nan
    together = lobes(vin, q, qb).stored_one
    assert np.isnan(together[1])
    for row in (0, 2):
        alone = lobes(vin, q[[row]], qb[[row]]).stored_one[0]
        assert together[row] == pytest.approx(alone, abs=1e-12)


def test_mirrored_mismatch_mirrors_the_lobes(make_design: MakeDesign, pool: SimulatorPool) -> None:
    design, bias = make_design("6t"), CONDITIONS["read"]
    shifts = np.array([0.03, -0.02, -0.01, 0.04, -0.03, 0.015])
    mirrored = shifts[[1, 0, 3, 2, 5, 4]]
    vin, q, qb = butterfly(pool, design, bias, shifts)
    one = lobes(vin, q[None], qb[None])
    vin, q, qb = butterfly(pool, design, bias, mirrored)
    other = lobes(vin, q[None], qb[None])
    assert one.stored_one[0] == pytest.approx(other.stored_zero[0], abs=1e-6)
    assert one.stored_zero[0] == pytest.approx(other.stored_one[0], abs=1e-6)
    assert abs(one.stored_one[0] - one.stored_zero[0]) > 0.02
