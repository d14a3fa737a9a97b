"""The numbers that a design can be judged by: their names, where each is found, what it means.

One entry is all that a further number needs here; who measures it gives its column.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from sram_spice.errors import InputError

Part = Literal["nominal", "columns", "margins", "disturb", "access"]
# Parts of a characterization, cheap ones first: what fails one is not simulated further.
PARTS: tuple[Part, ...] = ("nominal", "columns", "margins", "disturb", "access")
LOWEST_MARGIN = "margin_low_v"  # no column: the lowest of those that end so
GENERATOR = "{generator}"  # in a column: the design's own reference generator


@dataclass(frozen=True)
class DesignNumber:
    """One number.

    Attributes
    ----------
    name : str
        Short, as it stands in objectives and constraints.
    meaning : str
    unit : str
        As in tables: SI; empty for numbers without one.
    part : str
        The cheapest part of a characterization that knows it.
    condition : str
        Its column in signoff.csv; empty: known in the typical condition only.
    probability : bool
        A small one: what is beyond a limit counts in decades, and axes are logarithmic.
    shown : float
        Factor from SI to the unit of figures and pages.
    shown_unit : str
    """

    name: str
    meaning: str
    unit: str
    part: Part
    condition: str = ""
    probability: bool = False
    shown: float = 1.0
    shown_unit: str = ""

    @property
    def label(self) -> str:
        """Name with the unit of figures."""
        return f"{self.name} ({self.shown_unit})" if self.shown_unit else self.name


_ALL = (
    DesignNumber(
        "energy",
        "mean energy of a whole access with the design's amplifier, references and pre-charge",
        *("J", "access"),
        shown=1e12,
        shown_unit="pJ",
    ),
    DesignNumber(
        "energy_per_row",
        "the same over the number of rows: of one multiplication",
        *("J", "access"),
        shown=1e15,
        shown_unit="fJ",
    ),
    DesignNumber(
        "latency",
        "longest whole access: word line, decisions, pre-charge until both bit lines are back",
        *("s", "access"),
        shown=1e9,
        shown_unit="ns",
    ),
    DesignNumber(
        "column_energy",
        "largest energy of an access of the column alone, nominal",
        *("J", "columns", "energy_j"),
        shown=1e12,
        shown_unit="pJ",
    ),
    DesignNumber(
        "settling",
        "slowest settling of a bit line, nominal",
        *("s", "columns", "settling_time_s"),
        shown=1e9,
        shown_unit="ns",
    ),
    DesignNumber(
        "mse",
        "mean square error of the sum decoded from the codes of the design's amplifier, over the "
        "sums as often as they occur",
        *("", "columns", f"mean_square_error_{GENERATOR}"),
    ),
    DesignNumber(
        "code_error",
        "probability of a wrong code, design's amplifier",
        *("", "columns", f"code_error_{GENERATOR}"),
        probability=True,
    ),
    DesignNumber("mse_ideal", "mse with an ideal amplifier", "", "columns"),
    DesignNumber(
        "code_error_ideal", "code_error with an ideal amplifier", "", "columns", probability=True
    ),
    DesignNumber(
        "data_loss",
        "probability that an access at the worst level loses a cell: upper end of its interval, "
        "or its bound",
        *("", "disturb", "loss_high"),
        probability=True,
    ),
    DesignNumber(
        "swing",
        "highest minus lowest nominal V_BL, all rows active",
        *("V", "nominal", "swing_v"),
        shown=1e3,
        shown_unit="mV",
    ),
    DesignNumber(
        "sigma_rows",
        "sigma of V_BL in rows (LSB) at the middle level",
        *("", "columns", "sigma_rows"),
    ),
    DesignNumber(
        "undecided",
        "reference levels at which the amplifier does not decide",
        *("", "columns", "undecided"),
    ),
    DesignNumber(
        "margin",
        "lowest static noise margin of the cell that a sign-off looks at, mean - 5 sigma",
        *("V", "margins", LOWEST_MARGIN),
        shown=1e3,
        shown_unit="mV",
    ),
    DesignNumber(
        "lost_levels",
        "levels that lose data without mismatch",
        *("", "nominal", "nominal_flipped"),
    ),
)
NUMBERS: Mapping[str, DesignNumber] = MappingProxyType({one.name: one for one in _ALL})


def number_of(name: str, key: str) -> DesignNumber:
    """Return a number by its name.

    Parameters
    ----------
    name : str
    key : str
        The option that it stands in, for the message.

    Raises
    ------
    InputError
        There is none of this name.
    """
    if name not in NUMBERS:
        near = difflib.get_close_matches(name, NUMBERS, 1)
        raise InputError(
            f"no such number{f'; did you mean {near[0]}?' if near else ''}",
            key=key,
            value=name,
            allowed=", ".join(NUMBERS),
        )
    return NUMBERS[name]
