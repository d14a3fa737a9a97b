"""The ADC class for CrossSim.

CrossSim is no package that a registry has. Where it is installed, its own core computes with the
class; everywhere the class is loaded on a bare abstract base with the two methods of IADC, which is
NOT CrossSim: it shows the numbers and that both methods are there, not that CrossSim takes it.
"""

from __future__ import annotations

import importlib.util
import runpy
import sys
from abc import ABC, abstractmethod
from types import ModuleType

import numpy as np
import pytest

from sram_spice.adapters import ExportOptions, export
from sram_spice.errors import InputError
from sram_spice.lut import ideal_lut
from tests.adapters.moments import check_moments, draws_of
from tests.lut.results import HBNN, XNOR, lut_of

SUMS = np.arange(-64, 65, 2)


class BareIADC(ABC):
    """The two methods that CrossSim's interface demands."""

    @abstractmethod
    def convert(self, vector):
        """Analog in, digital out."""

    @abstractmethod
    def set_limits(self, matrix):
        """Called once with the matrix, outputs x inputs."""


def real_crosssim():
    try:
        return importlib.util.find_spec("simulator.circuits.adc.iadc") is not None
    except ModuleNotFoundError:
        return False


@pytest.fixture
def bare(monkeypatch):
    """Names of CrossSim that the module imports."""
    names = ("simulator", "simulator.backend", "simulator.circuits", "simulator.circuits.adc")
    modules = {name: ModuleType(name) for name in (*names, "simulator.circuits.adc.iadc")}
    modules["simulator.backend"].ComputeBackend = lambda: np
    modules["simulator.circuits.adc.iadc"].IADC = BareIADC
    for name, module in modules.items():
        monkeypatch.setitem(sys.modules, name, module)


@pytest.fixture
def adc(bare, tmp_path):
    """An ADC made from an exported table."""

    def make(lut, inputs=None, n_active=None):
        (path,) = export(lut, "crosssim", tmp_path / "adc.py", ExportOptions(n_active))
        kind = runpy.run_path(str(path))["SramSpiceADC"]
        made = kind()
        made.set_limits(np.ones((5, kind.ROWS if inputs is None else inputs)))
        return made

    return make


def test_the_table_is_on_the_class(adc):
    kind, lut = type(adc(lut_of(XNOR))), lut_of(XNOR)
    assert issubclass(kind, BareIADC)
    assert (kind.ROWS, kind.BITS) == (64, 3)
    np.testing.assert_array_equal(kind.CENTROIDS, lut.centroids)
    np.testing.assert_array_equal(kind.NOMINAL, lut.quantize(SUMS))
    assert kind.AMPLIFIER == "real"
    found = np.diff(kind.CUMULATIVE, axis=1, prepend=0)
    np.testing.assert_allclose(found, lut.probability(SUMS)[:, :-1], atol=1e-15)


@pytest.mark.parametrize(("folder", "n_active"), [(XNOR, None), (HBNN, 64), (HBNN, 30)])
def test_a_million_samples(adc, folder, n_active):
    made = adc(lut_of(folder), n_active=n_active)
    active = n_active or 64
    sums = np.arange(-active, active + 1, 2)
    np.random.seed(3)
    values = made.convert(np.tile(sums.astype(float), (draws_of(sums.size), 1)))
    check_moments(values, *lut_of(folder).moments(sums, n_active=active))


def test_without_mismatch_it_is_the_nominal_circuit(adc):
    made = adc(lut_of(XNOR))
    made.SAMPLED = False
    expected = lut_of(XNOR).decode(lut_of(XNOR).quantize(SUMS))
    np.testing.assert_array_equal(made.convert(SUMS.astype(float)), expected)


@pytest.mark.parametrize("inputs", [5, 6, 7, 8])
def test_leftover_rows_of_an_ideal_table_do_not_change_the_sum(adc, inputs):
    made = adc(ideal_lut(8, True), inputs)
    sums = np.arange(-inputs, inputs + 1, 2.0)
    np.testing.assert_array_equal(made.convert(sums), sums)


def test_an_analog_unit_scales_both_sides(adc):
    made = adc(ideal_lut(8, True))
    made.UNIT = 0.25
    made.set_limits(np.ones((1, 8)))
    assert (made.min, made.max, made.range) == (-2.0, 2.0, 4.0)
    sums = np.arange(-8, 9, 2.0)
    np.testing.assert_array_equal(made.convert(sums * 0.25), sums * 0.25)


def test_more_inputs_than_rows_are_refused(adc):
    with pytest.raises(ValueError, match="65 inputs; the column has 64 rows"):
        adc(lut_of(XNOR), 65)


def test_a_6t_table_needs_its_active_rows(tmp_path):
    with pytest.raises(InputError, match="CrossSim knows sums only"):
        export(lut_of(HBNN), "crosssim", tmp_path / "adc.py")


@pytest.mark.skipif(not real_crosssim(), reason="CrossSim is in no package registry")
def test_crosssim_itself_computes_with_it(tmp_path):
    (path,) = export(ideal_lut(8, True), "crosssim", tmp_path / "adc.py")
    kind = runpy.run_path(str(path))["SramSpiceADC"]
    from simulator import AnalogCore, CrossSimParameters

    params = CrossSimParameters()
    params.core.style = "BALANCED"
    params.core.balanced.subtract_current_in_xbar = True
    params.core.rows_max = kind.ROWS
    params.xbar.device.infinite_on_off_ratio = True
    params.xbar.adc.mvm.model = "SramSpiceADC"
    params.xbar.adc.mvm.bits = kind.BITS
    rng = np.random.default_rng(1)
    matrix = rng.choice([-1.0, 1.0], size=(6, 8))
    vector = rng.choice([-1.0, 1.0], size=8)
    core = AnalogCore(matrix, params)
    np.testing.assert_allclose(core @ vector, matrix @ vector, atol=1e-5)
