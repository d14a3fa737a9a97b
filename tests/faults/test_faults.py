"""Every fault, a few times; `make faults` does it in full and writes docs/faults.md."""

from __future__ import annotations

import signal
from dataclasses import replace

import pytest

from . import kinds
from .mutations import mutated_designs
from .small_sweep import SmallSweep, design_file

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("faults")]


@pytest.fixture(scope="session")
def calm(tmp_path_factory):
    """A sweep, where it was run in peace, and what its files are."""
    home = tmp_path_factory.mktemp("faults")
    sweep = SmallSweep(design_file(home), 4, workers=1)  # a worker imports for 2 s
    return sweep, home, kinds.undisturbed(sweep, home)


@pytest.fixture(scope="session")
def two(calm):
    """The same, with a second worker, where it matters what the other one does."""
    sweep, home, good = calm
    return replace(sweep, workers=2), home, good


def test_workers_killed(two):
    check(kinds.workers_killed(*two, 2), 2)


def test_a_dask_worker_killed(calm):
    pytest.importorskip("distributed", reason="the extra `dask` is not installed")
    check(kinds.dask_worker_killed(*calm, 1), 1)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_command_ended(calm, number):
    check(kinds.command_ended(*calm, number, 1))


def test_a_faulty_simulator(calm):
    check(kinds.simulator_faults(*calm, list(kinds.SIMULATOR), 1), 5)


def test_disk_full(calm):
    check(kinds.disk_full(*calm, 1), 1)


def test_read_only(calm):
    check(kinds.read_only(*calm, 1))


def test_damaged_entries(calm):
    check(kinds.damaged_entries(*calm, 2), 2)


def test_two_at_once(calm):
    check(kinds.two_at_once(*calm, 1), 1)


def test_mutated_designs(tmp_path):
    check(mutated_designs(tmp_path / "finished", tmp_path, 200), 100)


def check(outcome, at_least=0):
    assert (outcome.lost, outcome.doubled, outcome.identical) == (0, 0, True), outcome
    assert outcome.tried >= at_least, outcome
