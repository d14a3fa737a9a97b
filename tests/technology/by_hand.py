"""Decks written by hand around the raw text of a card: what plain ngspice makes of it."""

from __future__ import annotations

from collections.abc import Sequence

from sram_spice.simulation.batch import run_batch

OPTIONS = ".options reltol=1e-6 vntol=1e-8 abstol=1e-14 gmin=1e-15"
RUN = ".control\nset num_threads=1\nset numdgt=12\nop\nprint {what}\nquit 0\n.endc\n.end\n"
# A 6T column of 1 row that holds BL up and 3 that pull it down; area and perimeter of diffusions
# 140 nm long, as W * d and 2 * (W + d).
COLUMN = """.subckt cell bl blb wl vdd
M1 q qb vdd vdd {p} w=90n l={l} ad=12.6f as=12.6f pd=460n ps=460n
M2 qb q vdd vdd {p} w=90n l={l} ad=12.6f as=12.6f pd=460n ps=460n
M3 q qb 0 0 {n} w=200n l={l} ad=28f as=28f pd=680n ps=680n
M4 qb q 0 0 {n} w=200n l={l} ad=28f as=28f pd=680n ps=680n
M5 bl wl q 0 {n} w=120n l={l} ad=16.8f as=16.8f pd=520n ps=520n
M6 blb wl qb 0 {n} w=120n l={l} ad=16.8f as=16.8f pd=520n ps=520n
.ends
Vdd vdd 0 1.0
Vwl wl 0 {wl}
X1 bl blb wl vdd cell
X2 bl blb wl vdd cell
X3 bl blb wl vdd cell
X4 bl blb wl vdd cell
M7 bl 0 vdd vdd {p} w=2u l={l} ad=280f as=280f pd=4.28u ps=4.28u
M8 blb 0 vdd vdd {p} w=2u l={l} ad=280f as=280f pd=4.28u ps=4.28u
.nodeset v(x1.q)=1 v(x2.q)=0 v(x3.q)=0 v(x4.q)=0
"""


def level_by_hand(
    text: str, n: str = "nmos", p: str = "pmos", wl: float = 0.5, length: float = 65e-9
) -> float:
    """Return V_BL at n_plus = 1, n_minus = 3, V."""
    column = COLUMN.format(n=n, p=p, wl=wl, l=length)
    deck = "\n".join(["by hand", OPTIONS, text, column, RUN.format(what="v(bl)")])
    return run_batch(deck)["v(bl)"]


def currents_by_hand(text: str, transistors: Sequence[str]) -> list[float]:
    """Return drain currents at |V_DS| = 1 V, |V_GS| = 0.8 V of some transistors, A.

    Parameters
    ----------
    text : str
        Cards.
    transistors : sequence of str
        Model and sizes of each, for example ``nmos w=1u l=65n``; those whose model begins with p
        are PMOS.
    """
    lines = []
    for i, one in enumerate(transistors):
        sign = "-" if one.startswith("p") else ""
        lines += [f"Vg{i} g{i} 0 {sign}0.8", f"Vd{i} d{i} 0 {sign}1", f"M{i} d{i} g{i} 0 0 {one}"]
    # One by one: ngspice prints several values in one line in another form.
    what = "\nprint ".join(f"i(vd{i})" for i in range(len(transistors)))
    values = run_batch("\n".join(["by hand", OPTIONS, text, *lines, RUN.format(what=what)]))
    return [abs(values[f"i(vd{i})"]) for i in range(len(transistors))]
