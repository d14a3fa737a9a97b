"""An identity changes with all that determines a result, one at a time, and with nothing else."""

from __future__ import annotations

import importlib

import pytest

import sram_spice
from sram_spice.design import with_values
from sram_spice.errors import InputError
from sram_spice.results import identity as module
from sram_spice.results.identity import (
    KINDS,
    MEASUREMENT,
    MLSA,
    POINT,
    SAMPLES,
    SEARCHED,
    SIGNOFF,
    TABLE_SAMPLES,
    TRANSFER,
    TRANSIENTS,
    identity_of,
    middle_deck,
    sha256,
    simulation_fingerprint,
)
from sram_spice.results.plugin_origin import tree_sha256
from sram_spice.runs.sweep.point_key import DisturbPlan, point_key
from sram_spice.table_model.keys import cell_key, edge_key, load_key, transistor_key
from sram_spice.technology import technology_cards
from tests.results.design_changes import changed_designs
from tests.runs.finished import small_design
from tests.technology.cards import NMOS, PMOS, card_file
from tests.third_party import NAME, other_package

NGSPICE = 39
# Of a whole design.
WHOLE = (
    *(SAMPLES, TABLE_SAMPLES, TRANSIENTS, MLSA, TRANSFER, MEASUREMENT, POINT, SIGNOFF),
    SEARCHED,
)

# Keys without which a result is the same, section by section, and why.
SENSING = {
    *("mlsa.levels", "mlsa.quantization", "mlsa.mode", "mlsa.sensing"),
    *("mlsa.input_probability", "mlsa.weight_probability", "mlsa.sum_histogram"),
}
INDEPENDENT = {
    # Bit lines of a column without amplifiers; sample i is the same silicon, however many follow.
    "column samples": {
        *("name", "limits", "monte_carlo.samples"),
        *(*SENSING, "sense_amplifier", "references"),
    },
    "column samples of the table engine": {
        "name",
        "limits",
        "monte_carlo.samples",
        *SENSING,
        "sense_amplifier",
        "references",
    },
    # Titles only; the number of samples decides how many transients there are.
    "full transients of the MLSA": {"name", "limits", "monte_carlo.samples"},
    "MLSA": {"name", "limits"},
    "measurements": {"name", "limits"},
    # Curves of the circuit without mismatch.
    "transfer curves": {"name", "limits", "mismatch", "monte_carlo"},
    # Limits are held against the table, which is written anew each time.
    "condition of a sign-off": {"name", "limits"},
    # Its folder holds the design as it is, the paths of its files included.
    "point of a sweep": set(),
    "part of a point of a search": set(),
}
# A table is of one cell under its own voltages: what stands around it is not in it.
AROUND_A_CELL = {
    *("name", "column.rows", "column.load_width", "column.readout", "column.discharge_time"),
    *("column.wire_capacitance_per_cell", "wires", "cell_test", "mlsa", "sense_amplifier"),
    "monte_carlo",
    *("access.pre_charge_time", "access.word_line_pulse", "access.recovery_time"),
    *("access.settling_band", "limits", "references"),
    "access.edge_time",  # what a cell takes meanwhile is a table of its own
}


def independent(key, without):
    parts = key.split(".")
    return any(".".join(parts[:n]) in without for n in range(1, len(parts) + 1))


def hash_of(kind, design, ngspice=NGSPICE):
    return identity_of(kind, design, technology_cards(design), ngspice).sha256


@pytest.fixture(scope="module", params=["8t_xnor", "6t"])
def design(request):
    return small_design(request.param)


@pytest.fixture(scope="module")
def changed(design, tmp_path_factory):
    with other_package(
        tmp_path_factory.mktemp("site")
    ):  # one process comes along, this has another
        yield changed_designs(design, tmp_path_factory.mktemp("files"))


def test_the_walk_meets_every_key(changed):
    assert len(changed) > 50
    assert {"cell.topology", "sense_amplifier.topology", "name"} <= set(changed)
    assert {"technology.process", "technology.model"} <= set(changed)


@pytest.mark.parametrize("kind", WHOLE, ids=lambda kind: kind.name)
def test_every_key_of_the_design_counts_but_those_listed(kind, design, changed):
    """Both ways: a listed key makes nothing anew, any other one does."""
    before, without = hash_of(kind, design), INDEPENDENT[kind.name]
    wrong = [
        key
        for key, other in changed.items()
        if (hash_of(kind, other) == before) != independent(key, without)
    ]
    assert not wrong


def test_every_exclusion_has_its_reason():
    for kind in KINDS:
        assert all(len(reason) > 8 for reason in kind.without.values()), kind.name


