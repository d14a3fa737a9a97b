"""The text of a card file as statements: encodings, comments and continued lines as ngspice's."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from pathlib import Path

from sram_spice.errors import InputError
from sram_spice.registry import PROCESSES
from sram_spice.untrusted import read_untrusted_bytes

KEY = "technology.model"
MAX_BYTES = 10_000_000
_BLANK = " \t\v\f"
# A `$` begins a comment after a blank only: without one, ngspice reads on.
_COMMENT = re.compile(rf";|//|(?:^|(?<=[{_BLANK}]))\$")
_OTHER_MARKS = (codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


@dataclass(frozen=True)
class CardStatement:
    """A statement, in lower case, continued lines joined, and the line on which it begins."""

    line: int
    text: str


def statements_of(text: str, path: Path) -> list[CardStatement]:
    """Return the statements of a card file without its comments.

    Parameters
    ----------
    text : str
        What the file holds.
    path : Path
        For messages.

    Raises
    ------
    InputError
        It continues nothing, or has a character beyond ASCII outside of comments.
    """
    found: list[tuple[int, list[str]]] = []
    for number, raw in enumerate(re.split(r"\r\n|\r|\n", text), start=1):
        line = _COMMENT.split(raw, maxsplit=1)[0].strip(_BLANK)
        if not line or line.startswith("*"):
            continue
        strange = next((c for c in line if not c.isascii()), None)
        if strange is not None:
            raise InputError(
                "a character that is not ASCII",
                file=str(path),
                key=f"line {number}",
                value=strange,
                allowed="ASCII outside of comments",
            )
        if line.startswith("+"):
            if not found:
                raise InputError(
                    "continuation of nothing",
                    file=str(path),
                    key=f"line {number}",
                    value=line,
                    allowed="a .model or .param line before it",
                )
            found[-1][1].append(line[1:])
        else:
            found.append((number, [line]))
    return [
        CardStatement(number, re.sub(rf"[{_BLANK}]+", " ", " ".join(parts)).strip().lower())
        for number, parts in found
    ]


def card_text(path: Path) -> str:
    """Return the text of a card file.

    Comments may be in any encoding. ngspice stumbles over a byte-order mark; here it is left out.

    Raises
    ------
    InputError
        It cannot be read, or is text in UTF-16.
    """
    try:
        data = read_untrusted_bytes(path, MAX_BYTES)
    except FileNotFoundError:
        raise InputError(
            "no such card file",
            key=KEY,
            value=str(path),
            allowed="the path of a card file, or a process: " + ", ".join(PROCESSES.names()),
        ) from None
    except (OSError, ValueError) as error:
        raise InputError(f"card file cannot be read: {error}", file=str(path), key=KEY) from None
    if data.startswith(_OTHER_MARKS):
        raise InputError(
            "card file cannot be read: text in UTF-16 or UTF-32",
            file=str(path),
            key=KEY,
            allowed="UTF-8, or ASCII with comments in any encoding",
        )
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.removeprefix(codecs.BOM_UTF8).decode("latin-1")
