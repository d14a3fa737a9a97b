"""What the simulator says of one cell: currents over the grid, and where it loses its state."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.integrate import trapezoid

from sram_spice.generators.cell import Cell
from sram_spice.generators.cell_bench import CellBias, WholeCell, threshold_names
from sram_spice.generators.waveform import Source
from sram_spice.simulation import DcSweep, Job, SimulatorPool, Transient
from sram_spice.simulation.job import FloatArray
from sram_spice.simulation.progress import Progress
from sram_spice.table_model.table_points import STEP, bl_axis, blb_axis
from sram_spice.technology import ModelCards

LINES_PER_JOB = 64  # sweeps; some 0.1 s of work
OUTPUTS = ("vbl#branch", "vblb#branch", "q", "qb")
EDGE_STEPS = 40  # of the word line's edge, at least
BEFORE = 2.0  # edges: for so long a bit line leaks, released, before the word line rises
LIFTED = 1.05  # of VDD, the bit lines meanwhile: gates have lifted them by 3 to 8 %
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
    edge : float
        Rise time of the word line, s.
    """

    cell: Cell
    cards: ModelCards
    vdd: float
    v_wl: float
    sigma: FloatArray
    edge: float


@dataclass(frozen=True)
class CellCurrents:
    """Currents of mismatched cells.

    Attributes
    ----------
    current : ndarray, shape (n, n_bl, n_blb, 2)
        From BL and from BLB into the cell, A; NaN where the cell does not hold its state.
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
    curves = np.full((len(points), bl.size, 2), np.nan)
    for number, line in enumerate(lines):
        if line is None or line.shape[1] != bl.size:
            continue
        held = np.logical_and.accumulate(line[3] - line[4] > HELD)
        curves[number] = np.where(held, -line[1:3], np.nan).T[::-1]
    current = curves.reshape(len(z), blb.size, bl.size, 2).swapaxes(1, 2)
    return CellCurrents(current)


def simulate_edges(
    setup: CellSetup, z: FloatArray, pool: SimulatorPool, progress: Progress
) -> FloatArray:
    """Return the charge that BL and BLB have lost when the word line is up, C, shape (n, 2).

    Both are held meanwhile. NaN where a transient fails.
    """
    vdd, quiet, high = setup.vdd, BEFORE * setup.edge, LIFTED * setup.vdd
    edge = Source(setup.v_wl, ((0.0, 0.0), (quiet, 0.0), (quiet + setup.edge, setup.v_wl)))
    bench = WholeCell(setup.cell, CellBias(vdd, setup.v_wl, high, high), word_line=edge)
    job = Job(
        bench.deck(setup.cards), Transient(quiet + setup.edge, setup.edge / EDGE_STEPS), OUTPUTS,
        (), threshold_names(setup.cell), label="edge of the word line",
        points=np.zeros((0, z.shape[1])),
    )  # fmt: skip
    found = np.full((len(z), 2), np.nan)
    points = (z * setup.sigma).tolist()
    for number, wave in enumerate(_waves(job, points, "word-line edge", pool, progress)):
        if wave is not None:
            found[number] = -trapezoid(wave[1:3], wave[0], axis=1)
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
    return _waves(job, points, "cell table", pool, progress)


def _waves(
    job: Job, points: Sequence[Sequence[float]], what: str, pool: SimulatorPool, progress: Progress
) -> list[FloatArray | None]:
    found: list[FloatArray | None] = [None] * len(points)
    progress.begin(what, len(points))
    for result in pool.run(_jobs(job, np.array(points))):
        found[result.job * LINES_PER_JOB + result.point] = result.values
        progress.point(result.status)
    return found


def _jobs(job: Job, points: FloatArray) -> Iterator[Job]:
    for start in range(0, len(points), LINES_PER_JOB):
        yield replace(job, points=points[start : start + LINES_PER_JOB])
