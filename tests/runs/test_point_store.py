"""Finished points on disk: whole, or made anew."""

from __future__ import annotations

import json

from sram_spice.runs.point_store import ENTRY, PointStore

ROW = {"column.rows": 8, "swing_v": 0.1, "loss": float("nan"), "one": 1.0, "status": "done"}


def stored(folder):
    store = PointStore(folder)
    with store.claimed("k" * 64) as work:
        (work / "levels.csv").write_text("sum\n1\n")
        home = store.folder("point", "k" * 64)
        store.commit(work, home, "k" * 64, ROW)
    return store, home


def test_a_point_is_read_as_it_was_written(tmp_path):
    store, home = stored(tmp_path)
    entry = store.read(home, "k" * 64)
    assert entry is not None
    assert repr(entry.row) == repr(ROW)
    assert store.read(home, "l" * 64) is None


def test_a_number_that_is_damaged_in_its_row_is_noticed(tmp_path):
    """One bit: 0.1 becomes 0.3, and the file is JSON as before."""
    store, home = stored(tmp_path)
    path = home / ENTRY
    damaged = path.read_text().replace("0.1,", "0.3,")
    assert json.loads(damaged)["row"]["swing_v"] == 0.3
    path.write_text(damaged)
    assert store.read(home, "k" * 64) is None


def test_a_file_that_is_damaged_is_noticed(tmp_path):
    store, home = stored(tmp_path)
    (home / "levels.csv").write_text("sum\n2\n")
    assert store.read(home, "k" * 64) is None
