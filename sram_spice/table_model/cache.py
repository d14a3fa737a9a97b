"""Tables on disk: built once, used again only when everything they depend on is unchanged."""

from __future__ import annotations

import hashlib
import os
import zipfile
from collections.abc import Callable
from dataclasses import fields
from functools import cache
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from sram_spice.atomic import write_atomically
from sram_spice.design import Design
from sram_spice.errors import InputError
from sram_spice.results.cache import CACHE, cache_folder
from sram_spice.simulation import SimulatorPool
from sram_spice.simulation.job import FloatArray
from sram_spice.simulation.progress import Progress, Silent
from sram_spice.table_model.cell_edges import EdgeTable
from sram_spice.table_model.cell_table import CellTable
from sram_spice.table_model.cell_transistors import CellTransistors, cell_transistors
from sram_spice.table_model.keys import cell_key, edge_key, load_key, transistor_key
from sram_spice.table_model.load_table import LoadTable, build_load_table
from sram_spice.table_model.tables import (
    ColumnTables,
    build_cell,
    build_edges,
    cell_setup,
    check_supported,
    has_inactive,
)
from sram_spice.table_model.transistor_table import TransistorTable, build_transistor_table
from sram_spice.technology import ModelCards

Table = TypeVar("Table", CellTable, EdgeTable, LoadTable, TransistorTable)
TEXT = ("key", "checksum")
BAD_FILE = (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile, NotImplementedError)


def tables_folder() -> Path | None:
    """Return where tables are kept: $SRAM_SPICE_CACHE, or the user's cache folder; None: nowhere.

    None where the user has no home folder.
    """
    try:
        return Path(os.environ.get(CACHE) or cache_folder("tables"))
    except InputError:
        return None


def cached_tables(
    design: Design,
    cards: ModelCards,
    pool: SimulatorPool,
    folder: Path | None,
    progress: Progress | None = None,
) -> ColumnTables:
    """Return the tables of a design, from the cache where they are there and whole.

    Where the cache cannot be written, they are built and not kept; `progress` is told so once.

    Parameters
    ----------
    design : Design
    cards : ModelCards
    pool : SimulatorPool
        Builds what is missing.
    folder : Path or None
        The cache; made if need be. Deleting it costs time only. None: there is no place for one.
    progress : Progress, optional

    Raises
    ------
    InputError
        The table model cannot solve this design.
    """
    check_supported(design)
    told = progress or Silent()
    kept = KeptTables(folder, told)

    def transistors(active: bool) -> CellTransistors:
        return cell_transistors(cell_setup(design, cards, active), transistor)

    def transistor(deck: str, sigma: float, supply: float) -> TransistorTable:
        return kept.table(
            TransistorTable,
            transistor_key(deck, sigma, supply, pool),
            lambda: build_transistor_table(deck, sigma, supply, pool, told),
        )

    on = transistors(True)
    active = kept.table(
        CellTable,
        cell_key(design, cards, True, pool),
        lambda: build_cell(design, cards, True, on),
    )
    inactive = None
    if has_inactive(design):
        inactive = kept.table(
            CellTable,
            cell_key(design, cards, False, pool),
            lambda: build_cell(design, cards, False, transistors(False)),
        )
    load = kept.table(
        LoadTable,
        load_key(design, cards, pool),
        lambda: build_load_table(design, cards, pool),
    )

    @cache
    def edges() -> EdgeTable:
        return kept.table(
            EdgeTable,
            edge_key(design, cards, pool),
            lambda: build_edges(design, cards, pool, told),
        )

    return ColumnTables(active, inactive, load, on, edges)


class KeptTables:
    """The tables of one design in the cache, as far as it can be read and written."""

    def __init__(self, folder: Path | None, progress: Progress) -> None:
        self._folder, self._progress = folder, progress
        self._writable = True
        if folder is None:
            self._go_on_without("this user has no home folder")

    def table(self, kind: type[Table], key: str, build: Callable[[], Table]) -> Table:
        """Return a table, from the cache where it is there and whole."""
        if self._folder is None:
            return build()
        path = self._folder / f"{key[:32]}.npz"
        found = read_table(kind, path, key)
        if found is None:
            found = build()
            self._keep(path, key, found)
        return found

    def _keep(self, path: Path, key: str, table: Table) -> None:
        if not self._writable:
            return
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            write_table(path, key, table)
        except OSError as error:
            self._go_on_without(f"{path.parent}: {error.strerror or error}")

    def _go_on_without(self, why: str) -> None:
        self._writable = False
        self._progress.note(
            f"tables are not kept for the next run ({why}); "
            "the environment variable SRAM_SPICE_CACHE says where they could be"
        )


def write_table(
    path: Path, key: str, table: CellTable | EdgeTable | LoadTable | TransistorTable
) -> None:
    """Write a table with its checksum; the file is there whole or not at all."""
    arrays = {f.name: np.ascontiguousarray(getattr(table, f.name)) for f in fields(table)}
    text = _encoded(key), _encoded(_checksum(key, arrays))
    arrays_and_text = {**arrays, **dict(zip(TEXT, text, strict=True))}

    def write(target: Path) -> None:
        with target.open("wb") as file:
            np.savez(file, allow_pickle=False, **arrays_and_text)

    write_atomically(path, write)


def read_table(kind: type[Table], path: Path, key: str) -> Table | None:
    """Return a stored table; None where there is none, or a damaged one, or one of another key."""
    try:
        with np.load(path, allow_pickle=False) as file:
            data = {name: np.asarray(file[name]) for name in file.files}
        stored, checksum = (bytes(data.pop(name)).decode("ascii") for name in TEXT)
        if stored != key or checksum != _checksum(key, data):
            return None
        return kind(**{field.name: data[field.name] for field in fields(kind)})
    except BAD_FILE:
        return None


def _encoded(text: str) -> NDArray[np.uint8]:
    return np.frombuffer(text.encode("ascii"), np.uint8)


def _checksum(key: str, arrays: dict[str, FloatArray]) -> str:
    digest = hashlib.sha256(key.encode())
    for name in sorted(arrays):
        digest.update(f"{name} {arrays[name].shape} {arrays[name].dtype}".encode())
        digest.update(arrays[name].tobytes())
    return digest.hexdigest()
