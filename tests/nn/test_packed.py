"""Layers from packed words against plain NumPy: patch by patch, row by row, whole numbers."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from sram_spice.errors import InputError
from sram_spice.lut import ideal_lut
from sram_spice.nn import SubArrayConv2d, SubArrayLinear, bipolar, unipolar, with_table
from tests.lut.results import HBNN, XNOR, lut_of

MASK = (1 << 64) - 1


def inputs(always, *shape):
    return (bipolar if always else unipolar)(torch.randn(shape))


def rows_of(layer, x):
    """Patches (images, y, x, group, inputs) in the documented order, by plain indexing."""
    up, left = layer.padding
    x = np.pad(
        x.numpy().astype(np.int64),
        ((0, 0), (0, 0), (up, up), (left, left)),
        constant_values=int(layer.padding_value),
    )
    (high, wide), (down, right), (dy, dx) = layer.kernel_size, layer.stride, layer.dilation
    height = (x.shape[2] - dy * (high - 1) - 1) // down + 1
    width = (x.shape[3] - dx * (wide - 1) - 1) // right + 1
    own = x.shape[1] // layer.groups
    found = np.zeros((len(x), height, width, layer.groups, own * high * wide), np.int64)
    for group in range(layer.groups):
        for c in range(own):
            for ky in range(high):
                for kx in range(wide):
                    found[:, :, :, group, (c * high + ky) * wide + kx] = x[
                        :,
                        group * own + c,
                        dy * ky : dy * ky + down * height : down,
                        dx * kx : dx * kx + right * width : right,
                    ][:, :height, :width]
    return found


def signs(layer):
    """Weights (group, outputs of it, inputs), +1 and -1."""
    weight = np.where(layer.weight.detach().numpy() >= 0, 1, -1)
    return weight.reshape(layer.groups, -1, layer.inputs)


def as_output(found):
    """(images, y, x, group, outputs) as a layer gives it."""
    return np.moveaxis(found.reshape(*found.shape[:3], -1), 3, 1)


SHAPES = {
    "48 channels": {"in_channels": 48, "out_channels": 5, "kernel_size": 3, "padding": 1},
    "80 channels, 5x5": {"in_channels": 80, "out_channels": 3, "kernel_size": 5, "padding": 2},
    "stride 2": {"in_channels": 7, "out_channels": 6, "kernel_size": 3, "stride": 2, "padding": 1},
    "groups": {"in_channels": 12, "out_channels": 9, "kernel_size": 3, "groups": 3},
    "all": {
        "in_channels": 10,
        "out_channels": 4,
        "kernel_size": (5, 3),
        "stride": (2, 3),
        "padding": (2, 1),
        "dilation": (1, 2),
        "groups": 2,
    },
}


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("rows", [24, 48, 64, 96, 130])
@pytest.mark.parametrize("always", [True, False])
def test_sums_are_those_of_whole_numbers(shape, rows, always):
    torch.manual_seed(1)
    layer = SubArrayConv2d(
        **SHAPES[shape],
        lut=ideal_lut(rows, always),
        mismatch="none",
        padding_value=-1.0 if always else 0.0,
    )
    x = inputs(always, 3, layer.in_channels, 9, 8)
    expected = as_output(np.einsum("nyxgi,goi->nyxgo", rows_of(layer, x), signs(layer)))
    with torch.no_grad():
        np.testing.assert_array_equal(layer(x).numpy(), expected)
        np.testing.assert_array_equal(with_table(layer, None)(x).numpy(), expected)


def sub_arrays(layer, x, size):
    """Each sub-array's sum and active rows (..., group, outputs), and what is taken off."""
    rows, cells = rows_of(layer, x), signs(layer)
    for start in range(0, layer.inputs, size):
        part, own = rows[..., start : start + size], cells[..., start : start + size]
        sums = np.einsum("nyxgi,goi->nyxgo", part, own)
        active = np.broadcast_to((part != 0).sum(-1)[..., None], sums.shape)
        odd = (size - part.shape[-1]) % 2
        yield sums, active, odd


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("folder", [XNOR, HBNN])
def test_each_sub_array_is_read_by_itself(shape, folder):
    torch.manual_seed(2)
    lut = lut_of(folder)
    always = lut.always_active
    layer = SubArrayConv2d(
        **SHAPES[shape], lut=lut, mismatch="none", padding_value=1.0 if always else 0.0
    )
    x = inputs(always, 2, layer.in_channels, 7, 7)
    expected = 0.0
    for sums, active, odd in sub_arrays(layer, x, 64):
        if always:
            expected = expected + lut.decode(lut.quantize(sums + odd)) - odd
        else:
            expected = expected + lut.decode(lut.quantize(sums, n_active=active))
    with torch.no_grad():
        found = layer(x).numpy()
    # Single precision: at most 32 values up to 64 are added up.
    np.testing.assert_allclose(found, as_output(expected), rtol=0, atol=32 * 64 * 2.0**-22)


def split_mix(z):
    """SplitMix64's output, in Python's whole numbers."""
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
    return z ^ (z >> 31)


