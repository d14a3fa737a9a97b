"""One libngspice per worker process, a pool of them, results with a status. Nothing of SRAM."""

from sram_spice.simulation.job import (
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
    "DcSweep",
    "Incident",
    "Job",
    "Latch",
    "OperatingPoint",
    "PointResult",
    "SimulatorPool",
    "Status",
    "Transient",
]
