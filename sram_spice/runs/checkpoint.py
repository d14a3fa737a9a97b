"""Finished Monte Carlo samples on disk, so that an interrupted run continues."""

from __future__ import annotations

import shutil
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

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


@dataclass
class Checkpoint:
    """Samples of one run by level and index, in memory and on disk.

    Parameters
    ----------
    folder : Path
        Where they are kept; made when the first level is saved. It belongs to one fingerprint:
        other designs, seeds or versions have another one.
    every : float
        Seconds between two times that :meth:`save_sometimes` writes.
    """

    folder: Path
    every: float = 0.0
    _saved: float = field(default_factory=time.monotonic)
    _levels: dict[Level, dict[int, Sample]] = field(default_factory=dict)
    _unsaved: set[Level] = field(default_factory=set)

    def samples(self, level: Level) -> dict[int, Sample]:
        """Return the samples of a level that are finished, by index."""
        if level not in self._levels:
            self._levels[level] = self._read(level)
        return self._levels[level]

    def add(self, level: Level, index: int, sample: Sample) -> None:
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
            "index": np.array([index for index, _ in items], dtype=np.int64),
            "v_bl": np.array([s.v_bl for _, s in items]),
            "v_blb": np.array([s.v_blb for _, s in items]),
            "status": np.array([STATUSES.index(s.status) for _, s in items], dtype=np.int64),
        }

        def write(path: Path) -> None:
            with path.open("wb") as file:
                np.savez(file, allow_pickle=False, **arrays)

        write_atomically(self._path(level), write)

    def _read(self, level: Level) -> dict[int, Sample]:
        path = self._path(level)
        try:
            with path.open("rb") as file, np.load(file, allow_pickle=False) as data:
                columns = [data[name].tolist() for name in ("index", "v_bl", "v_blb", "status")]
            samples = {
                int(i): Sample(float(v_bl), float(v_blb), STATUS_OF_NUMBER[status])
                for i, v_bl, v_blb, status in zip(*columns, strict=True)
            }
        except Exception:  # missing or damaged, which a zip file says in many ways
            return {}  # these samples are simulated again
        return samples if min(samples, default=0) >= 0 else {}
