"""Finished runs for the tests of this folder."""

from tests.runs.conftest import finished_8t, finished_run

__all__ = ["finished_8t", "finished_run"]
