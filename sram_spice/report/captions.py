"""What each figure shows, in plain words for a reader who is new to it."""

from __future__ import annotations

from sram_spice.mlsa.kept_samples import is_lost
from sram_spice.report.run import Run
from sram_spice.wording import count

_DRIVERS = (
    "A driver pays for the charge it draws, and gets nothing back at the falling edge: the gates "
    "of the pre-charger from VDD, the word line from V_WL, or, where V_WL comes through a linear "
    "regulator, from VDD. Not in it: what another generator of V_WL loses, wire of the word "
    "line, the drivers' own stages."
)


def level_curve_caption(run: Run) -> str:
    """Return the caption of the bit-line voltages of a cell whose rows are always active."""
    return (
        "Across: the sum, that is the number of rows that pull BL up minus the number that pull it "
        "down. Up: the voltage at which the bit lines BL and BLB settle. A straight, steep line is "
        f"good: every sum has its own voltage. {_band(run)}"
        "Below: the step from one sum to the next (LSB) beside the spread sigma. Where sigma is "
        f"larger than the step, neighbouring sums are often mistaken for each other. {_marks(run)}"
    )


def level_several_caption(run: Run) -> str:
    """Return the caption of the voltages of a cell with inactive rows, on the page."""
    return (
        "The voltage against the sum, one curve for each of several numbers of active rows, or, "
        "when you choose a number, both bit lines with it. Where curves lie apart, the same "
        "voltage stands for different sums, and a reference has to know how many rows are active. "
        f"{_band(run)}Below: the spread sigma. {_marks(run)}"
    )


def plane_caption() -> str:
    """Return the caption of the plane of all levels, on the page."""
    return (
        "Every pair of rows pulling up (n_plus, across) and down (n_minus, up). Along a diagonal "
        "from lower left to upper right the sum stays the same: were the colours the same along "
        "it, too, the voltage would tell the sum. What has no value has no colour."
    )


def distribution_caption(run: Run) -> str:
    """Return the caption of the density of the sensed voltage, on the page."""
    common = "" if run.always_active else " Dashed lines: the global references."
    return (
        "Across: the sum. Up: the sensed voltage. The stronger the colour, the more of the samples "
        "of a sum have that voltage. Horizontal lines are the references of the sense amplifier: "
        "line 0|1 parts code 0 from code 1. Good is when the colour of one sum lies between two "
        f"lines; what lies across a line gets the wrong code.{common} {_first(run)}{_silent(run)}"
        f"{_marks(run, 'samples in which a cell lost its data', 'sums')}"
    )


def histograms_caption(run: Run) -> str:
    """Return the caption of the histograms of neighbouring sums, on the page."""
    return (
        "Choose a sum: its samples and those of the two sums below and above it, counted in bins. "
        "Hills that overlap are sums that are mistaken for each other. Vertical lines are the "
        f"references between codes. {_first(run)}"
    )


def level_plane_caption(run: Run) -> str:
    """Return the caption of the bit-line voltages of a cell with inactive rows."""
    return (
        "Left: the sensed voltage against the sum, one curve for each number of active rows (the "
        "number at its left end). Where curves lie apart, the same voltage stands for different "
        "sums, and a reference has to know how many rows are active. "
        f"{_band(run)}Right: the same voltage without mismatch for every pair of rows pulling up "
        "(n_plus) and down (n_minus). White lines join equal voltages, dashed lines equal sums: "
        "were they parallel, the voltage would tell the sum. Horizontal white lines mean that it "
        f"counts the rows pulling down only. {_marks(run)}"
    )


def level_histograms_caption(run: Run) -> str:
    """Return the caption of the distributions."""
    panel = "" if run.always_active else "One panel for each of a few numbers of active rows. "
    dashed = (
        ""
        if run.always_active
        else "Dashed lines: the global references, the same in all panels; where they stand far "
        "from the solid ones, a column with that many active rows is misread. "
    )
    ridges = (
        "Every hill is the distribution of the sensed voltage over the samples of one sum; sums "
        "rise upwards, and the colour is the code that the sum should get. All hills are drawn "
        "equally high; their width tells. "
        if len(run.samples)
        else "Mismatch was not simulated: every sum has one voltage, a dot. "
    )
    return (
        f"{panel}{ridges}Vertical lines are the references of the sense amplifier: line 0|1 parts "
        "code 0 from code 1. Good is when hills of one colour lie between their two lines. What "
        f"lies across a line gets the wrong code. {dashed}"
        "Dots: the voltage without mismatch. "
        f"{_marks(run, 'samples in which a cell lost its data', 'sums')}"
    )


