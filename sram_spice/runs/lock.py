"""One run at a time in a folder."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sram_spice.errors import InputError


@contextmanager
def folder_lock(folder: Path) -> Iterator[None]:
    """Make the folder if need be and hold it for one run; the lock ends with the process.

    Raises
    ------
    InputError
        The folder cannot be made or written, or another run holds it.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = (folder / ".lock").open("w")
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise InputError(
            f"results folder cannot be written: {reason}", key="-o", value=str(folder)
        ) from None
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise InputError(
                "another run is writing to this folder", key="-o", value=str(folder)
            ) from None
        yield
    (folder / ".lock").unlink(missing_ok=True)
