"""Plug-ins of packages outside the core, installed as their pages say, in every command.

Nothing of sram_spice knows them; numbers are those of decks written by hand, or of cells of the
same transistors.
"""

from __future__ import annotations

import json
from contextlib import nullcontext

import numpy as np
import pandas as pd
import pytest

from sram_spice.design import load_design
from sram_spice.simulation.batch import run_batch
from sram_spice.technology import technology_cards
from tests.conftest import CIRCUITS, ROOT
from tests.installed import EXAMPLES, installed
from tests.runs.finished import no_figures
from tests.shared import shared_folder

NAMES = ("own_diode_load", "own_current_readout", "own_8t_decoupled", "own_6t_split_word_lines")
SHOWN = ("own_current_readout", "own_8t_decoupled")  # with figures and page: one of each kind
CELLS = ("own_8t_decoupled", "own_6t_split_word_lines")
pytestmark = pytest.mark.slow
# One process characterizes a package, for all tests that look at it.
each_package = pytest.mark.parametrize(
    "name", [pytest.param(name, marks=pytest.mark.xdist_group(name)) for name in NAMES]
)
SHORT = ("--set", "access.word_line_pulse=5e-10", "--workers", "1")  # its length is no matter here


@pytest.fixture(scope="module")
def packages(tmp_path_factory):
    """The packages, installed into a folder of their own."""
    with installed(NAMES, shared_folder(tmp_path_factory) / "own_plugins") as found:
        yield found


def design_of(name):
    return EXAMPLES / name / f"{name}.toml"


@pytest.fixture(scope="module")
def runs(packages, tmp_path_factory):
    """The folder of a characterization, made when first asked for."""
    made = {}

    def run(name):
        if name not in made:
            folder = tmp_path_factory.mktemp(name)
            with nullcontext() if name in SHOWN else no_figures():
                packages.run("characterize", design_of(name), "-o", folder, *SHORT)
            made[name] = folder
        return made[name]

    return run


@each_package
def test_characterize(runs, name):
    folder = runs(name)
    levels = pd.read_csv(folder / "levels.csv")
    assert (levels["nominal_status"] == "ok").all()
    assert (levels["failed"] == 0).all()
    assert (levels["flipped"] == 0).all()
    assert levels["samples"].sum() >= 90
    # What is sensed for BL rises with every row whose product changes from -1 to +1.
    full = levels[levels["n_plus"] + levels["n_minus"] == 8].sort_values("sum")
    assert (full["v_bl_nominal_v"].diff().dropna() > 0).all()
    if name in SHOWN:
        page = (folder / "report.html").read_text(encoding="utf-8")
        assert name in page
        assert ("V_BL is V(o_blb)" in page) == (name == "own_current_readout")


@each_package
def test_sense_amplifiers_decide_what_is_sensed(packages, name, tmp_path):
    """Whole accesses of the nominal column: what is decided is the ideal code.

    One row of a cell, one amplifier of a read-out: how a pair is read (a StrongARM's differential
    mode) is a matter of what is sensed, once.
    """
    rows = 1 if name in CELLS else 2
    latch = "strongarm" if name == "own_current_readout" else "isolated_latch"
    values = [f"sense_amplifier.topology={latch}", f"column.rows={rows}", "mlsa.levels=2"]
    values += ["sense_amplifier.sensing_time=6e-10"]
    # References in the middle, where decisions are slow; a diode's are nearer to VDD.
    values += ["sense_amplifier.crossover=0.6"] if name != "own_diode_load" else []
    sets = [word for value in values for word in ("--set", value)]
    packages.run("mlsa", design_of(name), "-o", tmp_path, "--nominal", "--workers", 1, *sets)
    codes = pd.read_csv(tmp_path / "mlsa_codes.csv")
    assert ("differential, parallel" in set(codes["mode"])) == (latch == "strongarm")
    for mode in {"parallel", "differential, parallel"} & set(codes["mode"]):
        full = codes[(codes["mode"] == mode) & (codes["n_active"] == rows)]
        assert len(full) == rows + 1
        assert (full["status"] == "ok").all()
        assert (full["undecided"] == 0).all()
        assert full["code"].nunique() == 2
        assert (full["code"] == full["ideal_code"]).all()


