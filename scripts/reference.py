"""Write netlists/ and results/ of the reference designs anew (`make reference`)."""

from __future__ import annotations

import sys
from pathlib import Path

from sram_spice.atomic import write_text
from sram_spice.cli.progress import Bars
from sram_spice.design import load_design
from sram_spice.runs.characterize import characterize
from sram_spice.runs.grid import grid, parse_axis, single
from sram_spice.runs.measure import measure
from sram_spice.runs.mlsa import mlsa
from sram_spice.runs.mlsa_frontier import frontier
from sram_spice.runs.netlist import reference_decks
from sram_spice.runs.sweep import sweep
from sram_spice.runs.sweep_map import draw_map
from sram_spice.runs.transfer import transfer

CHECKED_SAMPLES, CHECKED_OFFSETS = 200, 500  # full transients per sum; offsets by bisection
ROOT = Path(__file__).parent.parent
MAP_AXES = (
    "column.word_line_voltage=0.4:0.7:0.1",
    "column.load_width=2e-6,4e-6,8e-6",
)


def main() -> int:
    """Regenerate all reference designs; 0 when no point failed."""
    failed = 0
    for path in sorted((ROOT / "circuits").glob("*.toml")):
        design = load_design(path)
        folder = ROOT / "netlists" / design.name
        folder.mkdir(parents=True, exist_ok=True)
        for deck in reference_decks(design):
            write_text(folder / deck.file, deck.text)
        results = ROOT / "results" / design.name
        with Bars() as bars:
            failed += characterize(design, results, bars).failed
            mlsa(design, results, bars, None, CHECKED_SAMPLES, CHECKED_OFFSETS)
            transfer(design, results / "transfer", bars)
            measure(single(design), [], results / "cell", bars)
    draw_reference_map()
    return min(failed, 1)


def draw_reference_map() -> None:
    """Sweep the 8T column over word-line voltage and load width, and draw the map of it."""
    axes = [parse_axis(text) for text in MAP_AXES]
    design = load_design(ROOT / "circuits" / "xnor_8t.toml", ["monte_carlo.samples=10"])
    folder = ROOT / "results" / "map_8t"
    with Bars() as bars:
        table = sweep(grid(design, axes), folder, bars)
        frontier(design, folder, bars)
    draw_map(table, axes, design, folder)


if __name__ == "__main__":
    sys.exit(main())
