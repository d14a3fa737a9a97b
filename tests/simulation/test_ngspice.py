"""The simulator itself: analytic circuits, statuses, histories."""

from __future__ import annotations

import os
import subprocess
from dataclasses import replace

import numpy as np
import pytest

from sram_spice.simulation import (
    DcSweep,
    Job,
    Latch,
    OperatingPoint,
    SimulatorPool,
    Status,
    Transient,
)
from sram_spice.simulation.batch import find_ngspice, ngspice_environment

DIVIDER = """divider
V1 in 0 1.0
R1 in out 1k
R2 out 0 3k
.options reltol=1e-6
.end
"""
RC = """rc
V1 in 0 PWL(0 0 1p 1)
R1 in out 1k
C1 out 0 1p
.options reltol=1e-6
.end
"""
# A latch of two ideal inverters: V(q) = 1 - V(qb) with gain 4, states near 0.13 and 0.87 V.
LATCH = """latch
Bq q 0 V=0.5-0.4*tanh(4*(v(qb)-0.5))
Bqb qb 0 V=0.5-0.4*tanh(4*(v(q)-0.5))
.nodeset v(q)={q} v(qb)={qb}
.end
"""


def run_one(pool: SimulatorPool, job: Job):
    (result,) = list(pool.run([job]))
    return result


def test_resistive_divider(pool):
    result = run_one(pool, Job(DIVIDER, OperatingPoint(), ("out", "v1#branch")))
    assert result.status is Status.OK
    # gmin = 1e-12 S beside 3 kohm: 3e-9 relative.
    np.testing.assert_allclose(result.values, [0.75, -0.25e-3], rtol=1e-8)


def test_alter_sets_each_point_in_full_precision(pool):
    values = np.array([[1e3], [2e3], [1234.5678901234567]])
    results = list(
        pool.run([Job(DIVIDER, OperatingPoint(), ("out",), alter=("r2",), points=values)])
    )
    assert [r.point for r in results] == [0, 1, 2]
    found = np.array([r.values[0] for r in results])
    expected = values[:, 0] / (values[:, 0] + 1e3)
    np.testing.assert_allclose(found, expected, rtol=1e-8)


def test_rc_charges_with_its_time_constant(pool):
    result = run_one(pool, Job(RC, Transient(5e-9, 5e-12), ("out",)))
    time, out = result.values
    exact = 1 - np.exp(-(time - 0.5e-12) / 1e-9)
    late = time > 20e-12
    # Trapezoidal error of a 5 ps step against tau = 1 ns: (h/tau)^2 / 12 = 2e-6.
    np.testing.assert_allclose(out[late], exact[late], atol=1e-5)


@pytest.mark.parametrize(("start", "stop"), [(0.0, 1.0), (1.0, 0.0)])
def test_dc_sweep_in_both_directions(pool, start, stop):
    result = run_one(pool, Job(DIVIDER, DcSweep("v1", start, stop, 0.1), ("out",)))
    swept, out = result.values
    np.testing.assert_allclose(swept, np.linspace(start, stop, 11), atol=1e-12)
    np.testing.assert_allclose(out, 0.75 * swept, atol=1e-8)


def test_transient_sample_equals_waveform(pool):
    whole = run_one(pool, Job(RC, Transient(5e-9, 5e-12), ("out",))).values
    at = run_one(pool, Job(RC, Transient(5e-9, 5e-12, sample_at=2e-9), ("out",))).values
    assert at.shape == (1,)
    assert at[0] == np.interp(2e-9, whole[0], whole[1])


@pytest.mark.parametrize(
    ("start", "stored_high", "status"),
    [
        (0.9, True, Status.OK),
        (0.1, False, Status.OK),
        (0.9, False, Status.FLIPPED),
        (0.1, True, Status.FLIPPED),
        (0.5, True, Status.NONCONVERGED),
    ],
)
def test_latch_states(pool, start, stored_high, status):
    latch = (Latch("q", "qb", stored_high),)
    job = Job(LATCH.format(q=start, qb=1 - start), OperatingPoint(), ("q",), latches=latch)
    result = run_one(pool, job)
    assert result.status is status
    assert (result.values is not None) == status.has_values
    if start == 0.5:
        assert "metastable" in result.detail


