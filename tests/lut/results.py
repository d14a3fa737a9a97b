"""The results that are kept in the repository, as the tests read them."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pandas as pd
import xarray as xr

from sram_spice.lut import Lut

RESULTS = Path(__file__).parents[2] / "results"
XNOR, HBNN, MAP = RESULTS / "xnor_8t_64", RESULTS / "hbnn_6t_64", RESULTS / "map_8t"


@cache
def lut_of(folder: Path) -> Lut:
    """The lookup table of a results folder; read only."""
    return Lut.load(folder)


def table(folder: Path, name: str) -> pd.DataFrame:
    """A CSV table of a results folder."""
    return pd.read_csv(folder / f"{name}.csv")


def point_of(sweep: Path, voltage: float, width: float) -> Path:
    """The folder of a point of a sweep over word-line voltage and load width."""
    points = table(sweep, "sweep")
    here = (points["column.word_line_voltage"] == voltage) & (points["column.load_width"] == width)
    (folder,) = points.loc[here, "folder"]
    return sweep / str(folder)


def without_attributes(data: xr.Dataset) -> xr.Dataset:
    """A data set without the attributes of the whole (drop_attrs is younger than 2024.1)."""
    found = data.copy()
    found.attrs = {}
    return found
