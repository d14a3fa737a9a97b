"""A_VT of a pair's difference, or of each transistor: drawn silicon has the sigma that is given."""

from __future__ import annotations

import json

import numpy as np
import pytest

from sram_spice.column.levels import mismatch_sigma
from sram_spice.design import design_from_dict, load_design
from sram_spice.errors import InputError
from sram_spice.generators import column_of
from sram_spice.generators.threshold_spread import threshold_spread
from sram_spice.technology import draw_threshold_shifts
from tests.design.valid import CONTRACT

PAIR = 4.0e-9  # V m
SAMPLES = 400


def test_the_difference_of_two_access_transistors_has_the_pair_s_sigma(make_design):
    """Counted on drawn columns: 400 x 64 rows x 2 differences, none shared."""
    design = make_design("8t_xnor", f"mismatch.a_vt_pair={PAIR}")
    column = column_of(design, 32, 32)
    sigma = mismatch_sigma(design, column)
    names = [name.rpartition(".")[2] for name, _ in column.devices]
    one, other = (
        [i for i, name in enumerate(names) if name in pair]
        for pair in (("maxl", "mcxl"), ("maxr", "mcxr"))
    )
    assert len(one) == len(other) == 128
    drawn = np.array([draw_threshold_shifts(sigma, 7, i) for i in range(SAMPLES)])
    differences = drawn[:, one] - drawn[:, other]
    expected = PAIR / np.sqrt(120e-9 * 65e-9)
    # Sigma of 51,200 differences is known to 1 / sqrt(2 n), 0.3 %; four times that.
    assert differences.std() == pytest.approx(expected, rel=4 / np.sqrt(2 * differences.size))
    assert threshold_spread(design)["sigma_vt_access_v"] == pytest.approx(expected / np.sqrt(2))


def test_each_transistor_s_sigma_is_in_millivolts(make_design):
    found = threshold_spread(make_design("8t_xnor"))
    # 3 mV um over sqrt(0.12 um x 0.065 um), by hand.
    assert found["sigma_vt_access_v"] == pytest.approx(33.97e-3, abs=0.01e-3)
    assert found["a_vt_pair_v_m"] == pytest.approx(4.2426e-9, rel=1e-4)


def test_a_design_as_run_has_both_and_can_be_read_again(make_design):
    design = make_design("8t_xnor", f"mismatch.a_vt_pair={PAIR}")
    assert design.mismatch.a_vt == pytest.approx(PAIR / np.sqrt(2))
    again = design_from_dict(json.loads(design.model_dump_json()))
    assert again == design
    assert again.replace({"mismatch.a_vt": 0.0}).mismatch.a_vt_pair is None
    assert again.replace({"mismatch.a_vt_pair": 2e-9}).mismatch.a_vt == pytest.approx(1.41421e-9)


def test_both_are_refused(tmp_path):
    path = tmp_path / "both.toml"
    path.write_text(CONTRACT.replace("a_vt = 3.0e-9", "a_vt = 3.0e-9\na_vt_pair = 3.0e-9"))
    with pytest.raises(InputError) as caught:
        load_design(path)
    for part in (str(path), "mismatch.a_vt ", "mismatch.a_vt_pair", "both given", "3e-09"):
        assert part in str(caught.value)
