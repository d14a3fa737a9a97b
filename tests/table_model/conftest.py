"""Tables are expensive: one cache for all test processes of a session, built once each."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from sram_spice.column.levels import NominalLevel, nominal_job, nominal_level
from sram_spice.design import Design
from sram_spice.simulation import SimulatorPool
from sram_spice.table_model import (
    Certificate,
    ColumnTables,
    SolvedLevel,
    cached_tables,
    certify,
    table_engine,
)
from sram_spice.technology import technology_cards
from tests.shared import locked, shared_folder

Tables = Callable[[Design], ColumnTables]
Certified = Callable[[Design, ColumnTables, NominalLevel, int], Certificate]
Nominal = Callable[[Design, int, int], NominalLevel]


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder that all test processes share."""
    return shared_folder(tmp_path_factory) / "tables"


@pytest.fixture(scope="session")
def tables(pool: SimulatorPool, cache: Path) -> Tables:
    """Tables of a design; the first test that wants them builds them, the others wait."""

    def of(design: Design) -> ColumnTables:
        with locked(cache / "lock"):
            return cached_tables(design, technology_cards(design), pool, cache)

    return of


@pytest.fixture(scope="session")
def nominal(pool: SimulatorPool) -> Nominal:
    """Nominal level of a design."""

    def of(design: Design, n_plus: int, n_minus: int) -> NominalLevel:
        (result,) = pool.run([nominal_job(design, technology_cards(design), n_plus, n_minus)])
        return nominal_level(n_plus, n_minus, result)

    return of


@pytest.fixture(scope="session")
def certified(pool: SimulatorPool) -> Certified:
    """Samples 0, 1, ... of a level on the tables and on full SPICE."""

    def of(design: Design, tables: ColumnTables, level: NominalLevel, columns: int) -> Certificate:
        cards = technology_cards(design)
        engine = table_engine(design, cards, tables, [level], pool)
        block = engine.solve(range(columns), design.monte_carlo.seed)
        solved = SolvedLevel(level, block.v[0], block.code[0])
        return certify(design, cards, [solved], pool)

    return of
