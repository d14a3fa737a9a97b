"""A 45 nm process from a package outside the core, installed as its page says, in the commands."""

from __future__ import annotations

import csv
import json
import subprocess

import numpy as np
import pandas as pd
import pytest

from sram_spice.simulation.batch import run_batch
from sram_spice.technology import check_process
from tests.conftest import CIRCUITS, ROOT
from tests.installed import EXAMPLES, PROGRAM, installed
from tests.runs.finished import no_figures
from tests.shared import shared_folder

EXAMPLE = EXAMPLES / "own_process"
DESIGN = EXAMPLE / "own_process.toml"
PARAMETERS = EXAMPLE / "own_process" / "parameters.csv"
pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("own_process")]
SHORT = ("--set", "access.word_line_pulse=5e-10", "--workers", "1")  # its length is no matter here


@pytest.fixture(scope="module")
def package(tmp_path_factory):
    """The package, installed into a folder of its own."""
    with installed(("own_process",), shared_folder(tmp_path_factory) / "own_process") as found:
        yield found


@pytest.fixture(scope="module")
def finished(package, tmp_path_factory):
    """A characterization on full SPICE; the sense amplifier is a matter of another test."""
    folder = tmp_path_factory.mktemp("finished")
    design = tmp_path_factory.mktemp("design") / "design.toml"
    text = DESIGN.read_text(encoding="utf-8")
    design.write_text(text.replace('[sense_amplifier]\ntopology = "strongarm"\n', ""))
    package.run("characterize", design, "-o", folder, *SHORT)
    return design, folder


def by_hand(lines, vdd, v_wl, cells, bit_lines, outputs):
    """A deck of cells of the process's default sizes, its card rendered here from the table."""
    with PARAMETERS.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    off = {"rgatemod": "0", "rbodymod": "0"}
    cards = [
        f".model {kind}45 {kind} "
        + " ".join(f"{r['parameter']}={off.get(r['parameter'], r[kind])}" for r in rows)
        for kind in ("nmos", "pmos")
    ]

    def mosfet(name, nodes, kind, width):
        area, edge = width * 100e-9, 2 * (width + 100e-9)
        ends = f"AD={area!r} AS={area!r} PD={edge!r} PS={edge!r}"
        return f"M{name} {nodes} {kind}45 W={width!r} L=45n {ends}"

    deck = ["by hand", ".options reltol=1e-6 vntol=1e-8 abstol=1e-14 gmin=1e-15", *cards]
    deck += [f"Vdd vdd 0 DC {vdd}", f"Vwl wl 0 DC {v_wl}", *lines]
    for i, stored in enumerate(cells):
        deck += [
            mosfet(f"a{i}", f"q{i} p{i} vdd vdd", "pmos", 65e-9),
            mosfet(f"b{i}", f"p{i} q{i} vdd vdd", "pmos", 65e-9),
            mosfet(f"c{i}", f"q{i} p{i} 0 0", "nmos", 150e-9),
            mosfet(f"d{i}", f"p{i} q{i} 0 0", "nmos", 150e-9),
            mosfet(f"e{i}", f"bl wl q{i} 0", "nmos", 90e-9),
            mosfet(f"f{i}", f"blb wl p{i} 0", "nmos", 90e-9),
            mosfet(f"g{i}", f"blb 0 q{i} 0", "nmos", 90e-9),
            mosfet(f"h{i}", f"bl 0 p{i} 0", "nmos", 90e-9),
            f".nodeset v(q{i})={stored} v(p{i})={1 - stored}",
        ]
    deck += bit_lines(mosfet)
    names = " ".join(outputs)
    return "\n".join(
        [*deck, ".control", "set numdgt=12", "op", f"print {names}", "quit 0", ".endc", ".end", ""]
    )


def test_check_process_gives_plausible_currents(package):
    checked = check_process("ptm45")
    found = {(d.corner, d.device): (d.on / 45e-9, d.off / 45e-9) for d in checked}
    assert len(found) == 10
    for device, least, most in (("nmos", 700, 1300), ("pmos", 250, 700)):  # A/m at 1 V
        on, off = found["tt", device]
        assert least < on < most
        assert off < 1e-3 * on
        assert found["ff", device][0] > on > found["ss", device][0]
    assert found["fs", "nmos"] == found["ff", "nmos"]
    assert found["fs", "pmos"] == found["ss", "pmos"]


