"""Section [wires]: what metal there is between the cells of a column, and who sits where on it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Literal, TypeAlias

from pydantic import BeforeValidator, Field

from sram_spice.design.section import OF_PROCESS, Number, Section


def _place(value: object) -> object:
    row = isinstance(value, int) and not isinstance(value, bool) and value >= 0
    if not (row or value in ("near", "far")):
        raise ValueError("not an end of the column, `near` or `far`, nor the number of a row")
    return value


# An end of the column, or a row. Row 0 is next to the near end.
Place: TypeAlias = Annotated[Literal["near", "far"] | int, BeforeValidator(_place)]
Resistance = Annotated[Number, Field(ge=0.0, le=1e6)]


class WiresDesign(Section):
    """Wires of a column: one lump, or a ladder with a piece per cell.

    Lumped wires have no resistance; of all these keys the model alone then counts.
    """

    model: Literal["lumped", "distributed"] = Field(
        "lumped",
        description="lumped: wires without resistance, each line's capacitance in one place; "
        "distributed: a piece of bit line and of rails per cell, so that a level depends on which "
        "rows hold what",
    )
    bit_line_resistance_per_cell: Resistance = Field(
        description="distributed: bit line along one cell, ohm (its capacitance: "
        "column.wire_capacitance_per_cell)",
        json_schema_extra=OF_PROCESS,
    )
    ground_resistance_per_cell: Resistance = Field(
        description="distributed: ground rail along one cell, ohm; 0: ideal ground",
        json_schema_extra=OF_PROCESS,
    )
    supply_resistance_per_cell: Resistance = Field(
        description="distributed: supply rail along one cell, ohm; 0: ideal supply",
        json_schema_extra=OF_PROCESS,
    )
    word_line_resistance_per_cell: Resistance = Field(
        description="distributed: word line across one cell, ohm",
        json_schema_extra=OF_PROCESS,
    )
    word_line_capacitance_per_cell: Annotated[Number, Field(ge=0.0, le=1e-12)] = Field(
        description="distributed: word line across one cell, wire and gates, F; it delays the "
        "word line, its energy is not counted",
        json_schema_extra=OF_PROCESS,
    )
    word_line_columns: int = Field(
        64, ge=1, le=4096, description="distributed: cells on a word line, one per column"
    )
    word_line_column: Annotated[int, Field(strict=True, ge=0, le=4095)] | None = Field(
        None,
        description="distributed: which of them this column is, counted from the driver; "
        "default: the last one, whose word line is slowest",
    )
    load_at: Place = Field(
        "near",
        description="distributed: where the read-out hangs on the bit lines: `near` (row 0), `far` "
        "(the last row) or the number of a row",
    )
    amplifier_at: Place = Field(
        "near", description="distributed: where the bit lines are sensed, as for load_at"
    )
    rails_at: Literal["near", "far", "both"] = Field(
        "both", description="distributed: ends of the column at which ground and supply come in"
    )

    @property
    def distributed(self) -> bool:
        """Whether wires have a resistance."""
        return self.model == "distributed"

    @property
    def column(self) -> int:
        """Number of this column on the word line."""
        last = self.word_line_columns - 1
        return last if self.word_line_column is None else self.word_line_column


@dataclass(frozen=True)
class WireFault:
    """What is wrong with a key of [wires].

    Attributes
    ----------
    key : str
    value : int
    message, allowed : str
    """

    key: str
    value: int
    message: str
    allowed: str


def wire_faults(wires: WiresDesign, rows: int) -> Iterator[WireFault]:
    """Find places that a column of so many rows does not have."""
    for key in ("load_at", "amplifier_at"):
        place = getattr(wires, key)
        if isinstance(place, int) and place >= rows:
            allowed = f"near, far, or 0 to {rows - 1}"
            yield WireFault(key, place, "the column has no such row", allowed)
    if wires.column >= wires.word_line_columns:
        allowed = f"0 to {wires.word_line_columns - 1} (wires.word_line_columns)"
        message = "the word line has no such column"
        yield WireFault("word_line_column", wires.column, message, allowed)
