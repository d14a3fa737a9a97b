"""What a deck may not hold: anything that makes ngspice read a file or run a command."""

from __future__ import annotations

# Cards of a circuit. Others (.control, .include, .lib, .hdl ...) read files or run commands.
ALLOWED_CARDS = frozenset(
    {
        *(".end", ".ends", ".ic", ".model", ".nodeset", ".options", ".param", ".save", ".subckt"),
        ".temp",
    }
)


def forbidden_line(deck: str) -> str | None:
    """Return the first line that a deck without analyses may not hold, None when there is none.

    A second look behind the checks of names and card files: what this refuses never reaches the
    simulator, whoever made the deck.

    Parameters
    ----------
    deck : str
        SPICE text; its first line is the title.
    """
    title, *lines = deck.splitlines() or [""]
    if title.lstrip()[:1] in (".", "*") or not _plain(title):
        return title
    for line in lines:
        text = line.strip()
        card = text.split(maxsplit=1)[0].lower() if text else ""
        if card.startswith(".") and card not in ALLOWED_CARDS:
            return line
        # ngspice runs what stands behind `*#` as a command.
        if text.startswith("*#") or not _plain(line):
            return line
    return None


def _plain(line: str) -> bool:
    return line.isascii() and line.replace("\t", " ").isprintable()
