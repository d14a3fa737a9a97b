"""Finished points of a grid on disk: each whole under its key, or not there."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TypeAlias

from pydantic import TypeAdapter, ValidationError

from sram_spice.errors import InputError
from sram_spice.results.checkpoint import CHECKPOINT
from sram_spice.results.identity import sha256

ENTRY = "entry.json"
WORK = ".work"
KEY_DIGITS = 12  # of the key in the name of a folder
LONGEST_NAME = 150  # characters
Cell: TypeAlias = int | float | str | bool | None


@dataclass(frozen=True)
class Entry:
    """What a finished point's folder holds.

    Attributes
    ----------
    key : str
        Hash of all that determines it.
    row : dict of str to value
        Its row of sweep.csv.
    files : dict of str to str
        SHA-256 of each file.
    sha256 : str
        Of all of the above: a number of the row may be damaged, too.
    """

    key: str
    row: dict[str, Cell]
    files: dict[str, str]
    sha256: str = ""

    @property
    def whole(self) -> bool:
        """Whether the entry is as it was written."""
        return self.sha256 == self._hash()

    def sealed(self) -> Entry:
        """Return the entry with its hash."""
        return replace(self, sha256=self._hash())

    def _hash(self) -> str:
        return sha256(json.dumps([self.key, self.row, self.files], sort_keys=True))


@dataclass(frozen=True)
class PointStore:
    """The points of one sweep or sign-off.

    Attributes
    ----------
    root : Path
        Of the sweep.
    points : str
        Folder of the finished points in it.
    """

    root: Path
    points: str = "points"

    def folder(self, name: str, key: str) -> Path:
        """Return where the point with this name and key is, or will be."""
        start = f"{name[:LONGEST_NAME]}," if name else ""
        return self.root / self.points / f"{start}{key[:KEY_DIGITS]}"

    def check_seen(self, what: str) -> None:
        """Raise the InputError of a worker that does not see the folder of a sweep, or what it is.

        Parameters
        ----------
        what : str
            The run that the folder is of, for the message.
        """
        if not self.root.is_dir():
            raise InputError(
                f"the worker does not see the folder of the {what}",
                key="-o",
                value=str(self.root),
                allowed="a folder on a file system that all workers share",
            )

    def found_or_made(
        self, name: str, key: str, make: Callable[[Path], dict[str, Cell]]
    ) -> tuple[dict[str, Cell], bool]:
        """Return a point's row, and whether it was made now: none is made twice.

        Parameters
        ----------
        name, key : str
        make : callable
            Makes the point in a folder of its own, and returns its row.
        """
        home = self.folder(name, key)
        entry = self.read(home, key)
        if entry is not None:
            return entry.row, False
        with self.claimed(key) as work:
            entry = self.read(home, key)  # another process may have made it meanwhile
            if entry is not None:
                return entry.row, False
            row = make(work) | {"folder": f"{self.points}/{home.name}"}
            return self.commit(work, home, key, row).row, True

    def read(self, folder: Path, key: str) -> Entry | None:
        """Return a finished point; None when it is not there, is another's, or is damaged."""
        try:
            entry = TypeAdapter(Entry).validate_json((folder / ENTRY).read_bytes())
            whole = all(_sha256(folder / name) == digest for name, digest in entry.files.items())
        except (OSError, ValueError, ValidationError):
            return None
        return entry if whole and entry.whole and entry.key == key else None

    @contextmanager
    def claimed(self, key: str) -> Iterator[Path]:
        """Hold a point, and give the folder to work in; waits for another process that holds it.

        What an interrupted process has left in the folder is removed, but for its checkpoint.
        """
        home = self.root / WORK
        home.mkdir(exist_ok=True)
        path = home / f"{key}.lock"
        with _locked(path):
            work = home / key
            work.mkdir(exist_ok=True)
            for left in work.iterdir():
                if left.name != CHECKPOINT:
                    shutil.rmtree(left) if left.is_dir() else left.unlink()
            yield work
            shutil.rmtree(work, ignore_errors=True)  # gone already when the point was finished
            path.unlink(missing_ok=True)

    def commit(self, work: Path, folder: Path, key: str, row: dict[str, Cell]) -> Entry:
        """Make a work folder a finished point: there in full, on the disk, or not at all."""
        shutil.rmtree(work / CHECKPOINT, ignore_errors=True)
        files = {path.name: _synced(path) for path in sorted(work.iterdir())}
        entry = Entry(key, row, files).sealed()
        (work / ENTRY).write_text(json.dumps(asdict(entry), indent=1) + "\n", encoding="utf-8")
        _synced(work / ENTRY)
        folder.parent.mkdir(exist_ok=True)
        if folder.exists():  # damaged; a folder that is not empty cannot be renamed over
            damaged = work.with_suffix(".damaged")
            shutil.rmtree(damaged, ignore_errors=True)
            folder.rename(damaged)
            shutil.rmtree(damaged, ignore_errors=True)
        work.rename(folder)
        _sync_folder(folder)
        _sync_folder(folder.parent)
        return entry


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    while True:
        with path.open("w", encoding="utf-8") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            # The process that held it may have removed it since it was opened here.
            if path.exists() and os.path.samestat(os.fstat(lock.fileno()), path.stat()):
                yield
                return


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _synced(path: Path) -> str:
    """Return the hash of a file that is on the disk when this returns."""
    with path.open("rb") as file:
        os.fsync(file.fileno())
        return hashlib.file_digest(file, "sha256").hexdigest()


def _sync_folder(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
