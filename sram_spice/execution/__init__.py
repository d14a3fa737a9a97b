"""Where the points of a sweep are computed: processes of this machine, or a Dask cluster."""

from sram_spice.execution.local import LocalProcesses
from sram_spice.execution.task_runner import Session, TaskRunner
from sram_spice.execution.tasks import Finished, run_tasks

__all__ = ["Finished", "LocalProcesses", "Session", "TaskRunner", "run_tasks"]
