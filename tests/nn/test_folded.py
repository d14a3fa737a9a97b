"""Thresholds of sums against batch norm and activation, in exact arithmetic and in the model."""

from __future__ import annotations

from fractions import Fraction

import pytest
import torch
from torch import nn

from sram_spice.errors import InputError
from sram_spice.lut import ideal_lut
from sram_spice.nn import bipolar, convert, recalibrate, unipolar
from sram_spice.nn.folded import ThresholdNorm
from tests.lut.results import XNOR, lut_of


class Step(nn.Module):
    def __init__(self, always):
        super().__init__()
        self.always = always

    def forward(self, x):
        return (bipolar if self.always else unipolar)(x)


class Conv(nn.Conv2d):
    """Signs of its weights, a bias, and an edge that the word lines have."""

    edge = -1.0

    def forward(self, x):
        padded = nn.functional.pad(x, [1] * 4, value=self.edge)
        return nn.functional.conv2d(padded, bipolar(self.weight), self.bias)


def model_of(always=True, bias=False, pool=False):
    torch.manual_seed(4)
    conv = Conv(8, 12, 3, bias=bias)
    conv.edge = -1.0 if always else 0.0
    norm = nn.BatchNorm2d(12)
    norm.running_mean.normal_(0, 5)
    norm.running_var.uniform_(5, 30)
    nn.init.normal_(norm.weight)  # of both signs
    nn.init.normal_(norm.bias)
    with torch.no_grad():
        norm.weight[3] = 0.0
        norm.running_mean[:2], norm.bias[:2] = 4.0, 0.0  # ties: the sum 4 is at the threshold
        norm.weight[0], norm.weight[1] = 0.7, -0.7
    pooling = [nn.MaxPool2d(2)] if pool else []
    last = nn.Linear(12 * (9 if pool else 36), 5)
    model = nn.Sequential(Step(always), conv, *pooling, norm, Step(always), nn.Flatten(), last)
    return model.eval()


def norm_of(model):
    return next(each for each in model.modules() if isinstance(each, ThresholdNorm))


def on_by_fractions(norm, s, scale, bias, always, eps=1e-5):
    """Whether each filter is on at a sum; nothing is rounded but the square root, which is > 0."""
    found = []
    for c in range(norm.num_features):
        gamma, beta, mean = (
            Fraction(float(each[c])) for each in (norm.weight, norm.bias, norm.running_mean)
        )
        root = Fraction((float(norm.running_var[c]) + eps) ** 0.5)
        y = gamma * (Fraction(scale[c]) * s + Fraction(bias[c]) - mean) + beta * root
        found.append(y >= 0 if always else y > 0)
    return found


@pytest.mark.parametrize("always", [True, False])
@pytest.mark.parametrize("bias", [True, False])
def test_thresholds_are_exact_at_every_whole_sum_ties_included(always, bias):
    model = model_of(always, bias)
    found = convert(model, ideal_lut(64, always), skip=["last"])
    norm = norm_of(found)
    scaled = norm._scaled[0]
    scale = [1.0] * 12 if scaled is None else scaled.scale.tolist()
    shift = [0.0] * 12 if scaled is None else scaled.bias.tolist()
    assert (scaled is not None) == bias
    with torch.no_grad():
        for s in range(-72, 73):
            on = norm(torch.full((1, 12), float(s)))[0] == 1
            assert on.tolist() == on_by_fractions(norm, s, scale, shift, always)


def test_a_tie_has_the_value_of_the_activation_at_zero():
    for always in (True, False):
        norm = norm_of(convert(model_of(always), ideal_lut(64, always), skip=["last"]))
        with torch.no_grad():
            below, at, above = (norm(torch.full((1, 12), v))[0, :2] for v in (3.0, 4.0, 5.0))
        low, tie = (-1.0, 1.0) if always else (0.0, 0.0)
        assert below.tolist() == [low, 1.0]  # the second has a falling slope
        assert at.tolist() == [tie, tie]
        assert above.tolist() == [1.0, low]


