"""`sram-spice doctor`."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table

from sram_spice.cli.errors import DONE, NO_SIMULATOR, handled
from sram_spice.runs.doctor import examine

NAME = "doctor"


@handled
def command() -> int:
    """Say what is installed, its versions, and run one known circuit.

    Example:

    sram-spice doctor
    """
    table = Table("", "what", "found")
    checks = examine()
    for check in checks:
        mark = "[green]ok[/]" if check.good else "[red]broken[/]"
        table.add_row(mark, check.what, check.found)
    Console().print(table)
    return DONE if all(check.good for check in checks) else NO_SIMULATOR
