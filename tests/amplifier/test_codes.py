"""What an access becomes in the table: its code, whether that is ideal, and the dead zone."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from sram_spice.amplifier.access import EnergySplit, LatencySplit, MlsaAccess
from sram_spice.amplifier.codes import _binary_row, _row
from sram_spice.amplifier.trim import TrimmedSet
from sram_spice.generators import column_of
from sram_spice.generators.mlsa_bench import MlsaBench
from sram_spice.mlsa import Quantizer
from sram_spice.simulation import Status

REFERENCES = np.array([0.6, 0.7])
DEAD_ZONE = np.array([4e-3, 1e-3])


@pytest.fixture(scope="module")
def design(make_design):
    return make_design("8t_xnor", "column.rows=4", "mlsa.levels=3")


def access(design, decisions, code, mode="parallel", **more):
    bench = MlsaBench(column_of(design, 2, 2, merged=True), tuple(REFERENCES.tolist()), mode)
    energy = EnergySplit(4.0, 3.0, 2.0, 1.0)
    latency = LatencySplit(7.0, 5.0, 3.0, 1.0, 0.5)
    return MlsaAccess(bench, Status.OK, decisions, code, 0.65, 0.64, energy, latency, {}, **more)


def row(design, level, code=1, ideal=1):
    known = TrimmedSet(4, "parallel", REFERENCES, REFERENCES, np.zeros(2), np.zeros(2), DEAD_ZONE)
    thresholds = {0: (1.0, 3.0), 1: (-1.0, 1.0)}[ideal]
    quantizer = Quantizer(np.array(thresholds), np.array([-2.0, 0.0, 2.0]))
    return _row("parallel", access(design, (1, 0), code), known, {(2, 2): (level, 0.6)}, quantizer)


@pytest.mark.parametrize(
    ("level", "dead"), [(0.6035, True), (0.6045, False), (0.6995, True), (0.6985, False)]
)
def test_the_dead_zone_is_that_of_the_nearest_reference(design, level, dead):
    found = row(design, level)
    assert found["in_dead_zone"] is dead
    assert found["nearest_reference_v"] == pytest.approx(min(abs(level - 0.6), abs(level - 0.7)))


def test_agrees_with_the_quantizer(design):
    assert row(design, 0.65)["agrees"]
    other = row(design, 0.65, ideal=0)
    assert (other["ideal_code"], other["agrees"]) == (0, False)


def test_splits_and_their_sums_are_in_the_table(design):
    found = row(design, 0.65)
    assert found["decisions"] == "10"
    parts = [found[f"energy_{p}_j"] for p in ("bit_line", "pre_charge", "amplifiers", "references")]
    assert parts == [4.0, 3.0, 2.0, 1.0]
    assert found["energy_j"] == 10.0
    assert (found["latency_settling_s"], found["latency_sensing_s"]) == (7.0, 3.0)
    assert (found["latency_read_s"], found["latency_s"]) == (10.0, 10.5)


def test_no_code_is_missing_not_zero(design):
    found = row(design, 0.65, code=None)
    assert found["code"] is pd.NA
    assert not found["agrees"]


def test_equal_lines_are_the_dead_zone_of_the_binary_amplifier(design):
    found = _binary_row(access(design, (0,), 0))
    assert found["in_dead_zone"]
    assert found["ideal_code"] == 0