@each_package
def test_the_deck_that_is_written_gives_the_nominal_level(packages, runs, name, tmp_path):
    folder = runs(name)
    deck = tmp_path / "deck.cir"
    packages.program("netlist", design_of(name), "--n-plus", 5, "--n-minus", 3, "-o", deck)
    values = run_batch(deck.read_text(encoding="utf-8"))
    assert values["cells_flipped"] == 0
    levels = pd.read_csv(folder / "levels.csv").set_index(["n_plus", "n_minus"])
    sensed = ("v(o_blb)", "v(o_bl)") if name == "own_current_readout" else ("v(bl)", "v(blb)")
    for column, node in zip(("v_bl_nominal_v", "v_blb_nominal_v"), sensed, strict=True):
        # Full rows here, merged ones there: alike to the solver's tolerance.
        assert values[node] == pytest.approx(levels.loc[(5, 3), column], abs=5e-6)


OWN_KEY = {
    "own_current_readout": ("sense_resistance", 2e4, 1e4),
    "own_diode_load": ("diode_width", 5e-7, 1e-6),
}


@each_package
def test_transfer_and_sweep(packages, name, tmp_path):
    less = ("--set", "column.rows=4", "--workers", 1)
    packages.run("transfer", design_of(name), "-o", tmp_path / "transfer", *less)
    curves = pd.read_csv(tmp_path / "transfer" / "column_transfer.csv")
    assert set(curves["family"]) == {"rows", "word line", "read-out"}
    key, *base = OWN_KEY.get(name, ("wire_capacitance_per_cell", 1e-16, 2e-16))
    over = f"column.{key}={base[0]},{base[1]}"
    packages.run(
        *("sweep", design_of(name), "--over", over, "-o", tmp_path / "sweep"),
        *("--no-disturb", "--set", "monte_carlo.samples=4", *SHORT, *less),
    )
    table = pd.read_csv(tmp_path / "sweep" / "sweep.csv")
    assert table[f"column.{key}"].tolist() == pytest.approx(base)
    assert (table["failed"] == 0).all()


@each_package
def test_every_measurement(packages, name, tmp_path):
    values = ("--set", "monte_carlo.samples=2")  # too few for the tail of `disturb`, which says so
    packages.run("measure", design_of(name), "-o", tmp_path, *values, "--workers", 1)
    table = pd.read_csv(tmp_path / "measurements.csv").set_index("quantity")
    record = json.loads((tmp_path / "measurements.json").read_text(encoding="utf-8"))
    notes = record["designs"][0]["notes"]
    assert not any("not measurable" in note for found in notes.values() for note in found)
    assert table.loc["write_snm", "nominal"] > 0.2
    assert table.loc["hold_snm", "nominal"] == pytest.approx(0.3052, abs=1e-4)
    assert np.isfinite(table.loc["read_current", "nominal"])


@each_package
def test_the_table_engine_says_why_it_does_not_solve_it(packages, name, tmp_path):
    words = ("--set", "monte_carlo.engine=table", "--set", "monte_carlo.samples=200")
    said = packages.run("characterize", design_of(name), "-o", tmp_path / "run", *words, code=2)
    reasons = {
        "own_diode_load": "a diode that is all but off leaves its bit line to leakage",
        "own_current_readout": "it senses mirrored currents, not the bit lines",
        "own_8t_decoupled": "engine table knows cells without inner nodes, not rs",
        "own_6t_split_word_lines": "engine table needs a cell whose two halves are alike",
    }
    assert reasons[name] in said


WRITE = ("write_snm", "bit_line_write_margin", "word_line_write_margin")


def test_cells_are_written_as_they_say(packages, tmp_path):
    """All three are a 6T cell when it is written: the same margins, to 0.1 mV."""
    values = ("--set", "mismatch.a_vt=0", "--set", "column.word_line_voltage=1.0")
    only = [word for name in (*WRITE, "hold_snm", "read_snm") for word in ("--only", name)]
    found = {}
    designs = {
        "6t": CIRCUITS["6t"],
        "decoupled": design_of("own_8t_decoupled"),
        "split": design_of("own_6t_split_word_lines"),
    }
    for name, design in designs.items():
        packages.run("measure", design, *only, "-o", tmp_path / name, *values, "--workers", 1)
        table = pd.read_csv(tmp_path / name / "measurements.csv")
        found[name] = table.set_index("quantity")["nominal"]
    for name in ("decoupled", "split"):
        for quantity in WRITE:
            assert found[name][quantity] == pytest.approx(found["6t"][quantity], abs=1e-4)
    # Reading through a port of its own disturbs nothing: the whole margin of hold is left.
    assert found["decoupled"]["read_snm"] == pytest.approx(found["decoupled"]["hold_snm"], abs=1e-6)
    assert found["6t"]["read_snm"] < 0.5 * found["6t"]["hold_snm"]


