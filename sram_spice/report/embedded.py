"""Templates, scripts and data that become part of a page, so that it needs nothing else."""

from __future__ import annotations

import base64
import hashlib
import json
from functools import cache
from importlib.resources import files
from typing import Any, Final

from jinja2 import Environment, FunctionLoader, StrictUndefined
from markupsafe import Markup

LIBRARY: Final = "plotly-cartesian.min.js"
_PACKAGE: Final = "sram_spice.report"


def render(template: str, scripts: tuple[str, ...], data: Any, **values: Any) -> str:
    """Return a page.

    Parameters
    ----------
    template : str
        File of this room.
    scripts : tuple of str
        Files of static/, in the order in which they run. The page's policy allows these and no
        others, by their hashes: text that is taken for a script all the same does not run.
    data : object
        For the scripts, of what JSON has.
    values
        For the template; text in them is escaped.
    """
    environment = Environment(
        loader=FunctionLoader(_text),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    sources = [_static(name) for name in scripts]
    return environment.get_template(template).render(
        style=Markup(_static("page.css")),  # our own file
        scripts=[Markup(source) for source in sources],
        policy=_policy(tuple(scripts)),
        data=Markup(in_script(data)),
        **values,
    )


def in_script(data: Any) -> str:
    """Return data as JSON that may stand in a script element.

    No `<`, `>` or `&` is in it: nothing in the data ends the element or begins another one.
    """
    text = json.dumps(data, ensure_ascii=True, allow_nan=False, separators=(",", ":"))
    for letter in "<>&":
        text = text.replace(letter, f"\\u{ord(letter):04x}")
    return text


@cache
def _policy(scripts: tuple[str, ...]) -> str:
    hashes = " ".join(f"'sha256-{_hash(_static(name))}'" for name in scripts)
    # Images: the heat maps that the library draws, and the PNG that a reader asks it for.
    return (
        f"default-src 'none'; script-src {hashes}; style-src 'unsafe-inline'; "
        "img-src data: blob:; base-uri 'none'; form-action 'none'"
    )


def _hash(source: str) -> str:
    return base64.b64encode(hashlib.sha256(source.encode()).digest()).decode()


@cache
def _static(name: str) -> str:
    text = files(_PACKAGE).joinpath("static", name).read_text(encoding="utf-8")
    assert "</script" not in text.lower(), name
    return text


def _text(template: str) -> str:
    return files(_PACKAGE).joinpath(template).read_text(encoding="utf-8")
