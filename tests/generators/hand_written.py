"""Decks with distributed wires, written out by hand: nothing of the generators is used."""

from __future__ import annotations

from collections.abc import Sequence

from sram_spice.simulation import Job, Latch, OperatingPoint
from sram_spice.technology import ModelCards

# The reference cell, sizes in m; junctions are left out: at rest they leak picoamperes.
CELL = """
.subckt hand bl blb wl wlb vdd vss
MP1 q qb vdd vdd pmos L=65n W=90n
MP2 qb q vdd vdd pmos L=65n W=90n
MN1 q qb vss vss nmos L=65n W=200n
MN2 qb q vss vss nmos L=65n W=200n
MA1 bl wl q vss nmos L=65n W=120n
MA2 blb wl qb vss nmos L=65n W=120n
MA3 blb wlb q vss nmos L=65n W=120n
MA4 bl wlb qb vss nmos L=65n W=120n
.ends
"""


def hand_written_column(
    products: Sequence[int],
    cards: ModelCards,
    bit_line: float = 0.0,
    ground: float = 0.0,
    supply: float = 0.0,
    load_last: bool = False,
    both_rails: bool = True,
) -> Job:
    """The reference column, VDD 1 V, word lines 0.5 V, loads 2 um, rows from the near end on.

    Resistances per cell; half a piece at each end. Outputs: BL and BLB at the near end, at the far
    end; current from VDD. `load_last` turns the column round: the loads are at the far end.
    Input neurons are all +1, so that a row's product is its weight.
    """
    rows = len(products)
    lines = ["hand-written column", ".options reltol=1e-6 vntol=1e-8 abstol=1e-14 gmin=1e-15"]
    lines += [cards.render(), CELL.strip(), "Vdd vdd 0 1.0", "Vwl wl 0 0.5"]
    end = "f" if load_last else "n"
    lines += [f"ML{x} {x}_{end} 0 vdd vdd pmos L=65n W=2u" for x in ("bl", "blb")]
    for wire, per_cell in (("bl", bit_line), ("blb", bit_line)):
        lines.append(f"R{wire}n {wire}_n {wire}_0 {per_cell / 2 or 1e-6}")
        for r in range(1, rows):
            lines.append(f"R{wire}{r} {wire}_{r - 1} {wire}_{r} {per_cell or 1e-6}")
        lines.append(f"R{wire}f {wire}_{rows - 1} {wire}_f {per_cell / 2 or 1e-6}")
    for wire, source, per_cell in (("vd", "vdd", supply), ("vs", "0", ground)):
        lines.append(f"R{wire}n {source} {wire}_0 {per_cell / 2 or 1e-6}")
        for r in range(1, rows):
            lines.append(f"R{wire}{r} {wire}_{r - 1} {wire}_{r} {per_cell or 1e-6}")
        if both_rails:
            lines.append(f"R{wire}f {wire}_{rows - 1} {source} {per_cell / 2 or 1e-6}")
    for r, product in enumerate(products):
        lines.append(f"X{r} bl_{r} blb_{r} wl 0 vd_{r} vs_{r} hand")
        high, low = ("q", "qb") if product > 0 else ("qb", "q")
        lines.append(f".nodeset v(x{r}.{high})=1.0 v(x{r}.{low})=0.0")
    latches = tuple(Latch(f"x{r}.q", f"x{r}.qb", p > 0) for r, p in enumerate(products))
    outputs = ("bl_n", "blb_n", "bl_f", "blb_f", "vdd#branch")
    return Job("\n".join([*lines, ".end"]) + "\n", OperatingPoint(), outputs, latches)
