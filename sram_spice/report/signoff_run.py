"""A finished sign-off: its table, worst condition first, its figure, its verdict."""

from __future__ import annotations

import html
import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from sram_spice.design import Design, design_from_dict
from sram_spice.errors import InputError
from sram_spice.report.notebook import box, frame_table, show_figures, warnings_list
from sram_spice.wording import count

if TYPE_CHECKING:
    from matplotlib.figure import Figure

TABLE, RECORD, FIGURE = "signoff.csv", "signoff.json", "signoff"
DONE = "done"


@dataclass(frozen=True, eq=False, repr=False)
class SignoffRun:
    """A finished sign-off; its files are read when they are first asked for.

    Attributes
    ----------
    folder : Path
        Where its files are.
    record : dict
        As signoff.json: design, process, word_line, versions, wall_time_s.

    Examples
    --------
    >>> import sram_spice as ss
    >>> design = ss.load("xnor_8t").replace({"column.rows": 8, "monte_carlo.samples": 20,
    ...                                      "mlsa.levels": 4, "sense_amplifier": None})
    >>> found = ss.signoff(design, corners=["tt"], supplies=[1.0], temperatures=[27.0])
    >>> found.passed
    True
    """

    folder: Path
    record: dict[str, Any]

    @classmethod
    def open(cls, folder: Path | str) -> SignoffRun:
        """Open the folder of a finished sign-off.

        Raises
        ------
        InputError
            There is no signoff.json, or it is none.
        """
        path = Path(folder) / RECORD
        try:
            record: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
            _ = record["design"], record["word_line"]
        except FileNotFoundError:
            allowed = "the folder of a finished sign-off"
            raise InputError("no such file", file=str(path), allowed=allowed) from None
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise InputError(f"not a record of a sign-off: {error}", file=str(path)) from None
        return cls(Path(folder), record)

    @cached_property
    def table(self) -> pd.DataFrame:
        """One row per condition, the worst first; `broken` says which limits it breaks."""
        path = self.folder / TABLE
        try:
            return pd.read_csv(path, dtype={"broken": str}, keep_default_na=True).fillna(
                {"broken": ""}
            )
        except (OSError, ValueError) as error:
            raise InputError(f"not the table of a sign-off: {error}", file=str(path)) from None

    @cached_property
    def design(self) -> Design:
        """The design, in its typical condition."""
        return design_from_dict(self.record["design"], str(self.folder / RECORD))

    @property
    def broken(self) -> pd.DataFrame:
        """The conditions that break a limit, or have no result."""
        return self.table[self.table["broken"] != ""]

    @property
    def passed(self) -> bool:
        """Whether every limit is kept in every condition."""
        return self.broken.empty

    @property
    def warnings(self) -> list[str]:
        """What a reader has to know first."""
        total = count(len(self.table), "condition")
        found = [str(text) for text in self.record.get("process", {}).get("warnings", ())]
        if not self.passed:
            worst = self.broken.iloc[0]
            found.append(
                f"NOT signed off: {len(self.broken)} of {total} break a limit; the worst, "
                f"{condition_label(worst)}: {worst['broken']}"
            )
        failed = int((self.table.get("failed", pd.Series(dtype=float)) > 0).sum())
        if failed:
            found.append(f"{failed} of {total} have samples without a valid solution")
        return found

    def plot(self) -> Figure:
        """Plot data loss and code errors of every condition, with their limits."""
        from sram_spice.report.signoff_figure import signoff_figure
        from sram_spice.report.style import figure_style

        show_figures()
        with figure_style():
            return signoff_figure(self.table, self.design, str(self.record["word_line"]))

    def write_figure(self) -> None:
        """Write the figure as signoff.png and signoff.svg."""
        from sram_spice.report.figure_file import save_figure
        from sram_spice.report.style import figure_style

        with figure_style():
            caption = "Data loss and code errors in every condition; dashed: the limits."
            save_figure(self.plot(), self.folder, FIGURE, "Sign-off", caption)

    def __repr__(self) -> str:
        """Return the verdict, and where it is."""
        verdict = "passed" if self.passed else "not passed"
        return f"<SignoffRun of {self.design.name}, {verdict}: {self.folder}>"

    def _repr_html_(self) -> str:
        """Return verdict and the table, for a notebook."""
        verdict = "every limit is kept" if self.passed else "NOT signed off"
        title = f"Sign-off of {self.design.name}: {verdict}"
        where = html.escape(str(self.folder))
        return box(title, warnings_list(self.warnings), frame_table(self.table), where)


def condition_label(row: Any) -> str:
    """Return a condition in words: ``fs, 1.1 V, 125 degC``."""
    return (
        f"{row['technology.corner']}, {row['conditions.vdd']:g} V, "
        f"{row['conditions.temperature']:g} degC"
    )
