"""Finished samples on disk: kept, found again, and distrusted when damaged."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sram_spice.results.checkpoint import Checkpoint, Sample
from sram_spice.simulation import Status

LEVEL = (3, 1)
SAMPLES = {
    0: Sample(0.1234567890123456, 0.9, Status.OK),
    1: Sample(0.1, 1e-300, Status.FLIPPED),
    5: Sample(math.nan, math.nan, Status.NONCONVERGED),
    7: Sample(math.nan, math.nan, Status.CRASHED),
    2**40: Sample(-0.05, 1.1, Status.OK),
}


@pytest.fixture
def folder(tmp_path):
    """Folder of a checkpoint that holds SAMPLES."""
    checkpoint = Checkpoint(tmp_path / ".checkpoint" / "print")
    for index, sample in SAMPLES.items():
        checkpoint.add(LEVEL, index, sample)
    checkpoint.save()
    return checkpoint.folder


@pytest.fixture
def whole_file(folder):
    return the_file(folder).read_bytes()


def the_file(folder):
    (path,) = folder.iterdir()
    return path


def same(found, expected):
    assert list(found) == list(expected)
    for index, sample in expected.items():
        assert found[index].status is sample.status
        np.testing.assert_array_equal(
            [found[index].v_bl, found[index].v_blb], [sample.v_bl, sample.v_blb]
        )


def test_samples_are_found_again_bit_by_bit(folder):
    same(Checkpoint(folder).samples(LEVEL), SAMPLES)


def test_every_status_is_found_again(tmp_path):
    first = Checkpoint(tmp_path / "a")
    for index, status in enumerate(Status):
        first.add(LEVEL, index, Sample(0.0, 0.0, status))
    first.save()
    found = Checkpoint(tmp_path / "a").samples(LEVEL)
    assert [found[i].status for i in range(len(Status))] == list(Status)


def test_levels_are_apart(folder):
    checkpoint = Checkpoint(folder)
    assert checkpoint.samples((1, 3)) == {}
    checkpoint.add((1, 3), 0, SAMPLES[0])
    checkpoint.save()
    again = Checkpoint(folder)
    assert again.samples((1, 3)) == {0: SAMPLES[0]}
    same(again.samples(LEVEL), SAMPLES)


def test_samples_are_added_to_what_is_there(folder):
    checkpoint = Checkpoint(folder)
    checkpoint.add(LEVEL, 9, SAMPLES[0])
    checkpoint.save()
    assert sorted(Checkpoint(folder).samples(LEVEL)) == sorted([*SAMPLES, 9])


def test_nothing_is_on_disk_before_save(tmp_path):
    checkpoint = Checkpoint(tmp_path / "a")
    checkpoint.save()
    checkpoint.add(LEVEL, 0, SAMPLES[0])
    assert not checkpoint.folder.exists()
    checkpoint.save()
    assert [path.name for path in checkpoint.folder.iterdir()] == ["plus3_minus1.npz"]


def test_save_writes_only_what_is_new(folder):
    checkpoint = Checkpoint(folder)
    checkpoint.samples(LEVEL)
    the_file(folder).unlink()
    checkpoint.save()
    assert list(folder.iterdir()) == []


def test_remove_leaves_no_folder(folder):
    Checkpoint(folder).remove()
    assert not folder.parent.exists()
    Checkpoint(folder).remove()


@pytest.mark.parametrize("keep", [0, 1, 10, 0.5, 0.99])
def test_a_cut_file_counts_as_none(folder, keep):
    path = the_file(folder)
    whole = path.read_bytes()
    path.write_bytes(whole[: int(keep * len(whole)) if keep < 1 else keep])
    assert Checkpoint(folder).samples(LEVEL) == {}


@pytest.mark.parametrize(
    "arrays",
    [
        {"index": [0]},
        {"index": [0, 1], "v_bl": [0.1], "v_blb": [0.1], "status": [0]},
        {"index": [0], "v_bl": [0.1], "v_blb": [0.1], "status": [99]},
        {"index": [0], "v_bl": [0.1], "v_blb": [0.1], "status": [-1]},
        {"index": ["x"], "v_bl": [0.1], "v_blb": [0.1], "status": [0]},
        {"index": [[0]], "v_bl": [0.1], "v_blb": [0.1], "status": [0]},
        {"index": [0], "v_bl": [0.1], "v_blb": [0.1], "status": [0.5]},
        {"index": 0, "v_bl": 0.1, "v_blb": 0.1, "status": 0},
        {"index": [-1], "v_bl": [0.1], "v_blb": [0.1], "status": [0]},
        {"index": [0], "v_bl": ["x"], "v_blb": [0.1], "status": [0]},
    ],
    ids=range(10),
)
def test_a_file_with_other_content_counts_as_none(folder, arrays):
    np.savez(the_file(folder), **{name: np.array(values) for name, values in arrays.items()})
    assert Checkpoint(folder).samples(LEVEL) == {}


def test_a_pickle_is_not_loaded(folder):
    np.savez(the_file(folder), index=np.array([object()]), v_bl=[0.0], v_blb=[0.0], status=[0])
    assert Checkpoint(folder).samples(LEVEL) == {}


def test_a_folder_in_its_place_counts_as_none(folder):
    path = the_file(folder)
    path.unlink()
    path.mkdir()
    assert Checkpoint(folder).samples(LEVEL) == {}


@settings(
    max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(changes=st.lists(st.tuples(st.integers(0, 2000), st.integers(1, 255)), max_size=4))
def test_flipped_bits_are_noticed_or_change_nothing(folder, whole_file, changes):
    damaged = bytearray(whole_file)
    for position, bits in changes:
        damaged[position % len(damaged)] ^= bits
    the_file(folder).write_bytes(damaged)
    found = Checkpoint(folder).samples(LEVEL)
    if found:
        same(found, SAMPLES)