def transfer_caption(run: Run) -> str:
    """Return the caption of the codes."""
    common = (
        ""
        if run.always_active
        else " The panel at the bottom uses one global set of references for all levels: where its "
        "curves for different numbers of active rows lie apart, that is the error of not knowing "
        "how many rows are active."
    )
    return (
        "Across: the sum. Up: the code that the sense amplifier gives, and in brackets the sum "
        "that this code stands for. The darker a cell, the more often that sum gets that code; "
        "white is never. Orange: the code that each sum should get. Black: the mean code. Good is "
        "when the dark cells lie on the orange stairs; colour beside them is wrong codes. A row "
        f"named none, if there is one, holds what has no valid solution.{common}"
    )


def code_map_caption() -> str:
    """Return the caption of the codes, on the page."""
    return (
        "Across: the sum. Up: the code that the sense amplifier gives, and in brackets the sum "
        "that this code stands for. The stronger the colour, the more often that sum gets that "
        "code; empty is never. Levels of the same sum weigh the same. Stairs: the code that each "
        "sum should get. Dots: the mean code. Colour beside the stairs is wrong codes. A row named "
        "none, if there is one, holds what has no code: no valid solution, or data lost and no "
        "voltage known."
    )


def access_caption(run: Run) -> str:
    """Return the caption of the access."""
    return (
        "One access in time, without mismatch, for sums from lowest to highest. From top: word "
        "line and gate of the pre-charger; the bit lines BL and BLB; the current from the supply. "
        "The bit lines fall when the word line rises; a circle marks the instant from which a bit "
        f"line stays within {100 * run.design.access.settling_band:g} % of VDD of its final level, "
        "and only then should it be sensed. The area under the current, times VDD, is most of the "
        "energy in the table. Mirrored sums draw the same current, so their curves coincide. "
        f"{_DRIVERS}"
    )


def access_page_caption() -> str:
    """Return the caption of the access, on the page."""
    return (
        "One access in time, without mismatch, for sums from lowest to highest. From top: word "
        "line and gate of the pre-charger; the bit lines BL and BLB; the current from the supply. "
        "The bit lines fall when the word line rises; from when on they are settled stands in the "
        "table of accesses. The area under the current, times VDD, is most of the energy there. "
        "Mirrored sums draw the same current, so their curves coincide. A click in the legend "
        "takes a sum away. "
        f"{_DRIVERS}"
    )


def _first(run: Run) -> str:
    """Say how many samples are in a figure where not all are."""
    shown, samples = run.samples, int(run.levels["samples"].max())
    if not len(shown) or int(shown["index"].max()) + 1 >= samples:
        return ""
    return f"Drawn are the first {int(shown['index'].max()) + 1:,} of {samples:,} samples. "


def _silent(run: Run) -> str:
    """Say how many samples lost their data and have no voltage to draw."""
    samples = run.sensed_samples
    silent = int((is_lost(samples) & samples["lost_voltage"].isna()).sum())
    if not silent:
        return ""
    return f"Not drawn: {count(silent, 'sample')} that lost data, whose voltage is not known. "


def _band(run: Run) -> str:
    if not len(run.samples):
        return "Mismatch was not simulated, so there is no band. "
    return (
        f"Shaded: mean plus and minus three sigma of {run.design.monte_carlo.samples} samples "
        "with mismatch, without those that lost data; dashed: without mismatch. "
    )


def _marks(run: Run, lost: str = "levels at which data was lost", where: str = "levels") -> str:
    levels = run.sensed_levels
    if not (levels["lost"] + levels["failed"]).any():
        return "No level lost data and none failed."
    return (
        f"Crosses mark {lost}, triangles on the edge {where} with samples that have no valid "
        "solution."
    )
