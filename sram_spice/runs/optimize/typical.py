"""A point in the typical condition, part by part, each kept whole under its own identity.

The parts do not know objectives and constraints: a search with others uses what is there.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd

from sram_spice.amplifier.energy import energy_table
from sram_spice.amplifier.ideal import SumCoding
from sram_spice.column.context import Context
from sram_spice.column.levels import NominalLevel
from sram_spice.design import Design
from sram_spice.measurements.disturb import Disturb
from sram_spice.report.run import Run
from sram_spice.results.design_numbers import PARTS
from sram_spice.results.design_numbers import Part as PartName
from sram_spice.results.identity import SEARCHED, identity_of
from sram_spice.results.limits import lowest_margin
from sram_spice.results.tables import MLSA_ACCESS, write_csv
from sram_spice.runs.characterize.nominal import Begun, begin
from sram_spice.runs.characterize.run import finish
from sram_spice.runs.mlsa.characterized_access import characterized_access
from sram_spice.runs.mlsa.code_probability import MOST_LEVELS
from sram_spice.runs.optimize.judged import Part
from sram_spice.runs.point_store import Cell, PointStore
from sram_spice.runs.signoff.margins import margins
from sram_spice.simulation import SimulatorPool, Status
from sram_spice.simulation.progress import Silent
from sram_spice.technology import ModelCards, technology_cards

METHOD = 1  # raise it when a part holds something else
POINTS = "points"
SAVE_EVERY = 2.0  # s of Monte Carlo that a kill may cost
DISTURBED = 100  # columns of the search for lost data: the spread of BL enters the tail
NEGLIGIBLE = 1e-15  # no level that loses less is looked at (docs/how_sure.md)
ALWAYS: tuple[PartName, ...] = ("nominal", "columns")


@dataclass(frozen=True, eq=False)
class Typical:
    """One design and where its parts are kept.

    Attributes
    ----------
    design : Design
    pool : SimulatorPool
    root : Path
        Folder of the search.
    """

    design: Design
    pool: SimulatorPool
    root: Path

    def parts(self, wanted: Collection[PartName]) -> list[Part]:
        """Return the parts to run, cheap ones first."""
        makers: Mapping[PartName, Callable[[Path], dict[str, Cell]]] = {
            "nominal": self._nominal,
            "columns": self._columns,
            "margins": self._margins,
            "disturb": self._disturb,
            "access": self._access,
        }
        chosen = {*ALWAYS, *wanted}
        return [self._part(name, makers[name]) for name in PARTS if name in chosen]

    def _part(self, name: PartName, make: Callable[[Path], dict[str, Cell]]) -> Part:
        return Part(name, lambda: _numbers(self._kept(name, make)))

    def _kept(self, name: PartName, make: Callable[[Path], dict[str, Cell]]) -> dict[str, Cell]:
        store = PointStore(self.root, POINTS)
        key = identity_of(
            SEARCHED, self.design, self.cards, self.pool.loaded_version(), part=name
        ).sha256
        return store.found_or_made(name, key, make)[0]

    @cached_property
    def folder(self) -> str:
        """The folder of the columns, which is a run of its own, below the search's."""
        return str(self._kept("columns", self._columns)["folder"])

    @cached_property
    def cards(self) -> ModelCards:
        """Cards of the design's corner."""
        return technology_cards(self.design)

    @cached_property
    def coding(self) -> SumCoding:
        """How often each level occurs, and its codes."""
        return SumCoding.of(self.design)

    @cached_property
    def begun(self) -> Begun:
        """The nominal levels; simulated once, also where two parts need them."""
        return begin(self.pool, self.design, Silent())

    @cached_property
    def run(self) -> Run:
        """The run of the columns."""
        return Run.open(self.root / self.folder)

    @cached_property
    def context(self) -> Context:
        """What measurements need."""
        return Context(self.design, self.cards, self.pool, Silent())

    def _nominal(self, _work: Path) -> dict[str, Cell]:
        rows = self.design.column.rows
        full = [one for one in self.begun.nominal if one.n_plus + one.n_minus == rows]
        volts = np.array([one.v_bl for one in full], dtype=np.float64)
        swing = np.nanmax(volts) - np.nanmin(volts) if np.isfinite(volts).any() else math.nan
        return {"swing": float(swing), "lost_levels": sum(map(_is_lost, self.begun.nominal))}

    def _columns(self, work: Path) -> dict[str, Cell]:
        run = finish(
            self.begun,
            self.pool,
            work,
            Silent(),
            figures=False,
            save_every=SAVE_EVERY,
            coding=self.coding,
            accesses=False,
            assumptions=False,
        )
        return {
            **column_numbers(run),
            "failed": run.failed,
            "flipped": int(run.numbers["flipped"]),
            "samples": int(run.numbers["samples"]),
            "certified": run.certified,
        }

    def _margins(self, work: Path) -> dict[str, Cell]:
        row = margins(self.context)
        _write(work, row)
        return {"margin": lowest_margin(row)}

    def _disturb(self, work: Path) -> dict[str, Cell]:
        if self.design.mismatch.a_vt == 0:  # then the nominal levels say all
            return {"data_loss": float(any(map(_is_lost, self.begun.nominal)))}
        design = self.design.replace({"monte_carlo.samples": DISTURBED})
        context = Context(design, self.cards, self.pool, Silent())
        table = Disturb((), NEGLIGIBLE).run(context).summary
        write_csv(work / "disturb.csv", table)
        worst = table[table["quantity"] == "disturb_worst"]
        found = math.nan if worst.empty else float(worst.iloc[0]["mean_high"])
        return {"data_loss": found}

    def _access(self, work: Path) -> dict[str, Cell]:
        tables = characterized_access(self.context, self.run.levels, work, self.coding)
        return access_numbers(self.design, tables[MLSA_ACCESS])


