"""Designs by path, or by the name of a preset."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from sram_spice.design import Design, load_design
from sram_spice.errors import InputError

# In the repository a link to circuits/, where the presets live; in a wheel the files themselves.
FOLDER = Path(__file__).parents[1] / "circuits"


def presets() -> list[str]:
    """Return the names of the presets.

    Examples
    --------
    >>> import sram_spice as ss
    >>> ss.presets()
    ['hbnn_6t', 'xnor_8t']
    """
    return sorted(path.stem for path in FOLDER.glob("*.toml"))


def load(source: Path | str, overrides: Iterable[str] = ()) -> Design:
    """Read a design: a file, or a preset that comes with the package.

    Parameters
    ----------
    source : Path or str
        TOML file, or the name of a preset where there is no such file.
    overrides : iterable of str
        ``section.key=value`` items, as ``--set`` of the command line takes them.

    Returns
    -------
    Design

    Raises
    ------
    InputError
        Neither a file nor a preset, or something in it is wrong.

    Examples
    --------
    >>> import sram_spice as ss
    >>> design = ss.load("xnor_8t")
    >>> design.column.rows, design.cell.topology
    (64, '8t_xnor')
    >>> ss.load("xnor_9t")
    Traceback (most recent call last):
    sram_spice.errors.InputError: xnor_9t: no such file; allowed: a TOML design file, or a preset: \
hbnn_6t, xnor_8t
    """
    name = str(source)
    if name in presets() and not Path(name).exists():
        return load_design(FOLDER / f"{name}.toml", overrides)
    try:
        return load_design(source, overrides)
    except InputError as error:
        if error.message != "no such file" or error.file != str(Path(source)):
            raise
        allowed = f"a TOML design file, or a preset: {', '.join(presets())}"
        raise InputError(error.message, file=error.file, allowed=allowed) from None
