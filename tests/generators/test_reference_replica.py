"""Replica columns: their weights, and their place in a deck."""

from __future__ import annotations

import pytest

from sram_spice.errors import InputError
from sram_spice.generators import cell_of, column_of
from sram_spice.generators.mlsa_bench import MlsaBench
from sram_spice.generators.reference_generator import Tap, reference_generator_of
from sram_spice.generators.reference_replica import ReplicaGenerator, replica_weights
from sram_spice.registry import Registry
from sram_spice.technology import technology_cards

SMALL = ("references.generator=replica", "column.rows=8", "column.load_width=2.5e-7")


@pytest.fixture(scope="module")
def design(make_design):
    return make_design("8t_xnor", *SMALL)


def test_weights_share_the_cells_among_the_columns():
    assert replica_weights(4, 64, 126).levels == ((32, 32), (32, 32), (31, 33), (31, 33))
    assert replica_weights(1, 5, 2).levels == ((2, 3),)
    assert replica_weights(2, 8, 99).levels == ((8, 0), (8, 0))
    assert replica_weights(2, 8, -1).levels == ((0, 8), (0, 8))


@pytest.mark.parametrize("threshold", [-7, -5, -1, 1, 3, 7])
def test_an_even_number_of_columns_stands_for_any_threshold(make_design, threshold):
    """All rows active: sums are even and thresholds odd; an odd number of columns is off."""
    for columns in (1, 2, 3, 4, 6):
        design = make_design("8t_xnor", *SMALL, f"references.replica_columns={columns}")
        setting = ReplicaGenerator(design).setting(8, threshold, 0.5)
        total = sum(plus - minus for plus, minus in setting.levels) / columns
        assert setting.sum == total
        assert abs(total - threshold) <= (0 if columns % 2 == 0 else 1 / columns) + 1e-12
        pluses = [plus for plus, _ in setting.levels]
        assert max(pluses) - min(pluses) <= 1
        assert len(pluses) == columns


def test_a_step_is_one_cell_in_all_columns_together(design):
    generator = reference_generator_of(design)
    setting = generator.setting(8, -1, 0.5)
    for steps in (-2, 1, 5):
        moved = generator.stepped(setting, steps)
        assert moved.sum - setting.sum == pytest.approx(2 * steps / 4)
    assert generator.stepped(setting, 1000).sum == 8
    assert generator.columns([setting, moved, setting]) == 8


def bench(design, merged):
    generator = reference_generator_of(design)
    settings = tuple(generator.setting(8, t, 0.5) for t in (-3, 1))
    column = column_of(design, 4, 4, merged=merged)
    return MlsaBench(column, (0.55, 0.65), "parallel", settings=settings)


def test_every_transistor_of_every_column_varies_by_itself(design):
    full, merged = bench(design, False), bench(design, True)
    cells, loads = 8 * len(cell_of(design).transistors()), 2
    own = full.generator.devices
    assert len(own) == 2 * 4 * (cells + loads)
    assert len({name for name, _ in own}) == len(own)
    assert full.alter[-len(own) :] == tuple(f"@{name}[delvto]" for name, _ in own)
    assert len(full.latches) == 8 + 2 * 4 * 8
    assert merged.generator.devices == ()
    assert (full.generator.sigma > 0).all()


def test_replicas_have_supply_and_word_lines_of_their_own(design):
    one = bench(design, True)
    assert one.reference_supplies == ("rep", "repwl", "reppre")
    deck = one.deck(technology_cards(design)).lower().splitlines()
    cells = [line.split() for line in deck if line.startswith("xrep") and "cell_8t" in line]
    nodes = {node for line in cells for node in line[1:-2]}
    assert nodes == {"rep0_bl", "rep0_blb", "rep1_bl", "rep1_blb", "repwl", "vrep", "0"}
    assert sum(int(line[-1].removeprefix("m=")) for line in cells) == 2 * 4 * 8
    assert one.generator.tap_node(1) == "rep1_bl"
    complement = Tap(0.5, one.settings[1], complement=True)
    alone = reference_generator_of(design).circuit([complement], True)
    assert alone.tap_node(0) == "rep0_blb"


def test_what_is_no_generator_is_one_message(monkeypatch, make_design):
    found = Registry.load
    kinds = {"replica": type("Nothing", (), {"__init__": lambda self, design: None})}
    monkeypatch.setattr(Registry, "load", lambda self, n: kinds.get(n) or found(self, n))
    design = make_design("8t_xnor", *SMALL[1:]).model_copy()
    named = design.references.model_copy(update={"generator": "replica"})
    with pytest.raises(
        InputError, match=r"references\.generator: plug-in replica: is no Reference"
    ):
        reference_generator_of(design.model_copy(update={"references": named}))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ("references.generator=resistors", "references.generator: no plug-in of this name"),
        ("references.replica_columns=0", "references.replica_columns: "),
        ("references.replicas=4", "references.replicas: unknown key"),
    ],
)
def test_wrong_keys_are_named(make_design, change, words):
    with pytest.raises(InputError, match=words) as caught:
        make_design("8t_xnor", *SMALL, change)
    assert caught.value.exit_code == 2


def test_wires_with_a_resistance_are_refused(make_design):
    """Their columns would be lumped beside one that is not: no reference that tracks."""
    design = make_design("8t_xnor", *SMALL, "wires.model=distributed")
    with pytest.raises(InputError, match=r"wires.model: replica columns have lumped wires"):
        reference_generator_of(design)
