"""Whole accesses of mismatched 8T columns from decks of our own: how many lose data.

Written by hand, without the generators and their draws, to count what `disturb` predicts.
``python -m tests.measurements.own_columns`` compares both at all points (20 minutes of one core).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sram_spice.column.context import Context
from sram_spice.design import load_design
from sram_spice.measurements.disturb import Disturb
from sram_spice.simulation import Job, Latch, SimulatorPool, Status, Transient
from sram_spice.simulation.progress import Silent
from sram_spice.statistics import Estimate, proportion
from sram_spice.technology import technology_cards

DIFFUSION, LENGTH = 140e-9, 65e-9  # m
ACCESS, DOWN, UP = 120e-9, 200e-9, 90e-9  # m
A_VT, WIRE = 3e-9, 0.2e-15  # V m, F
EDGE, START, PULSE, AFTER = 30e-12, 0.3e-9, 1.5e-9, 1.5e-9  # s
STEP = 50e-12  # s, largest
ROWS = 64
UNSAFE = ("column.word_line_voltage=0.7", "column.load_width=4e-6")
EDGE_OF_MAP = ("column.word_line_voltage=0.6", "column.load_width=2e-6")
HOT = ("technology.corner=fs", "conditions.temperature=85")


@dataclass(frozen=True)
class OwnColumn:
    """A column of 64 8T cells on PMOS loads: the first `n_plus` hold BL up, the others BLB."""

    v_wl: float
    load: float
    n_plus: int

    def transistors(self):
        """Name, nodes, type and width of every transistor."""
        for i in range(ROWS):
            word = ("wl", "0") if i < self.n_plus else ("0", "wl")
            q, qb = f"q{i}", f"qb{i}"
            yield f"mua{i}", f"{q} {qb} vdd vdd pmos", UP
            yield f"mub{i}", f"{qb} {q} vdd vdd pmos", UP
            yield f"mda{i}", f"{q} {qb} 0 0 nmos", DOWN
            yield f"mdb{i}", f"{qb} {q} 0 0 nmos", DOWN
            yield f"maa{i}", f"bl {word[0]} {q} 0 nmos", ACCESS
            yield f"mab{i}", f"blb {word[0]} {qb} 0 nmos", ACCESS
            yield f"maca{i}", f"blb {word[1]} {q} 0 nmos", ACCESS
            yield f"macb{i}", f"bl {word[1]} {qb} 0 nmos", ACCESS
        yield "mla", "bl 0 vdd vdd pmos", self.load
        yield "mlb", "blb 0 vdd vdd pmos", self.load

    def deck(self, cards: str) -> str:
        """The deck: all cells store 1, and neuron +1 or -1 says which way they pull."""
        top = START + EDGE
        lines = ["own column", cards, ".options reltol=1e-4 gmin=1e-15", "Vdd vdd 0 DC 1"]
        lines.append(
            f"Vwl wl 0 PWL(0 0 {START} 0 {top} {self.v_wl} {top + PULSE} {self.v_wl} "
            f"{top + PULSE + EDGE} 0)"
        )
        lines += [f"C{line} {line} 0 {ROWS * WIRE}" for line in ("bl", "blb")]
        for name, nodes, width in self.transistors():
            area, edge = width * DIFFUSION, 2 * (width + DIFFUSION)
            lines.append(
                f"{name} {nodes} w={width} l={LENGTH} ad={area} as={area} pd={edge} ps={edge} "
                "delvto=0"
            )
        lines += [f".nodeset v(q{i})=1 v(qb{i})=0" for i in range(ROWS)]
        return "\n".join([*lines, ".end", ""])

    def lost(self, pool, cards, columns: int, seed: int) -> Estimate:
        """Count the columns in which any cell does not hold what was stored after the access."""
        widths = np.array([width for _, _, width in self.transistors()])
        sigma = A_VT / np.sqrt(widths * LENGTH)
        shifts = sigma * np.random.default_rng(seed).standard_normal((columns, sigma.size))
        stop = START + 2 * EDGE + PULSE + AFTER
        job = Job(
            self.deck(cards),
            Transient(stop, STEP, sample_at=stop),
            ("bl",),
            latches=tuple(Latch(f"q{i}", f"qb{i}", high=True) for i in range(ROWS)),
            alter=tuple(f"@{name}[delvto]" for name, _, _ in self.transistors()),
            points=shifts,
            separation=0.05,
            timeout=120.0,
        )
        found = [result.status for result in pool.run([job])]
        assert all(status.has_values for status in found)
        return proportion(sum(status is Status.FLIPPED for status in found), columns)


POINTS = (
    # overrides of the 8T reference design, n_plus, columns
    (UNSAFE, 1, 300),
    (UNSAFE, 32, 60),
    (EDGE_OF_MAP, 1, 200),
    (HOT, 1, 300),
    (HOT, 4, 300),
)


def own_of(design, n_plus: int) -> OwnColumn:
    """The own column of a design."""
    return OwnColumn(design.column.word_line_voltage, design.column.load_width, n_plus)


def main() -> None:
    """Print counted and predicted losses at all points."""
    with SimulatorPool(1) as pool:
        for overrides, n_plus, columns in POINTS:
            design = load_design("circuits/xnor_8t.toml", [*overrides, "monte_carlo.samples=200"])
            cards = technology_cards(design)
            own = own_of(design, n_plus).lost(pool, cards.render(), columns, seed=5)
            found = Disturb().run(Context(design, cards, pool, Silent())).summary
            level = f"n_plus = {n_plus}, n_minus = {ROWS - n_plus}"
            row = found[(found["quantity"] == "disturb_any") & (found["condition"] == level)].iloc[
                0
            ]
            print(
                f"{' '.join(overrides)}, {level}: {own.value:.3g} ({own.low:.3g} to "
                f"{own.high:.3g}) of {columns} own columns; predicted {row['mean']:.3g} "
                f"({row['mean_low']:.3g} to {row['mean_high']:.3g})",
                flush=True,
            )


if __name__ == "__main__":
    main()