def column_numbers(run: Run) -> dict[str, Cell]:
    """Return the numbers of a run's columns by their short names; NaN where one is not known."""
    own = run.sensing.get("sense_amplifier", {})
    if run.design.sense_amplifier is None:
        mse, error = run.own_references.mean_square_error, run.own_references.error_probability
    elif "own_references" in own and run.design.mlsa.levels <= MOST_LEVELS:
        read = run.summary_of(own["own_references"])
        mse, error = read.mean_square_error, read.error_probability
    else:  # those of an ideal amplifier are none of this design's
        mse = error = math.nan
    numbers = run.numbers
    return {
        "mse": mse,
        "code_error": error,
        "mse_ideal": numbers["mean_square_error"],
        "code_error_ideal": numbers["code_error_probability"],
        "sigma_rows": numbers["sigma_rows"],
        "column_energy": numbers["energy_j"],
        "settling": numbers["settling_time_s"],
        "undecided": len(own.get("undecided_levels_v", ())),
    }


def access_numbers(design: Design, table: pd.DataFrame) -> dict[str, Cell]:
    """Return energy and latency of whole accesses; NaN where one of them did not work.

    A mean over the others would be a number of another workload.

    Parameters
    ----------
    design : Design
    table : DataFrame
        As access_mlsa.csv.
    """
    energy = latency = math.nan
    if len(table) and bool(np.isfinite(table["energy_j"]).all()):
        energy = float(energy_table(design, table).iloc[0]["energy_j"])
        latency = float(table["latency_s"].to_numpy(dtype=np.float64).max())
    return {"energy": energy, "energy_per_row": energy / design.column.rows, "latency": latency}


def _is_lost(level: NominalLevel) -> bool:
    return level.status is Status.FLIPPED


def _numbers(row: Mapping[str, Cell]) -> dict[str, float]:
    return {k: float(v) for k, v in row.items() if isinstance(v, int | float)}


def _write(work: Path, row: Mapping[str, Cell]) -> None:
    (work / "margins.json").write_text(json.dumps(row) + "\n", encoding="utf-8")
