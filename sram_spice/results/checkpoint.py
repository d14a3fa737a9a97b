"""Finished Monte Carlo samples on disk, so that an interrupted run continues."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, ClassVar, Generic, Protocol, TypeAlias, TypeVar

import numpy as np

from sram_spice.atomic import write_atomically
from sram_spice.simulation import Status

CHECKPOINT = ".checkpoint"  # folder of a run's checkpoints
Level: TypeAlias = tuple[int, int]
STATUSES = tuple(Status)
STATUS_OF_NUMBER = dict(enumerate(STATUSES))


@dataclass(frozen=True)
class Sample:
    """One Monte Carlo sample: bit lines (V, NaN without a valid solution) and its status."""

    v_bl: float
    v_blb: float
    status: Status


class Record(Protocol):
    """What is kept of a sample: a frozen dataclass of numbers, texts and a status."""

    @property
    def status(self) -> Status:
        """Status of the simulation."""
        ...


R = TypeVar("R", bound=Record)


@dataclass
class RecordStore(Generic[R]):
    """Samples of one run by level and index, in memory and on disk.

    A subclass says in `record` which dataclass a sample is.

    Parameters
    ----------
    folder : Path
        Where they are kept; made when the first level is saved. It belongs to one fingerprint:
        other designs, seeds or versions have another one.
    every : float
        Seconds between two times that :meth:`save_sometimes` writes.
    """

    record: ClassVar[type[Any]]
    folder: Path
    every: float = 0.0
    _saved: float = field(default_factory=time.monotonic)
    _levels: dict[Level, dict[int, R]] = field(default_factory=dict)
    _unsaved: set[Level] = field(default_factory=set)

    def samples(self, level: Level) -> dict[int, R]:
        """Return the samples of a level that are finished, by index."""
        if level not in self._levels:
            self._levels[level] = self._read(level)
        return self._levels[level]

    def add(self, level: Level, index: int, sample: R) -> None:
        """Keep a finished sample (on disk after the next :meth:`save`)."""
        self.samples(level)[index] = sample
        self._unsaved.add(level)

    def save_sometimes(self) -> None:
        """Save, unless that was not long ago: a kill loses no more than `every` seconds."""
        if time.monotonic() - self._saved >= self.every:
            self.save()

    def save(self) -> None:
        """Write the levels that have new samples, each file whole or not at all."""
        if self._unsaved:
            self.folder.mkdir(parents=True, exist_ok=True)
        for level in sorted(self._unsaved):
            self._write(level)
        self._unsaved.clear()
        self._saved = time.monotonic()

    def remove(self) -> None:
        """Delete the checkpoint: the run's own files hold everything now."""
        shutil.rmtree(self.folder.parent, ignore_errors=True)

    def _path(self, level: Level) -> Path:
        return self.folder / f"plus{level[0]}_minus{level[1]}.npz"

    def _write(self, level: Level) -> None:
        items = sorted(self._levels[level].items())
        arrays = {
            name: np.array([write(getattr(sample, name)) for _, sample in items])
            for name, (write, _) in self._columns().items()
        }
        arrays["index"] = np.array([index for index, _ in items], dtype=np.int64)

        def save(path: Path) -> None:
            with path.open("wb") as file:
                np.savez(file, allow_pickle=False, **arrays)

        write_atomically(self._path(level), save)

    def _read(self, level: Level) -> dict[int, R]:
        path = self._path(level)
        try:
            with path.open("rb") as file, np.load(file, allow_pickle=False) as data:
                index = [int(i) for i in data["index"].tolist()]
                columns = [
                    [read(value) for value in data[name].tolist()]
                    for name, (_, read) in self._columns().items()
                ]
            values = zip(*columns, strict=True)
            samples = {i: self.record(*one) for i, one in zip(index, values, strict=True)}
        except Exception:  # missing or damaged, which a zip file says in many ways
            return {}  # these samples are simulated again
        return samples if min(samples, default=0) >= 0 else {}

    def _columns(self) -> dict[str, tuple[Callable[[Any], Any], Callable[[Any], Any]]]:
        """Return how each field of the record is written and read."""
        return {one.name: _KINDS[str(one.type)] for one in fields(self.record)}


_KINDS: dict[str, tuple[Callable[[Any], Any], Callable[[Any], Any]]] = {
    "float": (float, float),
    "str": (str, str),
    "Status": (STATUSES.index, STATUS_OF_NUMBER.__getitem__),
}


class Checkpoint(RecordStore[Sample]):
    """Monte Carlo samples of the column."""

    record = Sample
