"""Objectives, constraints, and the order in which a point is judged."""

from __future__ import annotations

import math

import pytest

from sram_spice.design.limits import LimitsDesign
from sram_spice.errors import InputError, SimulatorError
from sram_spice.report.optimize_tables import BROKEN, KEPT, NO_VALUE, REFUSED
from sram_spice.results.design_numbers import NUMBERS, PARTS
from sram_spice.runs.optimize.judged import UNUSABLE, Part, judged
from sram_spice.runs.optimize.target import (
    UNKNOWN,
    Constraint,
    constraints_of,
    objectives_of,
    parse_constraint,
)


def test_a_constraint_as_it_is_written():
    assert parse_constraint(" mse <= 2.5") == Constraint("mse", "<=", 2.5)
    assert str(parse_constraint("swing>=50e-3")) == "swing>=0.05"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("mse", "--subject-to: not a constraint (got 'mse')"),
        ("mse<2", "not a constraint"),
        ("mse<=low", "not a constraint"),
        ("mse<=nan", "not a constraint"),
        ("mse<=inf", "not a constraint"),
        ("mse<=1 or 2", "not a constraint"),
        ("data_los<=1e-6", "no such number; did you mean data_loss? (got 'data_los')"),
    ],
)
def test_a_constraint_that_is_none(text, said):
    with pytest.raises(InputError) as caught:
        parse_constraint(text)
    assert said in str(caught.value)


def test_violations():
    """Decades of a probability, parts of any other limit; a value on the limit keeps it."""
    loss, mse, swing = (
        parse_constraint(text) for text in ("data_loss<=1e-6", "mse<=2.5", "swing>=0.05")
    )
    assert loss.violation(1e-6) == mse.violation(2.5) == swing.violation(0.05) == 0
    assert loss.violation(1e-3) == pytest.approx(3)
    assert loss.violation(1.0) == pytest.approx(6)
    assert mse.violation(5.0) == pytest.approx(1)
    assert swing.violation(0.04) == pytest.approx(0.2)
    assert 0 < loss.violation(1.0000001e-6) < 1e-5
    assert mse.violation(math.nan) == loss.violation(math.nan) == UNKNOWN
    assert mse.violation(math.inf) == UNKNOWN
    assert parse_constraint("undecided<=0").violation(3) == 3
    # A limit below what can be defended is still broken by what is above it.
    assert parse_constraint("data_loss<=1e-20").violation(1e-18) > 0


def texts_of(said, **limits):
    return [str(one) for one in constraints_of(said, LimitsDesign(**limits))]


def test_losing_data_is_always_forbidden():
    """Without a word the limits of the design; `data_loss<=1`: nobody wants to know."""
    always = ["lost_levels<=0", "data_loss<=1e-06", "undecided<=0"]
    assert texts_of([]) == always
    assert texts_of(["mse<=2"]) == [*always, "mse<=2"]
    assert texts_of(["data_loss<=1e-9"]) == ["lost_levels<=0", "undecided<=0", "data_loss<=1e-09"]
    assert texts_of(["data_loss<=1"]) == ["lost_levels<=0", "undecided<=0"]
    assert texts_of(["undecided<=2"], data_loss=None) == ["lost_levels<=0", "undecided<=2"]
    assert texts_of([], data_loss=None, undecided=False) == ["lost_levels<=0"]
    own = constraints_of(["data_loss<=1e-9"], LimitsDesign())
    assert [one.always for one in own] == [True, True, False]
    with pytest.raises(InputError, match="constraint given twice"):
        texts_of(["mse<=2", "mse<=3"])
    assert len(texts_of(["swing>=0.1", "swing<=0.5"], data_loss=None)) == 4


def test_objectives():
    small, large = objectives_of(["energy"], ["swing"])
    assert (small.cost(2.0), large.cost(2.0)) == (2.0, -2.0)
    for minimize, maximize, said in (
        ([], [], "no objective"),
        (["energy"], ["energy"], "given twice"),
        (["power"], [], "no such number"),
    ):
        with pytest.raises(InputError, match=said):
            objectives_of(minimize, maximize)


