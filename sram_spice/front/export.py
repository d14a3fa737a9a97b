"""`ss.export`."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from sram_spice.adapters import ExportOptions
from sram_spice.adapters import export as write
from sram_spice.lut import Amplifier, Lut
from sram_spice.report.run import Run
from sram_spice.report.sweep_run import SweepRun


def export(
    source: Run | SweepRun | Lut | Path | str,
    to: str,
    path: Path | str,
    *,
    at: Mapping[str, float | str] | None = None,
    n_active: int | None = None,
    drop_failed: bool = False,
    amplifier: Amplifier | None = None,
) -> list[Path]:
    """Write a lookup table in the format of another tool.

    Parameters
    ----------
    source : Run, SweepRun, Lut, Path or str
        A path is that of a run, a sweep or a lut.nc.
    to : str
        Format; docs/adapters.md has them.
    path : Path or str
        File, or folder (verilog-a, systemverilog).
    at : mapping of str to value, optional
        Conditions of a sweep; numbers are interpolated, also as text.
    n_active : int, optional
        Active rows, for formats that know sums only.
    drop_failed : bool
        Leave failed samples out where a format cannot tell.
    amplifier : {"real", "ideal"}, optional
        Whose codes are written. Default: the real one's where it was characterized.

    Returns
    -------
    list of Path
        The files written.

    Raises
    ------
    InputError
        No such format or condition, the table does not fit the format, or it has no real
        amplifier and that was asked for.

    Examples
    --------
    >>> import sram_spice as ss
    >>> design = ss.load("xnor_8t").replace({"column.rows": 8, "monte_carlo.samples": 5,
    ...                                      "mlsa.levels": 4, "sense_amplifier": None})
    >>> ss.export(ss.characterize(design), "json", "lut.json")[0].name
    'lut.json'
    """
    lut = table_of(source, amplifier)
    for key, value in (at or {}).items():
        lut = _at(lut, key.rpartition(".")[2], value)
    return list(write(lut, to, Path(path), ExportOptions(n_active, drop_failed)))


def table_of(source: Run | SweepRun | Lut | Path | str, amplifier: Amplifier | None = None) -> Lut:
    """Return the lookup table of a source with the codes of one amplifier.

    Raises
    ------
    InputError
        No table, or none with that amplifier.
    """
    if isinstance(source, Path | str):
        return Lut.load(source, amplifier)
    lut = source if isinstance(source, Lut) else source.lut
    return lut if amplifier is None else lut.with_amplifier(amplifier)


def _at(lut: Lut, name: str, value: float | str) -> Lut:
    if name in lut.conditions and lut.conditions[name].dtype.kind not in "iuf":
        return lut.sel(**{name: value})  # words, of which one may look like a number
    try:
        return lut.interp(**{name: float(value)})
    except ValueError:
        return lut.sel(**{name: value})
