"""A Dask cluster: points run on any machine that sees the results folder."""

from __future__ import annotations

import gc
from collections.abc import Callable
from concurrent.futures import CancelledError, Executor, Future
from dataclasses import dataclass
from typing import Any, TypeVar

from sram_spice.errors import InputError

T = TypeVar("T")
R = TypeVar("R")
CONNECT_TIMEOUT = 30.0  # s
LEAST = 4  # tasks under way while no worker has come yet


@dataclass(frozen=True)
class DaskCluster:
    """Workers of a Dask scheduler (extra `dask`).

    Attributes
    ----------
    address : str
        Of the scheduler, for example ``tcp://10.0.0.1:8786``.
    """

    address: str

    def open(self) -> DaskSession:
        """Connect to the scheduler.

        Raises
        ------
        InputError
            `distributed` is not installed, or there is no scheduler at the address.
        """
        try:
            from distributed import Client
        except ModuleNotFoundError:
            raise InputError(
                "Dask is not installed", key="--dask", allowed="pip install 'sram-spice[dask]'"
            ) from None
        client, reason = None, ""
        try:
            client = Client(self.address, timeout=CONNECT_TIMEOUT, set_as_default=False)
        except (OSError, TimeoutError, ValueError) as error:
            reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        if client is None:
            # The half-made client closes itself now, not while another one holds the loop's lock.
            gc.collect()
            raise InputError(
                f"no Dask scheduler answers: {reason}",
                key="--dask",
                value=self.address,
                allowed="the address that `dask scheduler` prints, as tcp://HOST:8786",
            )
        return DaskSession(client, client.get_executor(pure=False))

    def is_loss(self, error: BaseException) -> bool:
        """Whether the workers that had a task are gone.

        The scheduler gives the task of a lost worker to another one, a few times; then it says so.
        """
        from distributed import KilledWorker

        return isinstance(error, KilledWorker | CancelledError)


@dataclass(frozen=True)
class DaskSession:
    """A connection to a scheduler."""

    client: Any
    executor: Executor

    def submit(self, function: Callable[[T], R], task: T) -> Future[R]:
        """Have a function called with a task on a worker."""
        return self.executor.submit(function, task)

    @property
    def window(self) -> int:
        """Two tasks for each thread of the workers that are there now."""
        return max(LEAST, 2 * int(sum(self.client.nthreads().values())))

    def end(self) -> None:
        """Give back what has not begun; workers finish the points they are at."""
        self.executor.shutdown(wait=False)
        self.client.close()
