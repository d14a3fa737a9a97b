"""One run at a time in a folder."""

from __future__ import annotations

import fcntl
import os
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
    path = folder / ".lock"
    try:
        str(folder).encode("utf-8")
    except UnicodeEncodeError:
        # Python gets on with such a name, Parquet does not, and that is an hour later.
        raise InputError(
            "no name in UTF-8, as this locale reads it",
            key="-o",
            value=str(folder),
            allowed="another name, or the environment variable PYTHONUTF8=1",
        ) from None
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = path.open("w", encoding="utf-8")
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise InputError(
            f"results folder cannot be written: {reason}", key="-o", value=str(folder)
        ) from None
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            # The run that held it may have removed it since it was opened here.
            held = os.path.samestat(os.fstat(lock.fileno()), path.stat())
        except OSError:
            held = False
        if not held:
            raise InputError("another run is writing to this folder", key="-o", value=str(folder))
        try:
            yield
        finally:
            path.unlink(missing_ok=True)
