"""How fast layers are through the table, against the plain fp32 convolution in the same run.

On one thread, by processor time, the least of several rounds in which all ways alternate.
The plain convolution has the layout of memory in which it is faster.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

import torch
from rich.console import Console
from rich.table import Table
from torch import Tensor
from torch.nn.functional import conv2d

from sram_spice.lut import Lut
from sram_spice.nn import SubArrayConv2d, bipolar, convert, unipolar, with_table

ROOT = Path(__file__).parent.parent
ROUNDS = 5
# Channels in and out, side of the image: layers of a VGG of 64-64-P-128-128-P-256-256-P-512-512-P.
LAYERS = (
    (64, 64, 32),
    (64, 128, 16),
    (128, 128, 16),
    (128, 256, 8),
    (256, 256, 8),
    (256, 512, 4),
    (512, 512, 4),
)
SIZE = 1 << 14  # positions of a batch
IMAGES = 64  # of the whole network
WAYS = (("8T", "none"), ("8T", "column"), ("8T", "access"), ("6T", "none"), ("6T", "access"))
WANTED = {"none": 1.0, "column": 1.5, "access": 2.0}


def least(ways: dict[str, Callable[[], object]]) -> dict[str, float]:
    """Return the least processor time of each way, s."""
    found = dict.fromkeys(ways, float("inf"))
    for _ in range(ROUNDS + 1):
        for name, way in ways.items():
            start = time.process_time()
            way()
            found[name] = min(found[name], time.process_time() - start)
    return found


def plain(x: Tensor, weight: Tensor) -> dict[str, Callable[[], object]]:
    last = [each.to(memory_format=torch.channels_last) for each in (x, weight)]
    return {
        "plain": lambda: conv2d(x, weight, padding=1),
        "plain, channels last": lambda: conv2d(*last, padding=1),
    }


def layer_times(luts: dict[str, Lut], channels: int, outputs: int, side: int) -> dict[str, float]:
    images = SIZE // side**2
    given = torch.randn(images, channels, side, side)
    ways = plain(bipolar(given), bipolar(torch.randn(outputs, channels, 3, 3)))
    for cell, mismatch in WAYS:
        x, edge = (bipolar(given), -1.0) if cell == "8T" else (unipolar(given), 0.0)
        layer = SubArrayConv2d(channels, outputs, 3, padding=1, padding_value=edge)
        with_table(layer, luts[cell], mismatch)
        ways[f"{cell} {mismatch}"] = lambda layer=layer, x=x: layer(x)
    return least(ways)


def network_times(luts: dict[str, Lut]) -> tuple[float, dict[str, float]]:
    """Return times of the example's whole network, untrained: plain, and each way."""
    sys.path.insert(0, str(ROOT / "examples" / "cifar10"))
    networks = import_module("networks")
    x = torch.randn(IMAGES, 3, 32, 32).to(memory_format=torch.channels_last)
    ways: dict[str, Callable[[], object]] = {}
    for cell, mismatch in WAYS:
        kind = networks.KINDS["xnor_vgg" if cell == "8T" else "hbnn_vgg"]
        model = networks.network(kind).eval()
        ways.setdefault("plain", lambda model=model: model(x))
        through = convert(model, luts[cell], ["first", "last"], mismatch)
        ways[f"{cell} {mismatch}"] = lambda through=through: through(x)
    found = least(ways)
    return found.pop("plain"), found


@torch.no_grad()
def main() -> None:
    torch.set_num_threads(1)
    torch.manual_seed(1)
    names = {"8T": "xnor_8t_64", "6T": "hbnn_6t_64"}
    luts = {cell: Lut.load(ROOT / "results" / name) for cell, name in names.items()}
    columns = [f"{cell} {mismatch}" for cell, mismatch in WAYS]
    wanted = [f"{WANTED[mismatch]}" for _, mismatch in WAYS]
    table = Table("layer", "plain, ns/access", *columns, title="time / plain fp32 convolution")
    for channels, outputs, side in LAYERS:
        found = layer_times(luts, channels, outputs, side)
        bare = min(found["plain"], found["plain, channels last"])
        accesses = SIZE * outputs * channels * 9 / 64
        table.add_row(
            f"{channels}-{outputs}, {side} x {side}",
            f"{1e9 * bare / accesses:.2f}",
            *(f"{found[name] / bare:.2f}" for name in columns),
        )
    bare, found = network_times(luts)
    ratios = (f"{found[name] / bare:.2f}" for name in columns)
    table.add_row("whole network", "", *ratios)
    table.add_row("wanted", "", *wanted)
    console = Console()
    console.print(table)
    rates = (f"{name} {IMAGES / seconds:.0f}" for name, seconds in found.items())
    console.print(f"whole network, images/s: plain {IMAGES / bare:.0f}, {', '.join(rates)}")


if __name__ == "__main__":
    main()
