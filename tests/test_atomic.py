"""Files are there whole or not at all."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from sram_spice.atomic import write_atomically, write_text


def broken_writer(path: Path) -> None:
    path.write_text("half", encoding="utf-8")
    raise RuntimeError("disk full")


def test_a_text_is_written(tmp_path):
    path = tmp_path / "a.txt"
    write_text(path, "one µ\n")
    write_text(path, "two µ\n")
    assert path.read_bytes() == "two µ\n".encode()
    assert list(tmp_path.iterdir()) == [path]
    assert stat.S_IMODE(path.stat().st_mode) == 0o644


@pytest.mark.parametrize("before", [None, "old"])
def test_a_writer_that_fails_leaves_what_was_there(tmp_path, before):
    path = tmp_path / "a.txt"
    if before is not None:
        path.write_text(before, encoding="utf-8")
    with pytest.raises(RuntimeError, match="disk full"):
        write_atomically(path, broken_writer)
    assert [p.name for p in tmp_path.iterdir()] == ([] if before is None else ["a.txt"])
    assert before is None or path.read_text(encoding="utf-8") == before


def test_until_it_is_whole_the_old_file_stays(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("old", encoding="utf-8")
    seen = []

    def writer(target: Path) -> None:
        target.write_text("new", encoding="utf-8")
        seen.append((path.read_text(encoding="utf-8"), target.parent, target.suffix))

    write_atomically(path, writer)
    assert seen == [("old", tmp_path, ".csv")]
    assert path.read_text(encoding="utf-8") == "new"


@pytest.mark.parametrize("error", [KeyboardInterrupt, SystemExit])
def test_an_interrupt_leaves_no_temporary_file(tmp_path, error):
    def writer(target: Path) -> None:
        raise error

    with pytest.raises(error):
        write_atomically(tmp_path / "a.txt", writer)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_in_its_place_is_an_error_and_stays(tmp_path):
    (tmp_path / "a").mkdir()
    with pytest.raises(OSError, match="directory"):
        write_text(tmp_path / "a", "text")
    assert [p.name for p in tmp_path.iterdir()] == ["a"]