@pytest.mark.parametrize("folder", [XNOR, HBNN])
def test_codes_are_drawn_as_the_seed_the_image_and_the_access_say(folder):
    torch.manual_seed(3)
    lut = lut_of(folder)
    always = lut.always_active
    layer = SubArrayConv2d(
        18, 4, 3, groups=2, padding=1, padding_value=-1.0 if always else 0.0
    )  # two sub-arrays a group
    with_table(layer, lut, "access", seed=11)
    layer.restart(5)
    x = inputs(always, 2, 18, 3, 4)
    alias, golden = lut.code_tables().alias, 0x9E3779B97F4A7C15
    expected = np.zeros((2, 3, 4, 2, 2))
    for block, (sums, active, odd) in enumerate(sub_arrays(layer, x, 64)):
        for place in np.ndindex(sums.shape):
            image, y, column, group, output = place
            start = split_mix((split_mix(11 + golden) + golden * (5 + image + 1)) & MASK)
            access = (y * 4 + column) * 4 + group * 2 + output  # one number for both sub-arrays
            word = split_mix((start + golden * (access + 1)) & MASK)
            word = word >> 32 if block else word & 0xFFFFFFFF
            kept = odd if always else 0
            level = int(lut.levels.of(sums[place] + kept, None if always else active[place]))
            at = (level << alias.column_bits) + word % (1 << alias.column_bits)
            hit = word >> alias.column_bits < alias.cut[at]
            code = alias.below[at] if hit else alias.above[at]
            expected[place] += float(lut.decode(code)) - kept
    with torch.no_grad():
        np.testing.assert_allclose(layer(x).numpy(), as_output(expected), rtol=0, atol=2e-5)


WAYS = [(XNOR, "none"), (XNOR, "access"), (XNOR, "column"), (HBNN, "none"), (HBNN, "access")]


def layer_of(folder, mismatch):
    lut = lut_of(folder)
    torch.manual_seed(4)
    edge = -1.0 if lut.always_active else 0.0
    layer = SubArrayConv2d(10, 6, 3, 2, 1, groups=2, padding_value=edge)
    return with_table(layer, lut, mismatch, seed=3), inputs(lut.always_active, 7, 10, 40, 41)


@pytest.mark.parametrize(("folder", "mismatch"), WAYS)
@torch.no_grad()
def test_batches_and_threads_change_no_bit(folder, mismatch):
    layer, x = layer_of(folder, mismatch)
    threads = torch.get_num_threads()
    try:
        torch.set_num_threads(1)
        expected = layer(x)
        for size, count in ((1, 1), (3, 1), (7, 3)):
            torch.set_num_threads(count)
            layer.restart()
            assert torch.equal(torch.cat([layer(part) for part in x.split(size)]), expected)
    finally:
        torch.set_num_threads(threads)
    again = layer(x)  # later images: drawn anew
    assert torch.equal(again, expected) == (mismatch != "access")


@pytest.mark.parametrize(("folder", "mismatch"), WAYS)
@torch.no_grad()
def test_operations_of_pytorch_give_the_same_bits(folder, mismatch):
    layer, x = layer_of(folder, mismatch)
    by_torch = layer._by_torch(layer.table, x, bipolar(layer.weight))
    assert torch.equal(layer(x), by_torch)


def test_a_linear_layer_knows_images_from_their_positions():
    layer = SubArrayLinear(100, 4, lut_of(XNOR))
    x = inputs(True, 5, 3, 100)
    with torch.no_grad():
        whole = layer(x)
        layer.restart(4)
        assert torch.equal(layer(x[4:]), whole[4:])
        assert layer.image == 5


def test_two_layers_with_a_table_of_their_own_draw_different_codes():
    torch.manual_seed(1)
    layers = [SubArrayLinear(640, 50, lut_of(XNOR)) for _ in range(2)]
    layers[1].weight.data = layers[0].weight.data
    x = inputs(True, 10, 640)
    assert not torch.equal(layers[0](x), layers[1](x))


def test_edges_that_no_word_line_can_have_are_refused():
    layer = SubArrayConv2d(3, 2, 3, padding=1, lut=lut_of(HBNN))
    with pytest.raises(InputError, match=r"padding_value.*got -1.*0, 1"):
        layer(inputs(False, 1, 3, 5, 5))
    with pytest.raises(InputError, match="groups"):
        SubArrayConv2d(3, 2, 3, groups=2)


@pytest.mark.parametrize("lut", [None, ideal_lut(64, True)])
def test_numbers_that_cannot_hold_a_layers_sums_are_refused(lut):
    """bfloat16 has 8 bits: 257 is none of its numbers."""
    layer = SubArrayLinear(257, 2, lut, "none")
    x = inputs(True, 3, 257)
    with pytest.raises(InputError, match=r"bfloat16.*at most 256 rows \(here 257\)"):
        layer.bfloat16()(x.bfloat16())
    with torch.autocast("cpu", torch.bfloat16):  # of float32 tensors: exact all the same
        expected = (x.double() @ bipolar(layer.weight).double().T).float()
        assert torch.equal(layer.float()(x), expected)
