"""Train binary networks on scikit-learn's digits, and read them through the lookup tables.

Writes results/example_digits/ (accuracy.csv, accuracy.png, accuracy.svg) and the table of
docs/example_digits.md. Under two minutes on one core of a CPU:

    python examples/digits.py
"""

from __future__ import annotations

import argparse
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import pandas as pd
import torch
from matplotlib.figure import Figure
from rich.console import Console
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split
from torch import Tensor, nn

from sram_spice.amplifier.ideal import sense
from sram_spice.atomic import write_text
from sram_spice.lut import Lut, lookup_table, write_lookup_table
from sram_spice.nn import SubArrayConv2d, SubArrayLinear, bipolar, unipolar, with_table
from sram_spice.report.figure_file import save_figure
from sram_spice.report.run import Run
from sram_spice.report.style import BL, IDEAL, figure_style
from sram_spice.results.tables import write_csv

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "example_digits.md"
OUT = ROOT / "results" / "example_digits"
LEVELS = (2, 4, 6, 8, 12, 16)
SHOWN = 8  # codes of the reference designs
EPOCHS = 40
BATCH = 64
DRAWS = 5  # repetitions with mismatch
CHANNELS = 32
INK = 7.5  # of 16 shades: a pixel is on from 8 on


@dataclass(frozen=True)
class Kind:
    """A network and the column that computes it."""

    name: str
    folder: str
    binary: Callable[[Tensor], Tensor]
    padding: float
    frozen: bool  # whether the table has the samples of all levels, for mismatch "column"


KINDS = (
    Kind("XNOR, 8T", "xnor_8t_64", bipolar, -1.0, True),
    Kind("HBNN, 6T", "hbnn_6t_64", unipolar, 0.0, False),
)


class Binary(nn.Module):
    """A binary activation."""

    def __init__(self, function: Callable[[Tensor], Tensor]) -> None:
        super().__init__()
        self.function = function

    def forward(self, x: Tensor) -> Tensor:
        """Return the activation."""
        return self.function(x)


def network(kind: Kind) -> nn.Sequential:
    """Return a network whose layers have 9, 288 and 512 rows: 1, 5 and 8 sub-arrays of 64."""

    def conv(inputs: int, stride: int) -> list[nn.Module]:
        options = {"padding": 1, "padding_value": kind.padding, "stride": stride}
        layer = SubArrayConv2d(inputs, CHANNELS, 3, **options)
        return [layer, nn.BatchNorm2d(CHANNELS), Binary(kind.binary)]

    return nn.Sequential(
        *conv(1, 1),
        *conv(CHANNELS, 2),
        nn.Flatten(),
        SubArrayLinear(CHANNELS * 16, 10),
        nn.BatchNorm1d(10),
    )


def data(kind: Kind) -> list[Tensor]:
    """Return training images, test images, training labels, test labels; images are binary."""
    digits = load_digits()
    images = torch.tensor(digits.images, dtype=torch.float32)[:, None] - INK
    labels = torch.tensor(digits.target)
    return train_test_split(
        kind.binary(images), labels, test_size=1 / 3, random_state=0, stratify=labels
    )


def train(model: nn.Sequential, x: Tensor, y: Tensor) -> None:
    """Train with exact sums; the weights stay within -1 .. 1, where their gradient passes."""
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, EPOCHS)
    model.train()
    for _ in range(EPOCHS):
        for batch in torch.randperm(len(x)).split(BATCH):
            optimizer.zero_grad()
            nn.functional.cross_entropy(model(x[batch]), y[batch]).backward()
            optimizer.step()
            with torch.no_grad():
                for layer in model.modules():
                    if isinstance(layer, SubArrayConv2d | SubArrayLinear):
                        layer.weight.clamp_(-1.0, 1.0)
        schedule.step()
    model.eval()


@torch.no_grad()
def accuracy(model: nn.Sequential, x: Tensor, y: Tensor) -> float:
    """Return the share of right answers, %."""
    return 100 * float((model(x).argmax(dim=1) == y).float().mean())


def tables(folder: Path, quantization: str) -> dict[int, Lut]:
    """Return lookup tables with other numbers of codes, from a finished run, without simulation.

    Their amplifiers are ideal ones: those of the run were measured at its own references.
    """
    run = Run.open(folder)
    found = {}
    with TemporaryDirectory() as place:
        for levels in LEVELS:
            changes = {"mlsa.levels": levels, "mlsa.quantization": quantization}
            design = run.design.replace(changes)
            sensing = sense(design, run.levels, run.samples)
            own = {
                "levels": run.levels,
                "samples": run.samples,
                "references": sensing.references,
                "code_probability": sensing.code_probability,
                "code_probability_global": sensing.code_probability_global,
                "access": run.access,
            }
            path = Path(place) / "lut.nc"
            source = {"design": design.model_dump_json(), "fingerprint": run.fingerprint}
            write_lookup_table(lookup_table(own, sensing.quantizer, source), path)
            found[levels] = Lut.load(path, amplifier="ideal")  # one per number of codes is long
    return found


