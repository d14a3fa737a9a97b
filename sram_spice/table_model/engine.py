"""Many columns at all levels of a design: drawn in blocks, solved on all cores."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property
from itertools import pairwise
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from sram_spice.column.levels import DOUBT_AT_REST, NominalLevel
from sram_spice.design import Design
from sram_spice.generators.readout import readout_of
from sram_spice.simulation import OperatingPoint, SimulatorPool, Status
from sram_spice.simulation.job import FloatArray
from sram_spice.table_model.bit_line import BitLine, bit_line
from sram_spice.table_model.blocks import Block, solved_blocks
from sram_spice.table_model.dynamic import DynamicLevel, dynamic_level, solve_dynamic
from sram_spice.table_model.features import Z_LIMIT
from sram_spice.table_model.oriented_rows import OrientedRows, oriented_rows
from sram_spice.table_model.prepared_level import PreparedLevel, prepare_level
from sram_spice.table_model.running_sums import RunningSums, sum_rows
from sram_spice.table_model.silicon import Silicon, draw_silicon
from sram_spice.table_model.solve import solve_sums
from sram_spice.table_model.status import CODE, UNASKED
from sram_spice.table_model.tables import ColumnTables
from sram_spice.table_model.wired_engine import WiredEngine, wired_engine
from sram_spice.technology import ModelCards

Level: TypeAlias = "RestingLevel | DynamicLevel"

ENOUGH_LOST = 25  # columns of a level that have lost data
UNSAFE = 250  # columns of all levels together
PILOTS = (32, 320)  # samples after which levels are looked at, before whole blocks are begun


@dataclass(frozen=True)
class RestingLevel:
    """A level that is an operating point.

    Attributes
    ----------
    model : PreparedLevel
    nominal : NominalLevel
    line : BitLine or None
        Known once a column was met that may lose data.
    """

    model: PreparedLevel
    nominal: NominalLevel
    line: BitLine | None

    @cached_property
    def access(self) -> DynamicLevel | None:
        """The level as a transient: it decides columns without a safe operating point.

        A cell that is to flip may not have done so before the word line falls.
        """
        if self.line is None or not np.isfinite(self.model.center).all():
            return None
        return dynamic_level(self.model, self.nominal, self.line)


@dataclass(frozen=True)
class TableEngine:
    """All levels of a design, ready to be solved.

    Attributes
    ----------
    design : Design
    nominal : tuple of NominalLevel
    levels : tuple of RestingLevel or DynamicLevel
    rows_seen : tuple of OrientedRows
        Which rows rows which role.
    line_of : callable
        Gives what a bit line is in time; it takes the simulator a second, and few designs need it.
    """

    design: Design
    nominal: tuple[NominalLevel, ...]
    levels: tuple[Level, ...]
    rows_seen: tuple[OrientedRows, ...]
    line_of: Callable[[], BitLine]

    def blocks(self, samples: int, seed: int, threads: int = 1) -> Iterator[Block]:
        """Draw and solve samples, in order (see :func:`solved_blocks`).

        A level ends with the block in which ENOUGH_LOST of its columns have lost data, or any once
        UNSAFE have at all levels together: its further samples are UNASKED. That they are lost is
        known by then, and each such column is a transient of many cells.
        """
        progress = _Progress(self)
        ends = [min(end, samples) for end in (0, *PILOTS, samples)]
        for start, end in pairwise(ends):
            part = -(-(end - start) // threads) if end < samples else samples
            for block in solved_blocks(
                progress.solve, len(self.levels), range(start, end), seed, threads, max(part, 1)
            ):
                yield progress.seen(block, seed)
                if end == samples:
                    progress.look()
            progress.look()

    def only(self, levels: int) -> TableEngine:
        """Return the engine of the first levels; the others were there for these to lean on."""
        return replace(self, nominal=self.nominal[:levels], levels=self.levels[:levels])

    def with_line(self) -> TableEngine:
        """Return the engine that can decide columns by their access, too."""
        if not any(isinstance(one, RestingLevel) and one.line is None for one in self.levels):
            return self
        line = self.line_of()
        levels = tuple(
            replace(one, line=line) if isinstance(one, RestingLevel) else one for one in self.levels
        )
        return replace(self, levels=levels)

    def solve(
        self, indices: Sequence[int], seed: int, ended: NDArray[np.bool_] | None = None
    ) -> Block:
        """Solve some samples at all levels but those that have ended."""
        silicon = draw_silicon(self.design, seed, indices)
        sums = sum_rows(self.rows_seen, silicon)
        v = np.full((len(self.levels), len(silicon), 2), np.nan)
        code = np.full((len(self.levels), len(silicon)), UNASKED, dtype=np.uint8)
        undecided = False
        for i, (level, nominal) in enumerate(zip(self.levels, self.nominal, strict=True)):
            if ended is not None and ended[i]:
                continue
            v[i], code[i], asks = _solve(level, nominal, sums, silicon)
            undecided = undecided or asks
        return Block(indices[0], v, code, undecided)


class _Progress:
    """What blocks have told so far: whether an access is needed, and which levels lose data."""

    def __init__(self, engine: TableEngine) -> None:
        self.engine = engine
        self.lost = np.zeros(len(engine.levels), dtype=np.int64)
        self.ended = self.lost > 0

    def look(self) -> None:
        """Find out which levels have ended."""
        self.ended = self.lost >= (ENOUGH_LOST if self.lost.sum() < UNSAFE else 1)

    def solve(self, indices: Sequence[int], seed: int) -> Block:
        return self.engine.solve(indices, seed, self.ended)

    def seen(self, block: Block, seed: int) -> Block:
        """Return a block as it is whatever was known when it was begun."""
        if block.undecided:
            self.engine = self.engine.with_line()
            indices = range(block.first, block.first + block.code.shape[1])
            block = self.engine.solve(indices, seed, self.ended)
        block.v[self.ended], block.code[self.ended] = np.nan, UNASKED
        self.lost = self.lost + (block.code == CODE[Status.FLIPPED]).sum(axis=1)
        return block


def table_engine(
    design: Design,
    cards: ModelCards,
    tables: ColumnTables,
    nominal: Sequence[NominalLevel],
    pool: SimulatorPool,
) -> TableEngine | WiredEngine:
    """Prepare levels.

    Parameters
    ----------
    design : Design
    cards : ModelCards
    tables : ColumnTables
        Of this design.
    nominal : sequence of NominalLevel
        The levels, without mismatch, from the simulator.
    pool : SimulatorPool
        For the transient of one access, where levels are transients.

    Raises
    ------
    InputError
        The cell is not mirror-symmetric, or levels with distributed wires are not at rest.
    SimulatorError
        The access in the middle has no valid solution.
    """
    if design.wires.distributed:
        return wired_engine(design, cards, tables, nominal, pool)
    rows_seen = oriented_rows(design)
    models = [_model(design, tables, nominal, i, rows_seen) for i in range(len(nominal))]
    moving = [not is_static(design, level.n_plus, level.n_minus) for level in nominal]

    @cache
    def line_of() -> BitLine:
        return bit_line(design, cards, tables, pool)

    line = line_of() if any(moving) else None
    levels = [
        dynamic_level(model, level, line)
        if moves and line is not None and np.isfinite(model.center).all()
        else RestingLevel(model, level, line)
        for model, level, moves in zip(models, nominal, moving, strict=True)
    ]
    return TableEngine(design, tuple(nominal), tuple(levels), rows_seen, line_of)


def is_static(design: Design, n_plus: int, n_minus: int) -> bool:
    """Tell whether a level is an operating point, not a sample of a transient."""
    analysis = readout_of(design).level_analysis(n_plus, n_minus)
    return isinstance(analysis, OperatingPoint)


def _model(
    design: Design,
    tables: ColumnTables,
    nominal: Sequence[NominalLevel],
    number: int,
    rows_seen: Sequence[OrientedRows],
) -> PreparedLevel:
    level = nominal[number]
    center = None if level.status is Status.OK else _center_nearby(nominal, number)
    return prepare_level(tables, design, level, center, rows_seen)


def _center_nearby(nominal: Sequence[NominalLevel], number: int) -> FloatArray | None:
    """Return the bit lines of the nearest level whose nominal column keeps its data."""
    own, best = nominal[number], None
    for other in nominal:
        if other.status is Status.OK:
            away = abs(other.n_plus - own.n_plus) + abs(other.n_minus - own.n_minus)
            if best is None or away < best[0]:
                best = (away, np.array([other.v_bl, other.v_blb]))
    return None if best is None else best[1]


def _solve(
    level: Level, nominal: NominalLevel, running: RunningSums, silicon: Silicon
) -> tuple[FloatArray, NDArray[np.uint8], bool]:
    """Return bit lines, status, and whether columns ask for an access that is not at hand."""
    sums = running.of_level(level.model.groups, nominal.n_plus, nominal.n_minus)
    if isinstance(level, RestingLevel):
        found = solve_sums(level.model, sums, silicon)
        v, code = np.stack([found.v_bl, found.v_blb], axis=1), found.code
        lost = code == CODE[Status.FLIPPED]
        in_doubt = (code == CODE[Status.OK]) & (found.margin < DOUBT_AT_REST * level.model.vdd)
        asked = np.flatnonzero(lost | in_doubt)
        if asked.size and level.line is None:
            return v, code, True
        if asked.size and level.access is not None:
            some = Silicon(silicon.cells[asked], silicon.loads[asked])
            moved, code[asked] = solve_dynamic(level.access, sums[asked], some)
            v[lost] = moved[lost[asked]]
    else:
        v, code = solve_dynamic(level, sums, silicon)
        code[silicon.largest > Z_LIMIT] = CODE[Status.NONCONVERGED]
    v[code != CODE[Status.OK]] = np.nan
    return v, code, False
