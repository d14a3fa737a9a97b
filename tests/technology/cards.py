"""Card files as text, for tests."""

from __future__ import annotations

from pathlib import Path

NMOS = ".model nch nmos level=54 version=4.7 vth0=0.4 u0=0.05 toxe=1.85e-9\n"
PMOS = ".model pch pmos level=54 version=4.7 vth0=-0.38 u0=0.006 toxe=1.95e-9\n"


def card_file(folder: Path, text: str) -> Path:
    """Write a card file."""
    path = folder / "card.pm"
    path.write_text(text, encoding="utf-8")
    return path
