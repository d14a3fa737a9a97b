"""The ladder: taps where they should be, mismatch as Monte Carlo of its resistors says."""

from __future__ import annotations

import numpy as np
import pytest

from sram_spice.errors import InputError
from sram_spice.generators.reference_ladder import ReferenceLadder

REFERENCES = (0.31, 0.55, 0.58, 0.97)


def ladder(references=REFERENCES, mismatch=0.01):
    return ReferenceLadder(references, 1.0, 20e3, 50e-15, mismatch)


def test_unloaded_taps_are_the_references():
    one = ladder()
    np.testing.assert_allclose(one.voltages(one.segments), REFERENCES, rtol=0, atol=1e-12)
    assert one.segments.sum() == pytest.approx(20e3)
    assert one.power == pytest.approx(50e-6)


def test_references_may_come_in_any_order_and_twice():
    one = ladder((0.58, 0.31, 0.58))
    assert one.segments.size == 3
    assert [one.tap_node(i) for i in range(3)] == ["tap1", "tap0", "tap1"]
    np.testing.assert_allclose(one.voltages(one.segments), (0.58, 0.31, 0.58), atol=1e-12)


def test_covariance_is_that_of_drawn_resistors():
    one = ladder()
    normal = np.random.default_rng(1).standard_normal((200_000, one.segments.size))
    drawn = one.voltages(one.segments + one.segment_sigma * normal)
    # 200,000 draws: 0.16 % on a sigma, 0.3 % of the largest variance on a covariance.
    np.testing.assert_allclose(
        np.cov(drawn.T), one.covariance(), atol=0.006 * one.covariance().max()
    )


def test_two_equal_halves_by_hand():
    """V = VDD R1 / (R1 + R2): sigma(V) = VDD / 4 * sqrt(2) * sigma(R) / R."""
    one = ladder((0.5,))
    relative = 0.01 * np.sqrt(1e3 / 10e3)
    assert np.sqrt(one.covariance()[0, 0]) == pytest.approx(np.sqrt(2) / 4 * relative, rel=1e-5)


@pytest.mark.parametrize("v", [0.0, 1.0, -0.1, 1.2])
def test_a_tap_lies_between_the_rails(v):
    with pytest.raises(InputError, match="no such tap"):
        ladder((0.5, v))
