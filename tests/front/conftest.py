"""One cache for all runs of a test process, and small designs."""

from __future__ import annotations

import pytest

import sram_spice as ss
from sram_spice.results.cache import CACHE

SMALL = {
    "column.rows": 8,
    "monte_carlo.samples": 5,
    "mlsa.levels": 4,
    "monte_carlo.seed": 7,  # not a run of the examples, which share the cache
    "sense_amplifier": None,  # its offsets take ten times as long as all the rest
}


@pytest.fixture(scope="session", autouse=True)
def cache(tmp_path_factory):
    """The user's cache folder, of this test process."""
    folder = tmp_path_factory.mktemp("cache")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(CACHE, str(folder))
        yield folder


@pytest.fixture(scope="session")
def small():
    """The 8T column with 8 rows."""
    return ss.load("xnor_8t").replace(SMALL)


@pytest.fixture(scope="session")
def run(small, cache):
    """Its finished run, in the cache; read only."""
    return ss.characterize(small, workers=1)
