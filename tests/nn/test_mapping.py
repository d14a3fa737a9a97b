"""What a model takes on silicon, counted by hand."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn

from sram_spice.errors import InputError
from sram_spice.nn import SubArrayConv2d, SubArrayLinear, mapping, unipolar
from tests.lut.results import HBNN, XNOR, lut_of


class Bits(nn.Module):
    """1 and 0."""

    def forward(self, x):
        return unipolar(x)


@torch.no_grad()
def test_numbers_of_a_small_network_are_those_counted_by_hand():
    torch.manual_seed(8)
    lut = lut_of(HBNN)
    conv = SubArrayConv2d(20, 70, 3, stride=2, padding=1, padding_value=0.0, groups=2)
    model = nn.Sequential(Bits(), conv, nn.Flatten(), Bits(), SubArrayLinear(630, 10)).train()
    x = torch.randn(3, 20, 6, 6)
    table = mapping(model, x, lut)
    assert model.training
    # 90 inputs of each group: two sub-arrays of 64 rows; 35 outputs: one sub-array wide. 3 x 3.
    first = table.loc["1"]
    assert first[["sub_arrays", "patches", "accesses", "codes"]].tolist() == [4, 9, 36, 9 * 2 * 70]
    assert first["utilization"] == pytest.approx(90 * 70 / (4 * 64 * 64), rel=1e-12)
    # 630 inputs: ten sub-arrays.
    last = table.loc["4"]
    assert last[["sub_arrays", "patches", "accesses", "codes"]].tolist() == [10, 1, 10, 100]
    total = table.loc["total"]
    assert total["sub_arrays"] == 14
    assert total["utilization"] == pytest.approx((90 * 70 + 6300) / (14 * 64 * 64), rel=1e-12)
    assert total["energy_j"] == pytest.approx(first["energy_j"] + last["energy_j"], rel=1e-12)
    # Energy of the last layer, access by access.
    y = unipolar(model[1](unipolar(x)).flatten(1)).numpy().astype(int)
    signs = np.where(model[4].weight.numpy() >= 0, 1, -1)
    parts = [slice(start, start + 64) for start in range(0, 630, 64)]
    sums = np.array([[signs[:, part] @ image[part] for part in parts] for image in y])
    active = np.array([[[image[part].sum()] for part in parts] for image in y])
    energy = float(lut.energy(sums, n_active=active).sum()) / 3
    longest = float(lut.latency(sums, n_active=active).max())
    assert last["energy_j"] == pytest.approx(energy, rel=1e-9)
    assert last["latency_s"] == pytest.approx(longest, rel=1e-12)


def test_a_shape_will_do_and_a_model_without_sub_arrays_will_not():
    model = nn.Sequential(nn.Conv2d(1, 10, 1), nn.Hardtanh(), SubArrayConv2d(10, 4, 3))
    table = mapping(model, (2, 1, 5, 5))
    assert table.loc["2", "codes"] == 9 * 2 * 4
    assert "energy_j" not in table
    with pytest.raises(InputError, match="no layer in sub-arrays"):
        mapping(nn.Linear(3, 3), torch.zeros(1, 3))
    with pytest.raises(InputError, match="energy"):
        mapping(SubArrayLinear(64, 2), torch.ones(1, 64), lut_without_accesses())


def lut_without_accesses():
    lut = lut_of(XNOR)
    names = [name for name in lut.data if str(name).startswith("mlsa_")]
    return type(lut)(lut.data.drop_vars(names))
