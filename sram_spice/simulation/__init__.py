"""One libngspice per worker process, a pool of them, results with a status. Nothing of SRAM."""

from sram_spice.simulation.assignment import Retried
from sram_spice.simulation.job import (
    REFUSED,
    Attempt,
    DcSweep,
    Job,
    Latch,
    LevelAnalysis,
    OperatingPoint,
    PointResult,
    Status,
    Transient,
)
from sram_spice.simulation.pool import Incident, SimulatorPool

__all__ = [
    "REFUSED",
    "Attempt",
    "DcSweep",
    "Incident",
    "Job",
    "Latch",
    "LevelAnalysis",
    "OperatingPoint",
    "PointResult",
    "Retried",
    "SimulatorPool",
    "Status",
    "Transient",
]
