"""The ADC class for CrossSim.

CrossSim is no package that a registry has: `scripts/tools/try_crosssim.py FOLDER` runs exported
tables in it. Here the classes are loaded on bare abstract bases with the methods of IADC and IDAC,
which are NOT CrossSim: they show the numbers and the messages, not that CrossSim takes them.
"""

from __future__ import annotations

import runpy
import sys
from abc import ABC, abstractmethod
from types import ModuleType, SimpleNamespace

import numpy as np
import pytest

from sram_spice.adapters import ExportOptions, export
from sram_spice.errors import InputError
from sram_spice.lut import ideal_lut
from tests.adapters.moments import check_moments, draws_of
from tests.lut.results import HBNN, XNOR, lut_of
from tests.lut.test_lookup import with_failures

SUMS = np.arange(-64, 65, 2)


class BareIADC(ABC):
    """What CrossSim's interface demands, and keeps."""

    def __init__(self, adc_params, dac_params, core_params, simulation_params, bitslice):
        self.core_params = core_params

    @abstractmethod
    def convert(self, vector):
        """Analog in, digital out."""

    @abstractmethod
    def set_limits(self, matrix):
        """Called once with the matrix, outputs x inputs, and once with it transposed."""


class BareIDAC(ABC):
    """What CrossSim's interface demands, and keeps."""

    def __init__(self, dac_params, core_params):
        self.core_params = core_params

    @abstractmethod
    def convert(self, vector):
        """Digital in, analog out."""

    @abstractmethod
    def convert_sliced(self, vector, slice_size):
        """Bit by bit."""

    @abstractmethod
    def set_limits(self, matrix):
        """As of the ADC."""


class Core:
    """A core as CrossSim has it: ADC made first, then the DAC, of the same parameters."""

    def __init__(self, module, matrix=None, **changed):
        self.kind = module["SramSpiceADC"]
        params = namespace(core__style=0, core__rows_max=0, core__mapping__inputs__mvm__max=1.0)
        params.core.mapping.weights = SimpleNamespace()
        params.core.balanced = SimpleNamespace()
        params.xbar = namespace(device__on=0, dac__mvm__input_bitslicing=False)
        params.xbar.adc = namespace(mvm__adc_per_ibit=False)
        params.xbar.dac.mvm.model = "IdealDAC"
        self.kind.configure(params)
        for key, value in changed.items():
            *path, last = key.split("__")
            owner = params
            for name in path:
                owner = getattr(owner, name)
            setattr(owner, last, value)
        xbar = params.xbar
        self.adc = self.kind(xbar.adc.mvm, xbar.dac.mvm, params.core, None, 0)
        assert xbar.dac.mvm.model == module["SramSpiceDAC"].__name__
        self.dac = module["SramSpiceDAC"](xbar.dac.mvm, params.core.mapping.inputs.mvm)
        self.matrix = matrix
        if matrix is not None:
            self.dac.set_limits(matrix)
            self.adc.set_limits(matrix)

    def __matmul__(self, x):
        return self.adc.convert(self.matrix @ self.dac.convert(x) * self.adc.UNIT)


def namespace(**values):
    """Nested attributes from names with double underscores."""
    made = SimpleNamespace()
    for key, value in values.items():
        *path, last = key.split("__")
        owner = made
        for name in path:
            if not hasattr(owner, name):
                setattr(owner, name, SimpleNamespace())
            owner = getattr(owner, name)
        setattr(owner, last, value)
    return made


@pytest.fixture
def bare(monkeypatch):
    """Names of CrossSim that the module imports."""
    contents = {
        "simulator": {},
        "simulator.backend": {"ComputeBackend": lambda: np},
        "simulator.circuits": {},
        "simulator.circuits.adc": {},
        "simulator.circuits.adc.iadc": {"IADC": BareIADC},
        "simulator.circuits.dac": {},
        "simulator.circuits.dac.idac": {"IDAC": BareIDAC},
        "simulator.parameters": {},
        "simulator.parameters.core_parameters": {
            "CoreStyle": SimpleNamespace(BALANCED=1),
            "PartitionStrategy": SimpleNamespace(MAX=1),
        },
    }
    for name, values in contents.items():
        module = ModuleType(name)
        vars(module).update(values)
        monkeypatch.setitem(sys.modules, name, module)


