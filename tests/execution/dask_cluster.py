"""A Dask scheduler and workers on this machine, as a user starts them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[2]
# docs/cluster.md: Dask looks into each worker 100 times a second, which two cores have no time for.
QUIET = {
    "DASK_DISTRIBUTED__ADMIN__LOG_LENGTH": "0",
    "DASK_DISTRIBUTED__ADMIN__TICK__INTERVAL": "500ms",
    "DASK_DISTRIBUTED__WORKER__PROFILE__ENABLED": "False",
    "OPENBLAS_NUM_THREADS": "1",
}


@contextmanager
def cluster(folder: Path, workers: int) -> Iterator[tuple[str, list[subprocess.Popen[bytes]]]]:
    """A scheduler and workers as `dask scheduler` and `dask worker` start them."""
    file = folder / "scheduler.json"
    common = {"cwd": ROOT, "env": {**os.environ, **QUIET}, "stderr": subprocess.DEVNULL}
    options = ["--scheduler-file", str(file), "--no-dashboard"]
    scheduler = subprocess.Popen(
        [sys.executable, "-m", "distributed.cli.dask_scheduler", "--port", "0", *options], **common
    )
    started = [scheduler]
    try:
        command = [sys.executable, "-m", "distributed.cli.dask_worker", *options]
        command += ["--nthreads", "1", "--no-nanny", "--local-directory", str(folder)]
        command += ["--death-timeout", "30"]  # when whoever started them is killed
        found = [subprocess.Popen(command, **common) for _ in range(workers)]
        started += found
        yield address_in(file), found
    finally:
        for process in started:
            process.kill()
            process.wait()


def address_in(file: Path) -> str:
    """The address a scheduler has written down."""
    limit = time.monotonic() + 60
    while True:
        try:
            return str(json.loads(file.read_text())["address"])
        except (FileNotFoundError, ValueError):
            assert time.monotonic() < limit
            time.sleep(0.1)
