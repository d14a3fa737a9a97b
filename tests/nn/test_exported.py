"""Layers that torch.export and ONNX have recorded, with the check of inputs on."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from sram_spice.lut import ideal_lut
from sram_spice.nn import SubArrayConv2d, SubArrayLinear, bipolar, unipolar
from tests.adapters.moments import check_moments, draws_of
from tests.lut.results import HBNN, XNOR, lut_of

pytestmark = [
    pytest.mark.slow,  # recording takes seconds
    pytest.mark.filterwarnings("ignore:.*LeafSpec:FutureWarning"),  # PyTorch of itself
]


@pytest.fixture(autouse=True)
def seed():
    torch.manual_seed(2)


def by_torch_export(layer, x):
    program = torch.export.export(layer.eval(), (x,))
    return lambda values: program.module()(values).detach().numpy()


def by_onnx(layer, x):
    pytest.importorskip("onnxscript")
    runtime = pytest.importorskip("onnxruntime")
    program = torch.onnx.export(layer.eval(), (x,), dynamo=True, verbose=False)
    session = runtime.InferenceSession(program.model_proto.SerializeToString())
    (name,) = (one.name for one in session.get_inputs())
    return lambda values: session.run(None, {name: values.numpy()})[0]


def quantized(lut, x, weight):
    """What sub-arrays read of an 8T layer, in numpy, straight from thresholds and centroids."""
    total = 0
    for start in range(0, x.shape[1], lut.rows):
        part = x[:, start : start + lut.rows] @ weight[:, start : start + lut.rows].T
        odd = (lut.rows - min(lut.rows, x.shape[1] - start)) % 2
        total = total + lut.centroids[np.searchsorted(lut.thresholds, part + odd)] - odd
    return total


@pytest.mark.parametrize("record", [by_torch_export, by_onnx])
def test_a_recorded_layer_reads_what_the_table_says(record):
    lut = lut_of(XNOR)
    layer = SubArrayLinear(101, 5, lut, "ideal")
    x = bipolar(torch.randn(20, 101))
    expected = quantized(lut, x.numpy(), np.where(layer.weight.detach().numpy() < 0, -1, 1))
    # Single precision: rounded once for each of two partial sums of up to 64, and twice more.
    np.testing.assert_allclose(record(layer, x)(x), expected, rtol=0, atol=2e-5)


@pytest.mark.parametrize("record", [by_torch_export, by_onnx])
@pytest.mark.parametrize("always", [True, False])
def test_a_recorded_layer_has_no_number_for_inputs_that_no_word_line_has(record, always):
    layer = SubArrayLinear(8, 3, ideal_lut(8, always))
    assert layer.check
    x = (bipolar if always else unipolar)(torch.randn(6, 8))
    run = record(layer, x)
    np.testing.assert_array_equal(run(x), (x @ bipolar(layer.weight).T).detach().numpy())
    wrong = x.clone()
    wrong[1, 2], wrong[4, 0] = (0.0, 9.0) if always else (-1.0, 0.5)
    found = run(wrong)
    assert np.isnan(found[[1, 4]]).all()
    np.testing.assert_array_equal(found[[0, 2, 3, 5]], run(x)[[0, 2, 3, 5]])


@pytest.mark.parametrize("record", [by_torch_export, by_onnx])
def test_a_recorded_convolution_with_padding(record):
    layer = SubArrayConv2d(5, 2, 3, padding=1, lut=lut_of(HBNN), mismatch="ideal", padding_value=0)
    x = unipolar(torch.randn(2, 5, 6, 6))
    np.testing.assert_allclose(record(layer, x)(x), layer(x).detach().numpy(), rtol=0, atol=1e-5)


@pytest.mark.parametrize("record", [by_torch_export, by_onnx])
def test_a_recorded_layer_draws_anew_at_each_access(record):
    lut = lut_of(XNOR)
    sums = np.arange(-64, 65, 2)
    layer = SubArrayLinear(64, sums.size, lut)
    plus = torch.tensor((sums + 64) // 2)[:, None]
    layer.weight.data = torch.where(torch.arange(64) < plus, 1.0, -1.0)
    x = torch.ones(draws_of(sums.size), 64)
    run = record(layer, x)
    first = run(x)
    check_moments(first.astype(float), *lut.moments(sums))
    assert (run(x) != first).any()
