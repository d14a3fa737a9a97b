"""`characterize` of a design whose references are made by columns."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
from scipy.special import ndtr

from sram_spice.runs.mlsa.made_references import reference_warnings
from tests.runs.finished import finished

SMALL = ("column.rows=4", "column.load_width=1.25e-7", "mlsa.levels=2", "monte_carlo.samples=20")


@pytest.mark.slow
def test_codes_are_decided_where_the_columns_put_the_reference():
    """One reference, so that P(code 1) is the mean of Phi over the samples, written down here."""
    found = finished("8t_xnor", *SMALL, "references.generator=replica")
    record = json.loads((found.folder / "manifest.json").read_text())
    amplifier = record["sensing"]["sense_amplifier"]
    (made,) = amplifier["references"]
    assert made["columns"] == 4
    assert made["n_active"] == 4
    assert made["flipped"] == [0.0]
    (turns,), (sigma,) = made["decides_at_v"], made["sigma_v"]
    # Kick-back, of some ten millivolts in so small a column, is trimmed to half a cell's step.
    (v_ref,) = pd.read_csv(found.folder / "references.csv")["v_ref_v"]
    assert abs(turns - v_ref) < 0.18 / 4 / 2
    (offset,) = amplifier["offset_sigma_v"].values()
    samples = found.run.samples
    codes = pd.read_csv(found.folder / "code_probability_mlsa.csv")
    for n_plus, mine in samples.groupby("n_plus"):
        above = ndtr((mine["v_bl_v"] - turns) / np.hypot(sigma, offset)).mean()
        given = codes[(codes["n_plus"] == n_plus) & (codes["code"] == 1)]["probability"].sum()
        assert given == pytest.approx(above, abs=2e-3)  # 64 draws stand for a Gaussian
    page_record = found.run.sensing["sense_amplifier"]["references"]
    assert page_record == amplifier["references"]


def test_lost_data_and_missing_solutions_are_said():
    assert reference_warnings([]) == []
    assert reference_warnings([{"flipped": [0.0], "failed": [0.0]}]) == []
    lost, failed = reference_warnings([{"flipped": [0.0, 0.25], "failed": [0.01, 0.0]}])
    assert "lose data in up to 0.25" in lost
    assert "0.01" in failed
