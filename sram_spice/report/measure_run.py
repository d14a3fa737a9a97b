"""Finished measurements: their table, samples and curves."""

from __future__ import annotations

import html
import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import Any

import pandas as pd

from sram_spice.design import Design, design_from_dict
from sram_spice.errors import InputError
from sram_spice.report.notebook import box, frame_table, warnings_list

SUMMARY = "measurements.csv"
MANIFEST = "measurements.json"
POINTS = "points"


@dataclass(frozen=True, eq=False, repr=False)
class MeasureRun:
    """Finished measurements; their files are read when they are first asked for.

    Attributes
    ----------
    folder : Path
        Where their files are.
    record : dict
        As measurements.json: versions, wall_time_s, incidents, designs with their notes.
    reused : bool
        They were there already when they were asked for.

    Examples
    --------
    >>> import sram_spice as ss
    >>> found = ss.measure(ss.load("xnor_8t"), ["hold_snm"], samples=4)
    >>> found.table[["measurement", "unit", "nominal"]].round(2).head(1)
      measurement unit  nominal
    0    hold_snm    V     0.31
    >>> len(found.samples("hold_snm"))
    4
    """

    folder: Path
    record: dict[str, Any]
    reused: bool = False

    @classmethod
    def open(cls, folder: Path | str, reused: bool = False) -> MeasureRun:
        """Open the folder of finished measurements.

        Raises
        ------
        InputError
            There is no measurements.json, or it is none.
        """
        path = Path(folder) / MANIFEST
        try:
            record: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
            _ = [one["notes"].items() for one in record["designs"]]
        except FileNotFoundError:
            allowed = "the folder of finished measurements"
            raise InputError("no such file", file=str(path), allowed=allowed) from None
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise InputError(f"not a record of measurements: {error}", file=str(path)) from None
        return cls(Path(folder), record, reused)

    @cached_property
    def table(self) -> pd.DataFrame:
        """One row per quantity: swept keys, nominal value, mean, sigma, quantiles, intervals."""
        return _csv(self.folder / SUMMARY)

    @property
    def names(self) -> list[str]:
        """The measurements that were run."""
        return list(dict.fromkeys(self.table["measurement"]))

    @property
    def keys(self) -> list[str]:
        """The swept keys; none of a single design."""
        names = [str(name) for name in self.table.columns]
        return names[: names.index("measurement")]  # quantiles have a point in their names, too

    @property
    def design(self) -> Design:
        """The design; of a grid that of its first point."""
        return design_from_dict(self.record["designs"][0]["design"], str(self.folder / MANIFEST))

    @property
    def notes(self) -> list[str]:
        """What a reader has to know first."""
        designs = self.record["designs"]
        cards = (text for one in designs for text in one.get("process", {}).get("warnings", ()))
        return [
            *dict.fromkeys(cards),  # once, not at every point
            *(
                f"{one['point']}: {name}: {note}" if one["point"] else f"{name}: {note}"
                for one in designs
                for name, notes in one["notes"].items()
                for note in notes
            ),
        ]

    def samples(self, name: str) -> pd.DataFrame:
        """Return the samples of a measurement; of a grid with a column `point`."""
        return self._of_points(name, "samples")

    def curves(self, name: str) -> pd.DataFrame:
        """Return the curves of a measurement; of a grid with a column `point`."""
        return self._of_points(name, "curves")

    def _of_points(self, name: str, kind: str) -> pd.DataFrame:
        if name not in self.names:
            raise InputError("was not measured", key=name, allowed=", ".join(self.names))
        tables = []
        for one in self.record["designs"]:
            place = PurePosixPath(str(one["point"]))
            if place.is_absolute() or ".." in place.parts:  # the record may be a stranger's
                continue
            home = self.folder / POINTS / place if one["point"] else self.folder
            path = home / f"{name}_{kind}.csv"
            if path.exists():
                table = _csv(path)
                tables.append(table.assign(point=one["point"]) if one["point"] else table)
        return pd.concat(tables, ignore_index=True) if tables else pd.DataFrame()

    def __repr__(self) -> str:
        """Return what was measured, and where it is."""
        return f"<MeasureRun of {', '.join(self.names)}: {self.folder}>"

    def _repr_html_(self) -> str:
        """Return notes and the table, for a notebook."""
        where = html.escape(str(self.folder))
        title = f"Measurements of {self.design.name}"
        return box(title, warnings_list(self.notes), frame_table(self.table), where)


def _csv(path: Path) -> pd.DataFrame:
    try:
        return pd.read_csv(path)
    except FileNotFoundError:
        allowed = "the folder of finished measurements"
        raise InputError("no such file", file=str(path), allowed=allowed) from None
    except (OSError, ValueError) as error:
        raise InputError(f"not a table of measurements: {error}", file=str(path)) from None
