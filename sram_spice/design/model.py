"""The design file as typed, frozen models; the schema is the manual."""

from __future__ import annotations

import html
import math
from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal

from pydantic import (
    AfterValidator,
    Field,
    SerializeAsAny,
    ValidationError,
    model_validator,
)
from pydantic.functional_validators import ModelWrapValidatorHandler

from sram_spice.design.limits import LimitsDesign
from sram_spice.design.measurements import MeasurementsDesign
from sram_spice.design.of_process import DEFAULT, fault, faults, with_process
from sram_spice.design.plugin_section import Chosen, PluginSection, registered
from sram_spice.design.references import ReferencesDesign
from sram_spice.design.section import (
    OF_PROCESS,
    Length,
    Metres,
    Name,
    Number,
    Probability,
    Seconds,
    Section,
    Supply,
    Temperature,
    Text,
    Within,
    WordLine,
    leaves,
    section_of,
)
from sram_spice.design.sense_amplifier import SenseAmplifierDesign
from sram_spice.design.wires import WiresDesign, wire_faults
from sram_spice.registry import CELLS, PROCESSES, READOUTS, Registry


def _registered_process(value: str | None) -> str | None:
    return None if value is None else registered(PROCESSES)(value)


class TechnologyDesign(PluginSection):
    """The process: transistor models, corner. Processes may add keys of their own."""

    registry: ClassVar[Registry] = PROCESSES

    process: Annotated[Text | None, AfterValidator(_registered_process)] = Field(
        DEFAULT,
        description="the process: `ptm65`, or the name of a plug-in; limits, corners and defaults "
        "are its. None beside a card file",
    )
    model: Text = Field(
        DEFAULT, description="the process again (default), or the path of a card file in its place"
    )
    nmos: Text | None = Field(
        None, description="name of the NMOS device of a card file that has several"
    )
    pmos: Text | None = Field(
        None, description="name of the PMOS device of a card file that has several"
    )
    corner: Text = Field(
        "tt",
        description="a corner of the process: `tt`, `ff`, `ss`, `fs`, `sf`, NMOS letter first, or "
        "what it has",
    )
    card: Literal["slim", "full"] = Field(
        "slim", description="slim: gate and body resistance networks off; full: as published"
    )


class Conditions(Section):
    """Supply and temperature."""

    vdd: Supply = Field(
        description="supply voltage, V; default: the nominal one of the process",
        json_schema_extra=OF_PROCESS,
    )
    temperature: Temperature = Field(27.0, description="temperature, degC")


class CellDesign(PluginSection):
    """The cell: what every cell has. Cells add keys of their own."""

    registry: ClassVar[Registry] = CELLS

    topology: Annotated[Text, AfterValidator(registered(CELLS))] = Field(
        description="`6t`, `8t_xnor`, or the name of a plug-in"
    )
    length: Annotated[Length, Within("length", ("access", "pull_down", "pull_up", "load"))] = Field(
        description="drawn channel length, m; of the loads, too", json_schema_extra=OF_PROCESS
    )
    diffusion_length: Metres = Field(
        ge=0.0,
        le=1e-4,
        description="source and drain diffusion, m; area W x this; 0 leaves junctions out",
        json_schema_extra=OF_PROCESS,
    )


