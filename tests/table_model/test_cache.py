"""Stored tables: used when they fit, noticed when they do not."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import sram_spice
from sram_spice.errors import InputError
from sram_spice.simulation.progress import Silent
from sram_spice.table_model import cache, cached_tables
from sram_spice.table_model.cell_table import CellTable
from sram_spice.table_model.keys import cell_key, load_key
from sram_spice.table_model.load_table import LoadTable
from sram_spice.table_model.tables import check_supported
from sram_spice.technology import technology_cards

pytestmark = pytest.mark.xdist_group("tables at rest")


def table(value: float = 1.0) -> LoadTable:
    return LoadTable(np.linspace(0, 1, 5), np.full((7, 5), value))


def test_a_table_comes_back_as_it_was(tmp_path):
    cache.write_table(tmp_path / "t.npz", "key", table())
    found = cache.read_table(LoadTable, tmp_path / "t.npz", "key")
    assert found is not None
    np.testing.assert_array_equal(found.current, table().current)
    assert [p.name for p in tmp_path.iterdir()] == ["t.npz"]


def test_no_table_of_another_key_or_kind_is_used(tmp_path):
    cache.write_table(tmp_path / "t.npz", "key", table())
    assert cache.read_table(LoadTable, tmp_path / "t.npz", "other") is None
    assert cache.read_table(CellTable, tmp_path / "t.npz", "key") is None
    assert cache.read_table(LoadTable, tmp_path / "none.npz", "key") is None


class Notes(Silent):
    """Progress that keeps what it is told."""

    def __init__(self):
        self.texts = []

    def note(self, text):
        self.texts.append(text)


@pytest.mark.parametrize("folder", [Path("/proc/nowhere/tables"), None])
def test_where_the_cache_cannot_be_written_tables_are_built_and_it_is_said_once(folder):
    notes, built = Notes(), []
    kept = cache.KeptTables(folder, notes)
    for key in ("first", "second"):
        found = kept.table(LoadTable, key, lambda: built.append(1) or table())
        np.testing.assert_array_equal(found.current, table().current)
    assert len(built) == 2
    (text,) = notes.texts
    assert "SRAM_SPICE_CACHE" in text
    assert "no home folder" in text if folder is None else "/proc/nowhere/tables: " in text


def test_a_cache_that_can_only_be_read_is_read(tmp_path):
    notes = Notes()
    cache.write_table(tmp_path / f"{'key':.32}.npz", "key", table())
    kept = cache.KeptTables(tmp_path, notes)
    found = kept.table(LoadTable, "key", lambda: pytest.fail("it is there"))
    np.testing.assert_array_equal(found.current, table().current)
    assert not notes.texts


@pytest.mark.parametrize("position", [0.02, 0.3, 0.5, 0.7, 0.98])
def test_a_damaged_file_is_noticed(tmp_path, position):
    path = tmp_path / "t.npz"
    cache.write_table(path, "key", table())
    data = bytearray(path.read_bytes())
    start = int(position * len(data))
    data[start : start + 40] = bytes(byte ^ 0xFF for byte in data[start : start + 40])
    path.write_bytes(bytes(data))
    assert cache.read_table(LoadTable, path, "key") is None
    path.write_bytes(bytes(data[:start]))
    assert cache.read_table(LoadTable, path, "key") is None


def test_an_exchanged_table_with_a_right_zip_is_noticed(tmp_path):
    path = tmp_path / "t.npz"
    cache.write_table(path, "key", table())
    with np.load(path, allow_pickle=False) as file:
        data = {name: file[name] for name in file.files}
    data["current"] = data["current"] * 1.001
    np.savez(path, **data)
    assert cache.read_table(LoadTable, path, "key") is None


@pytest.mark.slow
def test_damaged_tables_are_built_anew(tmp_path, make_design, pool, monkeypatch):
    design = make_design("8t_xnor")
    cards = technology_cards(design)
    built = []
    small = CellTable(*(np.zeros(3) for _ in range(5)))
    monkeypatch.setattr(cache, "build_cell", lambda *_: built.append(1) or small)
    cached_tables(design, cards, pool, tmp_path)
    cached_tables(design, cards, pool, tmp_path)
    assert len(built) == 1
    for path in tmp_path.iterdir():
        path.write_bytes(path.read_bytes()[:-100])
    cached_tables(design, cards, pool, tmp_path)
    cached_tables(design, cards, pool, tmp_path)
    assert len(built) == 2


@pytest.mark.parametrize(
    ("override", "cell", "load"),
    [
        ("column.word_line_voltage=0.6", True, True),
        ("column.load_width=3e-6", False, True),
        ("column.rows=128", False, False),
        ('column.readout="divider"', False, True),
        ("conditions.vdd=0.9", True, True),
        ("conditions.temperature=85.0", True, True),
        ('technology.corner="ff"', True, True),
        ('technology.card="full"', True, True),
        ("cell.width_pull_up=95e-9", True, True),
        ("mismatch.a_vt=2e-9", True, True),
        ("monte_carlo.seed=2", False, False),
    ],
)
def test_keys_change_with_what_a_table_depends_on(make_design, pool, override, cell, load):
    """A load takes a moment to tabulate: its key is that of a whole deck, word line included."""
    designs = make_design("8t_xnor"), make_design("8t_xnor", override)
    keys = [
        (cell_key(d, technology_cards(d), True, pool), load_key(d, technology_cards(d), pool))
        for d in designs
    ]
    assert (keys[0][0] != keys[1][0]) == cell
    assert (keys[0][1] != keys[1][1]) == load


def test_key_of_an_inactive_cell_knows_no_word_line(make_design, pool):
    designs = make_design("6t"), make_design("6t", "column.word_line_voltage=0.6")
    keys = {cell_key(d, technology_cards(d), False, pool) for d in designs}
    assert len(keys) == 1


def test_key_changes_with_the_package(make_design, pool, monkeypatch):
    design = make_design("8t_xnor")
    before = load_key(design, technology_cards(design), pool)
    monkeypatch.setattr(sram_spice, "__version__", "0.0.0")
    assert load_key(design, technology_cards(design), pool) != before


def test_what_is_not_supported_is_said(make_design):
    with pytest.raises(InputError, match="engine table"):
        check_supported(make_design("8t_xnor", "mismatch.a_vt=0.0"))
