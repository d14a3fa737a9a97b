"""Layers in sub-arrays against exact integer arithmetic, and against Lut itself."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch.nn.functional import conv2d, pad

from sram_spice.errors import InputError
from sram_spice.lut import ideal_lut
from sram_spice.lut.chip import draw_chip
from sram_spice.nn import (
    SubArrayConv2d,
    SubArrayLinear,
    SumTable,
    bipolar,
    unipolar,
    with_table,
)
from tests.lut.results import HBNN, MAP, XNOR, lut_of
from tests.lut.test_lookup import with_failures

DEVICES = ["cpu", *(["cuda"] if torch.cuda.is_available() else [])]


@pytest.mark.skipif(torch.cuda.is_available(), reason="the tests below run on CUDA, too")
def test_cuda_is_not_tested_here():
    pytest.skip("no CUDA device on this machine: layers are tested on the CPU only")


@pytest.fixture(autouse=True)
def seed():
    torch.manual_seed(1)


def inputs(always, *shape):
    return (bipolar if always else unipolar)(torch.randn(shape))


def exact(layer, x):
    return x @ bipolar(layer.weight).T


@pytest.mark.parametrize("device", DEVICES)
@pytest.mark.parametrize("mismatch", ["none", "access"])
@pytest.mark.parametrize("always", [True, False])
@pytest.mark.parametrize("features", [1, 7, 8, 9, 16, 21, 40])
@pytest.mark.parametrize("rows", [7, 8])
def test_an_ideal_table_gives_exact_sums(rows, features, always, mismatch, device):
    layer = SubArrayLinear(features, 5, ideal_lut(rows, always), mismatch).to(device)
    x = inputs(always, 3, 11, features).to(device)
    torch.testing.assert_close(layer(x), exact(layer, x), rtol=0, atol=0)


@pytest.mark.parametrize("device", DEVICES)
@pytest.mark.parametrize(("always", "value"), [(True, -1.0), (True, 1.0), (False, 0.0)])
@pytest.mark.parametrize(
    ("kernel", "stride", "padding", "dilation"),
    [(3, 1, 1, 1), (3, 2, 1, 1), ((2, 3), (1, 2), (0, 2), 1), (1, 1, 0, 1), (3, 1, 2, 2)],
)
def test_an_ideal_table_gives_exact_convolutions(
    kernel, stride, padding, dilation, always, value, device
):
    layer = SubArrayConv2d(
        5, 4, kernel, stride, padding, dilation, ideal_lut(8, always), padding_value=value
    ).to(device)
    x = inputs(always, 2, 5, 9, 8).to(device)
    up, side = layer.padding
    weight = bipolar(layer.weight).view(4, 5, *layer.kernel_size)
    expected = conv2d(
        pad(x, (side, side, up, up), value=value), weight, stride=stride, dilation=dilation
    )
    torch.testing.assert_close(layer(x), expected, rtol=0, atol=0)


def by_hand(lut, layer, x):
    """The layer's result, computed with Lut.quantize on NumPy arrays, row by row of the circuit."""
    weight = bipolar(layer.weight).detach().numpy().astype(int)
    x = x.numpy().astype(int)
    out = np.zeros((len(x), len(weight)))
    for start in range(0, x.shape[1], lut.rows):
        part, cells = x[:, start : start + lut.rows], weight[:, start : start + lut.rows]
        free = lut.rows - part.shape[1]
        if lut.always_active:  # pairs +1, -1 at input +1; the last of an odd number has product +1
            filler = np.where(np.arange(free) % 2, -1, 1)
            part = np.hstack([part, np.ones((len(part), free), dtype=int)])
            cells = np.hstack([cells, np.tile(filler, (len(cells), 1))])
        products = part[:, None, :] * cells[None]
        active = (products != 0).sum(axis=2)
        own = None if lut.always_active else active
        out += lut.decode(lut.quantize(products.sum(axis=2), n_active=own))
        out -= free % 2 if lut.always_active else 0
    return out


@pytest.mark.parametrize("folder", [XNOR, HBNN])
@pytest.mark.parametrize("features", [64, 100, 101, 30, 190])
def test_leftover_rows_are_filled_as_the_circuit_would(folder, features):
    lut = lut_of(folder)
    layer = SubArrayLinear(features, 6, lut, "none")
    x = inputs(lut.always_active, 50, features)
    expected = by_hand(lut, layer, x)
    # Single precision: 1e-7 of values up to 18, added up three times.
    np.testing.assert_allclose(layer(x).detach(), expected, rtol=1e-6, atol=1e-5)
    assert (layer(x) - exact(layer, x)).abs().max() > 1


