"""AIHWKit itself computes through the table (aihwkit 1.1.0: wheel for Python 3.11 on Linux)."""

from __future__ import annotations

import runpy

import numpy as np
import pytest
import torch

from sram_spice.adapters import export
from sram_spice.errors import InputError
from sram_spice.lut import ideal_lut
from sram_spice.nn import SubArrayConv2d, SubArrayLinear, bipolar, unipolar
from tests.adapters.moments import check_moments, draws_of
from tests.lut.results import HBNN, XNOR, lut_of

pytest.importorskip("aihwkit", reason="aihwkit has no wheel for this Python")

from aihwkit.exceptions import TorchTileConfigError
from aihwkit.nn import AnalogConv2d, AnalogLinear
from aihwkit.nn.conversion import convert_to_analog


@pytest.fixture(autouse=True)
def seed():
    torch.manual_seed(1)


@pytest.fixture
def config(tmp_path):
    """The configuration from an exported module."""

    def make(lut, mismatch="access", **choices):
        path = tmp_path / "tile.py"
        assert [one.name for one in export(lut, "aihwkit", path)] == ["tile.py", "tile.nc"]
        return runpy.run_path(str(path))["rpu_config"](mismatch, **choices)

    return make


def inputs(always, *shape):
    return (bipolar if always else unipolar)(torch.randn(shape))


@pytest.mark.parametrize("always", [True, False])
@pytest.mark.parametrize("features", [8, 17, 24, 31])
def test_an_ideal_table_gives_exact_sums_and_the_digital_bias(config, features, always):
    layer = AnalogLinear(features, 5, bias=True, rpu_config=config(ideal_lut(8, always)))
    weight, bias = bipolar(torch.randn(5, features)), torch.arange(5.0)
    layer.set_weights(weight, bias)
    x = inputs(always, 11, features)
    torch.testing.assert_close(layer(x), x @ weight.T + bias, rtol=0, atol=0)


def test_tiles_are_sub_arrays_of_64_rows(config):
    layer = AnalogLinear(150, 3, rpu_config=config(lut_of(XNOR)))
    assert [tile.tile.x_size for tile in layer.analog_tiles()] == [64, 64, 22]


@pytest.mark.parametrize("folder", [XNOR, HBNN])
@pytest.mark.parametrize("features", [64, 150, 191])
def test_it_computes_what_a_sub_array_layer_computes(config, folder, features):
    lut = lut_of(folder)
    own = SubArrayLinear(features, 6, lut, "none")
    layer = AnalogLinear(features, 6, bias=False, rpu_config=config(lut, "none"))
    layer.set_weights(bipolar(own.weight.detach()), None)
    x = inputs(lut.always_active, 30, features)
    torch.testing.assert_close(layer(x), own(x))


def test_a_convolution_converted_by_aihwkit(config):
    lut = lut_of(XNOR)
    own = SubArrayConv2d(16, 4, 3, lut=lut, mismatch="none")
    plain = torch.nn.Conv2d(16, 4, 3, bias=False)
    plain.weight.data = bipolar(own.weight.detach()).view_as(plain.weight)
    converted = convert_to_analog(plain, config(lut, "none"))
    assert isinstance(converted, AnalogConv2d)
    x = inputs(True, 2, 16, 6, 7)
    torch.testing.assert_close(converted(x), own(x))


