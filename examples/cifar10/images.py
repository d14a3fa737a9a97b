"""CIFAR-10 from the parquet files of its usual distribution: encoded images and labels."""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import torch
from PIL import Image
from torch import Tensor

SIDE = 32  # pixels
SHIFT = 4  # pixels that a training image is moved by at most, each way
MEAN = (0.4914, 0.4822, 0.4465)  # of the training images, red, green, blue
DEVIATION = (0.2470, 0.2435, 0.2616)


@dataclass(frozen=True)
class Images:
    """Images (N, 3, 32, 32), uint8, and their labels (N,), 0 to 9."""

    pixels: Tensor
    labels: Tensor

    def __len__(self) -> int:
        return len(self.labels)


def read(folder: Path, part: str) -> Images:
    """Read `train.parquet` or `test.parquet` of a folder.

    Parameters
    ----------
    folder : Path
        Where the two files lie; encoded images of any kind that Pillow reads (PNG, JPEG).
    part : {"train", "test"}
    """
    table = pq.read_table(Path(folder) / f"{part}.parquet")
    name = "img" if "img" in table.column_names else "image"
    pixels = np.empty((table.num_rows, SIDE, SIDE, 3), np.uint8)
    for place, image in enumerate(table.column(name).to_pylist()):
        pixels[place] = np.asarray(Image.open(io.BytesIO(image["bytes"])).convert("RGB"))
    labels = torch.from_numpy(table.column("label").to_numpy().astype(np.int64))
    return Images(torch.from_numpy(pixels).permute(0, 3, 1, 2).contiguous(), labels)


def normalized(pixels: Tensor) -> Tensor:
    """Return float32 images with the mean and the deviation of the training images taken out."""
    mean = torch.tensor(MEAN)[:, None, None] * 255
    deviation = torch.tensor(DEVIATION)[:, None, None] * 255
    return ((pixels - mean) / deviation).to(memory_format=torch.channels_last)


def varied(pixels: Tensor, generator: torch.Generator) -> Tensor:
    """Return normalized images, each mirrored by chance and moved by up to 4 pixels.

    What moves in at an edge is the image's own reflection.
    """
    count = len(pixels)
    wide = torch.nn.functional.pad(normalized(pixels), [SHIFT] * 4, mode="reflect")
    x, y = (torch.randint(0, 2 * SHIFT + 1, (count, 1), generator=generator) for _ in range(2))
    columns = x + torch.arange(SIDE)
    mirrored = torch.rand(count, 1, generator=generator) < 0.5
    columns = torch.where(mirrored, columns.flip(1), columns)
    rows = y + torch.arange(SIDE)
    image = torch.arange(count)[:, None, None]
    moved = wide.permute(0, 2, 3, 1)[image, rows[:, :, None], columns[:, None, :]]
    return moved.permute(0, 3, 1, 2)
