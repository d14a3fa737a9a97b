"""The component model for hwcomponents and AccelForge.

hwcomponents needs a newer Python than the tests run on: `scripts/tools/try_hwcomponents.py` runs an
exported model in it. Here the module is loaded on a bare base, which shows its numbers. They are
about 1e-12, which is what pytest.approx takes for 0 unless `abs` says otherwise.
"""

from __future__ import annotations

import runpy
import sys
from dataclasses import dataclass
from types import ModuleType

import numpy as np
import pandas as pd
import pytest

from sram_spice.adapters import export
from sram_spice.errors import InputError
from sram_spice.lut import Lut, ideal_lut
from sram_spice.workload.sum_distribution import independent
from tests.lut.results import XNOR, lut_of


@dataclass
class ActionCost:
    """As that of hwcomponents."""

    energy: float
    latency: float
    throughput: float


class ComponentModel:
    """What the model gives its base."""

    def __init__(self, leak_power, area):
        self.leak_power, self.area = leak_power, area


@pytest.fixture
def module(monkeypatch, tmp_path):
    """The names of an exported module."""
    bare = ModuleType("hwcomponents")
    bare.ActionCost, bare.ComponentModel, bare.action = ActionCost, ComponentModel, lambda f: f
    monkeypatch.setitem(sys.modules, "hwcomponents", bare)

    def make(lut):
        (path,) = export(lut, "hwcomponents", tmp_path / "column.py")
        return runpy.run_path(str(path))

    return make


def with_accesses(rows):
    """A 6T table whose accesses cost 1 fJ + 2 fJ n_plus + 3 fJ n_minus, plus 40 fJ of the MLSA."""
    lut = ideal_lut(rows, False)
    plus, minus = np.array([[0, 0], [rows, 0], [0, rows]]).T
    data = lut.data
    values = {"mlsa_n_plus": plus, "mlsa_n_minus": minus}
    values["mlsa_energy_bit_line"] = (1 + 2 * plus + 3 * minus) * 1e-15
    values |= dict.fromkeys(
        ("mlsa_energy_pre_charge", "mlsa_energy_amplifiers", "mlsa_energy_references"),
        np.array([40e-15 / 3] * 3),
    )
    for part in ("read", "recovery", "settling", "sensing", "settled", "decision"):
        values[f"mlsa_latency_{part}"] = (1 + plus / rows) * 1e-9
    return Lut(data.assign({name: ("mlsa_level", value) for name, value in values.items()}))


@pytest.fixture
def model(module):
    return module(lut_of(XNOR))["Xnor8t64Column"](area=2e-10, cell_leakage=2.5e-8)


def test_area_and_leakage_are_what_is_given(module, model):
    assert model.component_name == ["xnor_8t_64_column"]
    assert model.area == 2e-10
    assert model.leak_power == pytest.approx(64 * 1.0 * 2.5e-8)
    with pytest.raises(TypeError, match="area"):
        module(lut_of(XNOR))["Xnor8t64Column"]()
    with pytest.raises(TypeError, match="write_energy"):
        model.write()
    cost = model.write(write_energy=3e-15, write_latency=2e-10)
    assert (cost.energy, cost.latency, cost.throughput) == (3e-15, 2e-10, pytest.approx(5e9))


def test_simulated_levels_cost_what_the_whole_accesses_did(model):
    # A second way: the simulated levels in the table itself, their parts added up here.
    data = lut_of(XNOR).data
    parts = [
        data[f"mlsa_energy_{p}"] for p in ("bit_line", "pre_charge", "amplifiers", "references")
    ]
    for i, (plus, minus) in enumerate(zip(data["mlsa_n_plus"], data["mlsa_n_minus"], strict=True)):
        cost = model.read_level(int(plus), int(minus))
        assert cost.energy == pytest.approx(sum(float(part[i]) for part in parts), rel=1e-12, abs=0)
        latency = float(data["mlsa_latency_read"][i] + data["mlsa_latency_recovery"][i])
        assert cost.latency == pytest.approx(latency, rel=1e-12, abs=0)
        assert cost.throughput == pytest.approx(1 / latency, rel=1e-12, abs=0)


def test_the_mean_is_that_of_mlsa_energy_csv(model):
    table = pd.read_csv(XNOR / "mlsa_energy.csv")
    often = table[table["average"].str.contains("as often as they occur")]
    mean = float(often.loc[often["mode"] == "parallel", "energy_j"].iloc[0])
    # That mean is over the simulated levels only, this one linear between them.
    assert model.read().energy == pytest.approx(mean, rel=0.01, abs=0)
    assert model.compute().energy == pytest.approx(model.read().energy / 64, rel=1e-12, abs=0)
    assert model.compute().throughput == pytest.approx(
        64 * model.read().throughput, rel=1e-12, abs=0
    )
    assert model.read().latency == max(lut_of(XNOR).latency(np.arange(-64, 65, 2)))


@pytest.mark.parametrize("probabilities", [(0.5, 0.5), (0.2, 0.7), (1.0, 0.9), (0.0, 0.4)])
def test_the_mean_over_inputs_and_weights(module, model, probabilities):
    found = independent(64, True, *probabilities)
    expected = found.probability @ lut_of(XNOR).energy(found.sum)
    assert model.read(*probabilities).energy == pytest.approx(expected, rel=1e-9, abs=0)
    # 6T, in closed form: means of n_plus and n_minus, as the energy is linear in both.
    inputs, weights = probabilities
    plus, minus = 12 * inputs * weights, 12 * inputs * (1 - weights)
    column = module(with_accesses(12))["IdealColumn"](area=1e-10, cell_leakage=1e-9)
    closed = (1 + 2 * plus + 3 * minus + 40) * 1e-15
    assert column.read(*probabilities).energy == pytest.approx(closed, rel=1e-9, abs=0)
    assert column.read_level(3, 5).energy == pytest.approx(
        (1 + 6 + 15 + 40) * 1e-15, rel=1e-9, abs=0
    )
    assert column.read_level(0, 0).energy == pytest.approx(41e-15, rel=1e-9, abs=0)


@pytest.mark.parametrize("level", [(32, 31), (-1, 65), (65, 0)])
def test_levels_that_the_column_does_not_have(model, level):
    with pytest.raises(ValueError, match="no level of this column"):
        model.read_level(*level)
    with pytest.raises(ValueError, match="not a probability"):
        model.read(1.5)


def test_a_table_without_whole_accesses_says_so(tmp_path):
    with pytest.raises(InputError, match="with its sense amplifier are not in this table"):
        export(ideal_lut(8, True), "hwcomponents", tmp_path / "column.py")
    lut = with_accesses(8)
    lut.data["mlsa_latency_recovery"][1] = np.nan
    with pytest.raises(InputError, match="an access did not settle"):
        export(lut, "hwcomponents", tmp_path / "column.py")
    assert not list(tmp_path.iterdir())