@pytest.mark.parametrize("folder", [XNOR, HBNN])
def test_a_million_samples_have_the_moments_of_the_table(folder):
    lut = lut_of(folder)
    table = SumTable(lut, "access")
    sums = torch.arange(-32, 33, 4)
    active = None if lut.always_active else torch.tensor(32)
    drawn = table(sums.repeat(60_000, 1), active, None).double().numpy()
    own = {} if lut.always_active else {"n_active": 32}
    mean, std = lut.moments(sums.numpy(), **own)
    assert drawn.size > 1e6
    # Standard error of 60000 draws; 17 levels: below 4.5 sigmas.
    limit = 4.5 * std / np.sqrt(6e4) + 1e-5
    np.testing.assert_array_less(np.abs(drawn.mean(axis=0) - mean), limit)
    usual = std > 0.5
    np.testing.assert_allclose(drawn.std(axis=0)[usual], std[usual], rtol=0.05)


def codes_by_hand(lut):
    """Code of every sample at every level: references below its voltage."""
    v = lut.data["v_bl_sample"].to_numpy()
    return (lut.references() < v[..., None]).sum(axis=-1)


def test_a_column_with_ideal_amplifiers_is_one_sample_at_every_access():
    lut = lut_of(XNOR).with_amplifier("ideal")
    layer = SubArrayLinear(128, 300, lut, "column")
    x = inputs(True, 20, 128)
    first = layer(x)
    torch.testing.assert_close(layer(x), first, rtol=0, atol=0)
    codes = codes_by_hand(lut)
    half = layer.columns[0]
    sums = (x[:, :64] @ bipolar(layer.weight)[:, :64].T).round().long()
    level = torch.from_numpy(lut.levels.of(sums.numpy(), None).astype(int))
    expected = lut.centroids[codes[level, half.expand_as(level)]]
    other = (x[:, 64:] @ bipolar(layer.weight)[:, 64:].T).round().long()
    level = torch.from_numpy(lut.levels.of(other.numpy(), None).astype(int))
    expected = expected + lut.centroids[codes[level, layer.columns[1].expand_as(level)]]
    np.testing.assert_allclose(first.detach(), expected, rtol=1e-6)
    assert len(layer.columns.unique()) > 100


def test_samples_counted_over_all_columns_are_the_probabilities():
    lut = lut_of(XNOR).with_amplifier("ideal")
    codes = codes_by_hand(lut)
    counted = np.stack([(codes == code).mean(axis=1) for code in range(lut.codes)], axis=1)
    np.testing.assert_allclose(counted, lut.code_tables().probability, atol=1e-9)


def test_columns_need_the_samples_of_all_levels():
    for lut in (lut_of(HBNN), ideal_lut(8, True)):
        with pytest.raises(InputError, match="not every level has its samples"):
            SumTable(lut, "column")


def test_the_seed_chooses_the_columns():
    model = torch.nn.Sequential(SubArrayLinear(64, 50), SubArrayLinear(64, 50))
    columns = [
        with_table(model, lut_of(XNOR), "column", seed=seed)[layer].columns.clone()
        for seed, layer in ((0, 0), (0, 0), (0, 1), (1, 0))
    ]
    assert torch.equal(columns[0], columns[1])
    assert not torch.equal(columns[0], columns[2])
    assert not torch.equal(columns[0], columns[3])


def test_outcomes_without_code_are_refused_unless_one_says_what_they_are():
    lut = with_failures(lut_of(XNOR), 4, 0.5)
    with pytest.raises(InputError, match="1 level has samples without a code"):
        SumTable(lut, "access")
    sums = torch.full((4000,), 4)
    drawn = SumTable(lut, "access", no_code="nan")(sums, None, None)
    assert 0.45 < float(drawn.isnan().float().mean()) < 0.55
    again = SumTable(lut, "access", no_code="redraw")(sums, None, None)
    assert not again.isnan().any()
    mean, std = lut_of(XNOR).moments(4)
    assert float(again.mean()) == pytest.approx(float(mean), abs=5 * float(std) / 4000**0.5)
    assert not SumTable(lut, "none")(sums, None, None).isnan().any()
    never = with_failures(lut_of(XNOR), 4, 1.0)
    with pytest.raises(InputError, match="without a code"):
        SumTable(never, "none")


@pytest.mark.parametrize(
    ("folder", "value", "text"),
    [(XNOR, 0.0, "-1, +1 (8T, XNOR)"), (HBNN, -1.0, "0, 1 (6T, HBNN)"), (XNOR, 0.5, "got 0.5")],
)
def test_inputs_that_word_lines_cannot_have(folder, value, text):
    x = torch.ones(2, 64)
    x[1, 3] = value
    with pytest.raises(InputError) as caught:
        SubArrayLinear(64, 2, lut_of(folder))(x)
    assert text in str(caught.value)
    SubArrayLinear(64, 2)(x)


@pytest.mark.parametrize("options", [{"mismatch": "some"}, {"no_code": "zero"}])
def test_unknown_choices(options):
    with pytest.raises(InputError, match="no such choice"):
        SumTable(lut_of(XNOR), **options)
    with pytest.raises(InputError, match="padding_value"):
        SubArrayConv2d(1, 1, 3, padding_value=0.5)


def test_open_conditions_are_refused():
    with pytest.raises(InputError, match="holds several conditions"):
        SumTable(lut_of(MAP))


