"""Wrong codes at a changed condition, against a second run of the tool there."""

from __future__ import annotations

import numpy as np
import pytest

from sram_spice.amplifier.ideal import SumCoding
from sram_spice.runs.characterize.references import requantize
from sram_spice.runs.characterize.run import characterize
from sram_spice.simulation.progress import Silent

ROWS, SAMPLES = 8, 150
KEYS = (
    *(f"column.rows={ROWS}", f"monte_carlo.samples={SAMPLES}", "column.load_width=2.5e-7"),
    *("mlsa.levels=4", "monte_carlo.engine=spice"),
)


@pytest.fixture(scope="module")
def run(make_design, tmp_path_factory):
    design = make_design("8t_xnor", *KEYS).replace({"sense_amplifier": None})
    return characterize(design, tmp_path_factory.mktemp("run"), Silent(), 1, figures=False)


def wrong_codes(run, references):
    """Count the wrong codes of a run's samples, with the references of another one."""
    coding = SumCoding.of(run.design)
    v_ref = np.sort(references["v_ref_v"].to_numpy())
    samples = run.samples
    codes = np.searchsorted(v_ref, samples["v_bl_v"].to_numpy(), side="left")
    sums = (samples["n_plus"] - samples["n_minus"]).to_numpy()
    right = (codes == coding.quantizer.quantize(sums)) & (samples["status"] == "ok").to_numpy()
    share = 1 - samples.assign(right=right).groupby("n_plus")["right"].mean()
    weight = dict(zip(coding.distribution.n_plus, coding.distribution.probability, strict=True))
    return sum(weight.get(n_plus, 0.0) * float(one) for n_plus, one in share.items())


@pytest.mark.slow
def test_unmoved_levels_have_the_errors_of_the_run(run):
    table = run.tables["assumptions"]
    base = table["code_error"] - table["code_error_change"]
    np.testing.assert_allclose(base, run.own_references.error_probability, atol=1.1e-8)


@pytest.mark.slow
def test_rows_that_may_be_inactive(make_design, tmp_path):
    """References for each number of active rows; without any there is one code."""
    keys = ("column.rows=4", "monte_carlo.samples=20", "mlsa.levels=4", "monte_carlo.engine=spice")
    design = make_design("6t", *keys).replace({"sense_amplifier": None})
    test_unmoved_levels_have_the_errors_of_the_run(
        characterize(design, tmp_path, Silent(), 1, figures=False)
    )


@pytest.mark.slow
@pytest.mark.parametrize(
    ("assumption", "change", "keys"),
    [
        ("mismatch, A_VT", "+10 %", {"mismatch.a_vt": 3.3e-9}),
        ("ideal word-line driver", "+10 mV", {"column.word_line_voltage": 0.51}),
        ("corner", "ss", {"technology.corner": "ss"}),
    ],
)
def test_change_is_that_of_a_second_run(run, tmp_path, assumption, change, keys):
    other = characterize(run.design.replace(keys), tmp_path, Silent(), 1, figures=False)
    counted = wrong_codes(other, run.references)
    table = run.tables["assumptions"]
    mine = table[(table["assumption"] == assumption) & (table["change"] == change)]
    found = float(mine["code_error"].iloc[0])
    # The same silicon in both, so that most of the sampling error is common; what is left out is
    # how the spread itself changes. Three sigma of what is counted at 9 levels of 150.
    weight = SumCoding.of(run.design).distribution.probability
    sigma = np.sqrt((weight**2).sum() * counted * (1 - counted) / SAMPLES)
    assert found == pytest.approx(counted, abs=3 * sigma)
    moved = float(mine["code_error_change"].iloc[0])
    assert moved > 0
    if assumption == "corner":
        assert moved > 10 * sigma  # so that no change at all fails


@pytest.mark.slow
def test_references_made_anew_have_errors_of_their_own(run):
    before = run.tables["assumptions"]
    again = requantize(run.folder, {"mlsa.levels": 3})
    after = again.tables["assumptions"]
    np.testing.assert_allclose(after["v_bl_shift_v"], before["v_bl_shift_v"], atol=1e-9)
    base = after["code_error"] - after["code_error_change"]
    np.testing.assert_allclose(base, again.own_references.error_probability, atol=1e-12)
    assert (after["code_error"] < before["code_error"]).any()
