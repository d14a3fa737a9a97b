"""Fixtures of all rooms: designs of reference circuits, one pool of simulators per test process.

And what keeps `make quick` quick: a test that is not marked slow may take `MOST` seconds of
processor time.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from pathlib import Path

import pytest

from sram_spice.design import Design, load_design
from sram_spice.simulation import SimulatorPool
from sram_spice.simulation.pool import available_cores
from tests.processor_time import processor_time
from tests.runs.finished import SHARED
from tests.shared import shared_folder

ROOT = Path(__file__).parent.parent
CIRCUITS = {"8t_xnor": ROOT / "circuits" / "xnor_8t.toml", "6t": ROOT / "circuits" / "hbnn_6t.toml"}

MOST = 10.0  # s; those over 1 are marked, but a busy machine takes twice as long and more

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


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """A process a core, and with the slow tests one more: some of them wait for a timeout."""
    return available_cores() + ("not slow" not in config.option.markexpr)


@pytest.fixture(scope="session", autouse=True)
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Finished runs are made once for all processes (tests/runs/finished.py)."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(SHARED, str(shared_folder(tmp_path_factory) / "finished"))
        yield


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, object, object]:
    """Fail a test that is slow and does not say so."""
    before = processor_time()
    result = yield
    taken = processor_time() - before
    if taken > MOST and item.get_closest_marker("slow") is None:
        pytest.fail(f"{taken:.1f} s of processor time: mark it slow (CONTRIBUTING.md)")
    return result