@pytest.fixture
def exported(bare, tmp_path):
    """The names of an exported module."""

    def make(lut, n_active=None):
        (path,) = export(lut, "crosssim", tmp_path / "adc.py", ExportOptions(n_active))
        return runpy.run_path(str(path))

    return make


def signs(rng, *shape):
    return rng.choice([-1.0, 1.0], shape)


def test_the_table_is_on_the_class(exported):
    lut = lut_of(XNOR)
    kind = exported(lut)["SramSpiceADC"]
    assert issubclass(kind, BareIADC)
    assert (kind.ROWS, kind.N_ACTIVE, kind.BITS) == (64, 64, 3)
    np.testing.assert_array_equal(kind.CENTROIDS, lut.centroids)
    np.testing.assert_array_equal(kind.NOMINAL, lut.quantize(SUMS))
    assert kind.AMPLIFIER == "real"
    found = np.diff(kind.CUMULATIVE, axis=1, prepend=0)
    np.testing.assert_allclose(found, lut.probability(SUMS)[:, :-1], atol=1e-15)


def test_every_table_has_its_own_class_names(exported):
    luts = [lut_of(XNOR), lut_of(HBNN), ideal_lut(8, True), ideal_lut(9, True), lut_of(XNOR)]
    modules = [exported(lut) for lut in luts]
    for kind in ("SramSpiceADC", "SramSpiceDAC"):
        names = [module[kind].__name__ for module in modules]
        assert len(set(names)) == 4  # the same table has the same name
        assert names[0] == names[-1]
        for name, module in zip(names, modules, strict=True):
            assert name.isidentifier()
            assert module[name] is module[kind]  # pickle finds it there
    assert modules[0]["SramSpiceADC"].__name__.startswith("SramSpiceXnor8t64_")


@pytest.mark.parametrize(("folder", "n_active"), [(XNOR, None), (HBNN, 64), (HBNN, 30)])
@pytest.mark.parametrize("single", [True, False])
def test_a_million_samples(exported, folder, n_active, single):
    module = exported(lut_of(folder), n_active if single else None)
    active = n_active or 64
    sums = np.arange(-active, active + 1, 2)
    core = Core(module, np.where(np.arange(64) < np.arange(active + 1)[:, None], 1.0, -1.0))
    np.random.seed(3)
    x = np.tile(np.arange(64) < active, (draws_of(sums.size), 1)).T.astype(float)
    check_moments((core @ x).T, *lut_of(folder).moments(sums, n_active=active))


@pytest.mark.parametrize("inputs", [64, 37])
@pytest.mark.parametrize("folder", [XNOR, HBNN])
def test_without_mismatch_it_is_the_nominal_circuit(exported, folder, inputs):
    lut, module, rng = lut_of(folder), exported(lut_of(folder)), np.random.default_rng(2)
    module["SramSpiceADC"].SAMPLED = False
    matrix = signs(rng, 130, inputs)  # more outputs than rows
    x = signs(rng, inputs, 9)
    x = x if lut.always_active else (x + 1) / 2
    odd = (64 - inputs) % 2 if lut.always_active else 0
    sums, active = (matrix @ x + odd).astype(int), np.abs(x).sum(axis=0).astype(int)
    codes = lut.quantize(sums, n_active=64 if lut.always_active else active)
    expected = lut.decode(codes) - odd  # 6T: NaN where even the nominal column loses data
    np.testing.assert_allclose(Core(module, matrix) @ x, expected, rtol=0, atol=1e-12)
    np.testing.assert_allclose(Core(module, matrix) @ x[:, 0], expected[:, 0], rtol=0, atol=1e-12)


@pytest.mark.parametrize("always", [True, False])
@pytest.mark.parametrize("inputs", [5, 6, 7, 8])
def test_leftover_rows_of_an_ideal_table_do_not_change_the_sum(exported, inputs, always):
    rng = np.random.default_rng(inputs)
    matrix, x = signs(rng, 20, inputs), signs(rng, inputs, 20)
    x = x if always else (x + 1) / 2
    np.testing.assert_array_equal(Core(exported(ideal_lut(8, always)), matrix) @ x, matrix @ x)


def test_an_analog_unit_scales_both_sides(exported):
    module = exported(ideal_lut(8, True))
    module["SramSpiceADC"].UNIT = 0.25
    matrix = signs(np.random.default_rng(1), 5, 8)
    core = Core(module, matrix)
    assert (core.adc.min, core.adc.max, core.adc.range) == (-2.0, 2.0, 4.0)
    np.testing.assert_array_equal(core @ matrix.T, 0.25 * (matrix @ matrix.T))


