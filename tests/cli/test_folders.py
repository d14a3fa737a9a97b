"""One design after another into the same folder: what the commands leave there, and say."""

from __future__ import annotations

import json

import pytest

from sram_spice.results.folder_record import FILE
from tests.runs.finished import no_figures

from .conftest import DESIGN

SMALL = [
    *("--set", "column.rows=2", "--set", "monte_carlo.samples=3", "--set", "mlsa.levels=2"),
    *("--set", "sense_amplifier.topology=isolated_latch"),  # no pairs to measure
    *("--set", "access.word_line_pulse=1.2e-9", "--workers", "1"),
]
OTHER = ["--set", "column.word_line_voltage=0.6"]


def named(record, command):
    return {file for one in record if one["command"] == command for file in one["files"]}


@pytest.mark.slow
def test_a_second_design_leaves_nothing_of_the_first(invoke, home):
    """As a user tries one word line after another."""
    with no_figures():
        assert invoke("characterize", DESIGN, *SMALL, "-o", "o").code == 0
    assert invoke("mlsa", DESIGN, *SMALL, "--nominal", "-o", "o").code == 0
    (home / "o" / "notes.txt").write_text("mine")
    record = json.loads((home / "o" / FILE).read_text())
    first = named(record, "mlsa")
    assert {"mlsa.json", "mlsa_codes.csv", "mlsa_energy.png"} < first
    assert "levels.csv" in named(record, "characterize")

    with no_figures():
        again = invoke("characterize", DESIGN, *SMALL, "-o", "o")
        assert again.code == 0
        assert "another design" not in again.err
        assert all((home / "o" / name).exists() for name in first)
        refused = invoke("sweep", DESIGN, *SMALL, "--over", "conditions.vdd=0.9,1.0", "-o", "o")
        assert refused.code == 2
        assert "-o: the folder holds results of `sram-spice " in refused.err
        assert "a sweep has a folder of its own" in refused.err
        other = invoke("characterize", DESIGN, *SMALL, *OTHER, "-o", "o")
    assert other.code == 0
    said = " ".join(other.err.split())
    assert f"note: removed {len(first)} files of another design: mlsa" in said
    found = {path.name for path in (home / "o").iterdir()}
    assert not [name for name in found if name.startswith("mlsa")]
    assert {"levels.csv", "manifest.json", "notes.txt"} < found
    # Transfer curves are a matter of seconds; the characterized design may have taken hours.
    refused = invoke("transfer", DESIGN, *SMALL, "-o", "o")
    assert refused.code == 2
    assert "and this is another design" in refused.err
    assert found == {path.name for path in (home / "o").iterdir()}
