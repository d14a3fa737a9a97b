"""Models of ordinary modules, converted: the same answers with exact sums, through the table."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn.functional import conv2d, pad

from sram_spice.errors import InputError
from sram_spice.lut import ideal_lut
from sram_spice.nn import SubArrayConv2d, bipolar, convert, recalibrate, record_sums
from sram_spice.workload.histogram import read_histogram
from tests.lut.results import HBNN, XNOR, lut_of

EXAMPLE = Path(__file__).parents[2] / "examples" / "cifar10"


@pytest.fixture(autouse=True)
def seed():
    torch.manual_seed(6)


@pytest.fixture
def networks(monkeypatch):
    """The example's own module."""
    monkeypatch.syspath_prepend(str(EXAMPLE))
    sys.modules.pop("networks", None)
    import networks

    yield networks
    sys.modules.pop("networks", None)


@pytest.mark.slow  # tables of 2145 levels, and networks of 32 x 32 pixels
@pytest.mark.parametrize("kind", ["xnor_vgg", "hbnn_vgg"])
@torch.no_grad()
def test_the_examples_networks_give_the_same_answers(networks, kind):
    model = networks.network(networks.KINDS[kind], (8, 16, 16, 24, 8)).eval()
    x = torch.randn(3, 3, 32, 32)
    recalibrate(model, x)
    always = kind == "xnor_vgg"
    through = convert(model, ideal_lut(64, always), skip=["first", "last"])
    layers = [m for m in through.modules() if isinstance(m, SubArrayConv2d)]
    assert [layer.padding_value for layer in layers] == [-1.0 if always else 0.0] * 4
    torch.testing.assert_close(through(x), model(x), rtol=0, atol=0)
    real = convert(model, lut_of(XNOR if always else HBNN), skip=["first", "last"], seed=2)
    assert (real(x) - model(x)).abs().max() > 0.01


class Signed(nn.Conv2d):
    """A layer of a user: zeros count as +1, edges -1, a scale per filter (XNOR-Net)."""

    def forward(self, x):
        up, left = self.padding
        scale = self.weight.abs().mean((1, 2, 3), keepdim=True)
        padded = pad(x, (left, left, up, up), value=-1.0)
        weight = scale * bipolar(self.weight)
        return conv2d(padded, weight, self.bias, self.stride, 0, self.dilation, self.groups)


@torch.no_grad()
def test_scale_bias_groups_and_stride_are_found():
    model = nn.Sequential(Signed(6, 4, (3, 5), stride=(2, 1), padding=(1, 2), groups=2))
    through = convert(model, ideal_lut(24, True))
    x = bipolar(torch.randn(3, 6, 9, 8))
    torch.testing.assert_close(through(x), model(x), rtol=1e-5, atol=1e-5)
    assert torch.equal(through[0].layer.weight.view(4, 3, 3, 5), model[0].weight)
    assert "stride=(2, 1), padding=(1, 2) with -1, groups=2" in repr(through)


@torch.no_grad()
def test_plain_modules_with_binary_weights():
    model = nn.Sequential(nn.Conv2d(5, 4, 3, bias=False), nn.Flatten(), nn.Linear(36, 2))
    for layer in (model[0], model[2]):
        layer.weight.copy_(bipolar(layer.weight))
    x = (torch.rand(2, 5, 5, 5) < 0.5).float()
    through = convert(model[0], ideal_lut(64, False))
    assert torch.equal(through(x), model[0](x))
    linear = convert(model[2], ideal_lut(64, False))
    y = (torch.rand(2, 36) < 0.5).float()
    torch.testing.assert_close(linear(y), model[2](y), rtol=0, atol=1e-4)


def test_what_is_not_binary_or_has_impossible_edges_is_refused():
    with pytest.raises(InputError, match=r"1: its outputs are no sums of binary weights"):
        convert(nn.Sequential(nn.ReLU(), nn.Linear(9, 3)), None)
    zeros = nn.Conv2d(3, 2, 3, padding=1, bias=False)
    zeros.weight.data = bipolar(zeros.weight.data)
    with pytest.raises(InputError, match=r"edge .*got '0'.*-1, \+1"):
        convert(nn.Sequential(zeros), lut_of(XNOR))
    assert convert(nn.Sequential(zeros), lut_of(HBNN))[0].padding_value == 0
    with pytest.raises(InputError, match=r"no such layer.*first, last, 0"):
        convert(nn.Sequential(zeros), None, skip=["conv1"])


def model_of(lut):
    conv = SubArrayConv2d(10, 6, 3, padding=1, lut=lut, mismatch="none")
    return nn.Sequential(conv, nn.BatchNorm2d(6))


@torch.no_grad()
def test_batch_norm_is_that_of_the_sums_through_the_table():
    model = model_of(lut_of(XNOR)).eval()
    x = bipolar(torch.randn(8, 10, 6, 6) + 0.4)
    recalibrate(model, x.split(4))
    sums = model[0](x).double()
    torch.testing.assert_close(model[1].running_mean.double(), sums.mean((0, 2, 3)))
    # Of each half's own variance the mean: the definition of running statistics.
    own = torch.stack([part.var((0, 2, 3)) for part in sums.split(4)]).mean(0)
    torch.testing.assert_close(model[1].running_var.double(), own)
    assert not model[1].training
    with pytest.raises(InputError, match="no images"):
        recalibrate(model, [])


@pytest.mark.parametrize("folder", [XNOR, HBNN])
@torch.no_grad()
def test_recorded_sums_are_counted_one_by_one(folder, tmp_path):
    lut = lut_of(folder)
    always = lut.always_active
    layer = SubArrayConv2d(9, 3, 3, lut=lut, mismatch="none")
    x = torch.randint(0, 2, (2, 9, 4, 4))
    x = (2 * x - 1 if always else x).float()
    with record_sums(layer) as found:
        layer(x)
    layer(x)  # no longer counted
    signs = np.where(layer.weight.numpy() >= 0, 1, -1)
    counts: dict[int, int] = {}
    for image in x.numpy().astype(int):
        for y, z in np.ndindex(2, 2):
            patch = image[:, y : y + 3, z : z + 3].ravel()
            for row in signs:
                for part in (slice(0, 64), slice(64, 81)):  # 47 rows left over, an odd number
                    total = int(patch[part] @ row[part]) + (1 if always and part.start else 0)
                    counts[total] = counts.get(total, 0) + 1
    sums, number = found[""].histogram()
    assert dict(zip(sums.tolist(), number.tolist(), strict=True)) == counts
    found[""].save(tmp_path / "sums.csv")
    possible = np.arange(-64, 65, 2 if always else 1)
    read = read_histogram(tmp_path / "sums.csv", possible)
    assert read.tolist() == [counts.get(int(s), 0) for s in possible]


def test_training_through_the_table_moves_weights_and_a_state_keeps_the_seed():
    lut = lut_of(XNOR)
    model = convert(nn.Sequential(Signed(10, 6, 3, bias=False)), lut, mismatch="access", seed=9)
    x = bipolar(torch.randn(2, 10, 6, 6))
    model(x).square().mean().backward()
    assert model[0].layer.weight.grad.abs().max() > 0
    other = convert(nn.Sequential(Signed(10, 6, 3, bias=False)), None)
    other.load_state_dict(model.state_dict())
    model[0].layer.restart()
    assert torch.equal(other(x), model(x))
