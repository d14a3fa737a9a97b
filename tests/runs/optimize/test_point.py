"""Conditions of a point: which are looked at, in which order, and what of them counts."""

from __future__ import annotations

import math
from pathlib import Path

import pandas as pd
import pytest

from sram_spice.design import with_values
from sram_spice.design.limits import LimitsDesign
from sram_spice.errors import InputError
from sram_spice.report.optimize_tables import NOT_ALLOWED
from sram_spice.runs.optimize import point as module
from sram_spice.runs.optimize.confirm import objections
from sram_spice.runs.optimize.judged import UNUSABLE, judged
from sram_spice.runs.optimize.point import condition_numbers
from sram_spice.runs.optimize.point_task import Plan, PointTask
from sram_spice.runs.optimize.run import _Evaluation
from sram_spice.runs.optimize.search import Wanted
from sram_spice.runs.optimize.target import constraints_of, objectives_of
from sram_spice.runs.optimize.typical import access_numbers
from sram_spice.runs.signoff.condition_task import ConditionReport, TypicalReferences
from sram_spice.runs.signoff.conditions import Conditions

ROW = {
    "status": "done",
    "loss_high": 1e-9,
    "code_error_ladder": 0.5,
    "code_error_replica": 0.25,
    "mean_square_error_ladder": 9.0,
    "mean_square_error_replica": 2.0,
    "swing_v": 0.2,
    "sigma_rows": 0.4,
    "undecided": 0,
    "nominal_flipped": 0,
    "energy_j": 1e-12,
    "settling_time_s": 1e-10,
    "hold_snm_v": 0.3,
    "hold_snm_low_v": 0.2,
    "compute_snm_v": 0.15,
    "compute_snm_low_v": math.nan,
}


def test_a_condition_is_read_with_the_design_s_own_references():
    ladder, replica = (condition_numbers(ROW, name) for name in ("ladder", "replica"))
    assert (ladder["mse"], replica["mse"]) == (9.0, 2.0)
    assert (ladder["code_error"], replica["code_error"]) == (0.5, 0.25)
    assert ladder["data_loss"] == 1e-9
    assert ladder["margin"] == 0.15  # nominal where there is no mismatch
    assert "energy" not in ladder  # whole accesses are typical
    assert math.isnan(
        condition_numbers({**ROW, "hold_snm_v": math.nan, "hold_snm_low_v": math.nan}, "ladder")[
            "margin"
        ]
    )
    with pytest.raises(InputError, match="refused: no level"):
        condition_numbers({"status": "refused: no level"}, "ladder")


@pytest.fixture
def conditions(make_design, monkeypatch):
    """Conditions of a design whose rows are made up; which were looked at, in order."""
    looked, bad = [], set()

    def run_condition(task):
        design = task.design
        name = f"{design.technology.corner}, {design.conditions.vdd:g} V"
        looked.append(name if task.typical else "references")
        row = {**ROW, "folder": "conditions/x"}
        if name in bad:
            row["loss_high"] = 1e-2
        return ConditionReport(0, row, True)

    monkeypatch.setattr(module, "run_condition", run_condition)
    monkeypatch.setattr(
        module, "typical_references", lambda _, design: (TypicalReferences(design, ()), 0.5)
    )
    design = make_design("8t_xnor")
    plan = Plan(
        objectives_of(["swing"]),
        constraints_of([], LimitsDesign()),
        Conditions(("tt", "ss", "ff"), (0.9, 1.0), (27.0,)),
    )

    def run(order=(), failing=()):
        looked.clear()
        bad.clear()
        bad.update(failing)
        parts = module._condition_parts(PointTask(0, Path(), (), design, plan, order))
        return judged(parts, plan.constraints, ()), list(looked)

    return run


def test_every_condition_but_the_typical_one_is_looked_at_once(conditions):
    found, looked = conditions()
    assert found.feasible
    assert looked == ["references", "tt, 0.9 V", "ss, 0.9 V", "ss, 1 V", "ff, 0.9 V", "ff, 1 V"]


