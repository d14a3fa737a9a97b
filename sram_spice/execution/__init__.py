"""Where the points of a sweep are computed: processes of this machine, or a Dask cluster."""

from sram_spice.execution.engine import Engine, Session
from sram_spice.execution.local import LocalProcesses
from sram_spice.execution.tasks import Finished, run_tasks

__all__ = ["Engine", "Finished", "LocalProcesses", "Session", "run_tasks"]
