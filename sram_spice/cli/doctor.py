"""`sram-spice doctor`."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table

from sram_spice.cli.errors import DONE, NO_SIMULATOR, handled
from sram_spice.front.doctor import doctor

NAME = "doctor"


@handled
def command() -> int:
    """Say what is installed, its versions, and run one known circuit.

    Example:

    sram-spice doctor
    """
    table = Table("", "what", "found")
    checks = doctor()
    for check in checks.itertuples():
        mark = "[green]ok[/]" if check.good else "[red]broken[/]"
        table.add_row(mark, str(check.what), str(check.found))
    Console().print(table)
    return DONE if checks["good"].all() else NO_SIMULATOR
