"""What a notebook needs: small pieces of HTML (text in them is escaped), and figures shown."""

from __future__ import annotations

import html
import sys
from collections.abc import Iterable, Sequence
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

    from sram_spice.report.key_number import KeyNumber
    from sram_spice.report.report_tables import Table

_WARNING = "border-left:4px solid #b26a00;padding-left:.6em;margin:.4em 0"


def box(title: str, *parts: str) -> str:
    """Return a title and parts below it, which are HTML already."""
    inner = "".join(f"<div>{part}</div>" for part in parts if part)
    return f'<div><div style="font-weight:bold">{html.escape(title)}</div>{inner}</div>'


def warnings_list(warnings: Sequence[str]) -> str:
    """Return warnings, each on a line of its own; empty when there are none."""
    lines = "".join(f"<div>{html.escape(text)}</div>" for text in warnings)
    return f'<div style="{_WARNING}"><b>Read this first</b>{lines}</div>' if lines else ""


def numbers_table(numbers: Iterable[KeyNumber]) -> str:
    """Return key numbers with their notes."""
    rows = "".join(
        f'<tr><td style="text-align:left">{html.escape(one.name)}</td>'
        f"<td><b>{html.escape(one.value)}</b></td>"
        f'<td style="text-align:left">{html.escape(one.note)}</td></tr>'
        for one in numbers
    )
    return f"<table>{rows}</table>"


def words_table(table: Table | None) -> str:
    """Return a table of words; empty where there is none."""
    if table is None:
        return ""
    head = "".join(f"<th>{html.escape(name)}</th>" for name in table.headings)
    rows = "".join(
        f"<tr>{''.join(f'<td>{html.escape(cell)}</td>' for cell in row)}</tr>" for row in table.rows
    )
    return f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"


def frame_table(table: pd.DataFrame, rows: int = 20) -> str:
    """Return the first rows of a table; numbers with five digits."""
    text = table.head(rows).to_html(index=False, float_format=lambda x: f"{x:.5g}", border=0)
    more = len(table) - rows
    return text + (f"<div>and {more:,} more rows</div>" if more > 0 else "")


def kernel_shell() -> Any:
    """Return the shell of the Jupyter kernel that this is; None elsewhere."""
    shell = getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)()
    return shell if getattr(shell, "kernel", None) is not None else None


def show_figures() -> None:
    """Let a notebook show figures that are the value of a cell, as it does those of pyplot."""
    shell = kernel_shell()
    if shell is None:
        return
    pylabtools = import_module("IPython.core.pylabtools")  # untyped
    from matplotlib.figure import Figure

    formatters = shell.display_formatter.formatters
    if not any(Figure in formatters[kind].type_printers for kind in ("image/png", "image/svg+xml")):
        pylabtools.select_figure_formats(shell, {"png"})
