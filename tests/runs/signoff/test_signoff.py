"""A sign-off: what it finds in a condition, what it calls broken, what it does again."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

import sram_spice as ss
from sram_spice.amplifier.ideal import SumCoding
from sram_spice.column.levels import nominal_job, nominal_level
from sram_spice.errors import RunWarning
from sram_spice.report.signoff_run import SignoffRun
from sram_spice.technology import technology_cards

pytestmark = [pytest.mark.xdist_group("sign-off"), pytest.mark.slow]

SIZES = {
    "column.rows": 8,
    "column.load_width": 0.5e-6,
    "mlsa.levels": 3,
    "monte_carlo.samples": 30,
    "sense_amplifier": None,
}
HOT = {"technology.corner": "fs", "conditions.temperature": 125.0}


@pytest.fixture(scope="module")
def design():
    """Eight rows, an ideal amplifier: what changes between conditions is the column."""
    return ss.load("xnor_8t").replace(SIZES)


@pytest.fixture(scope="module")
def found(design, tmp_path_factory):
    """Two corners at two temperatures."""
    folder = tmp_path_factory.mktemp("signoff")
    with pytest.warns(RunWarning, match="NOT signed off"):
        return ss.signoff(
            design, folder, corners=["tt", "fs"], supplies=[1.0], temperatures=[27, 125]
        )


def row(found, **short):
    table = found.table
    for name, value in short.items():
        table = table[
            table[{"corner": "technology.corner"}.get(name, f"conditions.{name}")] == value
        ]
    assert len(table) == 1
    return table.iloc[0]


def levels_of(found, one):
    return pd.read_csv(found.folder / one["folder"] / "levels.csv").set_index("n_plus")


def test_every_condition_is_there_worst_first(found):
    assert len(found.table) == 4
    assert (found.table["status"] == "done").all()
    assert (found.table["failed"] == 0).all()
    worst = found.table.iloc[0]
    assert (worst["technology.corner"], worst["conditions.temperature"]) == ("fs", 125.0)
    broken = found.table["broken"] != ""
    assert broken.tolist() == sorted(broken.tolist(), reverse=True)
    assert not found.passed
    assert SignoffRun.open(found.folder).table.equals(found.table)


def test_levels_are_those_of_the_condition(found, design, pool):
    """The nominal bit lines of the simulator under the condition's own cards."""
    hot = design.replace(HOT)
    levels = levels_of(found, row(found, corner="fs", temperature=125.0))
    for n_plus in (1, 4, 7):
        job = nominal_job(hot, technology_cards(hot), n_plus, 8 - n_plus)
        (result,) = pool.run([job])
        alone = nominal_level(n_plus, 8 - n_plus, result)
        assert levels.loc[n_plus, "v_bl_nominal_v"] == pytest.approx(alone.v_bl, abs=1e-9)
    assert found.table["swing_v"].between(0.2, 0.9).all()


def test_code_errors_are_those_of_drawn_voltages(found, design):
    """Counted: voltages drawn at every sum, against the typical chip's references."""
    (folder,) = found.folder.glob("conditions/typical*")
    typical = levels_of(found, {"folder": folder})
    hot = row(found, corner="fs", temperature=125.0)
    levels = levels_of(found, hot)
    thresholds = SumCoding.of(design).quantizer.thresholds
    assert len(thresholds) == 2
    references = [between(typical, (8 + t) / 2) for t in thresholds]
    ideal = [between(levels, (8 + t) / 2) for t in thresholds]
    generator = np.random.default_rng(3)
    wrong = {"typical": 0.0, "own": 0.0}
    for n_plus, (mean, sigma) in enumerate(zip(*gaussian(levels), strict=True)):
        v = mean + sigma * generator.standard_normal(20_000)
        weight = chance(n_plus)
        code = sum(t < 2 * n_plus - 8 for t in thresholds)
        for name, v_ref in (("typical", references), ("own", ideal)):
            wrong[name] += weight * np.mean((v[:, None] > np.array(v_ref)).sum(axis=1) != code)
    # Drawing 20,000 voltages a level leaves 0.2 %.
    assert hot["code_error_ladder"] == pytest.approx(wrong["typical"], abs=0.005)
    assert hot["code_error_anew"] == pytest.approx(wrong["own"], abs=0.005)
    assert hot["code_error_ladder"] > hot["code_error_anew"] + 0.2


def chance(n_plus):
    return float(np.prod([(8 - i) / (i + 1) for i in range(n_plus)]) / 2**8)


def gaussian(levels):
    """Mean and sigma of every level: those between sampled ones follow their neighbours."""
    sampled = levels["v_bl_std_v"].dropna()
    sigma = np.interp(levels.index, sampled.index, sampled)
    moved = (levels["v_bl_mean_v"] - levels["v_bl_nominal_v"]).dropna()
    return levels["v_bl_nominal_v"] + np.interp(levels.index, moved.index, moved), sigma


def between(levels, n_plus):
    """Where two Gaussians of neighbouring levels are confused equally often."""
    low, high = int(np.floor(n_plus)), int(np.ceil(n_plus))
    mean, sigma = gaussian(levels)
    return mean[low] + sigma[low] / (sigma[low] + sigma[high]) * (mean[high] - mean[low])


def test_data_loss_has_its_interval_and_its_limit(found):
    hot = row(found, corner="fs", temperature=125.0)
    assert hot["loss_low"] <= hot["loss_probability"] <= hot["loss_high"]
    assert "data_loss" in hot["broken"]
    cold = row(found, corner="tt", temperature=27.0)
    assert cold["loss_high"] == 1e-15
    assert cold["loss_bound"] == 1  # no more is known than that it is less
    assert cold["broken"] == ""


def test_a_finished_one_is_not_computed_again_and_limits_are_held_anew(found, design):
    strict = design.replace({"limits.swing": 0.9, "limits.data_loss": None})
    conditions = {"corners": ["tt", "fs"], "supplies": [1.0], "temperatures": [27, 125]}
    with pytest.warns(RunWarning, match=r"4 of 4 conditions break a limit.*swing"):
        again = ss.signoff(strict, found.folder, **conditions)
    assert again.record["computed"] == 0
    assert (again.table["broken"].str.startswith("swing")).all()
    free = design.replace({"limits.data_loss": None, "limits.undecided": False})
    loose = ss.signoff(free, found.folder, **conditions)
    assert loose.record["computed"] == 0
    assert loose.passed
    assert json.loads((found.folder / "signoff.json").read_text())["design"]["limits"]
