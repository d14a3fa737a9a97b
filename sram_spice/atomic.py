"""Files that are there whole or not at all."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path

_TOLD: ContextVar[Callable[[Path], None] | None] = ContextVar("told of files", default=None)


@contextmanager
def told_of_files(tell: Callable[[Path], None]) -> Iterator[None]:
    """Call `tell` with the path of every file before it is written in this block.

    An inner block hears of its own files, and the outer one does not.
    """
    token = _TOLD.set(tell)
    try:
        yield
    finally:
        _TOLD.reset(token)


def write_atomically(path: Path, write: Callable[[Path], None]) -> None:
    """Write a file beside its place, then move it there.

    Parameters
    ----------
    path : Path
        Where the file has to be; its folder exists.
    write : callable
        Gets the path to write to.
    """
    tell = _TOLD.get()
    if tell is not None:
        tell(path)
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=path.suffix)
    os.close(descriptor)
    temporary = Path(name)
    try:
        write(temporary)
        temporary.chmod(0o644)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def write_text(path: Path, text: str) -> None:
    """Write a text file atomically, UTF-8."""
    write_atomically(path, lambda target: _put(target, text))


def _put(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")
