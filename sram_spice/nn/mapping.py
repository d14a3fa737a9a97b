"""What a model takes on silicon: sub-arrays, accesses, codes, energy and time of each layer."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from sram_spice.errors import InputError
from sram_spice.lut import Lut
from sram_spice.nn.layer import SubArrayLayer
from sram_spice.nn.recorded_sums import SumCounts, record_sums

COLUMNS = 64  # of a sub-array


def mapping(
    model: nn.Module,
    images: Tensor | tuple[int, ...],
    lut: Lut | None = None,
    columns: int = COLUMNS,
) -> pd.DataFrame:
    """Return what each layer in sub-arrays takes for one image, and their sum.

    Parameters
    ----------
    model : Module
        With layers in sub-arrays.
    images : Tensor or tuple of int
        As the model takes them, one or more: how often each sum occurs, and with it energy, is of
        these. A shape, (N, channels, height, width), stands for random images, whose
        energy is a guess.
    lut : Lut, optional
        With accesses that include the amplifiers; energy and latency are of it. Without: none.
    columns : int
        Of a sub-array.

    Returns
    -------
    DataFrame
        A row per layer, by its name, and `total`. ``sub_arrays``; ``utilization``, the share of
        their cells that hold weights; ``patches``; ``accesses`` of sub-arrays, each patch in each
        of them; ``codes``, a column's each. ``energy_j`` of all codes' columns. ``latency_s`` where
        a layer's sub-arrays work at the same time, every column with amplifiers of its own, and
        patches follow each other, each taking the longest access of those that occur; the total is
        that of layer after layer. What stands outside a column (adders, activations, layers in
        float, wires between sub-arrays) is in none of these.

    Raises
    ------
    InputError
        The model has no layer in sub-arrays, or the table no access with its amplifiers.
    """
    layers = {n: m for n, m in model.named_modules() if isinstance(m, SubArrayLayer)}
    if not layers:
        raise InputError("the model has no layer in sub-arrays", key="model", allowed="nn.convert")
    if not isinstance(images, Tensor):
        images = torch.randn(images, generator=torch.Generator().manual_seed(1))
    starts = {name: layer.image for name, layer in layers.items()}
    rows = None if lut is None else lut.rows
    modes = {module: module.training for module in model.modules()}
    try:
        model.eval()
        with torch.no_grad(), record_sums(model, rows) as counts:
            model(images)
    finally:
        for module, mode in modes.items():
            module.training = mode
        for name, layer in layers.items():
            layer.restart(starts[name])
    found = {name: _layer(layers[name], counts[name], len(images), columns) for name in layers}
    table = pd.DataFrame([vars(each) for each in found.values()], index=pd.Index(found))
    table = table.rename_axis("layer")
    if lut is not None:
        spent = [_spent(lut, counts[name], len(images)) for name in found]
        table["energy_j"] = [energy for energy, _ in spent]
        longest = np.array([latency for _, latency in spent])
        table["latency_s"] = table["patches"].to_numpy() * longest
    return pd.concat([table, _total(table)])


@dataclass(frozen=True)
class _Layer:
    sub_arrays: int
    utilization: float
    patches: int
    accesses: int
    codes: int


def _layer(layer: SubArrayLayer, counts: SumCounts, images: int, columns: int) -> _Layer:
    groups, rows = layer.patches.groups, counts.rows
    blocks, outputs = -(-layer.inputs // rows), layer.outputs // groups
    arrays = groups * blocks * -(-outputs // columns)
    codes = int(counts.counts.sum()) // images
    patches = codes // (blocks * layer.outputs)
    held = layer.inputs * layer.outputs / (arrays * rows * columns)
    return _Layer(arrays, held, patches, patches * arrays, codes)


def _spent(lut: Lut, counts: SumCounts, images: int) -> tuple[float, float]:
    """Return the energy of an image's codes, J, and the longest access among them, s."""
    active, plus = np.nonzero(counts.counts)
    number = counts.counts[active, plus]
    sums = 2 * plus - active
    own: NDArray[np.int64] | None = None if lut.always_active else active
    energy = float((lut.energy(sums, n_active=own) * number).sum()) / images
    return energy, float(np.max(lut.latency(sums, n_active=own)))


def _total(table: pd.DataFrame) -> pd.DataFrame:
    names: Iterable[str] = [name for name in table.columns if name != "utilization"]
    total = {name: table[name].sum() for name in names}
    held = (table["utilization"] * table["sub_arrays"]).sum() / table["sub_arrays"].sum()
    row = {name: held if name == "utilization" else total[name] for name in table.columns}
    return pd.DataFrame([row], index=pd.Index(["total"], name="layer"))
