"""Replica columns written by hand, transistor by transistor; none of the generators."""

from __future__ import annotations

from sram_spice.design import Design
from sram_spice.simulation import Latch
from sram_spice.technology import technology_cards

L, EXTENT = 65e-9, 140e-9  # m: channel; source and drain
NAMES = ("pul", "pur", "pdl", "pdr", "axl", "axr", "cxl", "cxr")  # of a cell, in the deck's order
WIDTHS = {"pu": 90e-9, "pd": 200e-9, "ax": 120e-9, "cx": 120e-9}  # m


def mos(name: str, nodes: str, kind: str, width: float) -> str:
    area, edge = width * EXTENT, 2 * (width + EXTENT)
    sizes = f"w={width} l={L} ad={area} as={area} pd={edge} ps={edge}"
    return f"m{name} {nodes} {kind} {sizes} delvto=0"


def hand_deck(design: Design, pluses: list[int], rows: int, load: float) -> str:
    """One BL and one BLB for all columns; each row has input +1 and its weight as product."""
    vdd, v_wl = design.conditions.vdd, design.column.word_line_voltage
    lines = [
        "by hand",
        ".options reltol=1e-6 vntol=1e-8 abstol=1e-14 gmin=1e-15 gminsteps=0 srcsteps=0",
        technology_cards(design).render(),
        f"vsup vdd 0 dc {vdd}",
        f"vword wl 0 dc {v_wl}",
    ]
    for c, n_plus in enumerate(pluses):
        for r in range(rows):
            q, qb, own = f"q{c}_{r}", f"b{c}_{r}", f"{c}_{r}"
            lines += [
                mos(f"pul{own}", f"{q} {qb} vdd vdd", "pmos", WIDTHS["pu"]),
                mos(f"pur{own}", f"{qb} {q} vdd vdd", "pmos", WIDTHS["pu"]),
                mos(f"pdl{own}", f"{q} {qb} 0 0", "nmos", WIDTHS["pd"]),
                mos(f"pdr{own}", f"{qb} {q} 0 0", "nmos", WIDTHS["pd"]),
                mos(f"axl{own}", f"bl wl {q} 0", "nmos", WIDTHS["ax"]),
                mos(f"axr{own}", f"blb wl {qb} 0", "nmos", WIDTHS["ax"]),
                mos(f"cxl{own}", f"blb 0 {q} 0", "nmos", WIDTHS["cx"]),
                mos(f"cxr{own}", f"bl 0 {qb} 0", "nmos", WIDTHS["cx"]),
            ]
            high, low = (q, qb) if r < n_plus else (qb, q)
            lines.append(f".nodeset v({high})={vdd} v({low})=0")
        lines += [mos(f"lt{c}", "bl 0 vdd vdd", "pmos", load)]
        lines += [mos(f"lc{c}", "blb 0 vdd vdd", "pmos", load)]
    return "\n".join([*lines, ".end"]) + "\n"


def hand_devices(columns: int, rows: int) -> list[tuple[str, float]]:
    """Name and sigma per A_VT of every transistor, 1/m."""
    area = {kind: (width * L) ** -0.5 for kind, width in WIDTHS.items()}
    cells = [(c, r) for c in range(columns) for r in range(rows)]
    return [(f"m{name}{c}_{r}", area[name[:2]]) for c, r in cells for name in NAMES]


def hand_latches(pluses: list[int], rows: int) -> tuple[Latch, ...]:
    cells = [(c, r, n_plus) for c, n_plus in enumerate(pluses) for r in range(rows)]
    return tuple(Latch(f"q{c}_{r}", f"b{c}_{r}", r < n_plus) for c, r, n_plus in cells)
