"""`sram-spice netlist`: decks that plain ngspice runs."""

from __future__ import annotations

import re
import subprocess

import pytest

from sram_spice.results.tables import StoredTables
from sram_spice.simulation.batch import find_ngspice
from tests.runs.finished import CIRCUITS, SMALL

from .conftest import DESIGN


def printed(deck, folder):
    """What `ngspice -b` prints for a deck: values by name."""
    path = folder / "deck.cir"
    path.write_text(deck, encoding="utf-8")
    done = subprocess.run(
        [find_ngspice(), "-b", path.name], cwd=folder, capture_output=True, text=True, check=True
    )
    pairs = re.findall(r"^(\S+) = (-?\d\S*)$", done.stdout, re.MULTILINE)
    return {name: float(value) for name, value in pairs}


def overrides(topology):
    return [word for item in SMALL[topology][1] for word in ("--set", item)]


def test_the_default_deck_gives_the_known_level(invoke, tmp_path):
    outcome = invoke("netlist", DESIGN)
    assert (outcome.code, outcome.err) == (0, "")
    values = printed(outcome.out, tmp_path)
    # Measured in ngspice 39 on the default column, n_plus = n_minus = 32.
    assert values["v(bl)"] == pytest.approx(0.66389, abs=1e-4)
    assert values["v(blb)"] == pytest.approx(values["v(bl)"], abs=1e-6)
    assert values["cells_flipped"] == 0


@pytest.mark.slow
@pytest.mark.parametrize("topology", ["8t_xnor", "6t"])
@pytest.mark.parametrize("merged", [[], ["--merged"]])
def test_levels_are_those_of_the_characterization(invoke, tmp_path, topology, merged, finished_of):
    file = str(CIRCUITS / SMALL[topology][0])
    level = {"8t_xnor": (3, 5), "6t": (1, 2)}[topology]
    numbers = ["--n-plus", str(level[0]), "--n-minus", str(level[1])]
    outcome = invoke("netlist", file, *overrides(topology), *numbers, *merged)
    values = printed(outcome.out, tmp_path)
    levels = StoredTables(finished_of(topology).folder)["levels"]
    own = levels[(levels["n_plus"] == level[0]) & (levels["n_minus"] == level[1])].iloc[0]
    assert values["v(bl)"] == pytest.approx(own["v_bl_nominal_v"], abs=1e-7)
    assert values["v(blb)"] == pytest.approx(own["v_blb_nominal_v"], abs=1e-7)


def test_a_file_holds_what_the_screen_would(invoke, home):
    arguments = ("netlist", DESIGN, "--set", "column.rows=4", "--seed", "3", "--sample", "2")
    shown = invoke(*arguments).out
    (home / "x.cir").write_text("old", encoding="utf-8")
    assert invoke(*arguments, "-o", "x.cir").out == ""
    assert (home / "x.cir").read_text(encoding="utf-8") == shown
    assert [path.name for path in home.iterdir()] == ["x.cir"]


def test_the_same_command_gives_the_same_deck(invoke):
    arguments = ("netlist", DESIGN, "--set", "column.rows=4", "--seed", "3")
    first = invoke(*arguments).out
    assert invoke(*arguments).out == first
    assert invoke(*arguments[:-1], "4").out != first
    assert invoke(*arguments, "--sample", "1").out != first


def test_a_user_s_card_is_rendered_not_copied(invoke, tmp_path):
    card = tmp_path / "card.pm"
    card.write_text(
        "* secret comment\n.param t=2n\n"
        ".model hidden_name nmos level=54 vth0=0.4 u0=0.05 toxe=t\n"
        ".model p pmos level=54 vth0=-0.4 u0=0.01 $ note\n",
        encoding="utf-8",
    )
    deck = invoke("netlist", DESIGN, "--set", f"technology.model={card}").out
    assert ".model nmos nmos\n+ level=54 vth0=0.4 u0=0.05 toxe=2e-09 rgatemod=0 rbodymod=0" in deck
    for text in ("secret", "hidden_name", ".param", "note"):
        assert text not in deck


def test_a_preset_is_a_design(invoke, home):
    """Where no file of that name is."""
    named, of_file = invoke("netlist", "hbnn_6t"), invoke("netlist", str(CIRCUITS / "hbnn_6t.toml"))
    assert named.code == 0
    assert named.out == of_file.out
    wrong = invoke("netlist", "hbnn_7t")
    assert wrong.code == 2
    assert "hbnn_6t, xnor_8t" in wrong.err
