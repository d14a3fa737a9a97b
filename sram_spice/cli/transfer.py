"""`sram-spice transfer`."""

from __future__ import annotations

from rich.console import Console

from sram_spice.cli.errors import DONE, SOME_FAILED, handled
from sram_spice.cli.options import DesignFile, Folder, Overrides, Workers
from sram_spice.front.presets import load
from sram_spice.front.progress import Bars
from sram_spice.front.transfer import transfer

NAME = "transfer"


@handled
def command(
    design: DesignFile, output: Folder, set_: Overrides = None, workers: Workers = None
) -> int:
    """Draw transfer curves, without mismatch: inverter and butterflies, column, code.

    V_BL against n_plus for several N, word-line voltages and read-outs; the code of the
    multi-level sense amplifier against the sum; each figure with its table as CSV.

    Example:

    sram-spice transfer circuits/xnor_8t.toml -o out
    """
    with Bars() as bars:
        found = transfer(load(design, set_ or []), output, workers=workers, progress=bars)
    console = Console(soft_wrap=True)
    for figure in found.figures:
        console.print(f"figure: {figure.png}", markup=False, highlight=False)
    return SOME_FAILED if bars.failed else DONE