def test_every_key_of_the_design_counts_for_the_table_of_a_cell(design, changed, pool):
    def key_of(one):
        try:
            return cell_key(one, technology_cards(one), True, pool)
        except InputError:  # another design that this engine does not solve
            return "refused"

    before = key_of(design)
    reused = {key for key, other in changed.items() if key_of(other) == before}
    assert {key for key in changed if independent(key, AROUND_A_CELL)} == reused
    edge = with_values(design, {"access.edge_time": 40e-12})
    assert edge_key(edge, technology_cards(edge), pool) != edge_key(
        design, technology_cards(design), pool
    )


def test_tables_of_loads_and_transistors_have_their_decks_in_their_keys(design, pool):
    cards = technology_cards(design)
    wider = small_design("8t_xnor", "column.load_width=3e-6")
    first = load_key(design, cards, pool), load_key(wider, cards, pool)
    assert first[0] != first[1]
    keys = {
        transistor_key(deck, sigma, vdd, pool)
        for deck in ("a", "b")
        for sigma in (0.03, 0.04)
        for vdd in (0.9, 1.0)
    }
    assert len(keys) == 8


@pytest.fixture
def stored(pool, tmp_path):
    """Keys of every kind of stored result, of a design with a card and a cell of its own."""
    with other_package(tmp_path / "site") as package:
        card = card_file(tmp_path, NMOS + PMOS)

        def keys(ngspice=None):
            design = small_design("6t", f"technology.model={card}", f"cell.topology={NAME}")
            cards = technology_cards(design)
            version = ngspice or pool.version
            found = {kind.name: hash_of(kind, design, version) for kind in WHOLE}
            found["sweep"] = point_key(design, cards, version, DisturbPlan())
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr(pool, "version", version)
                found["cell table"] = cell_key(design, cards, True, pool)
                found["inactive cell table"] = cell_key(design, cards, False, pool)
                found["load table"] = load_key(design, cards, pool)
                found["transistor table"] = transistor_key(cards.render(), 0.03, 1.0, pool)
            return found

        pool.loaded_version()
        yield keys, package, card


def unchanged(before, after):
    return {name for name in before if before[name] == after[name]}


def test_nothing_is_made_anew_when_nothing_changes(stored):
    keys, _, _ = stored
    before = keys()
    assert unchanged(before, keys()) == set(before)


def test_another_simulator_makes_all_anew(stored):
    keys, _, _ = stored
    assert not unchanged(keys(), keys(ngspice=99))


def test_another_card_makes_all_anew(stored):
    keys, _, card = stored
    before = keys()
    card.write_text("* the same\n" + NMOS + PMOS)
    assert unchanged(before, keys()) == set(before)
    card.write_text(NMOS.replace("0.05", "0.051") + PMOS)
    assert not unchanged(before, keys())


# A transistor's table is of a deck of its own: no cell, and no read-out, makes it.
NO_PLUG_IN = {"transistor table"}


def test_another_version_of_a_plug_in_makes_all_anew(stored):
    keys, package, _ = stored
    before = keys()
    package.release("1.1")
    assert unchanged(before, keys()) == NO_PLUG_IN


def test_an_edited_plug_in_of_the_same_version_makes_all_anew(stored):
    keys, package, _ = stored
    before = keys()
    package.edit()
    assert unchanged(before, keys()) == NO_PLUG_IN


SENSED = {kind.name for kind in WHOLE} - {SAMPLES.name, TABLE_SAMPLES.name} | {"sweep"}
TABLES = {"cell table", "inactive cell table", "load table", "transistor table"}
BY_TABLES = TABLES | {kind.name for kind in (TABLE_SAMPLES, MEASUREMENT, POINT, SIGNOFF, SEARCHED)}
BY_TABLES |= {"sweep"}
METHODS = {
    "column.levels": TABLES | SENSED | {SAMPLES.name, TABLE_SAMPLES.name},
    "table_model.keys": BY_TABLES,
    "amplifier": SENSED,
    "mlsa.references": SENSED | {TABLE_SAMPLES.name},
    "measurements": {
        *(TRANSFER.name, MEASUREMENT.name, POINT.name, SEARCHED.name, SIGNOFF.name),
        "sweep",
    },
    "runs.sweep.point_key": {POINT.name, SEARCHED.name, "sweep"},
    "runs.optimize.typical": {SEARCHED.name},
    "runs.signoff.condition": {SIGNOFF.name},
}


@pytest.mark.parametrize("name", METHODS)
def test_another_method_makes_anew_what_it_makes(stored, monkeypatch, name):
    keys, _, _ = stored
    before = keys()
    monkeypatch.setattr(importlib.import_module(f"sram_spice.{name}"), "METHOD", 99)
    assert set(before) - unchanged(before, keys()) == METHODS[name]


def test_every_method_is_known_to_these_tests():
    declared = {name for kind in KINDS for name, _ in module._declared(kind.rooms)}
    assert declared == set(METHODS)


