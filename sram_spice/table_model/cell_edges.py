"""What a word line's edge takes from the bit lines of one cell, on the simulator."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from scipy.integrate import trapezoid

from sram_spice.generators.cell_bench import CellBias, WholeCell, threshold_names
from sram_spice.generators.waveform import Source
from sram_spice.simulation import Job, SimulatorPool, Transient
from sram_spice.simulation.job import FloatArray
from sram_spice.simulation.progress import Progress
from sram_spice.table_model.cell_setup import CellSetup
from sram_spice.table_model.features import FeatureSet
from sram_spice.table_model.table_points import PER_FIT, mismatch_points

PER_JOB = 64  # transients; some 0.2 s of work
OUTPUTS = ("vbl#branch", "vblb#branch")
EDGE_STEPS = 40  # of the word line's edge, at least
BEFORE = 2.0  # edges: for so long a bit line leaks, released, before the word line rises
LIFTED = 1.05  # of VDD, the bit lines meanwhile: gates have lifted them by 3 to 8 %


@dataclass(frozen=True)
class EdgeTable:
    """What an active cell takes while the word line rises.

    Attributes
    ----------
    charge : ndarray, shape (features, 2)
        Coefficients of the charge that BL and BLB, held where gates lift them to, have lost to the
        cell when the word line is up, C.
    """

    charge: FloatArray


def build_edge_table(
    setup: CellSetup, features: FeatureSet, pool: SimulatorPool, progress: Progress
) -> EdgeTable:
    """Simulate mismatched cells during the edge, and fit the table."""
    points = mismatch_points(len(setup.sigma), PER_FIT * len(features))
    found = simulate_edges(setup, points.z, pool, progress)
    known = np.isfinite(found[:, 0])
    root = np.sqrt(points.weight[known])[:, None]
    basis = features.evaluate(points.z[known])
    charge = np.linalg.lstsq(basis * root, found[known] * root, rcond=None)[0]
    return EdgeTable(np.asarray(charge))


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
    progress.begin("word-line edge", len(z))
    for result in pool.run(_jobs(job, z * setup.sigma)):
        if (wave := result.values) is not None:
            charge = -trapezoid(wave[1:3], wave[0], axis=1)
            found[result.job * PER_JOB + result.point] = charge
        progress.point(result.status)
    return found


def _jobs(job: Job, points: FloatArray) -> Iterator[Job]:
    for start in range(0, len(points), PER_JOB):
        yield replace(job, points=points[start : start + PER_JOB])