def test_the_gradient_is_that_of_the_exact_sums():
    lut = lut_of(XNOR)
    layer = SubArrayLinear(100, 4, lut, "none")
    plain = SubArrayLinear(100, 4)
    with torch.no_grad():
        plain.weight.copy_(layer.weight)
    x = inputs(True, 6, 100)
    for one in (layer, plain):
        (one(x) * torch.arange(4)).sum().backward()
    torch.testing.assert_close(layer.weight.grad, plain.weight.grad)


def test_binary_values_and_their_gradient():
    x = torch.tensor([-2.0, -0.5, 0.0, 0.5, 2.0], requires_grad=True)
    assert bipolar(x).tolist() == [-1, -1, 1, 1, 1]
    assert unipolar(x).tolist() == [0, 0, 0, 1, 1]
    bipolar(x).sum().backward()
    assert x.grad.tolist() == [0, 1, 1, 1, 0]


def test_a_column_with_real_amplifiers_reads_what_its_chip_does():
    lut = lut_of(XNOR)
    layer = with_table(SubArrayLinear(64, 300), lut, "column", seed=4)
    x = inputs(True, 20, 64)
    first = layer(x)
    torch.testing.assert_close(layer(x), first, rtol=0, atol=0)
    assert layer.table.samples >= 4096
    assert layer.table.amplifier == "real"
    assert "amplifier='real'" in repr(layer)
    # By hand: samples in turn, with the errors of one chip, compared level by level.
    chosen = layer.columns[0].numpy()
    chip = draw_chip(lut, 4, "own", samples=np.arange(layer.table.samples) % 200)
    sums = (x @ bipolar(layer.weight).T).round().long().numpy()
    v = lut.data["v_bl_sample"].to_numpy()[(sums + 64) // 2, chosen % 200]
    codes = (lut.references() + chip.error[chosen, 0] < v[..., None]).sum(axis=-1)
    np.testing.assert_allclose(first.detach(), lut.centroids[codes], rtol=1e-6)
    other = with_table(layer, lut, "column", seed=4, amplifier="ideal")(x)
    assert layer.table.samples == 200
    assert (other != first).any()


def test_columns_of_many_chips_have_the_moments_of_the_table():
    lut = lut_of(XNOR)
    sums = torch.arange(-32, 33, 4)[:, None]
    found = torch.cat(
        [
            (table := SumTable(lut, "column", seed=seed))(sums, None, torch.arange(table.samples))
            for seed in range(25)
        ],
        dim=1,
    ).double()
    mean, std = lut.moments(sums[:, 0].numpy())
    # 100,000 columns with 200 kinds of cells; 25 generators, each of 1 mV of 13 mV of spread.
    limit = 4.5 * 0.1 * std / np.sqrt(25) + 0.02
    np.testing.assert_array_less(np.abs(found.mean(dim=1).numpy() - mean), limit)
    usual = std > 0.5  # elsewhere single columns decide
    np.testing.assert_allclose(found.std(dim=1).numpy()[usual], std[usual], rtol=0.04)
    ideal = lut.with_amplifier("ideal").moments(sums[:, 0].numpy())[1]
    assert (np.abs(ideal[usual] / std[usual] - 1) > 0.04).mean() > 0.5  # the test can fail


@pytest.mark.parametrize("folder", [XNOR, HBNN])
def test_the_ideal_quantizer_and_the_nominal_circuit_are_two_choices(folder):
    lut = lut_of(folder)
    sums = torch.arange(-64, 65, 2)
    active = None if lut.always_active else torch.tensor(64)
    for references in ("own", "global"):
        ideal = SumTable(lut, "ideal", references)(sums, active, None)
        np.testing.assert_allclose(ideal, lut.decode(lut.ideal(sums.numpy())), rtol=1e-6)
        nominal = SumTable(lut, "none", references)(sums, active, None)
        codes = lut.quantize(sums.numpy(), n_active=64, references=references)
        np.testing.assert_allclose(nominal, lut.decode(codes), rtol=1e-6)
        far = (nominal - ideal).abs().max()
        assert far > 20 if references == "global" and folder == HBNN else far < 10


def test_layers_take_the_amplifier_they_are_told():
    ideal = lut_of(XNOR).with_amplifier("ideal")
    for make in (
        lambda **own: SubArrayLinear(64, 2, lut_of(XNOR), **own),
        lambda **own: SubArrayConv2d(1, 2, 3, lut=lut_of(XNOR), **own),
        lambda **own: with_table(SubArrayLinear(64, 2), lut_of(XNOR), **own),
    ):
        assert make().table.amplifier == "real"
        layer = make(amplifier="ideal")
        assert layer.table.amplifier == "ideal"
        torch.testing.assert_close(layer.table.cut, SumTable(ideal).cut, rtol=0, atol=0)
    with pytest.raises(InputError, match="was not characterized"):
        SubArrayLinear(8, 2, ideal_lut(8, True), amplifier="real")
