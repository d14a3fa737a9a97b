"""Section [references]: what makes the reference voltages of the MLSA."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import AfterValidator, Field

from sram_spice.design.plugin_section import PluginSection, registered
from sram_spice.design.section import Text
from sram_spice.registry import REFERENCE_GENERATORS, Registry


class ReferencesDesign(PluginSection):
    """The reference generator. Generators add keys of their own."""

    registry: ClassVar[Registry] = REFERENCE_GENERATORS

    generator: Annotated[Text, AfterValidator(registered(REFERENCE_GENERATORS))] = Field(
        "ladder",
        description="`ladder`: a resistor string, trimmed for one condition; `replica`: columns of "
        "known sums, which track; or the name of a plug-in",
    )
