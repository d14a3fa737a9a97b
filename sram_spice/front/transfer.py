"""`ss.transfer`."""

from __future__ import annotations

from pathlib import Path

from sram_spice.design import Design
from sram_spice.front.cache import home_of, run_key
from sram_spice.front.progress import shown
from sram_spice.report.transfer_run import TransferRun
from sram_spice.runs import transfer as runs
from sram_spice.simulation.progress import Progress


def transfer(
    design: Design,
    folder: Path | str | None = None,
    *,
    workers: int | None = None,
    progress: Progress | bool | None = None,
) -> TransferRun:
    """Draw transfer curves, without mismatch: inverter and butterflies, column, code.

    Parameters
    ----------
    design : Design
    folder : Path or str, optional
        Gets figures and tables. Default: a folder in the user's cache.
    workers : int, optional
        Simulator processes; default one per core.
    progress : Progress or bool, optional
        As by :func:`characterize`.

    Returns
    -------
    TransferRun

    Raises
    ------
    InputError, SimulatorError
        As by :func:`characterize`.

    Examples
    --------
    >>> import sram_spice as ss
    >>> found = ss.transfer(ss.load("xnor_8t").replace({"column.rows": 4, "mlsa.levels": 2}))
    >>> [figure.name for figure in found.figures]
    ['cell_transfer', 'column_transfer', 'code_transfer']
    """
    home = Path(folder) if folder is not None else home_of("transfer", run_key(design), design.name)
    with shown(progress) as bars:
        return runs.transfer(design, home, bars, workers)
