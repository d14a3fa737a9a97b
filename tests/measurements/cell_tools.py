"""What the tests of cell margins share."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from sram_spice.column.context import Context
from sram_spice.design import Design
from sram_spice.generators import cell_of
from sram_spice.generators.cell_bench import CellBias, SplitCell, WholeCell, threshold_names
from sram_spice.generators.waveform import pulse
from sram_spice.measurements.measurement import MeasurementResult, measurement_of
from sram_spice.simulation import DcSweep, Job, PointResult, SimulatorPool, Status, Transient
from sram_spice.simulation.job import Analysis, FloatArray
from sram_spice.simulation.progress import Silent
from sram_spice.technology import technology_cards

WEAK_ONE = np.array([-1.0, 1.0, -1.0, 1.0, -1.0, 1.0])  # of 6T: pulls q down, holds qb up


def measured(design: Design, name: str, pool: SimulatorPool) -> MeasurementResult:
    """Run a registered measurement."""
    context = Context(design, technology_cards(design), pool, Silent())
    return measurement_of(name).run(context)


def nominal(design: Design, name: str, pool: SimulatorPool) -> dict[str, float]:
    """Nominal values of a measurement by quantity; the design's mismatch is left out."""
    summary = measured(without_mismatch(design), name, pool).summary
    return dict(zip(summary["quantity"], summary["nominal"], strict=True))


def without_mismatch(design: Design) -> Design:
    """Return the design with A_VT = 0."""
    return design.model_copy(update={"mismatch": design.mismatch.model_copy(update={"a_vt": 0.0})})


def one_run(
    pool: SimulatorPool,
    design: Design,
    bench: SplitCell | WholeCell,
    analysis: Analysis,
    outputs: tuple[str, ...],
    shifts: FloatArray | None = None,
) -> PointResult:
    """Simulate one bench of one cell."""
    names = threshold_names(bench.cell)
    points = np.zeros((1, len(names))) if shifts is None else shifts[None]
    latches = (bench.latch,) if isinstance(bench, WholeCell) else ()
    deck = bench.deck(technology_cards(design))
    job = Job(deck, analysis, outputs, latches, names, points, separation=1e-3)
    (result,) = pool.run([job])
    return result


def butterfly(
    pool: SimulatorPool,
    design: Design,
    bias: CellBias,
    shifts: FloatArray | None = None,
    steps: int = 100,
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return vin, q, qb of a split cell."""
    bench = SplitCell(cell_of(design), bias)
    sweep = DcSweep("vin", 0.0, bias.vdd, bias.vdd / steps)
    values = one_run(pool, design, bench, sweep, ("q", "qb"), shifts).values
    assert values is not None
    vin, q, qb = values
    return vin, q, qb


def survives_access(
    pool: SimulatorPool,
    design: Design,
    bias: CellBias,
    stored: int,
    shifts: FloatArray | None = None,
) -> bool:
    """Tell whether a cell still holds after a long word-line pulse in this condition."""
    wave = pulse(bias.v_wl, 0.0, bias.v_wl, start=0.1e-9, end=20e-9, edge=30e-12)
    bench = WholeCell(cell_of(design), bias, stored, word_line=wave)
    result = one_run(pool, design, bench, Transient(22e-9, 20e-12, 21.9e-9), ("q", "qb"), shifts)
    assert result.status in (Status.OK, Status.FLIPPED), result.detail
    return result.status is Status.OK


def with_values(bias: CellBias, **values: float) -> CellBias:
    """Return a bias with other voltages."""
    return replace(bias, **values)
