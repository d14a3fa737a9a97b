"""One libngspice per worker process, a pool of them, results with a status. Nothing of SRAM."""

from sram_spice.simulation.assignment import Retried
from sram_spice.simulation.job import (
    Attempt,
    DcSweep,
    Job,
    Latch,
    OperatingPoint,
    PointResult,
    Status,
    Transient,
)
from sram_spice.simulation.pool import Incident, SimulatorPool

__all__ = [
    "Attempt",
    "DcSweep",
    "Incident",
    "Job",
    "Latch",
    "OperatingPoint",
    "PointResult",
    "Retried",
    "SimulatorPool",
    "Status",
    "Transient",
]
