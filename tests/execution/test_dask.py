"""A real scheduler and real workers on this machine, one of which is killed."""

from __future__ import annotations

import os
import signal
import sys

import pytest

from sram_spice.errors import InputError
from sram_spice.execution import run_tasks
from sram_spice.execution.dask import DaskCluster

from . import tasks
from .dask_cluster import cluster

pytest.importorskip("distributed", reason="the extra `dask` is not installed")


@pytest.mark.slow
def test_a_killed_dask_worker_loses_nothing(tmp_path):
    items = [(str(tmp_path), i) for i in range(60)]
    with cluster(tmp_path, 2) as (address, workers):
        found = []
        for done in run_tasks(DaskCluster(address), tasks.record, items):
            found.append(done)
            if len(found) == 5:
                os.kill(workers[0].pid, signal.SIGKILL)
    assert sorted(f.result for f in found) == list(range(60))
    calls = [len(path.read_text().split()) for path in tmp_path.glob("*.txt")]
    assert len(calls) == 60
    assert sum(calls) <= 60 + 4  # again: what the killed worker had in its hands


def test_no_scheduler_is_one_message(monkeypatch):
    monkeypatch.setattr("sram_spice.execution.dask.CONNECT_TIMEOUT", 0.5)
    for address in ("tcp://127.0.0.1:9", "nonsense", "tcp://"):
        with pytest.raises(InputError, match="--dask: no Dask scheduler answers"):
            DaskCluster(address).open()


def test_without_distributed_the_extra_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(InputError, match=r"sram-spice\[dask\]"):
        DaskCluster("tcp://127.0.0.1:9").open()
