"""PTM 65 nm bulk: the parameter table of the built-in technology.

References
----------
W. Zhao, Y. Cao, "New Generation of Predictive Technology Model for Sub-45 nm Early Design
Exploration", IEEE Trans. Electron Devices 53(11), 2816-2823, 2006. Figures as published on
22 February 2006 (beta version, BSIM4), with `version = 4.7`, which changes no current.
"""

from __future__ import annotations

import csv
from functools import lru_cache
from importlib.resources import files
from typing import Literal

from sram_spice.technology.card import DeviceCard


@lru_cache
def ptm65_card(polarity: Literal["nmos", "pmos"]) -> DeviceCard:
    """Return the full card (gate and body networks on) of one polarity.

    Parameters
    ----------
    polarity : {"nmos", "pmos"}

    Returns
    -------
    DeviceCard
    """
    table = files("sram_spice.technology").joinpath("ptm65.csv").read_text(encoding="utf-8")
    rows = csv.DictReader(table.splitlines())
    return DeviceCard(polarity, tuple((row["parameter"], float(row[polarity])) for row in rows))