def test_point_that_is_not_ok_is_decided_by_the_fallback(pool):
    latch = (Latch("q", "qb", True),)
    sure = Job(LATCH.format(q=0.9, qb=0.1), Transient(1e-9, 1e-11, 1e-9), ("q",), latches=latch)
    for start, words in ((0.5, "decided by transient"), (0.1, "decided by transient"), (0.9, "")):
        deck = LATCH.format(q=start, qb=1 - start)
        job = Job(deck, OperatingPoint(), ("q",), latches=latch, fallback=sure)
        result = run_one(pool, job)
        assert result.status is Status.OK
        assert result.values[0] > 0.8
        assert (words in result.detail) if words else result.detail == ""


# The same latch with 1 fF at its nodes; it is slow near the middle, and its steps are few.
SLOW_LATCH = """slow latch
Bq 0 q I=1e-6*(0.5-0.4*tanh(4*(v(qb)-0.5))-v(q))
Bqb 0 qb I=1e-6*(0.5-0.4*tanh(4*(v(q)-0.5))-v(qb))
Cq q 0 1f
Cqb qb 0 1f
Rq q 0 1e15
Rqb qb 0 1e15
Ipull q 0 PWL(0 0 1n 0 1.01n {pull} {end}n {pull} {end}.01n 0)
.nodeset v(q)=0.9 v(qb)=0.1
.end
"""


@pytest.mark.parametrize(
    ("pull", "finer"),
    [(0.2e-6, False), (0.4e-6, True)],
)
def test_a_transient_is_repeated_in_finer_steps_where_a_latch_is_in_doubt(pool, pull, finer):
    """Pulled by 0.2 uA V(q) - V(qb) stays above 0.45 V, by 0.4 uA it falls through it."""
    latch = (Latch("q", "qb", True),)
    deck = SLOW_LATCH.format(pull=pull, end=3)
    usual = Job(deck, Transient(20e-9, 0.5e-9, 3e-9), ("q", "qb"), latches=latch)
    fine = replace(usual, analysis=Transient(20e-9, 0.05e-9, 3e-9))
    asked = run_one(pool, replace(usual, doubt=0.45))
    expected = run_one(pool, fine if finer else usual)
    assert asked.status is expected.status
    np.testing.assert_array_equal(asked.values, expected.values)
    assert not np.array_equal(run_one(pool, usual).values, run_one(pool, fine).values)


@pytest.mark.parametrize(("linger", "again"), [(1e-9, True), (10e-9, False)])
def test_it_is_repeated_where_a_latch_flipped_after_a_long_time_in_doubt(pool, linger, again):
    """It is half-way for some 3 ns, and in its other state long before the sample."""
    latch = (Latch("q", "qb", True),)
    deck = SLOW_LATCH.format(pull=0.35e-6, end=9)
    usual = Job(deck, Transient(20e-9, 0.5e-9, 19e-9), ("q",), latch)
    fine = replace(usual, analysis=Transient(20e-9, 0.05e-9, 19e-9))
    asked = run_one(pool, replace(usual, doubt=0.45, linger=linger))
    expected = run_one(pool, fine if again else usual)
    assert expected.status is Status.FLIPPED
    np.testing.assert_array_equal(asked.values, expected.values)
    assert run_one(pool, usual).values[0] != run_one(pool, fine).values[0]


def test_a_latch_at_rest_near_its_trip_is_in_no_doubt(pool):
    """Pulled all the time, it has settled at some 0.5 V: no picosecond decides anything."""
    latch = (Latch("q", "qb", True),)
    deck = SLOW_LATCH.format(pull=0.1e-6, end=40)
    usual = Job(deck, Transient(40e-9, 0.5e-9, 39e-9), ("q", "qb"), latch)
    alone = run_one(pool, usual)
    assert 0.4 < alone.values[0] - alone.values[1] < 0.7
    asked = run_one(pool, replace(usual, doubt=0.7))
    np.testing.assert_array_equal(asked.values, alone.values)


