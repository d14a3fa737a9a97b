"""What a user is told of a card: on the terminal, in the manifest, in the report."""

from __future__ import annotations

import json

import pytest

from sram_spice.design import load_design
from sram_spice.report.run import Run
from sram_spice.runs.characterize.run import characterize
from sram_spice.simulation.progress import Silent
from tests.technology.cards import NMOS, PMOS, card_file

from .conftest import DESIGN

MISTYPED = (NMOS + PMOS).replace("toxe", "toxee", 1)
WARNING = "nmos card: the simulator ignores toxee"


def test_a_mistyped_parameter_is_a_warning_of_a_netlist(invoke, tmp_path):
    model = f"technology.model={card_file(tmp_path, MISTYPED)}"
    outcome = invoke("netlist", DESIGN, "--set", model, "--set", "column.rows=1")
    assert outcome.code == 0
    assert outcome.err == f"warning: {WARNING}\n"
    assert "toxee" in outcome.out  # written as it was read


@pytest.mark.slow
def test_a_mistyped_parameter_stands_in_manifest_and_report(tmp_path):
    (tmp_path / "d.toml").write_text(
        'name = "d"\n[technology]\nmodel = "card.pm"\n[cell]\ntopology = "8t_xnor"\n'
        "[column]\nrows = 2\n[mlsa]\nlevels = 2\n[monte_carlo]\nsamples = 2\n",
        encoding="utf-8",
    )
    card_file(tmp_path, MISTYPED)
    folder = tmp_path / "out"
    folder.mkdir()
    run = characterize(load_design(tmp_path / "d.toml"), folder, Silent(), workers=1)
    assert run.warnings[0] == WARNING
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["warnings"][0] == WARNING
    assert manifest["process"]["warnings"] == [WARNING]
    assert WARNING in (folder / "report.html").read_text(encoding="utf-8")
    assert WARNING in Run.open(folder).warnings


@pytest.mark.parametrize("command", ["characterize", "mlsa", "measure", "transfer", "signoff"])
def test_a_card_that_is_refused_ends_every_command(invoke, tmp_path, command):
    card = card_file(tmp_path, (NMOS + PMOS).replace("4.7", "4"))
    out = tmp_path / "out"
    outcome = invoke(command, DESIGN, "-o", str(out), "--set", f"technology.model={card}")
    assert outcome.code == 2
    assert "BSIM4 version 4 not available in this binary" in outcome.err
    assert not out.exists()
