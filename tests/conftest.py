"""Fixtures of all rooms: designs of reference circuits, one pool of simulators per test process."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from sram_spice.design import Design, load_design
from sram_spice.simulation import SimulatorPool

ROOT = Path(__file__).parent.parent
CIRCUITS = {"8t_xnor": ROOT / "circuits" / "xnor_8t.toml", "6t": ROOT / "circuits" / "hbnn_6t.toml"}

MakeDesign = Callable[..., Design]


@pytest.fixture(scope="session")
def make_design() -> MakeDesign:
    """Reference design of a topology, with ``section.key=value`` overrides."""

    def make(topology: str, *overrides: str) -> Design:
        return load_design(CIRCUITS[topology], overrides)

    return make


@pytest.fixture(scope="session")
def pool() -> Iterator[SimulatorPool]:
    """One simulator process; tests run in parallel already."""
    with SimulatorPool(1) as simulators:
        yield simulators
