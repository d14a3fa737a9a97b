"""What becomes of a table that is saved, loaded, cast, or fed with other types of numbers."""

from __future__ import annotations

import io

import numpy as np
import pytest
import torch
from torch import nn

from sram_spice.errors import InputError
from sram_spice.lut import ideal_lut
from sram_spice.nn import SubArrayConv2d, SubArrayLinear, SumTable, bipolar, unipolar, with_table
from sram_spice.nn.partial_sums import through_table
from tests.lut.results import HBNN, XNOR, lut_of


def network(always=True):
    """A convolution and a linear layer: 3 and 3 sub-arrays, neither filled."""
    options = {"padding": 1, "padding_value": -1.0 if always else 0.0}
    return nn.Sequential(SubArrayConv2d(16, 4, 3, **options), nn.Flatten(), SubArrayLinear(144, 3))


def images(always=True):
    torch.manual_seed(3)
    return (bipolar if always else unipolar)(torch.randn(2, 16, 6, 6))


def run(model, x):
    """What a model gives for the first images."""
    for layer in (model[0], model[2]):
        layer.restart()
    binary = bipolar if model[0].padding_value else unipolar
    with torch.no_grad():
        return model[2](binary(model[0](x)).flatten(1))


@pytest.fixture(params=[(XNOR, "none"), (XNOR, "access"), (XNOR, "column"), (HBNN, "access")])
def through(request):
    """A model through a table, and its input."""
    folder, mismatch = request.param
    torch.manual_seed(2)
    always = folder == XNOR
    return with_table(network(always), lut_of(folder), mismatch, seed=5), images(always)


def saved(model):
    """A state_dict by way of a file, read as data only."""
    file = io.BytesIO()
    torch.save(model.state_dict(), file)
    file.seek(0)
    return torch.load(file, weights_only=True)


def test_a_fresh_model_computes_through_the_table_of_the_state(through):
    model, x = through
    fresh = network(model[0].padding_value == -1.0)
    fresh.load_state_dict(saved(model))
    assert torch.equal(run(fresh, x), run(model, x))
    exact = with_table(fresh, None)
    assert not torch.equal(run(exact, x), run(model, x))  # else this test would prove nothing


def test_a_state_without_a_table_is_weights_alone_and_takes_no_table_away():
    model = SubArrayLinear(100, 4)
    assert list(model.state_dict()) == ["weight"]
    other = SubArrayLinear(100, 4, lut_of(XNOR), "none")
    other.load_state_dict(model.state_dict())
    assert other.table is not None
    assert torch.equal(other.weight, model.weight)


def test_the_same_table_again_brings_the_columns_of_the_state():
    lut = lut_of(XNOR).with_amplifier("ideal")  # with real ones a seed is a chip: another table
    model, other = (with_table(SubArrayLinear(100, 4), lut, "column", seed=seed) for seed in (1, 2))
    assert not torch.equal(other.columns, model.columns)
    other.load_state_dict(model.state_dict())
    assert torch.equal(other.columns, model.columns)


@pytest.mark.parametrize("other", [(HBNN, "none"), (XNOR, "access"), (XNOR, "column")])
def test_another_table_than_the_layer_has_is_refused(other):
    folder, mismatch = other
    state = SubArrayLinear(100, 4, lut_of(XNOR), "none").state_dict()
    layer = SubArrayLinear(100, 4, lut_of(folder), mismatch)
    with pytest.raises(InputError, match=r"another table .*with_table\(model, None\)"):
        layer.load_state_dict(state)
    layer.set_table(None)
    layer.load_state_dict(state)
    assert layer.table.mismatch == "none"


def test_another_chip_is_another_table():
    lut = lut_of(XNOR)
    model, other = (with_table(SubArrayLinear(100, 4), lut, "column", seed=seed) for seed in (1, 2))
    with pytest.raises(InputError, match="another table"):
        other.load_state_dict(model.state_dict())


def test_the_table_of_another_layer_is_refused():
    state = SubArrayLinear(100, 4, lut_of(XNOR), "none").state_dict()
    with pytest.raises(InputError, match="that of another layer"):
        SubArrayLinear(200, 4).load_state_dict(state)
    with pytest.raises(InputError, match="no table in this state_dict"):
        SumTable.of_content({"rows": 64})


CASTS = {
    "half": lambda m: m.half().float(),
    "bfloat16": lambda m: m.bfloat16().float(),
    "to": lambda m: m.to(torch.float16).to(torch.float32),
    "double": lambda m: m.double().float(),
}


@pytest.mark.parametrize("cast", CASTS)
def test_a_cast_there_and_back_leaves_the_table_as_it_was(through, cast):
    model, x = through
    before = run(model, x)
    assert torch.equal(run(CASTS[cast](model), x), before)


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float64])
def test_a_layer_of_other_numbers_rounds_its_sums_alone(through, dtype):
    """The sums in float32, rounded once; in float64 without the rounding of float32."""
    model, x = through
    with torch.no_grad():
        expected = model[0](x).to(dtype)
        model[0].restart()
        found = model.to(dtype)[0](x.to(dtype))
    assert found.dtype == dtype
    # Three partial sums of at most 64 are added up.
    slack = 3 * 64 * 2.0**-24 if dtype == torch.float64 else 0.0
    torch.testing.assert_close(found, expected, rtol=0, atol=slack)


@pytest.mark.parametrize("dtype", [torch.bool, torch.uint8, torch.int64])
@pytest.mark.parametrize("lut", [None, lut_of(HBNN)])
def test_inputs_that_are_whole_numbers(dtype, lut):
    layer = SubArrayLinear(100, 4, lut, "none")
    x = unipolar(torch.randn(5, 100))
    assert torch.equal(layer(x.to(dtype)), layer(x))


def test_training_sees_the_very_sums_that_inference_sees():
    layer = SubArrayLinear(130, 4, lut_of(XNOR), "none")
    x = bipolar(torch.randn(50, 130))
    with torch.no_grad():
        expected = layer(x)
    assert torch.equal(layer(x), expected)


def test_operations_of_pytorch_refuse_autocast_where_its_numbers_are_too_short():
    """bfloat16 has 8 bits: 256 is a number of it, 257 is none."""
    x = bipolar(torch.randn(1, 20, 300))
    weight = bipolar(torch.randn(3, 300))
    none = torch.zeros(2, 3, dtype=torch.int64)
    with torch.autocast("cpu", torch.bfloat16):
        found = through_table(SumTable(ideal_lut(256, True), "none"), x, weight, none)
        assert torch.equal(found, (x.double() @ weight.double().T).float())
        with pytest.raises(InputError, match="at most 256 rows"):
            through_table(SumTable(ideal_lut(257, True), "none"), x, weight, none)


def test_what_relu_has_set_to_zero_is_off():
    x = torch.randn(1000)
    assert torch.equal(unipolar(torch.relu(x)), unipolar(x))
    assert float(unipolar(torch.relu(x)).mean()) == float((x > 0).float().mean())
    assert np.isclose(float(unipolar(x).mean()), 0.5, atol=5 * 0.5 / 1000**0.5)  # five sigma