def test_conditions_that_failed_come_first_and_end_a_point(conditions):
    order = ("ff, 1 V, 27 degC", "xx, 1 V, 27 degC")
    found, looked = conditions(order, failing=["ff, 1 V"])
    assert looked == ["references", "ff, 1 V"]
    assert found.failed_at == "ff, 1 V, 27 degC"
    assert found.said == "data_loss<=1e-06: 0.01"
    found, looked = conditions(order, failing=["ff, 0.9 V"])
    assert looked[:2] == ["references", "ff, 1 V"]
    assert looked[-1] == "ff, 0.9 V"
    assert found.failed_at == "ff, 0.9 V, 27 degC"


def accesses(**changed):
    rows = [
        {
            "mode": "parallel",
            "n_plus": n,
            "n_minus": 8 - n,
            "energy_j": 1e-12,
            "latency_s": 1e-9 + 1e-10 * n,
        }
        for n in (0, 4, 8)
    ]
    return pd.DataFrame(rows).assign(**changed)


def test_energy_of_all_accesses_or_none(make_design):
    """A mean over those that worked would be a number of another workload."""
    design = make_design("8t_xnor", "column.rows=8")
    good = access_numbers(design, accesses())
    assert good["energy"] == pytest.approx(1e-12)
    assert good["energy_per_row"] == pytest.approx(1e-12 / 8)
    assert good["latency"] == pytest.approx(1.8e-9)
    bad = access_numbers(design, accesses(energy_j=[1e-12, math.nan, 1e-12]))
    assert all(math.isnan(value) for value in bad.values())
    assert math.isnan(access_numbers(design, accesses()[:0])["energy"])
    never = access_numbers(design, accesses(latency_s=[1e-9, math.inf, 1e-9]))
    assert never["latency"] == math.inf


def test_what_full_spice_strikes_out():
    plan = Plan(objectives_of(["mse", "code_error"]), constraints_of(["mse<=2.5"], LimitsDesign()))
    found = {"mse": 2.4, "code_error": 0.2}
    fine = {"flipped": 0, "failed": 0, "samples": 900}
    assert objections(plan, found, {"mse": 2.45, "code_error": 0.205}, fine) == []
    assert objections(plan, found, {"mse": 2.51, "code_error": 0.2}, fine) == ["mse<=2.5: 2.51"]
    assert objections(plan, found, {"mse": 2.2, "code_error": 0.2}, fine) == [
        "mse 2.2 instead of 2.4"
    ]
    assert objections(plan, found, {"mse": math.nan, "code_error": 0.2}, fine) == [
        "mse<=2.5: nan",
        "mse nan instead of 2.4",
    ]
    assert objections(plan, found, {}, {**fine, "flipped": 2}) == ["2 of 900 columns lose data"]
    assert objections(plan, {"code_error": 1e-4}, {"code_error": 9e-4}, fine) == []  # not seen


class NoRunner:
    """A runner that nothing may be handed to."""

    def open(self):
        raise AssertionError("simulated")


def test_a_condition_beyond_the_process_is_that_point_s_alone(make_design):
    """VDD alone is fine at both ends; 1.1 times the upper one is not."""
    design = make_design("8t_xnor", "column.rows=8", "mlsa.levels=4")
    plan = Plan(objectives_of(["mse"]), constraints_of([], LimitsDesign()), Conditions())
    highest = next(
        v for v in (1.5, 1.4, 1.3, 1.2, 1.1) if allowed(design, v) and not allowed(design, 1.1 * v)
    )
    wanted = [Wanted(0, (("conditions.vdd", highest),))]
    (found,) = _Evaluation(design, plan, Path(), NoRunner())(wanted)
    assert found.judgement.status == NOT_ALLOWED
    assert "conditions.vdd" in found.judgement.said
    assert found.judgement.violation == UNUSABLE


def allowed(design, vdd):
    try:
        with_values(design, {"conditions.vdd": vdd})
    except InputError:
        return False
    return True