def evaluate(kind: Kind, say: Callable[[str], None]) -> pd.DataFrame:
    """Return the accuracy of one network through all tables; one row each."""
    x, x_test, y, y_test = data(kind)
    torch.manual_seed(0)
    model = network(kind)
    train(model, x, y)
    rows = [(kind.name, "exact", 0, "none", 0, accuracy(model, x_test, y_test))]
    say(f"{kind.name}: exact sums {rows[0][-1]:.1f} %")
    ways = ["ideal", "none", "access", *(["column"] if kind.frozen else [])]
    for quantization in ("linear", "nonlinear"):
        for levels, lut in tables(ROOT / "results" / kind.folder, quantization).items():
            for mismatch in ways:
                for draw in range(1 if mismatch in ("ideal", "none") else DRAWS):
                    torch.manual_seed(draw)
                    with_table(model, lut, mismatch, seed=draw)
                    found = accuracy(model, x_test, y_test)
                    rows.append((kind.name, quantization, levels, mismatch, draw, found))
    columns = ["network", "references", "levels", "mismatch", "draw", "accuracy_percent"]
    return pd.DataFrame(rows, columns=columns)


def draw_figure(table: pd.DataFrame) -> Figure:
    """Accuracy against the number of codes, one panel for each cell."""
    figure = Figure(figsize=(10, 4.6))
    for axes, kind in zip(figure.subplots(1, 2, sharey=True), KINDS, strict=True):
        own = table[table["network"] == kind.name]
        exact = own[own["references"] == "exact"]["accuracy_percent"].iloc[0]
        axes.axhline(exact, color="#222222", lw=1, ls=":", label="exact sums")
        for references, colour in (("linear", IDEAL), ("nonlinear", BL)):
            for mismatch, style, mark, text in (
                ("none", "--", "o", "no mismatch"),
                ("access", "-", "s", "mismatch, drawn at each access"),
                ("column", ":", "^", "mismatch, one sample per column"),
            ):
                part = own[(own["references"] == references) & (own["mismatch"] == mismatch)]
                if part.empty:
                    continue
                value = part.groupby("levels")["accuracy_percent"].agg(["mean", "min", "max"])
                axes.plot(
                    value.index,
                    value["mean"],
                    style,
                    marker=mark,
                    ms=4,
                    color=colour,
                    label=f"{references}, {text}",
                )
                axes.fill_between(
                    value.index, value["min"], value["max"], color=colour, alpha=0.15, lw=0
                )
        axes.set_title(kind.name)
        axes.set_xlabel("codes of the MLSA")
        axes.set_xticks(LEVELS)
        axes.set_ylim(0, 100)
    figure.axes[0].set_ylabel("test accuracy (%)")
    handles, labels = figure.axes[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=3)
    return figure


def page_table(table: pd.DataFrame) -> str:
    """Return the Markdown table of the page, at the reference designs' number of codes."""

    def cell(kind: Kind, references: str, mismatch: str) -> str:
        part = table[(table["network"] == kind.name) & (table["references"] == references)]
        part = part[part["mismatch"] == mismatch]
        part = part[part["levels"] == SHOWN] if references != "exact" else part
        return f"{part['accuracy_percent'].mean():.1f} %" if len(part) else "-"

    lines = ["| references | mismatch | " + " | ".join(kind.name for kind in KINDS) + " |"]
    lines.append("|---|---|" + "---|" * len(KINDS))
    for references, mismatch, first, second in (
        ("exact", "none", "none: exact sums", ""),
        ("linear", "ideal", f"linear, {SHOWN} codes", "no circuit: the ideal quantizer"),
        ("linear", "none", f"linear, {SHOWN} codes", "none"),
        ("linear", "access", f"linear, {SHOWN} codes", "drawn at each access"),
        ("linear", "column", f"linear, {SHOWN} codes", "one sample per column"),
        ("nonlinear", "ideal", f"nonlinear, {SHOWN} codes", "no circuit: the ideal quantizer"),
        ("nonlinear", "none", f"nonlinear, {SHOWN} codes", "none"),
        ("nonlinear", "access", f"nonlinear, {SHOWN} codes", "drawn at each access"),
        ("nonlinear", "column", f"nonlinear, {SHOWN} codes", "one sample per column"),
    ):
        cells = " | ".join(cell(kind, references, mismatch) for kind in KINDS)
        lines.append(f"| {first} | {second} | {cells} |")
    return "\n".join(lines)


def write_page(text: str) -> None:
    """Put the table between its marks."""
    begin, end = "<!-- table: examples/digits.py -->", "<!-- end of table -->"
    page = PAGE.read_text(encoding="utf-8")
    pattern = re.escape(begin) + ".*?" + re.escape(end)
    if len(re.findall(pattern, page, re.DOTALL)) != 1:
        raise SystemExit(f"error: {PAGE}: no place for the table")
    changed = re.sub(pattern, lambda _: f"{begin}\n{text}\n{end}", page, flags=re.DOTALL)
    write_text(PAGE, changed)


def main() -> None:
    """Train, evaluate, write."""
    argparse.ArgumentParser(description=__doc__.splitlines()[0]).parse_args()
    start = time.monotonic()
    torch.set_num_threads(1)  # the same sums in the same order on every machine
    console = Console(stderr=True)
    table = pd.concat([evaluate(kind, console.print) for kind in KINDS], ignore_index=True)
    OUT.mkdir(parents=True, exist_ok=True)
    write_csv(OUT / "accuracy.csv", table)
    with figure_style():
        save_figure(draw_figure(table), OUT, "accuracy", "Accuracy", "")
    text = page_table(table)
    write_page(text)
    console.print(text, markup=False)
    console.print(f"{time.monotonic() - start:.0f} s")


if __name__ == "__main__":
    main()