def test_characterize_says_what_the_process_is(finished):
    _, folder = finished
    levels = pd.read_csv(folder / "levels.csv")
    assert (levels["nominal_status"] == "ok").all()
    assert (levels[["failed", "flipped"]] == 0).all().all()
    assert (levels.sort_values("sum")["v_bl_nominal_v"].diff().dropna() > 0.01).all()
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["process"]["name"] == "ptm45"
    assert "PTM 45 nm bulk" in manifest["process"]["source"]
    assert manifest["process"]["corner"] == "tt: typical"
    assert any("A_VT 2.5 mV um" in text for text in manifest["process"]["assumptions"])
    design = manifest["design"]  # the design as run holds what the process gave
    assert design["technology"]["process"] == design["technology"]["model"] == "ptm45"
    assert design["cell"]["length"] == 45e-9
    assert design["cell"]["width_access"] == 90e-9
    assert design["cell"]["diffusion_length"] == 100e-9
    assert design["mismatch"]["a_vt"] == 2.5e-9
    assert design["column"]["wire_capacitance_per_cell"] == 0.14e-15
    page = (folder / "report.html").read_text(encoding="utf-8")
    assert "PTM 45 nm bulk (BSIM4)" in page
    assert "A_VT 2.5 mV um" in page


def test_spread_is_that_of_its_own_mismatch(package, finished, tmp_path):
    """Twice A_VT gives twice the spread, to first order: the default is what is sampled."""
    design, folder = finished
    words = ("--set", "mismatch.a_vt=1.25e-9", *SHORT)
    with no_figures():
        package.run("characterize", design, "-o", tmp_path / "half", *words)
    whole, half = (pd.read_csv(f / "levels.csv") for f in (folder, tmp_path / "half"))
    middle = whole["n_plus"].between(2, 6)
    ratio = (half["v_bl_std_v"] / whole["v_bl_std_v"])[middle]
    assert ratio.mean() == pytest.approx(0.5, abs=0.08)


def test_a_level_against_a_deck_by_hand(package, finished, tmp_path):
    design, folder = finished
    deck = tmp_path / "deck.cir"
    package.program("netlist", design, "--n-plus", 5, "--n-minus", 3, "-o", deck)
    ours = run_batch(deck.read_text(encoding="utf-8"))
    assert ours["cells_flipped"] == 0

    def loads(mosfet):
        return [mosfet(f"x{n}", f"{n} 0 vdd vdd", "pmos", 0.5e-6) for n in ("bl", "blb")]

    # Input +1 in every row: weights are the products.
    text = by_hand([], 1.0, 0.6, (1, 1, 1, 1, 1, 0, 0, 0), loads, ("v(bl)", "v(blb)"))
    theirs = run_batch(text)
    levels = pd.read_csv(folder / "levels.csv").set_index(["n_plus", "n_minus"])
    for node, column in (("v(bl)", "v_bl_nominal_v"), ("v(blb)", "v_blb_nominal_v")):
        assert ours[node] == pytest.approx(theirs[node], abs=20e-6)
        assert levels.loc[(5, 3), column] == pytest.approx(theirs[node], abs=20e-6)
    assert ours["v(bl)"] > ours["v(blb)"] + 0.1


def test_read_current_against_a_deck_by_hand(package, finished, tmp_path):
    design, _ = finished
    only = ("--only", "read_current", "--only", "hold_snm", "--set", "monte_carlo.samples=12")
    package.run("measure", design, *only, "-o", tmp_path, "--workers", 1)
    table = pd.read_csv(tmp_path / "measurements.csv").set_index("quantity")
    held = by_hand(["Vbl bl 0 DC 1", "Vblb blb 0 DC 1"], 1.0, 0.6, (0,), lambda _: [], ("i(vbl)",))
    theirs = -run_batch(held)["i(vbl)"]
    assert theirs > 1e-6
    assert table.loc["read_current", "nominal"] == pytest.approx(theirs, rel=1e-4)
    assert 0.1 < table.loc["hold_snm", "nominal"] < 0.5
    record = json.loads((tmp_path / "measurements.json").read_text(encoding="utf-8"))
    assert record["designs"][0]["process"]["name"] == "ptm45"


def test_the_table_engine_agrees_with_spice(package, finished, tmp_path):
    design, folder = finished
    words = ("--set", "monte_carlo.engine=table", "--set", "monte_carlo.samples=400", *SHORT)
    with no_figures():
        package.run("characterize", design, "-o", tmp_path / "run", *words)  # its certificate holds
    spice, table = (pd.read_csv(f / "levels.csv") for f in (folder, tmp_path / "run"))
    # The mean of 400 samples against that of 20, within four standard errors.
    error = 4 * spice["v_bl_std_v"] / np.sqrt(20)
    assert ((table["v_bl_mean_v"] - spice["v_bl_mean_v"]).abs() < error).all()


