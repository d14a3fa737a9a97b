"""What a sign-off holds a design to."""

from __future__ import annotations

from pydantic import Field

from sram_spice.design.section import Number, Probability, Seconds, Section


class LimitsDesign(Section):
    """Limits of `sram-spice signoff`, each to be kept in every condition; None: reported only."""

    data_loss: Probability | None = Field(
        1e-6, description="highest probability that an access loses a cell, at the worst level"
    )
    code_errors: Probability | None = Field(
        None, description="highest probability of a wrong code, with the design's own references"
    )
    swing: Number | None = Field(
        None, ge=0.0, description="lowest swing of the nominal bit line, V"
    )
    margin: Number | None = Field(
        None,
        description="lowest static noise margin of the cell, mean - 5 sigma, word line off and as "
        "in computing, V",
    )
    energy: Number | None = Field(
        None, gt=0.0, description="highest energy of an access of the column, J"
    )
    settling_time: Seconds | None = Field(None, description="longest settling of a bit line, s")
    undecided: bool = Field(
        True, description="a reference level at which the amplifier does not decide is a fault"
    )