@pytest.mark.parametrize("value", [-1.0, 1.0])
def test_padded_pixels_of_a_converted_convolution(config, value):
    lut = lut_of(XNOR)
    own = SubArrayConv2d(5, 4, 3, padding=1, lut=lut, mismatch="ideal", padding_value=value)
    plain = torch.nn.Conv2d(5, 4, 3, padding=1, bias=False)
    plain.weight.data = bipolar(own.weight.detach()).view_as(plain.weight)
    converted = convert_to_analog(plain, config(lut, "ideal", padding_value=value))
    x = inputs(True, 2, 5, 6, 7)
    # A second way, in numpy: windows of the padded image, 45 rows, 19 left over, an odd one at +1.
    padded = np.pad(x.numpy(), ((0, 0), (0, 0), (1, 1), (1, 1)), constant_values=value)
    windows = np.lib.stride_tricks.sliding_window_view(padded, (3, 3), axis=(2, 3))
    sums = np.einsum("bchwij,ocij->bohw", windows, plain.weight.detach().numpy())
    expected = lut.centroids[np.searchsorted(lut.thresholds, sums + 1)] - 1
    # Single precision, of numbers up to 64: exact + (read - exact) is rounded twice.
    np.testing.assert_allclose(converted(x).detach().numpy(), expected, rtol=0, atol=1e-5)
    torch.testing.assert_close(converted(x), own(x), rtol=0, atol=0)


def test_padded_pixels_of_a_6t_convolution_are_rows_that_are_off(config):
    lut = lut_of(HBNN)
    own = SubArrayConv2d(5, 4, 3, padding=1, lut=lut, mismatch="ideal", padding_value=0)
    plain = torch.nn.Conv2d(5, 4, 3, padding=1, bias=False)
    plain.weight.data = bipolar(own.weight.detach()).view_as(plain.weight)
    converted = convert_to_analog(plain, config(lut, "ideal"))
    x = inputs(False, 2, 5, 6, 7)
    torch.testing.assert_close(converted(x), own(x), rtol=0, atol=0)


def test_padding_without_a_value_says_the_remedy(config):
    plain = torch.nn.Conv2d(5, 4, 3, padding=1, bias=False)
    plain.weight.data = bipolar(plain.weight.data)
    converted = convert_to_analog(plain, config(lut_of(XNOR)))
    with pytest.raises(InputError, match=r"rpu_config\(padding_value=-1.0\)"):
        converted(inputs(True, 2, 5, 6, 7))


@pytest.mark.parametrize(
    ("folder", "value", "allowed"), [(XNOR, 0.0, "-1, \\+1"), (HBNN, -1.0, "rows that are off")]
)
def test_padding_values_that_no_word_line_has(config, folder, value, allowed):
    with pytest.raises(InputError, match=allowed):
        config(lut_of(folder), padding_value=value)


@pytest.mark.parametrize(("folder", "active"), [(XNOR, 64), (HBNN, 24)])
def test_a_million_samples(config, folder, active):
    lut = lut_of(folder)
    sums = np.arange(-active, active + 1, 2)
    plus = torch.tensor((sums + active) // 2)
    weight = 2.0 * (torch.arange(64) < plus[:, None]) - 1.0
    layer = AnalogLinear(64, sums.size, bias=False, rpu_config=config(lut))
    layer.set_weights(weight, None)
    x = (torch.arange(64) < active).float().repeat(draws_of(sums.size), 1)
    with torch.no_grad():
        values = layer(x).double().numpy()
    check_moments(values, *lut.moments(sums, n_active=active))


def test_gradients_are_those_of_the_exact_sums(config):
    layer = AnalogLinear(64, 3, bias=False, rpu_config=config(lut_of(XNOR)))
    weight = bipolar(torch.randn(3, 64))
    layer.set_weights(weight, None)
    x = inputs(True, 4, 64).requires_grad_()
    layer(x).sum().backward()
    torch.testing.assert_close(x.grad, weight.sum(dim=0).expand(4, -1))


def test_weights_and_inputs_that_are_not_binary_are_refused(config):
    layer = AnalogLinear(64, 3, bias=False, rpu_config=config(lut_of(XNOR)))
    layer.set_weights(torch.full((3, 64), 0.5), None)
    with pytest.raises(TorchTileConfigError, match="weights \\+1 and -1 only"):
        layer(inputs(True, 2, 64))
    layer.set_weights(torch.ones(3, 64), None)
    with pytest.raises(InputError, match="inputs that the word lines of this cell cannot have"):
        layer(torch.full((2, 64), 0.5))
    with pytest.raises(InputError, match="a word line of this cell is never off"):
        layer(torch.zeros(2, 64))
