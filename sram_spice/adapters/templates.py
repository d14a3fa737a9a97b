"""Templates of text files, and names that hardware languages accept."""

from __future__ import annotations

import re

import jinja2

from sram_spice.adapters.hardware_keywords import KEYWORDS
from sram_spice.lut import Lut


def render(template: str, **values: object) -> str:
    """Return a template of this room, filled in.

    Raises
    ------
    jinja2.UndefinedError
        A value is missing.
    """
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("sram_spice.adapters", ""),
        undefined=jinja2.StrictUndefined,
        autoescape=False,  # plain text, no HTML
        keep_trailing_newline=True,
        trim_blocks=False,
    )
    return environment.get_template(template).render(values)


def identifier(lut: Lut) -> str:
    """Return the name of the table's design as an identifier of Verilog and SPICE, no keyword."""
    clean = re.sub(r"[^A-Za-z0-9_]", "_", lut.name).lower()
    return clean if clean[:1].isalpha() and clean not in KEYWORDS else f"column_{clean}"
