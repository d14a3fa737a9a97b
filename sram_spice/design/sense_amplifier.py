"""Section [sense_amplifier]: timing and the reference ladder of the MLSA."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import AfterValidator, Field

from sram_spice.design.plugin_section import PluginSection, registered
from sram_spice.design.section import (
    OF_PROCESS,
    AmplifierWidth,
    Length,
    Number,
    Seconds,
    Text,
    Within,
)
from sram_spice.registry import SENSE_AMPLIFIERS, Registry


class SenseAmplifierDesign(PluginSection):
    """The voltage sense amplifiers (VSA) of an MLSA at transistor level, and their references.

    Amplifiers add keys of their own.

    Attributes
    ----------
    area_keys : tuple of str
        Keys that grow in proportion when the whole circuit is made larger.
    """

    registry: ClassVar[Registry] = SENSE_AMPLIFIERS
    area_keys: ClassVar[tuple[str, ...]] = ("load_capacitance",)

    topology: Annotated[Text, AfterValidator(registered(SENSE_AMPLIFIERS))] = Field(
        "strongarm", description="`strongarm`, `isolated_latch`, or the name of a plug-in"
    )
    width_select: AmplifierWidth = Field(2e-6, description="selection of REF in the serial mode, m")
    length: Annotated[Length, Within("length", ("amplifier",))] = Field(
        description="all other channel lengths, m", json_schema_extra=OF_PROCESS
    )
    crossover: Number = Field(
        0.43,
        ge=0.0,
        le=1.0,
        description="references from this part of VDD up have the NMOS-input variant, those below "
        "the PMOS-input one",
    )
    settling_time: Seconds = Field(0.7e-9, description="from WL to the first SAEN, s")
    sensing_time: Seconds = Field(0.3e-9, description="SAEN high: allotted to a decision, s")
    reset_time: Seconds = Field(
        0.25e-9, description="SAEN low between sensing cycles, in which REF steps, s"
    )
    edge_time: Seconds = Field(20e-12, description="rise and fall time of SAEN, s")
    load_capacitance: Number = Field(1e-15, ge=0.0, le=1e-12, description="on SAOUT, F")
    ladder_resistance: Number = Field(
        20e3,
        ge=10.0,
        le=1e9,
        description="reference ladder from VDD to ground, per MLSA that it serves, ohm: one that "
        "serves eight has an eighth of this, and eight times the kick-back",
    )
    ladder_mismatch: Number = Field(
        0.01,
        ge=0.0,
        le=0.2,
        description="relative sigma of a ladder resistor of 1 kilohm; that of R is this times "
        "sqrt(1 kilohm / R). Assumption: poly resistor, 1 % at some um2; 0 switches it off",
    )
    tap_capacitance: Number = Field(
        50e-15, ge=0.0, le=1e-9, description="against kick-back, on each tap of the ladder, F"
    )
    thermal_noise: bool = Field(
        False, description="add the noise of a decision (kT/C estimate) to code probabilities"
    )
