"""Write netlists/ and results/ of the reference designs anew (`make reference`).

`scripts/reference.py --only map --only corners` makes some of it; `--help` lists the steps. What of
it is kept, `results/.gitignore` says.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from sram_spice.atomic import write_text
from sram_spice.design import Design, load_design
from sram_spice.front.progress import Bars
from sram_spice.report.sweep_run import SweepRun
from sram_spice.results.tables import write_csv
from sram_spice.runs.characterize.run import characterize
from sram_spice.runs.measure import MANIFEST, measure
from sram_spice.runs.mlsa.run import mlsa
from sram_spice.runs.netlist import reference_decks
from sram_spice.runs.signoff.conditions import Conditions, WordLine
from sram_spice.runs.signoff.run import signoff
from sram_spice.runs.sweep.design_grid import grid, parse_axis, single
from sram_spice.runs.sweep.frontier import frontier
from sram_spice.runs.sweep.report import write_sweep_report
from sram_spice.runs.sweep.run import sweep
from sram_spice.runs.transfer import transfer

CHECKED_SAMPLES, CHECKED_OFFSETS = 200, 500  # full transients per sum; offsets by bisection
ROOT = Path(__file__).parent.parent
RESULTS = ROOT / "results"
AMPLIFIER = RESULTS / "sense_amplifier"
MAP_SAMPLING = ['monte_carlo.engine="table"', "monte_carlo.samples=80"]
MAP_AXES = (
    "column.word_line_voltage=0.4:0.7:0.1",
    "column.load_width=2e-6,4e-6,8e-6",
)
CORNER_AXES = ("technology.corner=tt,ff,ss,fs,sf", "conditions.vdd=0.9,1.1")
CORNER_MEASUREMENTS = ("sense_offset", "decision_time", "kick_back", "decision_energy")
# Whole accesses of the 8T column with other amplifiers and numbers of codes.
ACCESSES = {
    # Serial: its latch is the load of REF, which takes its time to step.
    "isolated_latch": (
        'sense_amplifier.topology="isolated_latch"',
        "sense_amplifier.reset_time=1.5e-9",
    ),
    "codes_2": ("mlsa.levels=2",),
    "codes_16": ("mlsa.levels=16",),
}


SIGN_OFFS: dict[str, WordLine] = {"fixed": "fixed", "following": "following"}  # by folder


def designs(only: str | None = None) -> list[Design]:
    """Return the reference designs, or the one of a name."""
    found = [load_design(path) for path in sorted((ROOT / "circuits").glob("*.toml"))]
    return [design for design in found if only in (None, design.name)]


def netlists(design: Design, _: Bars) -> None:
    """Write the decks of a design."""
    folder = ROOT / "netlists" / design.name
    folder.mkdir(parents=True, exist_ok=True)
    for deck in reference_decks(design):
        write_text(folder / deck.file, deck.text)


def mlsa_of(design: Design, bars: Bars) -> None:
    """Simulate the MLSA of a design and check it."""
    mlsa(design, RESULTS / design.name, bars, None, CHECKED_SAMPLES, CHECKED_OFFSETS)


def draw_reference_map(bars: Bars) -> None:
    """Sweep the 8T column over word-line voltage and load width, and draw the map of it."""
    axes = [parse_axis(text) for text in MAP_AXES]
    design = load_design(ROOT / "circuits" / "xnor_8t.toml", MAP_SAMPLING)
    folder = RESULTS / "map_8t"
    sweep(grid(design, axes), folder, bars)
    frontier(design, folder, bars)
    SweepRun.open(folder).write_map()
    write_sweep_report(folder)


def measure_corners(bars: Bars) -> None:
    """Measure the sense amplifier over corners and supplies."""
    design = load_design(ROOT / "circuits" / "xnor_8t.toml")
    points = grid(design, [parse_axis(text) for text in CORNER_AXES])
    AMPLIFIER.mkdir(parents=True, exist_ok=True)
    # Samples and curves of every point would be as large as all other results.
    with tempfile.TemporaryDirectory() as scratch:
        write_csv(
            AMPLIFIER / "corners.csv",
            measure(points, CORNER_MEASUREMENTS, Path(scratch), bars).table,
        )
        write_text(AMPLIFIER / "corners.json", (Path(scratch) / MANIFEST).read_text("utf-8"))


def other_accesses(bars: Bars) -> None:
    """Simulate whole accesses with other amplifiers and numbers of codes."""
    for name, overrides in ACCESSES.items():
        design = load_design(ROOT / "circuits" / "xnor_8t.toml", list(overrides))
        mlsa(design, AMPLIFIER / name, bars, nominal=True)


def sign_off(bars: Bars) -> None:
    """Hold the 8T column to its limits in every condition, V_WL as it is and as it follows."""
    design = load_design(ROOT / "circuits" / "xnor_8t.toml")
    for name, word_line in SIGN_OFFS.items():
        signoff(design, Conditions(word_line=word_line), RESULTS / "signoff" / name, bars)


# Each of a reference design, in this order for one design after the other.
OF_DESIGN: dict[str, Callable[[Design, Bars], object]] = {
    "netlists": netlists,
    "characterize": lambda design, bars: characterize(design, RESULTS / design.name, bars),
    "mlsa": mlsa_of,
    "transfer": lambda design, bars: transfer(design, RESULTS / design.name / "transfer", bars),
    "cell": lambda design, bars: measure(single(design), [], RESULTS / design.name / "cell", bars),
}
OTHERS: dict[str, Callable[[Bars], object]] = {
    "map": draw_reference_map,
    "corners": measure_corners,
    "accesses": other_accesses,
    "signoff": sign_off,
}


def main() -> int:
    """Regenerate what is asked for; 0 when no point failed."""
    steps = [*OF_DESIGN, *OTHERS]
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", action="append", choices=steps, help="this step; repeatable")
    parser.add_argument("--design", help="steps of a design: only of the one of this name")
    asked = parser.parse_args()
    wanted = asked.only or steps
    chosen = designs(asked.design)
    if not chosen:
        names = ", ".join(design.name for design in designs())
        parser.error(f"no design {asked.design!r}; there are {names}")
    failed = 0
    for design in chosen:
        for name, step in OF_DESIGN.items():
            if name in wanted:
                with Bars() as bars:
                    step(design, bars)
                failed += bars.failed
    for name, make in OTHERS.items():
        if name in wanted:
            with Bars() as bars:
                make(bars)
    return min(failed, 1)


if __name__ == "__main__":
    sys.exit(main())