class ColumnDesign(PluginSection):
    """One column: rows, read-out, word line, wire. Read-outs add keys of their own."""

    registry: ClassVar[Registry] = READOUTS

    rows: int = Field(64, ge=1, le=1024, description="rows of the column")
    readout: Annotated[Text, AfterValidator(registered(READOUTS))] = Field(
        "load", description="`load`, `divider`, `discharge`, or a plug-in"
    )
    word_line_voltage: WordLine = Field(0.5, description="active word line, V")
    wire_capacitance_per_cell: Number = Field(
        ge=0.0,
        le=1e-12,
        description="bit-line wire per cell, F",
        json_schema_extra=OF_PROCESS,
    )


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

    write_word_line_voltage: Annotated[WordLine | None, Within("word_line")] = Field(
        None, description="word line of a write, V; default: conditions.vdd"
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


LARGEST_PAIR = 1.4e-7  # V m


class MismatchDesign(Section):
    """Local variation of threshold voltages, of each transistor or of a pair's difference.

    Pelgrom's eq. 1 is of the difference of two equal transistors; either one has its sigma over
    sqrt(2). `a_vt` of a design as run is that of each transistor, whichever of the two was given.
    """

    a_vt: Number = Field(
        ge=0.0,
        le=1e-7,
        description="A_VT of each transistor, V m; its sigma(VT) = A_VT / sqrt(W L); 0 switches "
        "mismatch off",
        json_schema_extra=OF_PROCESS,
    )
    a_vt_pair: Annotated[Number, Field(ge=0.0, le=LARGEST_PAIR)] | None = Field(
        None,
        description="instead: A_VT of the difference of two transistors (Pelgrom's eq. 1), V m; "
        "each has this over sqrt(2)",
    )

    @classmethod
    def derived(cls, given: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return A_VT of each transistor where that of a pair is given."""
        pair: Any = given.get("a_vt_pair")
        # What is no such number is refused as what it is.
        good = type(pair) in (int, float) and 0 <= pair <= LARGEST_PAIR
        return {"a_vt": float(pair) / math.sqrt(2)} if good else {}

    @model_validator(mode="after")
    def _one_of_them(self) -> MismatchDesign:
        # A design as run has both, and may be read again.
        if self.a_vt_pair is not None and not math.isclose(
            self.a_vt, self.a_vt_pair / math.sqrt(2), rel_tol=1e-12
        ):
            raise ValueError(
                f"a_vt ({self.a_vt:g}) and a_vt_pair ({self.a_vt_pair:g}) are both given: "
                "mismatch.a_vt is of each transistor, mismatch.a_vt_pair of a pair's difference"
            )
        return self


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
    """All that determines a characterization.

    Keys that say so have their default from the process. It is filled in before validation, so that
    a design as run holds every value, and is none of those that were given: with another process
    they are others.
    """

    name: Name = Field(description="name of the design; letters, digits, `_`, `.`, `-`")
    technology: Annotated[SerializeAsAny[TechnologyDesign], Chosen(TechnologyDesign)]
    conditions: Conditions
    cell: Annotated[SerializeAsAny[CellDesign], Chosen(CellDesign)]
    column: Annotated[SerializeAsAny[ColumnDesign], Chosen(ColumnDesign)]
    wires: WiresDesign
    access: Access = Access()
    cell_test: CellTest = CellTest()
    mlsa: MlsaDesign = MlsaDesign()
    sense_amplifier: (
        Annotated[SerializeAsAny[SenseAmplifierDesign], Chosen(SenseAmplifierDesign)] | None
    ) = None
    references: Annotated[SerializeAsAny[ReferencesDesign], Chosen(ReferencesDesign)] = (
        ReferencesDesign()
    )
    mismatch: MismatchDesign
    monte_carlo: MonteCarlo = MonteCarlo()
    measurements: MeasurementsDesign = MeasurementsDesign()
    limits: LimitsDesign = LimitsDesign()

    @model_validator(mode="wrap")
    @classmethod
    def _in_process(cls, data: Any, handler: ModelWrapValidatorHandler[Design]) -> Design:
        if not isinstance(data, Mapping):
            return handler(data)
        kinds = {name: section_of(field.annotation) for name, field in cls.model_fields.items()}
        filled = with_process(data, {name: kind for name, kind in kinds.items() if kind})
        design = handler(filled.data)
        for section, key in filled.keys:
            getattr(design, section).model_fields_set.discard(key)
        found = list(faults(design, design.technology))
        found += [
            fault(("wires", one.key), one.value, one.message, one.allowed)
            for one in wire_faults(design.wires, design.column.rows)
        ]
        if found:
            raise ValidationError.from_exception_data(cls.__name__, found)
        return design

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
            for key, value in leaves(self.model_dump())
            if value is not None
        )
        return (
            f"<details><summary>{html.escape(self.name)}</summary><table>{rows}</table></details>"
        )
