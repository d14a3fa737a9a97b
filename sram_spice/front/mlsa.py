"""`ss.characterize_mlsa`."""

from __future__ import annotations

from pathlib import Path

from sram_spice.design import Design
from sram_spice.front.cache import home_of, run_key
from sram_spice.front.progress import shown, warn
from sram_spice.runs.mlsa import run as runs
from sram_spice.simulation.progress import Progress


def characterize_mlsa(
    design: Design,
    folder: Path | str | None = None,
    *,
    check_samples: int = 0,
    check_offsets: int = 0,
    nominal: bool = False,
    workers: int | None = None,
    progress: Progress | bool | None = None,
) -> runs.MlsaRun:
    """Simulate the sense amplifier of a design at transistor level, with its column.

    Parameters
    ----------
    design : Design
        With [sense_amplifier].
    folder : Path or str, optional
        Levels and samples of a finished run of the same design in it are used; without one the
        design is characterized first. Default: as by :func:`characterize`.
    check_samples : int
        Full transients per level against which code probabilities are checked; 0: none.
    check_offsets : int
        Samples for which the offset is also found by bisection; 0: none.
    nominal : bool
        Only the accesses of the circuit without mismatch.
    workers : int, optional
        Simulator processes; default one per core.
    progress : Progress or bool, optional
        As by :func:`characterize`.

    Returns
    -------
    MlsaRun
        Its notes are issued as :class:`RunWarning`, too.

    Raises
    ------
    InputError
        No [sense_amplifier], more than 16 codes, or something else in the design is wrong.
    SimulatorError
        libngspice is missing or broken.

    Examples
    --------
    >>> import sram_spice as ss
    >>> design = ss.load("xnor_8t").replace({"column.rows": 2, "mlsa.levels": 2})
    >>> found = ss.characterize_mlsa(design, nominal=True)
    >>> sorted(found.codes["mode"].unique())
    ['binary', 'differential, parallel', 'parallel', 'serial', 'serial, early stop']
    """
    home = Path(folder) if folder is not None else home_of("runs", run_key(design), design.name)
    with shown(progress) as bars:
        found = runs.mlsa(design, home, bars, workers, check_samples, check_offsets, nominal)
    warn(found.notes)
    return found
