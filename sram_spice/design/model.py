"""The design file as typed, frozen models; the schema is the manual."""

from __future__ import annotations

import html
from collections.abc import Iterator, Mapping
from typing import Any, Literal

from pydantic import Field, field_validator

from sram_spice.design.section import (
    Metres,
    Name,
    Number,
    Probability,
    Seconds,
    Section,
    Text,
    Width,
)
from sram_spice.design.sense_amplifier import SenseAmplifierDesign
from sram_spice.errors import InputError
from sram_spice.registry import CELLS, READOUTS


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


class CellDesign(Section):
    """The cell and its transistor sizes."""

    topology: Text = Field(description="`6t`, `8t_xnor`, or the name of a plug-in")
    width_access: Width = Field(120e-9, description="access transistors, m")
    width_pull_down: Width = Field(200e-9, description="pull-down NMOS, m")
    width_pull_up: Width = Field(90e-9, description="pull-up PMOS, m")
    length: Metres = Field(65e-9, ge=50e-9, le=1e-5, description="drawn channel length, m")
    diffusion_length: Metres = Field(
        140e-9,
        ge=0.0,
        le=1e-6,
        description="source and drain diffusion, m; area W x this. Assumption for 65 nm: "
        "contact 90 nm plus spacings, shared between neighbours; 0 leaves junctions out",
    )

    @field_validator("topology")
    @classmethod
    def _registered(cls, value: str) -> str:
        try:
            return CELLS.check(value)
        except InputError as error:
            raise ValueError(f"{error.message}; registered: {error.allowed}") from error


class ColumnDesign(Section):
    """One column: rows, read-out, word line, load, wire."""

    rows: int = Field(64, ge=1, le=1024, description="rows of the column")
    readout: Text = Field("load", description="`load`, `divider`, `discharge`, or a plug-in")
    word_line_voltage: Number = Field(0.5, gt=0.0, le=1.5, description="active word line, V")
    load_width: Width = Field(
        2e-6, description="PMOS load (pre-charger) on BL and on BLB, m; L is the cell's length"
    )
    wire_capacitance_per_cell: Number = Field(
        0.2e-15,
        ge=0.0,
        le=1e-13,
        description="bit-line wire per cell, F. Assumption: 0.2 fF/um of metal, cell height 1 um",
    )
    discharge_time: Seconds = Field(
        0.5e-9, description="read-out `discharge`: BL is sampled this long after WL rises, s"
    )

    @field_validator("readout")
    @classmethod
    def _registered(cls, value: str) -> str:
        try:
            return READOUTS.check(value)
        except InputError as error:
            raise ValueError(f"{error.message}; registered: {error.allowed}") from error


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
    cell: CellDesign
    column: ColumnDesign = ColumnDesign()
    access: Access = Access()
    cell_test: CellTest = CellTest()
    mlsa: MlsaDesign = MlsaDesign()
    sense_amplifier: SenseAmplifierDesign | None = None
    mismatch: MismatchDesign = MismatchDesign()
    monte_carlo: MonteCarlo = MonteCarlo()

    def replace(self, changes: Mapping[str, Any]) -> Design:
        """Return the design with some keys changed, validated anew.

        Parameters
        ----------
        changes : mapping of str to value
            ``section.key`` to value.

        Raises
        ------
        InputError
            A key is unknown or a value is not allowed.

        Examples
        --------
        >>> import sram_spice as ss
        >>> hot = ss.load("xnor_8t").replace({"conditions.temperature": 85, "column.rows": 32})
        >>> hot.conditions.temperature, hot.column.rows
        (85.0, 32)
        """
        from sram_spice.design.load import with_values  # which knows designs

        return with_values(self, changes)

    def _repr_html_(self) -> str:
        """Return its keys and values, for a notebook."""
        rows = "".join(
            f'<tr><td style="text-align:left">{html.escape(key)}</td>'
            f'<td style="text-align:left">{html.escape(str(value))}</td></tr>'
            for key, value in _leaves(self.model_dump(), "")
        )
        return (
            f"<details><summary>{html.escape(self.name)}</summary><table>{rows}</table></details>"
        )


def _leaves(data: Mapping[str, Any], prefix: str) -> Iterator[tuple[str, Any]]:
    for name, value in data.items():
        if isinstance(value, Mapping):
            yield from _leaves(value, f"{prefix}{name}.")
        elif value is not None:
            yield f"{prefix}{name}", value