def test_padding_is_refused_until_it_has_a_value(exported):
    module, rng = exported(ideal_lut(8, True)), np.random.default_rng(1)
    matrix, x = signs(rng, 5, 8), signs(rng, 8, 3)
    x[[0, 3], 1] = 0  # two of them: the sum alone could not tell
    with pytest.raises(ValueError, match=r"SramSpiceDAC\.PADDING = -1\.0"):
        Core(module, matrix) @ x
    module["SramSpiceDAC"].PADDING = 1.0
    padded = np.where(x == 0, 1.0, x)
    np.testing.assert_array_equal(Core(module, matrix) @ x, matrix @ padded)


@pytest.mark.parametrize(
    ("changed", "text"),
    [
        ({"core__style": 2}, "core.style has to be BALANCED"),
        ({"core__balanced__subtract_current_in_xbar": False}, "subtract_current_in_xbar has to be"),
        ({"core__rows_max": 0}, r"core.rows_max has to be 1 .. 64"),
        ({"core__rows_max": 65}, r"core.rows_max has to be 1 .. 64"),
        ({"xbar__adc__mvm__bits": 8}, "xbar.adc.mvm.bits has to be 3"),
        ({"xbar__adc__mvm__adc_per_ibit": True}, "adc_per_ibit has to be False"),
        ({"xbar__dac__mvm__input_bitslicing": True}, "input_bitslicing has to be False"),
        ({"xbar__dac__mvm__model": "QuantizerDAC"}, "xbar.dac.mvm.model has to be SramSpice"),
    ],
)
def test_parameters_that_are_no_column_are_refused(exported, changed, text):
    with pytest.raises(ValueError, match=text):
        Core(exported(lut_of(XNOR)), **changed)


@pytest.mark.parametrize(
    ("folder", "matrix", "x", "text"),
    [
        (XNOR, np.ones((3, 65)), np.ones(65), "65 inputs; the column has 64 rows"),
        (XNOR, np.eye(64), np.ones(64), "weights \\+1 and -1 only"),
        (XNOR, np.zeros((3, 64)), np.ones(64), "weights \\+1 and -1 only"),
        (XNOR, np.ones((3, 64)), np.full(64, 0.5), "inputs have to be \\+1 and -1"),
        (HBNN, np.ones((3, 64)), -np.ones(64), "inputs have to be 1 and 0"),
        (XNOR, np.ones((3, 64)), np.ones((5, 63)), "5 inputs for 64 rows"),
        (XNOR, np.full((3, 64), 0.3), np.ones(64), "sums are not whole numbers"),
        (XNOR, np.full((3, 63), 2.0), np.ones(63), "sums that 63 active rows cannot have"),
        (HBNN, np.full((3, 64), 2.0), np.ones(64), "sums that 64 active rows cannot have"),
    ],
)
def test_what_a_column_cannot_compute_is_refused(exported, folder, matrix, x, text):
    core = Core(exported(lut_of(folder)), matrix)
    core.matrix = matrix[:, : x.shape[0]]
    with pytest.raises(ValueError, match=text):
        core @ x


def test_inputs_that_the_dac_has_not_seen_are_refused(exported):
    core = Core(exported(lut_of(XNOR)), np.ones((3, 64)))
    core @ np.ones(64)
    with pytest.raises(ValueError, match="has not seen these inputs"):
        core.adc.convert(np.full(3, 64.0))
    with pytest.raises(ValueError, match="no input_bitslicing"):
        core.dac.convert_sliced(np.ones(64), 1)


def test_a_table_of_one_number_of_active_rows_refuses_others(exported):
    core = Core(exported(lut_of(HBNN), 24), np.ones((3, 64)))
    core @ (np.arange(64) < 24).astype(float)
    with pytest.raises(ValueError, match="the table is for 24 active rows; exported without"):
        core @ np.ones(64)


def test_outcomes_without_code_are_refused_at_every_number_of_active_rows(tmp_path):
    lut = with_failures(lut_of(HBNN), 40, 0.25)
    with pytest.raises(InputError, match="CrossSim has no room for accesses without a code"):
        export(lut, "crosssim", tmp_path / "adc.py")
    export(lut, "crosssim", tmp_path / "adc.py", ExportOptions(drop_failed=True))
