"""The retry ladder: what it tries, in which order, and what it does not take for a solution."""

from __future__ import annotations

from collections import deque
from dataclasses import replace

import numpy as np
import pytest

from sram_spice.column.access import access_job
from sram_spice.column.levels import nominal_job
from sram_spice.simulation import Job, Latch, OperatingPoint, Status, Transient
from sram_spice.simulation.assignment import Assignment
from sram_spice.simulation.ladder import SAME_AGAIN, rungs
from sram_spice.simulation.worker import PointMessage
from sram_spice.technology import technology_cards

DIODE = """diode
V1 in 0 DC 5
R1 in a 1
D1 a 0 dio
.model dio D(IS=1e-14)
.end
"""
LATCH = Latch("q", "qb", True)
NAMES = ["tighter steps", "gear integration", "gmin stepping", "source stepping"]
OF_POINT = ["gmin stepping of the operating point", "source stepping of the operating point"]


def diode(**more) -> Job:
    return Job(DIODE, OperatingPoint(), ("a",), **more)


@pytest.fixture
def hopeless(make_design) -> Job:
    """A column in tolerances below rounding: no analysis of it converges."""
    design = make_design("8t_xnor", "column.rows=4")
    job = nominal_job(design, technology_cards(design), 3, 1)
    strict = ".options reltol=1e-18 vntol=1e-22 abstol=1e-26\n.end\n"
    return replace(job, deck=job.deck.removesuffix(".end\n") + strict, fallback=None)


def test_the_rungs_of_each_analysis(make_design):
    design = make_design("8t_xnor", "column.rows=4")
    cards = technology_cards(design)
    assert [r.name for r in rungs(access_job(design, cards, 2, 2))] == NAMES
    assert [r.name for r in rungs(nominal_job(design, cards, 2, 2))] == NAMES + OF_POINT
    assert rungs(nominal_job(design, cards, 2, 2, fallback=False)) == ()
    finer = rungs(access_job(design, cards, 2, 2))[0].job.analysis
    assert isinstance(finer, Transient)
    assert finer.max_step == pytest.approx(2e-12 / 5)


@pytest.mark.slow
@pytest.mark.parametrize("make", [nominal_job, access_job])
def test_every_rung_gives_the_same_column(make, make_design, pool):
    """On a column that needs none, a rung may move a bit line by the solver's error only."""
    design = make_design("8t_xnor", "column.rows=4", "access.word_line_pulse=5e-10")
    job = make(design, technology_cards(design), 3, 1)
    outputs = tuple(job.outputs)
    jobs = [rung.job for rung in rungs(job)]
    results = sorted(pool.run([replace(job, ladder=False), *jobs]), key=lambda r: r.job)
    assert [r.status for r in results] == [Status.OK] * len(results)
    bl = outputs.index("bl")
    found = [r.values[bl] if r.values.ndim == 1 else r.values[1 + bl].min() for r in results]
    assert np.ptp(found) < 0.2e-3  # V; reltol=1e-4 of quick transients, interpolated minima


def test_a_point_that_nothing_helps_keeps_its_last_status_and_all_attempts(hopeless, pool):
    before = len(pool.retried)
    (result,) = pool.run([hopeless])
    assert result.status is Status.NONCONVERGED
    assert result.values is None
    assert [a.rung for a in result.attempts] == ["", *OF_POINT]
    assert {a.status for a in result.attempts} == {Status.NONCONVERGED}
    assert len(pool.retried) == before + 1


@pytest.mark.parametrize(
    ("deck", "sentence"),
    [
        (DIODE.replace("D1 a 0 dio", "D1 a 0 missing"), "find model"),
        (
            "fatal\nV1 d 0 1\nM1 d d 0 0 n w=1u l=1u\n"
            ".model n nmos level=54 toxe=-1 paramchk=1\n.end\n",
            "Fatal: Toxe = -1 is not positive.",
        ),
    ],
)
def test_a_deck_that_is_refused_is_not_tried_again(pool, deck, sentence):
    """It is no matter of convergence: the same sentence at every rung, for hours."""
    before = len(pool.retried)
    fallback = replace(diode(), deck=deck, analysis=Transient(1e-9, 1e-11, 1e-9))
    (result,) = pool.run([replace(diode(ladder=True), deck=deck, fallback=fallback)])
    assert result.refused
    assert sentence in result.detail
    assert (result.values, result.attempts) == (None, ())
    assert len(pool.retried) == before


def test_without_a_ladder_there_is_one_attempt(hopeless, pool):
    (result,) = pool.run([replace(hopeless, ladder=False)])
    assert (result.status, result.attempts) == (Status.NONCONVERGED, ())


def test_what_converges_at_once_is_not_touched(pool):
    plain, laddered = sorted(pool.run([diode(), diode(ladder=True)]), key=lambda r: r.job)
    assert plain.status is Status.OK
    assert plain.values.tobytes() == laddered.values.tobytes()
    assert laddered.attempts == ()


def said(status: Status) -> PointMessage:
    values = np.ones(1) if status.has_values else None
    return PointMessage(0, status, values, "", 0.0)


def climb(*statuses: Status):
    """Let one point of an operating point end in these ways, one attempt after the other."""
    step = Assignment(0, diode(ladder=True, latches=(LATCH,)), deque([0]))
    names = []
    for status in statuses:
        assert isinstance(step, Assignment)
        names.append(step.current.name)
        step = step.judged(said(status))
    return names, step


def test_a_crash_or_a_hang_is_tried_in_a_new_process_first():
    for status in (Status.CRASHED, Status.TIMEOUT):
        names, result = climb(status, Status.OK)
        assert names == ["", SAME_AGAIN]
        assert result.status is Status.OK


def test_a_flip_counts_unless_it_was_stepped_to():
    assert climb(Status.FLIPPED)[1].status is Status.FLIPPED
    names, result = climb(Status.NONCONVERGED, Status.FLIPPED, Status.FLIPPED)
    assert names == ["", *OF_POINT]
    assert (result.status, result.values) == (Status.NONCONVERGED, None)
    assert climb(Status.NONCONVERGED, Status.FLIPPED, Status.OK)[1].status is Status.OK
