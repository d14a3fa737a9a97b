"""Tables of a run: written and read again, and files that are no tables."""

from __future__ import annotations

import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from sram_spice.errors import InputError
from sram_spice.results.tables import ASSUMPTIONS, TABLES, StoredTables, file_name, write_tables

NAMES = list(TABLES)

CONTRACT = {
    "levels": "n_plus,n_minus,sum,v_bl_nominal_v,v_blb_nominal_v,v_bl_mean_v,v_bl_std_v,"
    "v_blb_mean_v,v_blb_std_v,samples,failed,flipped",
    "references": "n_active,index,threshold_sum,v_ref_v",
    "code_probability": "n_plus,n_minus,sum,code,probability",
    "samples": "n_plus,n_minus,index,v_bl_v,v_blb_v,status",
}


@pytest.fixture
def copy(finished_run, tmp_path):
    """Tables of a finished run in a folder that a test may damage."""
    write_tables(tmp_path, StoredTables(finished_run.folder))
    return tmp_path


def test_files_have_the_columns_of_the_contract(finished_run):
    for table, columns in CONTRACT.items():
        path = finished_run.folder / file_name(table)
        read = pd.read_parquet if path.suffix == ".parquet" else pd.read_csv
        found = list(read(path).columns)
        expected = columns.split(",")
        assert found[: len(expected)] == expected, table


def test_tables_survive_writing_and_reading(finished_run, copy):
    first, second = StoredTables(finished_run.folder), StoredTables(copy)
    for name in NAMES:
        assert_frame_equal(first[name], second[name], check_exact=True)
        original = (finished_run.folder / file_name(name)).read_bytes()
        assert (copy / file_name(name)).read_bytes() == original, name


def test_whole_numbers_stay_whole(finished_run):
    tables = StoredTables(finished_run.folder)
    assert str(tables["references"]["n_active"].dtype) == "Int64"
    assert str(tables["code_probability"]["code"].dtype) == "Int64"
    assert tables["levels"]["failed"].dtype == "int64"


def test_nothing_but_the_tables_is_written(copy):
    assert sorted(p.name for p in copy.iterdir()) == sorted(map(file_name, (*NAMES, ASSUMPTIONS)))


def _folder(path):
    path.unlink()
    path.mkdir()


DAMAGE = {
    "missing": lambda path: path.unlink(),
    "empty": lambda path: path.write_bytes(b""),
    "other columns": lambda path: path.write_bytes(b"a,b\n1,2\n"),
    "binary": lambda path: path.write_bytes(bytes(range(256)) * 4),
    "folder": _folder,
}


@pytest.mark.parametrize("table", NAMES)
@pytest.mark.parametrize("damage", DAMAGE)
def test_a_damaged_file_is_named(copy, table, damage):
    path = copy / file_name(table)
    DAMAGE[damage](path)
    with pytest.raises(InputError) as caught:
        StoredTables(copy)[table]
    assert str(caught.value).startswith(f"{path}: ")


@pytest.mark.parametrize("table", ["samples", "waveforms"])
def test_a_cut_or_foreign_parquet_file_is_named(copy, table):
    path = copy / file_name(table)
    whole = path.read_bytes()
    for damaged in (whole[: len(whole) // 2], whole[:-8]):
        path.write_bytes(damaged)
        with pytest.raises(InputError, match=path.name):
            dict(StoredTables(copy))
    pd.DataFrame({"a": [1]}).to_parquet(path)
    with pytest.raises(InputError, match=path.name):
        dict(StoredTables(copy))


@pytest.mark.parametrize(
    ("table", "old", "new"),
    [
        ("levels", "\n0,", "\nzero,"),
        ("levels", ",ok\n", ",ok,1\n"),
        ("references", ",0,", ",first,"),
        ("code_probability", ",0,", ",0.5,"),
    ],
)
def test_a_table_with_a_wrong_entry_is_named(copy, table, old, new):
    path = copy / file_name(table)
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(InputError, match=path.name):
        dict(StoredTables(copy))


def test_a_table_is_read_when_it_is_asked_for_and_once(copy):
    tables = StoredTables(copy)
    levels = tables["levels"]
    (copy / "levels.csv").unlink()
    assert tables["levels"] is levels
    with pytest.raises(InputError, match=r"levels\.csv: no such file"):
        StoredTables(copy)["levels"]


def test_other_names_are_no_tables(copy):
    tables = StoredTables(copy)
    assert "code_probability_mlsa" not in tables  # not written: only where a design has one
    with pytest.raises(KeyError):
        tables["manifest"]
