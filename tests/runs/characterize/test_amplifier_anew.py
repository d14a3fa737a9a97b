"""The sense amplifier of a finished run measured anew: the same files as a whole run leaves."""

from __future__ import annotations

import shutil

import numpy as np
import pandas as pd
import pytest

from sram_spice.lut import Lut
from sram_spice.results.tables import AMPLIFIER, file_name
from sram_spice.runs.characterize.amplifier_anew import amplifier_anew
from sram_spice.runs.characterize.references import requantize
from sram_spice.simulation.progress import Silent
from tests.runs.finished import finished, no_figures

pytestmark = pytest.mark.slow
ACCESS = "access_mlsa.csv"


def contents(folder):
    names = [file_name(name) for name in AMPLIFIER]
    return {name: (folder / name).read_bytes() for name in names if (folder / name).exists()}


def test_what_was_lost_comes_back(tmp_path):
    folder = shutil.copytree(finished("8t_xnor").folder, tmp_path / "run")
    expected = contents(folder)
    for name in expected:
        (folder / name).unlink()
    with no_figures():
        requantize(folder, [])
        with pytest.warns(UserWarning, match="codes are those of an ideal amplifier"):
            assert Lut.load(folder).amplifier == "ideal"
        run = requantize(folder, [], measure=amplifier_anew(Silent(), 1))
    found = contents(folder)
    access = pd.read_csv(folder / ACCESS)
    assert found.pop(ACCESS)
    assert found == expected
    assert run.lut.amplifier == "real"
    np.testing.assert_allclose(run.lut.energy(access["sum"]), access["energy_j"], rtol=1e-8)
    np.testing.assert_allclose(run.lut.latency(access["sum"]), access["latency_s"], rtol=1e-8)
    assert run.lut.chip(1, columns=4).table.max() == 3
