"""Write docs/table_accuracy.md: columns of the table engine against full SPICE."""

from __future__ import annotations

import argparse
import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import product
from pathlib import Path

import numpy as np

from sram_spice.atomic import write_text
from sram_spice.column.levels import NominalLevel, nominal_job, nominal_level
from sram_spice.design import Design, load_design
from sram_spice.results.cache import cache_folder
from sram_spice.results.checkpoint import Checkpoint, Sample
from sram_spice.results.identity import simulation_fingerprint
from sram_spice.simulation import SimulatorPool, Status
from sram_spice.table_model import (
    LevelCertificate,
    SolvedLevel,
    SpiceColumns,
    cached_tables,
    compare,
    spice_columns,
    table_engine,
    tables_folder,
)
from sram_spice.technology import technology_cards

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs" / "table_accuracy.md"
CIRCUITS = ("hbnn_6t.toml", "xnor_8t.toml")
READOUTS = ("load", "divider", "discharge")
# V_WL (V) and the load that keeps the data (m, at 64 rows; in proportion at other numbers).
WORD_LINES = ((0.5, 2e-6), (0.6, 4e-6), (0.8, 8e-6))
ROWS = (64, 256)
BOUNDS = {"load": 0.3, "divider": 0.3, "discharge": 2.0}  # mV
HEADING = (
    "cell", "N", "read-out", "V_WL (V)", "n_plus", "V_BL, V_BLB (V)", "both valid",
    "lost: SPICE, table, differ", "largest (mV)", "rms (mV)", "sigma (%)", "asked",
)  # fmt: skip


INTRODUCTION = """# How exact the table engine is

Written by `make accuracy`: {columns} columns of each kind, every transistor mismatched, solved by
the table engine and by ngspice with the same threshold shifts. Voltages are compared where both
find a valid solution with all data kept, both bit lines together. *flipped*: the column without
mismatch loses its data; the others are solved all the same. *Lost* counts the columns in
which a cell loses its data, and those on which the two disagree. A cell next to its trip lingers,
and may be on its way to the other state when the word line falls: picoseconds decide, and there
the simulator's steps are a tenth of the usual ones, 2 ps, or 5 ps in an access that has to tell
whether an operating point holds its data.
*Asked*: largest difference 0.3 mV for levels at rest, 2 mV for `discharge`;
sigma within the sampling error of so many columns, 1 / sqrt(2 n); the same columns lost.
"""


@dataclass(frozen=True)
class Condition:
    """One design and one level."""

    design: Design
    n_plus: int

    @property
    def level(self) -> tuple[int, int]:
        """The level, as n_plus, n_minus."""
        return (self.n_plus, self.n_minus)

    @property
    def n_minus(self) -> int:
        """Active rows with product -1: all the others."""
        return self.design.column.rows - self.n_plus


def main() -> None:
    """Solve the columns on both, and write the page after every condition."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--columns", type=int, default=200)
    parser.add_argument("--rows", type=int, nargs="+", default=list(ROWS), choices=ROWS)
    parser.add_argument("--readouts", nargs="+", default=list(READOUTS), choices=READOUTS)
    parser.add_argument("--only", default="", help="rows that begin so: '6t | 64 | discharge'")
    parser.add_argument("--missing", action="store_true", help="only what the page has no row of")
    parser.add_argument("--kept", action="store_true", help="only what SPICE has solved before")
    parser.add_argument("-o", "--output", type=Path, default=PAGE)
    options = parser.parse_args()
    if options.columns < 1:
        parser.error(f"--columns {options.columns}: at least 1")
    every = {start_of(condition): condition for condition in conditions()}
    asked = {
        start: condition
        for start, condition in every.items()
        if condition.design.column.rows in options.rows
        and condition.design.column.readout in options.readouts
        and start.startswith(f"| {options.only}")
    }
    if not asked:
        parser.error(f"--only {options.only!r}: no such row; allowed: as {next(iter(every))[2:]!r}")
    known = rows_of(options.output, every) if options.missing else {}
    other = [found for found in known.values() if f" of {options.columns} |" not in found]
    if other:
        parser.error(f"--missing --columns {options.columns}: {options.output} has {other[0]}")
    with SimulatorPool() as pool:
        for start in [start for start in asked if start not in known]:
            found = row(asked[start], options.columns, pool, options.kept)
            if found is None:
                continue
            known[start] = found
            print(found, flush=True)
            lines = [known[start] for start in every if start in known]
            write_text(options.output, page(lines, options.columns, len(every)))


def start_of(condition: Condition) -> str:
    """Return the beginning of the row of a condition, which no other one has."""
    column = condition.design.column
    start = f"| {condition.design.cell.topology} | {column.rows} | {column.readout} "
    return start + f"| {column.word_line_voltage:g} | {condition.n_plus} |"


def rows_of(path: Path, starts: Iterable[str]) -> dict[str, str]:
    """Return the rows that a page has, by their beginning."""
    lines = path.read_text("utf-8").splitlines() if path.exists() else []
    return {start: line for start in starts for line in lines if line.startswith(start)}


def conditions() -> Iterator[Condition]:
    """Yield all conditions: rows, read-outs, cells, word lines, levels."""
    for rows, readout, circuit, (v_wl, load) in product(ROWS, READOUTS, CIRCUITS, WORD_LINES):
        overrides = (
            f"column.rows={rows}",
            f'column.readout="{readout}"',
            f"column.word_line_voltage={v_wl}",
            f"column.load_width={load * rows / 64!r}",
        )
        design = load_design(ROOT / "circuits" / circuit, overrides)
        for n_plus in (4, rows // 2, rows - 4):
            yield Condition(design, n_plus)


def spice(
    condition: Condition, nominal: NominalLevel, columns: int, pool: SimulatorPool
) -> SpiceColumns:
    """Return the columns of a level on full SPICE; they are kept, for that takes hours."""
    design, level = condition.design, condition.level
    cards = technology_cards(design)
    kept = store(condition, pool)
    known = kept.samples(level)
    if len(known) < columns:
        (found,) = spice_columns(design, cards, [nominal], columns, pool)
        for i, (v, status) in enumerate(zip(found.v.tolist(), found.status, strict=True)):
            kept.add(level, i, Sample(*v, status))
        kept.save()
    samples = [known[i] for i in range(columns)]
    v = np.array([(s.v_bl, s.v_blb) for s in samples])
    return SpiceColumns(v, tuple(s.status for s in samples))


def store(condition: Condition, pool: SimulatorPool) -> Checkpoint:
    """Return where the simulator's columns of a condition are kept."""
    design = condition.design
    mark = simulation_fingerprint(design, technology_cards(design), pool.version)
    return Checkpoint(cache_folder("accuracy") / mark)


