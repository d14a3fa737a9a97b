"""Finished runs for the tests of this folder."""

from __future__ import annotations

import pytest

from .finished import Finished, finished


@pytest.fixture(params=["8t_xnor", "6t"])
def finished_run(request: pytest.FixtureRequest) -> Finished:
    """A finished small run of each topology; read only."""
    return finished(request.param)


@pytest.fixture(scope="session")
def finished_8t() -> Finished:
    """A finished small run of the 8T column; read only."""
    return finished("8t_xnor")