def test_another_release_or_package_makes_all_anew(stored, monkeypatch):
    keys, _, _ = stored
    before = keys()
    monkeypatch.setattr(sram_spice, "__version__", "99")
    assert not unchanged(before, keys())
    monkeypatch.undo()
    monkeypatch.setattr(module, "_version", lambda name: "99" if name == "numpy" else "1")
    other = keys()
    assert not unchanged(before, other)
    monkeypatch.setattr(module, "_version", lambda name: "98" if name == "numpy" else "1")
    assert not unchanged(other, keys())


def test_a_commit_that_changes_no_number_makes_nothing_anew(stored, monkeypatch):
    keys, _, _ = stored
    monkeypatch.setattr(sram_spice, "__version__", "0.2.0.dev7+g1234567")
    before = keys()
    monkeypatch.setattr(sram_spice, "__version__", "0.2.0.dev8+g89abcde.d20270101")
    assert unchanged(before, keys()) == set(before)


def test_rooms_are_there():
    for kind in KINDS:
        for room in kind.rooms:
            assert (module.PACKAGE / room).exists(), f"{kind.name}: {room}"


def test_the_hash_of_sources_changes_with_each_of_them(tmp_path):
    room = tmp_path / "room"
    (room / "inner").mkdir(parents=True)
    (room / "a.py").write_text("A = 1\n")
    (room / "inner" / "data.csv").write_text("1\n")
    found = {tree_sha256([room], tmp_path)}
    for change in (
        lambda: (room / "a.py").write_text("A = 2\n"),
        lambda: (room / "inner" / "data.csv").write_text("2\n"),
        lambda: (room / "b.py").write_text(""),
        lambda: (room / "b.py").rename(room / "c.py"),
    ):
        change()
        found.add(tree_sha256([room], tmp_path))
    assert len(found) == 5
    (room / "__pycache__").mkdir()
    (room / "__pycache__" / "a.pyc").write_bytes(b"1")
    assert tree_sha256([room], tmp_path) in found


def test_a_method_is_read_from_a_module_that_is_not_loaded(monkeypatch):
    """As in a worker that simulates first: the number in the file stands for it."""
    loaded = module.code_of(POINT, {}, NGSPICE)["methods"]
    for name in METHODS:
        monkeypatch.delitem(module.sys.modules, f"sram_spice.{name}", raising=False)
    assert (
        module.code_of(POINT, {}, NGSPICE)["methods"]
        == loaded
        == dict.fromkeys(METHODS.keys() - {"runs.signoff.condition", "runs.optimize.typical"}, 1)
        | {
            "amplifier": 3,
            "column.levels": 2,
            "measurements": 3,
            "mlsa.references": 2,
            "runs.sweep.point_key": 3,
            "table_model.keys": 3,
        }
    )


def test_files_are_known_by_what_they_hold(design, tmp_path):
    """The same card, the same histogram at another place: nothing is made anew."""
    found = []
    for name in ("a", "b"):
        home = tmp_path / name
        home.mkdir()
        card = card_file(home, NMOS + PMOS)
        sums = home / "sums.csv"
        sums.write_text("sum,count\n0,1\n")
        one = design.model_copy(
            update={
                "technology": design.technology.model_copy(update={"model": str(card)}),
                "mlsa": design.mlsa.model_copy(update={"sum_histogram": str(sums)}),
            }
        )
        found.append(one)
    assert hash_of(MLSA, found[0]) == hash_of(MLSA, found[1])
    before = hash_of(MLSA, found[1])
    (tmp_path / "b" / "sums.csv").write_text("sum,count\n0,2\n")
    assert hash_of(MLSA, found[1]) != before


def test_the_engine_decides_what_a_run_depends_on():
    prints = []
    for engine, kind in (("spice", SAMPLES), ("table", TABLE_SAMPLES)):
        design = small_design("6t", f"monte_carlo.engine={engine}")
        prints.append(simulation_fingerprint(design, technology_cards(design), NGSPICE))
        assert prints[-1] == hash_of(kind, design)
        assert len(prints[-1]) == 64
    assert prints[0] != prints[1]


def test_it_is_a_sha256():
    # FIPS 180-4, example "abc"
    assert sha256("abc").startswith("ba7816bf8f01cfea414140de5dae2223")


@pytest.mark.parametrize(("topology", "level"), [("8t_xnor", (4, 4)), ("6t", (2, 2))])
def test_the_deck_in_the_middle_has_half_of_its_rows_at_plus_1(topology, level):
    design = small_design(topology)
    title = middle_deck(design, technology_cards(design)).splitlines()[0]
    assert title == f"{design.name} n_plus={level[0]} n_minus={level[1]}"