def by_hand(cards, loads):
    """A deck of a column of four 8T cells, three with product +1, written line by line."""
    size = "L=65n AD={area} AS={area} PD={edge} PS={edge}"

    def mosfet(name, nodes, kind, width):
        area, edge = width * 140e-9, 2 * (width + 140e-9)
        ends = size.format(area=repr(area), edge=repr(edge))
        return f"M{name} {nodes} {kind} W={width!r} {ends}"

    lines = ["by hand", ".options reltol=1e-6 vntol=1e-8 abstol=1e-14 gmin=1e-15", cards]
    lines += ["Vdd vdd 0 DC 1", "Vwl wl 0 DC 0.5"]
    for i, stored in enumerate((1, 1, 1, 0)):
        lines += [
            mosfet(f"a{i}", f"q{i} p{i} vdd vdd", "pmos", 90e-9),
            mosfet(f"b{i}", f"p{i} q{i} vdd vdd", "pmos", 90e-9),
            mosfet(f"c{i}", f"q{i} p{i} 0 0", "nmos", 200e-9),
            mosfet(f"d{i}", f"p{i} q{i} 0 0", "nmos", 200e-9),
            mosfet(f"e{i}", f"bl wl q{i} 0", "nmos", 120e-9),
            mosfet(f"f{i}", f"blb wl p{i} 0", "nmos", 120e-9),
            mosfet(f"g{i}", f"blb 0 q{i} 0", "nmos", 120e-9),
            mosfet(f"h{i}", f"bl 0 p{i} 0", "nmos", 120e-9),
            f".nodeset v(q{i})={stored} v(p{i})={1 - stored}",
        ]
    return "\n".join([*lines, *loads(mosfet)])


def diodes(mosfet):
    pair = [mosfet(f"x{n}", f"{n} {n} vdd vdd", "pmos", 0.5e-6) for n in ("bl", "blb")]
    return [*pair, *control("bl", "blb")]


def mirrors(mosfet):
    found = []
    for n in ("bl", "blb"):
        found.append(mosfet(f"x{n}", f"{n} {n} vdd vdd", "pmos", 4e-6))
        found.append(mosfet(f"y{n}", f"s{n} {n} vdd vdd", "pmos", 2e-6))
        found.append(f"Rs{n} s{n} 0 20k")
    return [*found, *control("sblb", "sbl")]


def control(first, second):
    nodes = f"v({first}) v({second})"
    return [".control", "set numdgt=12", "op", f"print {nodes}", "quit 0", ".endc", ".end", ""]


@pytest.mark.parametrize(
    ("name", "loads", "nodes"),
    [
        ("own_diode_load", diodes, ("bl", "blb")),
        ("own_current_readout", mirrors, ("sblb", "sbl")),
    ],
)
def test_a_read_out_against_a_deck_by_hand(packages, tmp_path, name, loads, nodes):
    """The netlist of the command and one that shares nothing with it but the cards."""
    deck = tmp_path / "deck.cir"
    # Input +1 in every row: weights are the products. The card is that of the reference design.
    words = ("--n-plus", 3, "--n-minus", 1, "--set", "column.rows=4", "-o", deck)
    packages.run("netlist", design_of(name), *words)
    ours = run_batch(deck.read_text(encoding="utf-8"))
    cards = technology_cards(load_design(CIRCUITS["8t_xnor"])).render()
    theirs = run_batch(by_hand(cards, loads))
    sensed = ("o_blb", "o_bl") if name == "own_current_readout" else ("bl", "blb")
    for mine, other in zip(sensed, nodes, strict=True):
        assert ours[f"v({mine})"] == pytest.approx(theirs[f"v({other})"], abs=20e-6)
    assert ours[f"v({sensed[0]})"] > ours[f"v({sensed[1]})"] + 0.02


@pytest.mark.parametrize("command", ["characterize", "netlist"])
def test_keys_of_a_plug_in_are_checked(packages, tmp_path, command):
    output = tmp_path / "x"
    design = design_of("own_diode_load")
    said = packages.run(*(command, design, "--set", "column.diode_width=-1", "-o", output), code=2)
    assert "column.diode_width" in said
    assert "diode-connected PMOS" in said
    said = packages.run(*(command, design, "--set", "column.diode=1", "-o", output), code=2)
    assert "unknown key" in said
    assert "diode_width" in said


def test_nothing_of_the_core_knows_them():
    names = ("diode", "o_bl", "8t_decoupled", "6t_split", "rwl", "wwl", "wbl", "wlr", "clamp")
    for path in (ROOT / "sram_spice").rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        found = [name for name in names if f'"{name}' in text]
        assert not found, path
