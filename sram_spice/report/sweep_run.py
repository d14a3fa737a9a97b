"""A finished sweep: its table, its lookup table, the run of each point, its map."""

from __future__ import annotations

import html
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from sram_spice.errors import InputError
from sram_spice.generators.readout import readout_of
from sram_spice.lut import Lut
from sram_spice.report.notebook import box, frame_table, show_figures, warnings_list
from sram_spice.report.run import Run
from sram_spice.results.folder_record import SWEEP
from sram_spice.results.ownership import more_files
from sram_spice.wording import count

if TYPE_CHECKING:
    from matplotlib.figure import Figure

TABLE = "sweep.csv"
DONE = "done"
AMPLIFIER_FAILED = "amplifier_failed"  # column: why it is not characterized; only where one is not


@dataclass(frozen=True, eq=False, repr=False)
class SweepRun:
    """A finished sweep; its files are read when they are first asked for.

    Attributes
    ----------
    folder : Path
        Where its files are.

    Examples
    --------
    >>> import sram_spice as ss
    >>> design = ss.load("xnor_8t").replace({"column.rows": 8, "monte_carlo.samples": 5,
    ...                                      "mlsa.levels": 4, "sense_amplifier": None})
    >>> sweep = ss.sweep(design, {"column.word_line_voltage": [0.4, 0.5],
    ...                           "technology.corner": ["tt", "ss"]}, disturb=False)
    >>> sweep.table[["technology.corner", "swing_v"]].round(2).head(2)
      technology.corner  swing_v
    0                tt     0.04
    1                ss     0.03
    >>> sweep.run(corner="ss", word_line_voltage=0.5).design.technology.corner
    'ss'
    >>> sweep.lut.sel(corner="ss").interp(word_line_voltage=0.45).rows
    8
    """

    folder: Path

    @classmethod
    def open(cls, folder: Path | str) -> SweepRun:
        """Open the folder of a finished sweep.

        Raises
        ------
        InputError
            There is no sweep.csv, or it is none.
        """
        found = cls(Path(folder))
        _ = found.table  # says what is wrong with it
        return found

    @cached_property
    def table(self) -> pd.DataFrame:
        """One row per point: swept keys, figures of merit, `status`, `folder`."""
        path = self.folder / TABLE
        try:
            table = pd.read_csv(path)
        except FileNotFoundError:
            allowed = "the folder of a sweep"
            raise InputError("no such file", file=str(path), allowed=allowed) from None
        except (OSError, ValueError) as error:
            raise InputError(f"not the table of a sweep: {error}", file=str(path)) from None
        if not len(table):
            raise InputError("has no points", file=str(path), allowed="the table of a sweep")
        return table

    @property
    def keys(self) -> list[str]:
        """The swept keys."""
        return [str(name) for name in self.table.columns if "." in str(name)]

    @cached_property
    def lut(self) -> Lut:
        """The lookup table over all conditions: ``lut.sel(corner="ss")``."""
        return Lut.load(self.folder)

    @property
    def unfinished(self) -> pd.DataFrame:
        """The points without a result; `status` says why."""
        return self.table[self.table["status"] != DONE]

    @property
    def points_with_failures(self) -> int:
        """Number of points that have samples without a valid solution."""
        return int((self.table["failed"] > 0).sum()) if "failed" in self.table else 0

    @property
    def warnings(self) -> list[str]:
        """What a reader has to know first."""
        rows = self.unfinished.to_dict("records")
        found = [
            f"no result: {', '.join(f'{key}={row[key]}' for key in self.keys)}: {row['status']}"
            for row in rows
        ]
        if self.points_with_failures:
            found.append(
                f"{self.points_with_failures} of {len(self.table)} points have samples without a "
                "valid solution"
            )
        if AMPLIFIER_FAILED in self.table:
            reasons = self.table[AMPLIFIER_FAILED].dropna()
            has = count(len(reasons), "point", "points")
            found.append(
                f"{has} of {len(self.table)} without the sense amplifier, all codes those of an "
                f"ideal one: {reasons.iloc[0]}"
            )
        return found

    @property
    def runs(self) -> list[Run]:
        """The runs of all finished points, in the order of the table."""
        rows = self.table[self.table["status"] == DONE]
        return [self._run(row) for row in rows.to_dict("records")]

    def run(self, values: Mapping[str, Any] | None = None, /, **short: Any) -> Run:
        """Return the run of one point.

        Parameters
        ----------
        values : mapping of str to value, optional
            Swept keys, ``section.key`` or short.
        **short
            The same by the last part of their names.

        Raises
        ------
        InputError
            No such key, not exactly one such point, or it has no result.
        """
        chosen = self.table
        for name, value in {**(values or {}), **short}.items():
            column = chosen[self._key(name)]
            if isinstance(value, int | float) and pd.api.types.is_numeric_dtype(column):
                chosen = chosen[np.isclose(column, value, rtol=1e-9, atol=0.0)]
            else:
                chosen = chosen[column.astype(str) == str(value)]
        if len(chosen) != 1:
            raise InputError(
                f"{len(chosen)} points are so",
                file=str(self.folder / TABLE),
                value={**(values or {}), **short},
                allowed=f"one value for each of {', '.join(self.keys)}",
            )
        row = chosen.to_dict("records")[0]
        if row["status"] != DONE:
            raise InputError(f"has no result: {row['status']}", file=str(self.folder / TABLE))
        return self._run(row)

    def _key(self, name: str) -> str:
        found = [key for key in self.keys if name in (key, key.rpartition(".")[2])]
        if len(found) != 1:
            raise InputError("not a swept key", key=name, allowed=", ".join(self.keys))
        return found[0]

    def _run(self, row: Mapping[Any, Any]) -> Run:
        inside = PurePosixPath(str(row["folder"]))
        if inside.is_absolute() or ".." in inside.parts:  # sweep.csv may be a stranger's
            raise InputError(
                "a point outside the sweep's folder",
                file=str(self.folder / TABLE),
                key="folder",
                value=str(inside),
                allowed="a folder within it",
            )
        return Run.open(self.folder / inside)

    @property
    def has_map(self) -> bool:
        """Whether it is a grid over two axes of numbers, with the probability of losing data."""
        axes = [self.table[key] for key in self.keys]
        return (
            len(axes) == 2
            and "loss_probability" in self.table
            and all(pd.api.types.is_numeric_dtype(axis) and axis.nunique() > 1 for axis in axes)
            and len(self.table) == axes[0].nunique() * axes[1].nunique()
            and bool((self.table["status"] == DONE).any())
        )

    def plot_map(self) -> Figure:
        """Plot a map over two axes: where data is safe, the swing, the error, the energy.

        Raises
        ------
        InputError
            It is no grid over two axes of numbers, or was made with ``disturb=False``.
        """
        if not self.has_map:
            raise InputError(
                "no map", file=str(self.folder), allowed="two axes of numbers, disturb=True"
            )
        from sram_spice.report.map_figure import design_map  # matplotlib takes a while to import
        from sram_spice.report.style import figure_style

        show_figures()
        with figure_style():
            return design_map(self.table, self.keys[1], self.keys[0], self._title())

    def write_map(self) -> Path:
        """Draw the map into the folder, as PNG and SVG; return the PNG."""
        from sram_spice.report.figure_file import save_figure
        from sram_spice.report.style import figure_style

        with figure_style(), more_files(self.folder, SWEEP):
            return save_figure(self.plot_map(), self.folder, "map", "Map", self._title()).png

    def _title(self) -> str:
        design, swept = self.runs[0].design, self.keys
        shown = {
            "column.rows": count(design.column.rows, "row"),
            "column.word_line_voltage": f"V_WL = {design.column.word_line_voltage:g} V",
            **readout_of(design).labels(),
            "conditions.vdd": f"VDD = {design.conditions.vdd:g} V",
            "technology.corner": f"corner {design.technology.corner}",
        }
        words = [text for key, text in shown.items() if key not in swept]
        return ", ".join([f"{design.name}: {design.cell.topology}", *words])

    def __repr__(self) -> str:
        """Return how large it is, and where."""
        return f"<SweepRun of {len(self.table)} points over {', '.join(self.keys)}: {self.folder}>"

    def _repr_html_(self) -> str:
        """Return warnings and the table, for a notebook."""
        title = f"Sweep over {', '.join(self.keys)}"
        shown = self.table.drop(columns="folder", errors="ignore")
        where = html.escape(str(self.folder))
        return box(title, warnings_list(self.warnings), frame_table(shown), where)
