"""One run at a time in a folder."""

from __future__ import annotations

import pytest

from sram_spice.errors import InputError
from sram_spice.results.lock import folder_lock


def test_a_second_run_is_refused_until_the_first_ends(tmp_path):
    folder = tmp_path / "deep" / "run"
    with folder_lock(folder):
        assert folder.is_dir()
        with pytest.raises(InputError, match=r"-o: another run is writing.*deep/run"):
            folder_lock(folder).__enter__()
        with folder_lock(tmp_path / "other"):
            pass
    with folder_lock(folder):
        pass


def test_it_leaves_nothing_behind(tmp_path):
    with folder_lock(tmp_path):
        pass
    assert list(tmp_path.iterdir()) == []


def test_a_lock_that_was_removed_before_it_was_taken_is_none(tmp_path, monkeypatch):
    def removed_meanwhile(_file, _operation):
        (tmp_path / ".lock").unlink()

    monkeypatch.setattr("sram_spice.results.lock.fcntl.flock", removed_meanwhile)
    with pytest.raises(InputError, match="another run is writing"):
        folder_lock(tmp_path).__enter__()


def test_a_run_that_fails_gives_the_folder_back(tmp_path):
    with pytest.raises(RuntimeError), folder_lock(tmp_path):
        raise RuntimeError
    assert list(tmp_path.iterdir()) == []
    with folder_lock(tmp_path):
        pass


@pytest.mark.parametrize("name", ["file", "file/below", "a\x00b", "x" * 300])
def test_a_folder_that_cannot_be(tmp_path, name):
    (tmp_path / "file").write_text("here", encoding="utf-8")
    with pytest.raises(InputError, match="-o: results folder cannot be written"):
        folder_lock(tmp_path / name).__enter__()
    assert (tmp_path / "file").read_text(encoding="utf-8") == "here"