@pytest.mark.parametrize("always", [True, False])
@pytest.mark.parametrize("pool", [True, False])
@pytest.mark.parametrize("bias", [True, False])
def test_a_folded_model_gives_what_the_model_gives(always, pool, bias):
    model = model_of(always, bias, pool)
    found = convert(model, ideal_lut(64, always), skip=["last"])
    x = torch.randn(20, 8, 6, 6)
    with torch.no_grad():
        assert torch.equal(found(x), model(x))


def test_with_a_gradient_the_values_are_the_same():
    """Through batch norm in float: binary after the activation, as the threshold says."""
    found = convert(model_of(), lut_of(XNOR), skip=["last"])
    x = torch.randn(4, 8, 6, 6)
    with torch.no_grad():
        wanted = found(x)
    loss = found(x.requires_grad_())
    torch.testing.assert_close(loss.detach(), wanted, rtol=0, atol=0)
    loss.sum().backward()
    assert float(found[1].weight.grad.abs().sum()) > 0


def test_thresholds_follow_the_statistics():
    found = convert(model_of(), lut_of(XNOR), skip=["last"])
    before = norm_of(found).edge.clone()
    images = torch.randn(40, 8, 6, 6)
    recalibrate(found, [images])
    norm = norm_of(found)
    with torch.no_grad():
        sums = found[1](found[0](images))
        on = norm(sums) > 0
        score = nn.functional.batch_norm(
            sums, norm.running_mean, norm.running_var, norm.weight, norm.bias
        )
    assert not torch.equal(before, norm.edge)
    torch.testing.assert_close(norm.running_mean, sums.mean((0, 2, 3)))  # float32's rounding
    clear = score.abs() > 1e-5
    assert torch.equal(on[clear], score[clear] > 0)


def test_numbers_that_are_no_threshold_are_refused():
    model = model_of()
    model[2].running_mean[5] = torch.nan
    with pytest.raises(InputError, match=r"no threshold.*5"):
        convert(model, ideal_lut(64, True), skip=["last"])


def test_half_is_refused():
    norm = norm_of(convert(model_of(), ideal_lut(64, True), skip=["last"]))
    for dtype in (torch.float16, torch.bfloat16):
        with pytest.raises(InputError, match="thresholds are those of float32 sums"):
            norm(torch.zeros(1, 12, dtype=dtype))


def test_a_state_dict_has_batch_norms_names():
    model = model_of()
    found = convert(model, ideal_lut(64, True), skip=["last"])
    own = {name for name in found.state_dict() if name.startswith("2.")}
    assert own == {name for name in model.state_dict() if name.startswith("2.")}


@pytest.mark.slow
def test_a_graph_has_the_thresholds_of_the_latest_statistics():
    """Recorded at once after recalibrate, and after load_state_dict, without a call in between."""
    x = torch.randn(2, 8, 6, 6)
    found = convert(model_of(), lut_of(XNOR), skip=["last"])
    recalibrate(found, [torch.randn(40, 8, 6, 6)])
    loaded = convert(model_of(), lut_of(XNOR), skip=["last"])
    loaded.load_state_dict(found.state_dict())
    with torch.no_grad():
        graphs = [torch.export.export(each, (x,)).module()(x) for each in (found, loaded)]
        wanted = found(x)
    for graph in graphs:
        torch.testing.assert_close(graph, wanted, rtol=0, atol=0)


def test_a_cast_there_and_back_rounds_batch_norm_and_no_threshold():
    """What a graph would have at once, without a call: the thresholds of the rounded numbers."""
    norm = norm_of(convert(model_of(), ideal_lut(64, True), skip=["last"])).half().float()
    at_once = norm.edge.clone()
    norm._folded = ()
    norm.fold()
    assert torch.equal(at_once, norm.edge)
