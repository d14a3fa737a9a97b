"""A sweep file: axes for `sram-spice sweep --file`, when there are many of them."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from sram_spice.errors import InputError
from sram_spice.runs.sweep.design_grid import Axis, axis_of_range

MAX_BYTES = 10_000_000
Number = Annotated[int | float, Field(allow_inf_nan=False)]


class SweptKey(BaseModel):
    """One axis: a key of the design, and either its values or a range."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)
    key: str = Field(min_length=1, description="section.key of the design")
    values: list[int | float | str] | None = Field(
        None, min_length=1, description="a list of values"
    )
    start: Number | None = Field(None, description="first value of a range")
    stop: Number | None = Field(None, description="last value of a range, included")
    step: Number | None = Field(None, description="step of a range")

    @model_validator(mode="after")
    def _one_of_both(self) -> SweptKey:
        ends = (self.start, self.stop, self.step)
        given = sum(end is not None for end in ends)
        if (self.values is None) == (given == 0) or given not in (0, 3):
            raise ValueError("give either values, or start, stop and step")
        return self

    def axis(self) -> Axis:
        """Return the axis."""
        if self.values is not None:
            return Axis(self.key, tuple(self.values))
        assert self.start is not None
        assert self.stop is not None
        assert self.step is not None
        return axis_of_range(self.key, self.start, self.stop, self.step)


class SweepFile(BaseModel):
    """What a sweep file says."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)
    combine: Literal["cartesian", "zip"] = Field(
        "cartesian",
        description="cartesian (every combination) or zip (first values, second values, ...)",
    )
    over: list[SweptKey] = Field(min_length=1, description="[[over]] sections, one per axis")


def read_sweep_file(path: Path) -> SweepFile:
    """Read a sweep file.

    Raises
    ------
    InputError
        File missing or no TOML, a key is unknown, a value is not allowed.
    """
    name = str(path)
    try:
        if path.stat().st_size > MAX_BYTES:
            raise InputError("file is too large for a sweep", file=name, allowed="10 MB")
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise InputError("no such file", file=name, allowed="a TOML sweep file") from None
    except (OSError, ValueError, RecursionError) as error:
        reason = (str(error) or type(error).__name__).splitlines()[0]
        raise InputError(f"cannot be read as TOML: {reason}", file=name) from None
    try:
        return SweepFile.model_validate(data)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        key = ".".join(str(part) for part in first["loc"])
        allowed = "combine, and [[over]] with key and values, or key, start, stop and step"
        message = str(first["msg"]).removeprefix("Value error, ")
        raise InputError(
            message[0].lower() + message[1:],
            file=name,
            key=key,
            value=first.get("input"),
            allowed=allowed,
        ) from None
