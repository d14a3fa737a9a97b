"""What every section of a design file shares: its base class and the types of its values."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

Metres = Annotated[float, Field(strict=True, allow_inf_nan=False)]
Width = Annotated[Metres, Field(ge=20e-9, le=1e-3)]
Number = Annotated[float, Field(strict=True, allow_inf_nan=False)]
Probability = Annotated[Number, Field(ge=0.0, le=1.0)]
Seconds = Annotated[Number, Field(ge=1e-12, le=1e-6)]
# Names become file names and deck titles: no separators, quotes, spaces or line ends.
Name = Annotated[str, StringConstraints(strict=True, pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$")]
Text = Annotated[str, Field(strict=True, max_length=4096)]


class Section(BaseModel):
    """Base of all sections: frozen, no unknown keys, no silent conversions."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)