def test_every_number_has_its_part_and_meaning():
    for name, one in NUMBERS.items():
        assert one.part in PARTS, name
        assert len(one.meaning) > 10
        assert name.replace("_", "").isalpha()
        assert bool(one.shown_unit) == bool(one.unit)


CONSTRAINTS = (Constraint("lost_levels", "<=", 0), Constraint("data_loss", "<=", 1e-6))
OBJECTIVES = objectives_of(["energy"])


class Parts:
    """Parts that note when they are run."""

    def __init__(self, **numbers):
        self.ran, self.numbers = [], numbers

    def part(self, name, typical=True):
        def run():
            self.ran.append(name)
            found = self.numbers[name]
            if isinstance(found, Exception):
                raise found
            return found

        return Part(name, run, typical)

    def judged(self):
        parts = [self.part(name, typical=name != "hot") for name in self.numbers]
        return judged(parts, CONSTRAINTS, OBJECTIVES)


def test_all_parts_of_a_good_point_are_run_and_conditions_move_no_number():
    parts = Parts(
        nominal={"lost_levels": 0},
        disturb={"data_loss": 1e-9},
        access={"energy": 2e-12},
        hot={"data_loss": 1e-7, "energy": 9.0},
    )
    found = parts.judged()
    assert parts.ran == ["nominal", "disturb", "access", "hot"]
    assert (found.status, found.violation, found.failed_at) == (KEPT, 0.0, "")
    assert found.numbers == {"lost_levels": 0, "data_loss": 1e-9, "energy": 2e-12}


def test_a_broken_limit_ends_a_point():
    parts = Parts(
        nominal={"lost_levels": 3},
        disturb={"data_loss": 1e-9},
        access={"energy": 2e-12},
        hot={"data_loss": 1e-7},
    )
    found = parts.judged()
    assert parts.ran == ["nominal"]
    assert (found.status, found.failed_at) == (BROKEN, "nominal")
    assert found.said == "lost_levels<=0: 3"
    assert found.violation == pytest.approx(3 + 3 / 4)  # by how much, and how early


def test_the_later_it_fails_the_better_it_was():
    def violation(**changed):
        numbers = {
            "nominal": {"lost_levels": 0},
            "disturb": {"data_loss": 1e-9},
            "access": {"energy": 2e-12},
            "hot": {"data_loss": 1e-7},
        }
        return Parts(**(numbers | changed)).judged().violation

    late = violation(hot={"data_loss": 1e-5})
    early = violation(disturb={"data_loss": 1e-5})
    worse = violation(disturb={"data_loss": 1e-2})
    unknown = violation(disturb={"data_loss": math.nan})
    none = violation(disturb=InputError("the simulator refuses the circuit"))
    assert 0 < late < early < worse < unknown < none == UNUSABLE


def test_what_cannot_be_evaluated_is_kept_with_its_reason():
    refused = Parts(
        nominal={"lost_levels": 0}, access=InputError("no level has a voltage")
    ).judged()
    assert (refused.status, refused.failed_at) == (REFUSED, "access")
    assert refused.said == "no level has a voltage"
    assert refused.numbers == {"lost_levels": 0}
    for energy in (math.nan, math.inf):
        silent = Parts(access={"energy": energy}).judged()
        assert (silent.status, silent.said) == (NO_VALUE, "no value of energy")
        assert silent.violation == UNUSABLE
        assert not silent.feasible


def test_a_fault_within_a_point_is_that_point_s_alone():
    """The search goes on; a broken simulator ends it."""
    found = Parts(nominal={"lost_levels": 0}, access=ZeroDivisionError("division by zero")).judged()
    assert (found.status, found.said) == (REFUSED, "ZeroDivisionError: division by zero")
    for error in (SimulatorError("no libngspice"), OSError("disk full"), MemoryError()):
        with pytest.raises(type(error)):
            Parts(nominal=error).judged()
