"""A finished search: every point, the front, its designs, its figure."""

from __future__ import annotations

import html
import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

import pandas as pd

from sram_spice.design import Design, design_from_dict, load_design
from sram_spice.errors import InputError
from sram_spice.report.notebook import box, frame_table, show_figures, warnings_list
from sram_spice.report.optimize_tables import (
    BROKEN,
    FAILED,
    FIGURE,
    FRONT,
    KEPT,
    NO_VALUE,
    POINTS,
    RECORD,
)
from sram_spice.wording import count

if TYPE_CHECKING:
    from matplotlib.figure import Figure

WORDS = {"failed_at": str, "detail": str, "confirmed": str, "folder": str, "file": str}


@dataclass(frozen=True, eq=False, repr=False)
class OptimizeRun:
    """A finished search; its files are read when they are first asked for.

    Attributes
    ----------
    folder : Path
        Where its files are.
    record : dict
        As optimize.json: design, vary, minimize, maximize, subject_to, conditions, seed, versions.

    Examples
    --------
    >>> import sram_spice as ss
    >>> design = ss.load("xnor_8t").replace({"column.rows": 8, "monte_carlo.samples": 20,
    ...                                      "mlsa.levels": 4, "sense_amplifier": None})
    >>> found = ss.optimize(design, {"column.word_line_voltage": (0.4, 0.6)}, points=3,
    ...                     minimize=["column_energy", "mse"], subject_to=["data_loss<=1"],
    ...                     typical_only=True)
    >>> found.table["status"].tolist()
    ['kept', 'kept', 'kept']
    >>> found.designs[0].column.rows
    8
    """

    folder: Path
    record: dict[str, Any]

    @classmethod
    def open(cls, folder: Path | str) -> OptimizeRun:
        """Open the folder of a finished search.

        Raises
        ------
        InputError
            There is no optimize.json, or it is none.
        """
        path = Path(folder) / RECORD
        try:
            record: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
            _ = [record[key] for key in ("design", "vary", "minimize", "maximize", "subject_to")]
        except FileNotFoundError:
            allowed = "the folder of a finished search"
            raise InputError("no such file", file=str(path), allowed=allowed) from None
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise InputError(f"not a record of a search: {error}", file=str(path)) from None
        return cls(Path(folder), record)

    @cached_property
    def table(self) -> pd.DataFrame:
        """Every point: varied keys, numbers (SI, typical), `status`, `failed_at`, `confirmed`."""
        return self._read(POINTS)

    @cached_property
    def front(self) -> pd.DataFrame:
        """The points that no other beats, by rising first objective; `file` is the design."""
        return self._read(FRONT)

    @cached_property
    def design(self) -> Design:
        """The design that was varied."""
        return design_from_dict(self.record["design"], str(self.folder / RECORD))

    @property
    def designs(self) -> list[Design]:
        """The designs of the front, in its order; also those that full SPICE has struck out."""
        return [load_design(self.folder / inside) for inside in self.front_files]

    @property
    def front_files(self) -> list[PurePosixPath]:
        """Their files, below the folder."""
        found = [PurePosixPath(str(name)) for name in self.front["file"]]
        for inside in found:
            if inside.is_absolute() or ".." in inside.parts:  # front.csv may be a stranger's
                raise InputError(
                    "a design outside the folder of the search",
                    file=str(self.folder / FRONT),
                    key="file",
                    value=str(inside),
                    allowed="a file within it",
                )
        return found

    @property
    def keys(self) -> list[str]:
        """The varied keys."""
        return [str(one["key"]) for one in self.record["vary"]]

    @property
    def objectives(self) -> list[str]:
        """What was minimized, then what was maximized."""
        return [*self.record["minimize"], *self.record["maximize"]]

    @property
    def conditions(self) -> str:
        """In which conditions objectives and constraints hold, in words."""
        one, typical = self.record["conditions"], self.design
        corner, vdd = typical.technology.corner, typical.conditions.vdd
        at = f"{corner}, {vdd:g} V, {typical.conditions.temperature:g} degC"
        if one is None:
            return f"objectives and constraints hold in the typical condition alone: {at}"
        supplies = ", ".join(f"{part * vdd:.4g}" for part in one["supplies"])
        temperatures = ", ".join(f"{t:g}" for t in one["temperatures"])
        return (
            f"objectives hold at {at}; constraints there and in corners "
            f"{', '.join(one['corners'])} x {supplies} V x {temperatures} degC, "
            f"word line {one['word_line']}"
        )

    @property
    def struck_out(self) -> pd.DataFrame:
        """The points of the front that full SPICE does not confirm."""
        return self.front[self.front["confirmed"].str.startswith("no")]

    @property
    def failed(self) -> int:
        """Number of points that could not be evaluated, though the design is allowed."""
        return int(self.table["status"].isin(FAILED).sum())

    @property
    def warnings(self) -> list[str]:
        """What a reader has to know first."""
        total = count(len(self.table), "point")
        found = [str(text) for text in self.record.get("process", {}).get("warnings", ())]
        if self.front.empty:
            status = self.table["status"]
            broken, without = (int((status == name).sum()) for name in (BROKEN, NO_VALUE))
            found.append(
                f"none of {total} keeps all constraints: {broken} break one, {without} have no "
                "value of an objective"
            )
            near = self.table[status == BROKEN]
            if len(near):
                one = near.sort_values("violation", kind="stable").iloc[0]
                found.append(
                    f"the nearest, point {one['point']}, {one['failed_at']}: {one['detail']}"
                )
        for row in self.struck_out.to_dict("records"):
            found.append(f"struck out, place {row['front']} of the front: {row['confirmed'][4:]}")
        if self.failed:
            first = self.table[self.table["status"].isin(FAILED)].iloc[0]
            found.append(
                f"{self.failed} of {total} could not be evaluated; the first, point "
                f"{first['point']}: {first['status']}: {first['detail']}"
            )
        return found

    @property
    def summary(self) -> str:
        """What was searched, in one sentence."""
        kept = int((self.table["status"] == KEPT).sum())
        small = [f"small {name}" for name in self.record["minimize"]]
        large = [f"large {name}" for name in self.record["maximize"]]
        return (
            f"{count(len(self.table), 'point')} over {', '.join(self.keys)} for "
            f"{', '.join([*small, *large])}: {kept} within all constraints, {len(self.front)} that "
            f"no other beats; {self.conditions}."
        )

    def plot_front(self) -> Figure:
        """Plot all points over the first two objectives, and the front.

        With one objective: over the order of the points.
        """
        from sram_spice.report.front_figure import front_figure  # matplotlib takes a while
        from sram_spice.report.style import figure_style

        show_figures()
        with figure_style():
            return front_figure(self)

    def write_figure(self) -> None:
        """Write the figure as front.png and front.svg."""
        from sram_spice.report.figure_file import save_figure
        from sram_spice.report.style import figure_style

        with figure_style():
            caption = "All points of a search and those that no other beats."
            save_figure(self.plot_front(), self.folder, FIGURE, "Front", caption)

    def __repr__(self) -> str:
        """Return how large it is, and where."""
        return (
            f"<OptimizeRun of {self.design.name}: {count(len(self.table), 'point')}, "
            f"{len(self.front)} in the front: {self.folder}>"
        )

    def _repr_html_(self) -> str:
        """Return warnings and the front, for a notebook."""
        title = f"Search of {self.design.name}: {self.summary}"
        shown = self.front.drop(columns=["folder", "violation", "failed_at", "detail", "status"])
        where = html.escape(str(self.folder))
        return box(title, warnings_list(self.warnings), frame_table(shown), where)

    def _read(self, name: str) -> pd.DataFrame:
        path = self.folder / name
        try:
            table = pd.read_csv(path, dtype=WORDS)
            _ = table["status"], table["front"], table["point"]
        except (OSError, ValueError, KeyError) as error:
            raise InputError(f"not a table of a search: {error}", file=str(path)) from None
        words = {key: "" for key in WORDS if key in table}
        return table.fillna(words).astype({"front": "Int64"})