def test_mlsa_decides_as_it_should(package, tmp_path):
    """Two rows and one reference, as each costs the same again."""
    words = ("--set", "column.rows=2", "--set", "mlsa.levels=2", "--workers", 1)
    package.run("mlsa", DESIGN, "-o", tmp_path, "--nominal", *words)
    codes = pd.read_csv(tmp_path / "mlsa_codes.csv")
    decided = codes[codes["mode"] == "parallel"]
    assert len(decided) == 3
    assert decided["ideal_code"].nunique() == 2
    assert (decided["status"] == "ok").all()
    assert (decided["code"] == decided["ideal_code"]).all()


def test_transfer_and_sweep_over_corners(package, finished, tmp_path):
    design, folder = finished
    package.run("transfer", design, "-o", tmp_path / "transfer", "--workers", 1)
    curves = pd.read_csv(tmp_path / "transfer" / "column_transfer.csv")
    assert curves["v_bl_v"].between(-0.1, 1.1).all()  # gates lift a released bit line
    words = ("--over", "technology.corner=tt,fs,sf", "--set", "monte_carlo.samples=4", *SHORT)
    package.run("sweep", design, *words, "--no-disturb", "-o", tmp_path / "sweep")
    table = pd.read_csv(tmp_path / "sweep" / "sweep.csv").set_index("technology.corner")
    assert (table["failed"] == 0).all()
    nominal = {}
    for corner in table.index:
        found = pd.read_csv(next((tmp_path / "sweep").rglob(f"*{corner}*/levels.csv")))
        nominal[corner] = found.set_index("n_plus").loc[4, "v_bl_nominal_v"]
    whole = pd.read_csv(folder / "levels.csv").set_index("n_plus")
    assert nominal["tt"] == pytest.approx(whole.loc[4, "v_bl_nominal_v"], abs=1e-6)
    # Fast cells pull a bit line lower, a fast load lifts it.
    assert nominal["fs"] < nominal["tt"] < nominal["sf"]


@pytest.mark.parametrize(
    ("item", "parts"),
    [
        ("cell.length=44e-9", ["cell.length: beyond the limits of process ptm45", "4.5e-08 to"]),
        ("conditions.vdd=1.3", ["conditions.vdd: ", "limits of process ptm45", "0.3 to 1.2 V"]),
        ("column.word_line_voltage=1.25", ["column.word_line_voltage: ", "0 to 1.2 V"]),
        ("cell.width_pull_up=40e-9", ["cell.width_pull_up: ", "4.5e-08 to 0.001 m"]),
        ("sense_amplifier.length_input=40e-9", ["sense_amplifier.length_input: ", "4.5e-08"]),
        ("conditions.temperature=200.0", ["conditions.temperature: ", "-55 to 175 degC"]),
        ("technology.corner=mc", ["no corner of process ptm45", "tt, ff, ss, fs, sf"]),
        ("technology.process=ptm46", ["technology.process: no plug-in", "ptm45, ptm65"]),
    ],
)
def test_what_it_cannot_make_is_refused_with_its_own_limits(package, tmp_path, item, parts):
    said = package.run("characterize", DESIGN, "--set", item, "-o", tmp_path / "x", code=2)
    assert len(said.strip().splitlines()) == 1
    for part in parts:
        assert part in said


def test_a_design_changes_its_process(package, tmp_path):
    """Either process for either design; what was not given is that of the process."""
    decks = {}
    for process, design in (("ptm45", CIRCUITS["6t"]), ("ptm65", DESIGN)):
        path = tmp_path / f"{process}.cir"
        package.run("netlist", design, "--set", f"technology.process={process}", "-o", path)
        decks[process] = path.read_text(encoding="utf-8")
    assert "vth0=0.469" in decks["ptm45"]
    assert "l=6.5e-08" in decks["ptm45"]  # the reference design gives its length
    assert "vth0=0.423" in decks["ptm65"]
    assert "l=6.5e-08" in decks["ptm65"]
    assert "l=4.5e-08" not in decks["ptm65"]


def test_nothing_of_the_core_knows_it():
    for path in (ROOT / "sram_spice").rglob("*"):
        if path.suffix in (".py", ".j2", ".csv"):
            text = path.read_text(encoding="utf-8").lower()
            assert "ptm45" not in text, path
            assert "own_process" not in text, path


def test_without_the_package_the_design_is_refused(tmp_path):
    done = subprocess.run(
        [str(PROGRAM), "netlist", str(DESIGN)], capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 2
    assert "technology.process: no plug-in of this name; registered: ptm65" in done.stderr