def row(condition: Condition, columns: int, pool: SimulatorPool, only_kept: bool) -> str | None:
    """Return the row of a condition; None when SPICE would have to solve it, but is not to."""
    nominal = nominal_of(condition, pool)
    if only_kept and len(store(condition, pool).samples(condition.level)) < columns:
        return None
    found = certificate(condition, nominal, columns, pool)
    bound = BOUNDS[condition.design.column.readout]
    sigma_ok = abs(found.sigma) <= 1 / math.sqrt(2 * max(found.compared, 1))
    kept = found.largest * 1e3 <= bound and sigma_ok and found.disagreements == 0
    kept_nominal = nominal.status is Status.OK
    at = f"{nominal.v_bl:.3f}, {nominal.v_blb:.3f}" if kept_nominal else str(nominal.status)
    return (
        f"{start_of(condition)} {at} | {found.compared} of {found.columns}"
        f" | {found.lost_spice}, {found.lost_table}, {found.disagreements}"
        f" | {differences(found)} | {'holds' if kept else '**does not hold**'} |"
    )


def differences(found: LevelCertificate) -> str:
    """Return the cells largest, rms and sigma; empty ones where there was nothing to compare."""
    if not found.compared:
        return " | | "
    return (
        f"{found.largest * 1e3:.3f} | {found.rms * 1e3:.3f}"
        f" | {found.sigma * 100:+.2f} \u00b1 {found.sigma_interval * 100:.2f}"
    )


def nominal_of(condition: Condition, pool: SimulatorPool) -> NominalLevel:
    """Return the column of a condition without mismatch."""
    n_plus, n_minus = condition.level
    job = nominal_job(condition.design, technology_cards(condition.design), n_plus, n_minus)
    (result,) = pool.run([job])
    return nominal_level(n_plus, n_minus, result)


def nearest_kept(condition: Condition, pool: SimulatorPool) -> NominalLevel | None:
    """Return the nearest level, towards the middle, whose nominal column keeps its data.

    About its bit lines columns are solved whose own nominal column does not, as in a run.
    """
    middle = condition.design.column.rows // 2
    towards = 1 if condition.n_plus < middle else -1
    for n_plus in range(condition.n_plus + towards, middle + towards, towards):
        nominal = nominal_of(Condition(condition.design, n_plus), pool)
        if nominal.status is Status.OK:
            return nominal
    return None


def certificate(
    condition: Condition, nominal: NominalLevel, columns: int, pool: SimulatorPool
) -> LevelCertificate:
    """Solve the same columns on both."""
    design = condition.design
    cards = technology_cards(design)
    tables = cached_tables(design, cards, pool, tables_folder())
    beside = None if nominal.status is Status.OK else nearest_kept(condition, pool)
    levels = [nominal] if beside is None else [nominal, beside]
    engine = table_engine(design, cards, tables, levels, pool)
    block = engine.solve(range(columns), design.monte_carlo.seed)
    solved = SolvedLevel(nominal, block.v[0], block.code[0])
    return compare(solved, spice(condition, nominal, columns, pool))


def page(lines: list[str], columns: int, wanted: int) -> str:
    """Return the page, with what is measured so far."""
    end = f"\n{len(lines)} of {wanted} conditions are here; `make accuracy` solves the others, too."
    if len(lines) == wanted:
        end = f"\nAll {wanted} conditions are here."
    return "\n".join([INTRODUCTION.format(columns=columns), "| " + " | ".join(HEADING) + " |",
                      "|" + "---|" * len(HEADING), *lines, end, ""])  # fmt: skip


if __name__ == "__main__":
    main()
