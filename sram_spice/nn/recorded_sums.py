"""How often each sum occurs in each layer: what references are placed by."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from sram_spice.atomic import write_atomically
from sram_spice.nn.binary import bipolar
from sram_spice.nn.layer import SubArrayLayer


@dataclass(frozen=True, eq=False)
class SumCounts:
    """Counts of what the columns of a layer see, rows that fill them up included.

    Attributes
    ----------
    rows : int
    counts : ndarray of int64, shape (rows + 1, rows + 1)
        Of accesses, by n_active and n_plus.
    """

    rows: int
    counts: NDArray[np.int64]

    def histogram(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return sums and how often each occurred, those that did."""
        active, plus = np.nonzero(self.counts)
        sums, place = np.unique(2 * plus - active, return_inverse=True)
        found = np.zeros(len(sums), np.int64)
        np.add.at(found, place, self.counts[active, plus])
        return sums, found

    def save(self, path: Path | str) -> None:
        """Write the histogram as a design's `mlsa.sum_histogram` takes it."""
        rows = [f"{s},{n}" for s, n in zip(*self.histogram(), strict=True)]
        text = "\n".join(["sum,count", *rows]) + "\n"

        def write(target: Path) -> None:
            target.write_text(text, encoding="utf-8")

        write_atomically(Path(path), write)


@contextmanager
def record_sums(model: nn.Module, rows: int | None = None) -> Iterator[dict[str, SumCounts]]:
    """Count the sums of all layers in sub-arrays, of the images that pass within the block.

    Parameters
    ----------
    model : Module
    rows : int, optional
        Of a sub-array; default: those of each layer's table, 64 without one.

    Yields
    ------
    dict of str to SumCounts
        By the layer's name.
    """
    found: dict[str, SumCounts] = {}
    hooks = []
    for name, layer in model.named_modules():
        if isinstance(layer, SubArrayLayer):
            size = rows or (64 if layer.table is None else layer.table.rows)
            own = found[name] = SumCounts(size, np.zeros((size + 1, size + 1), np.int64))
            layer.recorder = lambda layer, images, own=own: _count(layer, images, own)
            hooks.append(layer)
    try:
        yield found
    finally:
        for layer in hooks:
            layer.recorder = None


@torch.no_grad()
def _count(layer: SubArrayLayer, images: Tensor, own: SumCounts) -> None:
    groups, size = layer.patches.groups, own.rows
    weight = bipolar(layer.weight).float()
    outputs = layer.outputs // groups
    for image in images.float():  # one at a time: patches are many times an image
        rows = layer.rows_of(image[None])
        table = layer.table
        always = bool((rows < 0).any()) if table is None else table.always_active
        for group in range(groups):
            part = rows[..., group * layer.inputs : (group + 1) * layer.inputs]
            cells = weight[group * outputs : (group + 1) * outputs]
            for start in range(0, layer.inputs, size):
                block = part[..., start : start + size]
                sums = (block @ cells[:, start : start + size].T).long()
                active = (block != 0).sum(-1, keepdim=True)
                if always:  # an 8T array: left over rows are pairs, and one more
                    sums, active = (
                        sums + (size - block.shape[-1]) % 2,
                        torch.full_like(active, size),
                    )
                plus = (active + sums) // 2
                place = (active * (size + 1) + plus).flatten().cpu()
                counted = torch.bincount(place, minlength=(size + 1) ** 2).numpy()
                own.counts[:] += counted.reshape(size + 1, size + 1)
