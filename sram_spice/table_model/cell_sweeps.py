"""What the simulator says of one cell: currents over the grid, and where it loses its state."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from sram_spice.generators.cell import Cell
from sram_spice.generators.cell_bench import CellBias, WholeCell, threshold_names
from sram_spice.measurements.progress import Progress
from sram_spice.simulation import DcSweep, Job, SimulatorPool
from sram_spice.simulation.job import FloatArray
from sram_spice.table_model.grid import STEP, bl_axis, blb_axis
from sram_spice.technology import ModelCards

LINES_PER_JOB = 64  # sweeps; some 0.1 s of work
OUTPUTS = ("vbl#branch", "vblb#branch", "q", "qb")
RAMP_STEPS = 40  # of the word line
HELD = 1e-3  # V between the storage nodes


@dataclass(frozen=True)
class CellSetup:
    """A cell under given conditions.

    Attributes
    ----------
    cell : Cell
    cards : ModelCards
    vdd : float
        Supply, V.
    v_wl : float
        Word line, V; 0 for an inactive cell.
    sigma : ndarray, shape (roles,)
        sigma(VT) of its transistors, V.
    """

    cell: Cell
    cards: ModelCards
    vdd: float
    v_wl: float
    sigma: FloatArray


@dataclass(frozen=True)
class CellCurrents:
    """Currents of mismatched cells.

    Attributes
    ----------
    current : ndarray, shape (n, n_bl, n_blb, 4)
        From BL and from BLB into the cell, A, then V(q) - VDD and V(qb), V; NaN where the cell does
        not hold its state.
    """

    current: FloatArray

    @property
    def held(self) -> NDArray[np.bool_]:
        """Where a cell holds its state, shape (n, n_bl, n_blb)."""
        return np.asarray(np.isfinite(self.current[..., 0]))


def simulate_currents(
    setup: CellSetup, z: FloatArray, pool: SimulatorPool, progress: Progress
) -> CellCurrents:
    """Sweep BL from above VDD down, for every mismatch vector and every BLB."""
    bl, blb = bl_axis(setup.vdd), blb_axis(setup.vdd)
    sweep = DcSweep("vbl", float(bl[-1]), float(bl[0]), STEP * setup.vdd)
    points = [[*row, v] for row in (z * setup.sigma).tolist() for v in blb.tolist()]
    lines = _sweeps(setup, sweep, ("@vblb[dc]",), points, pool, progress)
    curves = np.full((len(points), bl.size, 4), np.nan)
    for number, line in enumerate(lines):
        if line is None or line.shape[1] != bl.size:
            continue
        held = np.logical_and.accumulate(line[3] - line[4] > HELD)
        values = np.stack([-line[1], -line[2], line[3] - setup.vdd, line[4]])
        curves[number] = np.where(held, values, np.nan).T[::-1]
    current = curves.reshape(len(z), blb.size, bl.size, 4).swapaxes(1, 2)
    return CellCurrents(current)


def simulate_ramps(
    setup: CellSetup, z: FloatArray, pool: SimulatorPool, progress: Progress
) -> FloatArray:
    """Return the integral of both currents over the word-line voltage, A V, shape (n, 2).

    Bit lines at VDD, word line from 0 to its height: over the slope of a rising word line this is
    the charge that the cell takes from BL and from BLB while it rises. NaN where a sweep fails.
    """
    step = setup.v_wl / RAMP_STEPS
    lines = _sweeps(setup, DcSweep("vwl", 0.0, setup.v_wl, step), (), (z * setup.sigma).tolist(),
                    pool, progress)  # fmt: skip
    found = np.full((len(z), 2), np.nan)
    for number, line in enumerate(lines):
        if line is not None and line.shape[1] == RAMP_STEPS + 1:
            found[number] = -np.trapezoid(line[1:3], line[0], axis=1)
    return found


def _sweeps(
    setup: CellSetup,
    sweep: DcSweep,
    sources: tuple[str, ...],
    points: Sequence[Sequence[float]],
    pool: SimulatorPool,
    progress: Progress,
) -> list[FloatArray | None]:
    bench = WholeCell(setup.cell, CellBias(setup.vdd, setup.v_wl, setup.vdd, setup.vdd))
    job = Job(
        bench.deck(setup.cards), sweep, OUTPUTS, (), (*threshold_names(setup.cell), *sources),
        label=f"cell table, V_WL = {setup.v_wl:g} V", points=np.zeros((0, len(points[0]))),
    )  # fmt: skip
    found: list[FloatArray | None] = [None] * len(points)
    progress.begin("cell table", len(points))
    for result in pool.run(_jobs(job, np.array(points))):
        found[result.job * LINES_PER_JOB + result.point] = result.values
        progress.point(result.status)
    return found


def _jobs(job: Job, points: FloatArray) -> Iterator[Job]:
    for start in range(0, len(points), LINES_PER_JOB):
        yield replace(job, points=points[start : start + LINES_PER_JOB])
