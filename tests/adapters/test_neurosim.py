"""The CSV of NeuroSim V1.5, read as NeuroSim reads it.

NeuroSim is no package that a registry has. What is done here with the file is what its source does
(branch 2DInferenceV1.5: `init_cim` finds the columns by name and keeps rows in their order,
`ADC_output` takes the row number of the integer dot product); docs/adapters.md cites it.
"""

from __future__ import annotations

import csv

import numpy as np
import pytest
import torch

from sram_spice.adapters import ExportOptions, export
from sram_spice.errors import InputError
from tests.adapters.moments import check_moments, draws_of
from tests.lut.results import HBNN, XNOR, lut_of, table
from tests.lut.test_lookup import with_failures

BITS = 6  # adc_precision: 2^6 + 1 rows at most


def read(path):
    """Columns by name, rows by place; numbers only."""
    with path.open(encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file)
    columns = {name: [float(row[header.index(name)]) for row in rows] for name in header}
    assert len(rows) <= 2**BITS + 1
    return {name: torch.tensor(column) for name, column in columns.items()}


def written(folder, tmp_path, n_active=None):
    (path,) = export(lut_of(folder), "neurosim", tmp_path / "noise.csv", ExportOptions(n_active))
    return path


def test_header_and_rows(tmp_path):
    lines = written(XNOR, tmp_path).read_text(encoding="utf-8").splitlines()
    assert lines[0] == "output,mean,std"
    assert [line.split(",")[0] for line in lines[1:]] == [str(count) for count in range(65)]


@pytest.mark.parametrize(("folder", "active"), [(XNOR, 64), (HBNN, 64), (HBNN, 24)])
def test_rows_are_the_moments_of_code_probability_csv(folder, active, tmp_path):
    found = read(written(folder, tmp_path, active))
    codes = table(folder, "code_probability_mlsa")
    codes = codes[codes["n_plus"] + codes["n_minus"] == active]
    value = (lut_of(folder).centroids[codes["code"].astype(int)] + active) / 2  # counts of +1
    mean = (codes["probability"] * value).groupby(codes["n_plus"]).sum()
    # Single precision, as NeuroSim reads it.
    np.testing.assert_allclose(found["mean"][1:], mean[1:], rtol=1e-6)
    square = codes["probability"] * (value - mean.loc[codes["n_plus"]].to_numpy()) ** 2
    std = np.sqrt(square.groupby(codes["n_plus"]).sum())
    # Probabilities in the CSV have nine digits and do not add up to 1 beyond them.
    np.testing.assert_allclose(found["std"][1:], std[1:], rtol=1e-5, atol=2e-5)
    assert found["mean"][0] == found["std"][0] == 0  # what the dummy row and column read


def test_counts_are_unsigned_and_rise_with_the_row(tmp_path):
    found = read(written(XNOR, tmp_path))
    assert found["mean"][1:].min() > 0
    assert found["mean"].max() < 64
    assert (found["mean"].diff() > -1e-6).all()
    assert found["mean"][32] == pytest.approx(32, abs=1.0)
    assert found["std"][32] > found["std"][0]


def test_a_million_draws_before_rounding(tmp_path):
    found = read(written(XNOR, tmp_path))
    torch.manual_seed(5)
    counts = torch.arange(1, 65).repeat(draws_of(64), 1)
    drawn = torch.normal(found["mean"][counts], found["std"][counts]).double().numpy()
    mean, std = lut_of(XNOR).moments(np.arange(-62, 65, 2))
    check_moments(2 * drawn - 64, mean, std)


def test_what_neurosim_s_rounding_costs(tmp_path):
    # Rounding moves a mean by half a count at most and adds at most its own spread.
    found = read(written(XNOR, tmp_path))
    torch.manual_seed(5)
    counts = torch.arange(65).repeat(20_000, 1)
    drawn = torch.normal(found["mean"][counts], found["std"][counts]).round().clamp(0, 2**BITS)
    assert (drawn.mean(dim=0) - found["mean"]).abs().max() <= 0.5 + 1e-3
    assert (drawn.std(dim=0) - found["std"]).abs().max() < 0.5


@pytest.mark.parametrize(
    ("folder", "active", "text"),
    [
        (HBNN, None, "--n-active: NeuroSim knows sums only"),
        (HBNN, 65, "--n-active: not a number of active rows of this column (got 65)"),
        (HBNN, 0, "allowed: 1 .. 64"),
        (XNOR, 32, "(got 32); allowed: 64"),
    ],
)
def test_numbers_of_active_rows_that_cannot_be(folder, active, text, tmp_path):
    with pytest.raises(InputError) as caught:
        written(folder, tmp_path, active)
    assert text in str(caught.value)
    assert not list(tmp_path.iterdir())


def test_outcomes_without_code_are_refused_or_left_out_on_demand(tmp_path):
    lut, path = with_failures(lut_of(XNOR), 4, 0.25), tmp_path / "noise.csv"
    with pytest.raises(InputError, match="no room for accesses without a code; 1 sum has some"):
        export(lut, "neurosim", path)
    export(lut, "neurosim", path, ExportOptions(drop_failed=True))
    text = path.read_text(encoding="utf-8")
    export(lut_of(XNOR), "neurosim", path)
    np.testing.assert_allclose(
        [float(x) for x in text.splitlines()[35].split(",")],
        [float(x) for x in path.read_text(encoding="utf-8").splitlines()[35].split(",")],
    )
    with pytest.raises(InputError, match="never has a code"):
        export(with_failures(lut, 4, 1.0), "neurosim", path, ExportOptions(drop_failed=True))
