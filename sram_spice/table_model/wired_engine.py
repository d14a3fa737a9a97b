"""Many columns with distributed wires at all levels of a design."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from sram_spice.column.levels import NominalLevel
from sram_spice.design import Design
from sram_spice.errors import InputError
from sram_spice.generators.readout import readout_of
from sram_spice.simulation import OperatingPoint, SimulatorPool
from sram_spice.table_model.blocks import Block, solved_blocks
from sram_spice.table_model.rail_factors import rail_factors
from sram_spice.table_model.silicon import draw_silicon
from sram_spice.table_model.tables import ColumnTables, cell_setup
from sram_spice.table_model.wired_level import WiredLevel, wired_level
from sram_spice.table_model.wired_rows import drawn_orders, row_kinds
from sram_spice.technology import ModelCards


@dataclass(frozen=True)
class WiredEngine:
    """All levels of a design with distributed wires, ready to be solved.

    Attributes
    ----------
    design : Design
    levels : tuple of WiredLevel
    """

    design: Design
    levels: tuple[WiredLevel, ...]

    def blocks(self, samples: int, seed: int, threads: int = 1) -> Iterator[Block]:
        """Draw and solve samples, in order (see :func:`solved_blocks`)."""
        return solved_blocks(self.solve, len(self.levels), range(samples), seed, threads)

    def only(self, levels: int) -> WiredEngine:
        """Return the engine of the first levels."""
        return replace(self, levels=self.levels[:levels])

    def solve(self, indices: Sequence[int], seed: int) -> Block:
        """Solve some samples at all levels; each has its rows where `engine = "spice"` has them."""
        silicon = draw_silicon(self.design, seed, indices)
        orders = drawn_orders(self.design, seed, indices)
        solved = [level.solve(silicon, orders) for level in self.levels]
        return Block(indices[0], np.stack([v for v, _ in solved]), np.stack([c for _, c in solved]))


def check_at_rest(design: Design, nominal: Sequence[NominalLevel]) -> None:
    """Raise the InputError of a design whose levels are not all operating points."""
    readout = readout_of(design)
    for level in nominal:
        if not isinstance(readout.level_analysis(level.n_plus, level.n_minus), OperatingPoint):
            raise InputError(
                "engine table solves distributed wires at rest; this read-out has levels that are "
                "sampled while bit lines move",
                key="column.readout",
                value=design.column.readout,
                allowed="monte_carlo.engine spice, or wires.model lumped",
            )


def wired_engine(
    design: Design,
    cards: ModelCards,
    tables: ColumnTables,
    nominal: Sequence[NominalLevel],
    pool: SimulatorPool,
) -> WiredEngine:
    """Prepare levels.

    Raises
    ------
    InputError
        A level is a transient, or cells come near their trip.
    SimulatorError
        A cell between ideal sources has no solution.
    """
    check_at_rest(design, nominal)
    setup = cell_setup(design, cards, active=True)
    kinds = row_kinds(design, setup)
    lines = np.array([[one.line_bl, one.line_blb] for one in nominal])
    known = np.where(np.isfinite(lines), lines, design.conditions.vdd)
    straight, mirrored = (rail_factors(setup, v, pool) for v in (known, known[:, ::-1]))
    levels = [
        wired_level(design, tables, one, kinds, {False: straight[i], True: mirrored[i]})
        for i, one in enumerate(nominal)
    ]
    return WiredEngine(design, tuple(levels))
