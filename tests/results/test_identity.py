"""The fingerprint changes with what is simulated, and with nothing else."""

from __future__ import annotations

import pytest

import sram_spice
from sram_spice.results.identity import middle_deck, sha256, simulation_fingerprint
from sram_spice.technology import technology_cards
from tests.runs.finished import small_design

NGSPICE = 39


def of(topology, *overrides, ngspice=NGSPICE):
    design = small_design(topology, *overrides)
    return simulation_fingerprint(design, technology_cards(design), ngspice)


@pytest.mark.parametrize(
    "override",
    [
        "technology.corner=ff",
        "technology.card=full",
        "monte_carlo.seed=2",
        "column.rows=9",
        "column.readout=discharge",
        "column.word_line_voltage=0.51",
        "column.load_width=2.1e-6",
        "column.wire_capacitance_per_cell=0",
        "column.discharge_time=0.6e-9",
        "conditions.vdd=0.9",
        "conditions.temperature=28",
        "cell.width_access=121e-9",
        "cell.width_pull_down=201e-9",
        "cell.width_pull_up=91e-9",
        "cell.length=66e-9",
        "cell.diffusion_length=0",
        "mismatch.a_vt=2e-9",
        "monte_carlo.active_step=3",
        "access.word_line_pulse=2e-9",
    ],
)
@pytest.mark.parametrize("topology", ["8t_xnor", "6t"])
def test_it_changes_with(topology, override):
    assert of(topology, override) != of(topology)


@pytest.mark.parametrize(
    "override",
    [
        "name=other",
        "monte_carlo.samples=7",
        "mlsa.levels=2",
        "mlsa.quantization=linear",
        "mlsa.sensing=differential",
        "mlsa.input_probability=0.3",
        "mlsa.sum_histogram=sums.csv",
    ],
)
@pytest.mark.parametrize("topology", ["8t_xnor", "6t"])
def test_it_does_not_change_with(topology, override):
    assert of(topology, override) == of(topology)


def test_it_changes_with_versions_and_topology(monkeypatch):
    first = of("6t")
    assert of("6t", ngspice=44) != first
    assert of("8t_xnor", "column.rows=4", "mlsa.levels=3", "monte_carlo.active_step=2") != first
    monkeypatch.setattr(sram_spice, "__version__", "99")
    assert of("6t") != first


def test_it_changes_with_what_a_card_file_holds(tmp_path):
    path = tmp_path / "card.pm"
    text = "\n".join(
        f".model x {kind} level=54 vth0={sign}0.4 u0=0.05"
        for kind, sign in (("nmos", ""), ("pmos", "-"))
    )
    found = []
    for content in (text, text.replace("0.05", "0.06"), "* comment\n" + text):
        path.write_text(content, encoding="utf-8")
        found.append(of("6t", f"technology.model={path}"))
    assert found[0] != found[1]
    assert found[0] == found[2]


def test_it_is_a_sha256():
    assert len(of("6t")) == 64
    # FIPS 180-4, example "abc"
    assert sha256("abc").startswith("ba7816bf8f01cfea414140de5dae2223")


@pytest.mark.parametrize(("topology", "level"), [("8t_xnor", (4, 4)), ("6t", (2, 2))])
def test_the_deck_in_the_middle_has_half_of_its_rows_at_plus_1(topology, level):
    design = small_design(topology)
    title = middle_deck(design, technology_cards(design)).splitlines()[0]
    assert title == f"{design.name} n_plus={level[0]} n_minus={level[1]}"
