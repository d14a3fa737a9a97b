"""The design file as typed, frozen models; the schema is the manual."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import AfterValidator, Field, SerializeAsAny

from sram_spice.design.measurements import MeasurementsDesign
from sram_spice.design.plugin_section import Chosen, PluginSection, registered
from sram_spice.design.section import (
    Metres,
    Name,
    Number,
    Probability,
    Seconds,
    Section,
    Text,
)
from sram_spice.design.sense_amplifier import SenseAmplifierDesign
from sram_spice.registry import CELLS, READOUTS, Registry


class TechnologyDesign(Section):
    """Transistor models."""

    model: Text = Field("ptm65", description="built-in `ptm65`, or the path of a card file")
    corner: Literal["tt", "ff", "ss", "fs", "sf"] = Field(
        "tt", description="process corner, NMOS letter first"
    )
    card: Literal["slim", "full"] = Field(
        "slim", description="slim: gate and body resistance networks off; full: as published"
    )


class Conditions(Section):
    """Supply and temperature."""

    vdd: Number = Field(1.0, ge=0.3, le=1.5, description="supply voltage, V")
    temperature: Number = Field(27.0, ge=-55.0, le=175.0, description="temperature, degC")


class CellDesign(PluginSection):
    """The cell: what every cell has. Cells add keys of their own."""

    registry: ClassVar[Registry] = CELLS

    topology: Annotated[Text, AfterValidator(registered(CELLS))] = Field(
        description="`6t`, `8t_xnor`, or the name of a plug-in"
    )
    length: Metres = Field(65e-9, ge=50e-9, le=1e-5, description="drawn channel length, m")
    diffusion_length: Metres = Field(
        140e-9,
        ge=0.0,
        le=1e-6,
        description="source and drain diffusion, m; area W x this. Assumption for 65 nm: "
        "contact 90 nm plus spacings, shared between neighbours; 0 leaves junctions out",
    )


class ColumnDesign(PluginSection):
    """One column: rows, read-out, word line, wire. Read-outs add keys of their own."""

    registry: ClassVar[Registry] = READOUTS

    rows: int = Field(64, ge=1, le=1024, description="rows of the column")
    readout: Annotated[Text, AfterValidator(registered(READOUTS))] = Field(
        "load", description="`load`, `divider`, `discharge`, or a plug-in"
    )
    word_line_voltage: Number = Field(0.5, gt=0.0, le=1.5, description="active word line, V")
    wire_capacitance_per_cell: Number = Field(
        0.2e-15,
        ge=0.0,
        le=1e-13,
        description="bit-line wire per cell, F. Assumption: 0.2 fF/um of metal, cell height 1 um",
    )


def _default_column() -> ColumnDesign:
    return ColumnDesign.of(ColumnDesign().readout)()


class Access(Section):
    """Timing of the transient of one access (not in the DC levels)."""

    pre_charge_time: Seconds = Field(0.5e-9, description="bit lines pre-charged before WL, s")
    word_line_pulse: Seconds = Field(1.5e-9, description="WL high, s (`discharge` has its own)")
    edge_time: Seconds = Field(30e-12, description="rise and fall time of WL and pre-charge, s")
    recovery_time: Seconds = Field(1.0e-9, description="after WL falls, s")
    settling_band: Number = Field(
        0.01, gt=0.0, lt=0.5, description="settled within this part of VDD of the final level"
    )


class CellTest(Section):
    """How margins of the cell are measured."""

    write_word_line_voltage: Number | None = Field(
        None, gt=0.0, le=1.5, description="word line of a write, V; default: conditions.vdd"
    )


class MlsaDesign(Section):
    """The multi-level sense amplifier, seen as a quantizer of sums."""

    levels: int = Field(8, ge=2, le=1025, description="codes; levels - 1 references")
    quantization: Literal["nonlinear", "linear"] = Field(
        "nonlinear", description="nonlinear: Lloyd-Max on the sum distribution; linear: uniform"
    )
    mode: Literal["parallel", "serial"] = Field(
        "parallel", description="one VSA per reference, or one VSA with stepped reference"
    )
    sensing: Literal["single_ended", "differential"] = Field(
        "single_ended", description="BL against a reference, or BL - BLB against it"
    )
    input_probability: Probability = Field(
        0.5, description="probability that an input neuron is +1 (XNOR) or 1 (HBNN)"
    )
    weight_probability: Probability = Field(0.5, description="probability that a weight is +1")
    sum_histogram: Text | None = Field(
        None, description="CSV `sum,count` of measured sums; replaces the independent model"
    )


class MismatchDesign(Section):
    """Local variation of threshold voltages (Pelgrom)."""

    a_vt: Number = Field(
        3.0e-9,
        ge=0.0,
        le=2e-8,
        description="A_VT, V m; sigma(VT) = A_VT / sqrt(W L); 0 switches mismatch off. "
        "Assumption: 3 mV um, usual for 65 nm",
    )


class MonteCarlo(Section):
    """How many columns are sampled, and how."""

    samples: int = Field(200, ge=2, le=10_000_000, description="columns per level")
    seed: int = Field(1, ge=0, le=2**63 - 1, description="one seed reproduces every number")
    engine: Literal["spice", "table"] = Field(
        "spice",
        description="spice: full columns on the simulator; table: columns solved from tables of "
        "the simulator, a thousand times as fast, with a certificate",
    )
    active_step: int = Field(
        8,
        ge=1,
        le=1024,
        description="engine spice, cells with inactive rows: levels with n_active = this, twice "
        "this, ... are sampled",
    )
    certificate_columns: int = Field(
        20,
        ge=3,
        le=100_000,
        description="engine table: columns of each certified level that the simulator solves, too",
    )


class Design(Section):
    """All that determines a characterization."""

    name: Name = Field(description="name of the design; letters, digits, `_`, `.`, `-`")
    technology: TechnologyDesign = TechnologyDesign()
    conditions: Conditions = Conditions()
    cell: Annotated[SerializeAsAny[CellDesign], Chosen(CellDesign)]
    column: Annotated[SerializeAsAny[ColumnDesign], Chosen(ColumnDesign)] = Field(
        default_factory=_default_column
    )
    access: Access = Access()
    cell_test: CellTest = CellTest()
    mlsa: MlsaDesign = MlsaDesign()
    sense_amplifier: (
        Annotated[SerializeAsAny[SenseAmplifierDesign], Chosen(SenseAmplifierDesign)] | None
    ) = None
    mismatch: MismatchDesign = MismatchDesign()
    monte_carlo: MonteCarlo = MonteCarlo()
    measurements: MeasurementsDesign = MeasurementsDesign()
