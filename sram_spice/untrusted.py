"""Text files that may be a stranger's: regular files, and no larger than allowed."""

from __future__ import annotations

from pathlib import Path


def read_untrusted_text(path: Path, largest: int, *, pipe: bool = False) -> str:
    """Return the text of a file in UTF-8; parameters and errors as by `read_untrusted_bytes`."""
    return read_untrusted_bytes(path, largest, pipe=pipe).decode("utf-8")


def read_untrusted_bytes(path: Path, largest: int, *, pipe: bool = False) -> bytes:
    """Return what a file holds.

    Parameters
    ----------
    path : Path
        A design file may name any path, also `/dev/zero`, which never ends, or a pipe, which
        never begins.
    largest : int
        Bytes.
    pipe : bool
        Take a pipe, too: for a path that the user typed, not one that stands in a file.

    Raises
    ------
    OSError, ValueError
        It cannot be read; it is no regular file, or too large.
    """
    if not pipe and path.exists() and not path.is_file():
        raise ValueError("not a regular file")
    with path.open("rb") as file:
        data = file.read(largest + 1)
    if len(data) > largest:
        raise ValueError(f"too large, at most {largest / 1e6:g} MB")
    return data
