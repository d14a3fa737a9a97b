"""Section [sense_amplifier]: transistor sizes, timing and the reference ladder of the MLSA."""

from __future__ import annotations

from pydantic import Field, field_validator

from sram_spice.design.section import Metres, Number, Seconds, Section, Text, Width
from sram_spice.errors import InputError
from sram_spice.registry import SENSE_AMPLIFIERS


class SenseAmplifierDesign(Section):
    """The voltage sense amplifiers (VSA) of an MLSA at transistor level, and their references."""

    topology: Text = Field(
        "strongarm", description="`strongarm`, `isolated_latch`, or the name of a plug-in"
    )
    width_input: Width = Field(4e-6, description="pair that decides, m")
    length_input: Metres = Field(
        100e-9,
        ge=50e-9,
        le=1e-5,
        description="its channel length, m. Its area sets the offset: 4 um x 100 nm gives some "
        "7 mV (sigma) at A_VT = 3 mV um",
    )
    width_latch: Width = Field(1.5e-6, description="other cross-coupled transistors, m")
    width_tail: Width = Field(3e-6, description="transistors that switch the latch on, m")
    input_isolation: bool = Field(
        True,
        description="`strongarm`: switches between the inputs and the pair, which SAEN opens just "
        "before the decision; without them its kick-back moves BL and REF by tens of mV",
    )
    hold_capacitance: Number = Field(
        10e-15,
        ge=0.0,
        le=1e-12,
        description="`strongarm`: at each isolated gate, F; it keeps the pair's kick-back from "
        "pulling both gates away and slowing the decision, and loads BL and REF",
    )
    width_switch: Width = Field(1e-6, description="reset or isolation, m")
    width_select: Width = Field(2e-6, description="selection of REF in the serial mode, m")
    width_output: Width = Field(0.3e-6, description="output gates and the inverter of SAEN, m")
    length: Metres = Field(65e-9, ge=50e-9, le=1e-5, description="all other channel lengths, m")
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

    @field_validator("topology")
    @classmethod
    def _registered(cls, value: str) -> str:
        try:
            return SENSE_AMPLIFIERS.check(value)
        except InputError as error:
            raise ValueError(f"{error.message}; registered: {error.allowed}") from error