@pytest.mark.parametrize(
    ("doubt", "kept", "status"),
    [
        (0.0, False, Status.OK),
        (0.8, True, Status.OK),
        (0.8, False, Status.FLIPPED),
        (0.6, False, Status.OK),
    ],
)
def test_an_operating_point_in_doubt_is_decided_by_the_fallback(pool, doubt, kept, status):
    """Its nodes are 0.74 V apart. The fallback says whether it counts, not what it is."""
    latch = (Latch("q", "qb", True),)
    other = LATCH.format(q=0.9, qb=0.1) if kept else LATCH.format(q=0.1, qb=0.9)
    other = other.replace("0.5-0.4", "0.5-0.41")
    sure = Job(other, OperatingPoint(), ("q",), latches=latch)
    job = Job(LATCH.format(q=0.9, qb=0.1), OperatingPoint(), ("q",), latches=latch)
    found = run_one(pool, replace(job, doubt=doubt, fallback=sure))
    assert found.status is status
    if status is Status.OK:
        np.testing.assert_array_equal(found.values, run_one(pool, job).values)


def test_missing_output_is_a_missing_value(pool):
    result = run_one(pool, Job(DIVIDER, OperatingPoint(), ("out", "nowhere")))
    assert result.status is Status.VALUE_MISSING
    assert "nowhere" in result.detail


def test_output_out_of_range_is_no_solution(pool):
    result = run_one(pool, Job(DIVIDER, OperatingPoint(), ("out",), limits=(0.0, 0.7)))
    assert result.status is Status.NONCONVERGED
    assert result.values is None


@pytest.mark.parametrize(
    "deck",
    [
        "no model\nM1 d g 0 0 missing w=1u l=1u\nV1 d 0 1\nV2 g 0 1\n.end\n",
        "bad value\nR1 a 0 one\nV1 a 0 1\n.end\n",
        "nonsense\nthis is no circuit\n.end\n",
    ],
)
def test_bad_deck_gives_no_values_and_harms_nobody(pool, deck):
    result = run_one(pool, Job(deck, OperatingPoint(), ("d",)))
    assert result.status is Status.VALUE_MISSING
    assert result.refused
    assert result.values is None
    assert run_one(pool, Job(DIVIDER, OperatingPoint(), ("out",))).status is Status.OK


def test_unsolvable_circuit_is_nonconverged_and_the_next_point_is_good(pool):
    # i = sign(v) + 0.5 has no zero that Newton finds: it jumps from side to side.
    deck = "jump\nB1 a 0 I=1e-3*(v(a)>0 ? 2 : -1)+{x}\nR1 a 0 1e9\n.param x=0\n.end\n".replace(
        "{x}", "0"
    )
    results = list(
        pool.run(
            [
                Job(deck, OperatingPoint(), ("a",), limits=(-1e3, 1e3)),
                Job(DIVIDER, OperatingPoint(), ("out",)),
            ]
        )
    )
    assert results[0].status is not Status.OK
    assert results[1].status is Status.OK


def test_shape_of_points_is_checked():
    with pytest.raises(ValueError, match="points has shape"):
        Job(DIVIDER, OperatingPoint(), ("out",), alter=("r2",))


@pytest.mark.parametrize(
    ("q", "qb", "status"), [(0.9, 0.1, Status.OK), (0.1, 0.9, Status.NONCONVERGED)]
)
def test_a_transient_begins_in_the_stored_states(pool, q, qb, status):
    """One that begins flipped is no access that flips: the simulator went wrong before it."""
    latch = (Latch("q", "qb", True),)
    job = Job(LATCH.format(q=q, qb=qb), Transient(1e-9, 1e-11, 1e-9), ("q",), latches=latch)
    result = run_one(pool, job)
    assert result.status is status
    assert ("begins in another state" in result.detail) == (status is not Status.OK)


def test_the_program_runs_for_a_user_whom_no_list_of_accounts_knows(monkeypatch):
    """In a container, for example; without HOME ngspice 39 crashes there."""
    if os.geteuid():
        pytest.skip("only root can become another user")
    monkeypatch.delenv("HOME", raising=False)
    deck = "one volt\nv1 a 0 1\nr1 a 0 1\n.control\nop\nprint v(a)\n.endc\n.end\n"
    done = subprocess.run(
        [find_ngspice(), "-n", "-b"],
        input=deck,
        user=54321,
        env=ngspice_environment(),
        cwd="/tmp",
        capture_output=True,
        encoding="utf-8",
        timeout=30,
        check=False,
    )
    assert "v(a) = 1.000000e+00" in done.stdout, (done.returncode, done.stderr)
