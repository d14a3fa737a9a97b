"""Limit state of one cell in its column: whether it holds at given mismatch of both."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass, replace

import numpy as np

from sram_spice.column.context import Context
from sram_spice.generators import cell_of, threshold_sigma
from sram_spice.generators.cell import Cell
from sram_spice.generators.cell_bench import CellBias, threshold_names
from sram_spice.generators.disturb_bench import CoupledCell
from sram_spice.measurements.cell_sweeps import BenchRun, CellSetup, Curves, simulate
from sram_spice.measurements.disturb_column import Surroundings
from sram_spice.measurements.state_loss import HELD
from sram_spice.measurements.write_trip_points import trip_ramp, trip_steps
from sram_spice.simulation import Job, OperatingPoint, Status
from sram_spice.simulation.job import FloatArray
from sram_spice.simulation.progress import Silent

CHUNK = 50  # cells per job


@dataclass(frozen=True)
class CellInColumn:
    """One cell with product +1 in a column at a level, as a function of normal deviates.

    Coordinates u, standard normal: threshold shift of each transistor of the cell over its sigma,
    then deviation of the column's bit line over its sigma.

    Attributes
    ----------
    context : Context
    around : Surroundings
    """

    context: Context
    around: Surroundings

    @property
    def cell(self) -> Cell:
        """The cell generator."""
        return cell_of(self.context.design)

    @property
    def sigma(self) -> FloatArray:
        """sigma(VT) of each transistor of the cell, V."""
        return threshold_sigma(self.cell.transistors(), self.context.design.mismatch.a_vt)

    @property
    def dimension(self) -> int:
        """Number of transistors of the cell, plus one for the bit line."""
        return self.sigma.size + 1

    def distance(self, u: FloatArray) -> FloatArray:
        """Return how far the bit line is above the write trip voltage.

        Parameters
        ----------
        u : ndarray, shape (n, dimension)

        Returns
        -------
        ndarray, shape (n,)
            V, negative where the data is lost; NaN without a solution. Continuous: for the search
            of the most probable point. Where the trip is outside the sweep, its end counts.
        """
        around, (vdd, v_wl) = self.around, self._supplies()
        ramp = trip_ramp(self.cell, vdd, v_wl, around.v_blb, around.resistance)
        quiet = replace(self.context, progress=Silent())
        setup = CellSetup(quiet, self.cell, u[:, :-1] * self.sigma)
        trip = np.clip(_drive(setup, trip_steps(ramp)), ramp.stop, ramp.start)
        return self._bit_line(u) - trip

    def decision(self, u: FloatArray) -> FloatArray:
        """Return 1 where the cell holds on its bit line, -1 where it loses its data, NaN unknown.

        One operating point each, a tenth of the time of :meth:`distance`, whose sign it is.
        """
        around, (vdd, v_wl) = self.around, self._supplies()
        bias = CellBias(vdd, v_wl, around.v_bl, around.v_blb)
        bench = CoupledCell(self.cell, bias, resistance_bl=around.resistance)
        job = Job(
            bench.deck(self.context.cards),
            OperatingPoint(),
            ("q", "qb"),
            latches=(bench.latch,),
            alter=(*threshold_names(self.cell), "@vbl[dc]"),
            points=np.column_stack([u[:, :-1] * self.sigma, self._bit_line(u)]),
            separation=HELD,
            label=around.label,
        )
        jobs = (replace(job, points=job.points[i : i + CHUNK]) for i in range(0, len(u), CHUNK))
        progress = self.context.progress
        progress.begin(f"disturb, {around.label}", len(u))
        found = np.full(len(u), np.nan)
        for result in self.context.pool.run(jobs):
            progress.point(result.status)
            if result.status.has_values:
                held = result.status is Status.OK
                found[result.job * CHUNK + result.point] = 1.0 if held else -1.0
        return found

    def _supplies(self) -> tuple[float, float]:
        """Return VDD and the word line as the cell has them, from its local ground, V."""
        design, around = self.context.design, self.around
        vdd = design.conditions.vdd - around.supply_lost - around.ground
        return vdd, design.column.word_line_voltage - around.ground

    def _bit_line(self, u: FloatArray) -> FloatArray:
        return np.asarray(self.around.v_bl + self.around.v_bl_sigma * u[:, -1])


def _drive(
    setup: CellSetup, steps: Generator[tuple[BenchRun, ...], tuple[Curves, ...], FloatArray]
) -> FloatArray:
    runs = next(steps)
    while True:
        found = simulate(setup, runs)
        try:
            runs = steps.send(tuple(found[run] for run in runs))
        except StopIteration as end:
            return np.asarray(end.value)
