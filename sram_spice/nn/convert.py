"""A model of one's own through the table: its binary layers found by what they compute."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.functional import conv2d, pad

from sram_spice.errors import InputError
from sram_spice.lut import Amplifier, Lut
from sram_spice.nn.binary import bipolar
from sram_spice.nn.conv import SubArrayConv2d
from sram_spice.nn.folded import fold
from sram_spice.nn.layer import SubArrayLayer, with_table
from sram_spice.nn.linear import SubArrayLinear
from sram_spice.nn.scaled import Scaled
from sram_spice.nn.table import Mismatch

_IMAGES = 4  # of a probe; each has hundreds of sums
_ACCURACY = 1e-4  # of a scale: what single precision leaves of a sum of thousands


def convert(
    model: nn.Module,
    lut: Lut | None,
    skip: Collection[str] = (),
    mismatch: Mismatch = "none",
    seed: int = 0,
    amplifier: Amplifier | None = None,
) -> nn.Module:
    """Return a copy of a model whose binary layers are computed in sub-arrays.

    Every ``Conv2d`` and ``Linear`` (and what is derived from them) is replaced, except those in
    `skip`. Each is first fed with random inputs that the word lines can have: what it gives has to
    be, per filter, a scale times the sums of its weights' signs, plus a bias; so signs, padding
    and the edge's value are what the model computes, not what its attributes say. Within a
    ``Sequential``, batch norm between it and a binary activation becomes one threshold per filter
    (:func:`fold`), scale and bias included.

    Parameters
    ----------
    model : Module
        Not changed.
    lut : Lut or None
        None: exact sums, of an 8T array's inputs +1 and -1.
    skip : collection of str
        Names of layers (``model.named_modules()``) that stay as they are; "first" and "last" are
        the first and the last of all that could be replaced.
    mismatch, seed, amplifier
        As of :func:`with_table`.

    Returns
    -------
    Module

    Raises
    ------
    InputError
        A layer is not binary, has an edge that no word line can have, or `skip` names none.
    """
    found = deepcopy(model)
    layers = {n: m for n, m in found.named_modules() if isinstance(m, nn.Conv2d | nn.Linear)}
    names = list(layers)
    ends = {"first": names[:1], "last": names[-1:]}
    left = {name for given in skip for name in ends.get(given, [given])}
    if left - set(names):
        raise InputError(
            "no such layer",
            key="skip",
            value=", ".join(sorted(left - set(names))),
            allowed=", ".join(["first", "last", *names]),
        )
    always = True if lut is None else lut.always_active
    for name in names:
        if name not in left:
            new = _binary(name, layers[name], always)
            parent, _, own = name.rpartition(".")
            if not name:
                found = new
            else:
                setattr(found.get_submodule(parent), own, new)
    return with_table(fold(found), lut, mismatch, seed=seed, amplifier=amplifier)


@dataclass(frozen=True)
class _Way:
    """A reading of a layer: its weights and how its images are padded."""

    weight: Tensor  # its signs are the cells
    padding: tuple[int, int]
    value: float


@torch.no_grad()
def _binary(name: str, module: nn.Conv2d | nn.Linear, always: bool) -> nn.Module:
    """Return the layer in sub-arrays that computes what a module does."""
    training = module.training
    module.eval()
    generator = torch.Generator().manual_seed(1)
    try:
        x = _probe(module, always, generator)
        wanted = module(x)
    finally:
        module.train(training)
    edges = set()
    for way in _ways(module, wanted):
        sums = _sums(module, x, way)
        if sums.shape != wanted.shape:
            continue
        fit = _fitted(sums, wanted)
        if fit is None:
            continue
        if any(way.padding) and way.value not in ((-1.0, 1.0) if always else (0.0, 1.0)):
            edges.add(way.value)
            continue
        return _replaced(module, way, *fit)
    if edges:
        raise InputError(
            f"{name}: the edge of its images is an input that no word line of this cell can have",
            key="padding",
            value=", ".join(f"{edge:g}" for edge in edges),
            allowed="-1, +1 (8T, XNOR)" if always else "0, 1 (6T, HBNN)",
        )
    raise InputError(
        f"{name}: its outputs are no sums of binary weights",
        key="skip",
        allowed="layers in float are named in skip; binary ones give scale * sum + bias per filter",
    )


def _probe(module: nn.Conv2d | nn.Linear, always: bool, generator: torch.Generator) -> Tensor:
    if isinstance(module, nn.Conv2d):
        sides = [
            d * (k - 1) + 2 * s + 3
            for k, s, d in zip(module.kernel_size, module.stride, module.dilation, strict=True)
        ]
        shape = [_IMAGES, module.in_channels, *sides]
    else:
        shape = [16 * _IMAGES, module.in_features]
    bits = torch.randint(0, 2, shape, generator=generator)
    values = (2 * bits - 1 if always else bits).to(module.weight.dtype)
    return values.to(module.weight.device)


def _ways(module: nn.Conv2d | nn.Linear, wanted: Tensor) -> Iterator[_Way]:
    weight = module.weight.detach()
    centred = weight - weight.mean(tuple(range(1, weight.dim())), keepdim=True)
    weights = [weight, centred]
    signs: Callable[[], Tensor] | None = getattr(module, "signs", None)
    if signs is not None:
        weights.append(signs().detach())
    for own in weights:
        if not isinstance(module, nn.Conv2d):
            yield _Way(own, (0, 0), -1.0)
            continue
        for up in range(module.kernel_size[0]):
            for left in range(module.kernel_size[1]):
                edges = (-1.0, 0.0, 1.0) if up or left else (-1.0,)
                yield from (_Way(own, (up, left), edge) for edge in edges)


def _sums(module: nn.Conv2d | nn.Linear, x: Tensor, way: _Way) -> Tensor:
    signs = bipolar(way.weight)
    if isinstance(module, nn.Linear):
        return x @ signs.T
    up, left = way.padding
    padded = pad(x, (left, left, up, up), value=way.value)
    return conv2d(
        padded, signs, stride=module.stride, dilation=module.dilation, groups=module.groups
    )


def _fitted(sums: Tensor, wanted: Tensor) -> tuple[Tensor, Tensor] | None:
    """Return scale and bias per output; None where they do not make the one of the other."""
    s, y = (each.double().movedim(1, 0).flatten(1) for each in (sums, wanted))
    if torch.equal(s, y):
        return s.new_ones(len(s)), s.new_zeros(len(s))
    deviation = s - s.mean(1, keepdim=True)
    power = (deviation**2).sum(1)
    if not bool((power > 0).all()):
        return None
    scale = (deviation * y).sum(1) / power
    bias = (y - scale[:, None] * s).mean(1)
    rest = (y - scale[:, None] * s - bias[:, None]).abs().amax(1)
    if bool((rest > _ACCURACY * scale.abs() + 1e-6 * bias.abs()).any()):
        return None
    return scale, bias


def _replaced(module: nn.Conv2d | nn.Linear, way: _Way, scale: Tensor, bias: Tensor) -> nn.Module:
    layer: SubArrayLayer
    if isinstance(module, nn.Conv2d):
        size: dict[str, Any] = {
            "kernel_size": module.kernel_size,
            "stride": module.stride,
            "dilation": module.dilation,
            "groups": module.groups,
        }
        layer = SubArrayConv2d(
            module.in_channels,
            module.out_channels,
            padding=way.padding,
            padding_value=way.value,
            **size,
        )
    else:
        layer = SubArrayLinear(module.in_features, module.out_features)
    layer.weight = nn.Parameter(way.weight.reshape(layer.weight.shape).clone())
    layer.train(module.training)
    if bool((scale == 1).all() and (bias == 0).all()):
        return layer
    kind = way.weight.dtype
    return Scaled(layer, scale.to(kind), bias.to(kind))
