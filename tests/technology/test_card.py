"""Cards as data: rendering, round trip, slim cards, corners, temperature."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sram_spice.errors import InputError
from sram_spice.technology import CORNERS, CornerShift, DeviceCard, ModelCards, technology_cards
from sram_spice.technology.ptm65 import ptm65_card
from sram_spice.technology.user_card import read_card_file

from .cards import NMOS, PMOS, card_file

BUILT_IN = ModelCards(ptm65_card("nmos"), ptm65_card("pmos"))


def without_temperature(cards: ModelCards) -> str:
    return "\n".join(cards.render().splitlines()[:-1])


def test_what_is_rendered_is_read_back_equal(tmp_path):
    path = card_file(tmp_path, without_temperature(BUILT_IN))
    assert read_card_file(path) == (BUILT_IN.nmos, BUILT_IN.pmos)


@given(value=st.floats(-1e99, 1e99))
def test_every_value_is_rendered_in_full_precision(tmp_path_factory, value):
    card = DeviceCard("nmos", (("level", 54.0), ("vth0", value), ("u0", 1.0)))
    folder = tmp_path_factory.mktemp("card")
    nmos, _ = read_card_file(card_file(folder, f"{card.render()}\n{PMOS}"))
    assert nmos == card


def test_rendered_cards():
    card = DeviceCard("pmos", tuple((f"p{i}", i / 8) for i in range(8)))
    assert ModelCards(card, card, 27.0).render().splitlines() == [
        ".model pmos pmos",
        "+ p0=0 p1=0.125 p2=0.25 p3=0.375 p4=0.5 p5=0.625",
        "+ p6=0.75 p7=0.875",
        ".model pmos pmos",
        "+ p0=0 p1=0.125 p2=0.25 p3=0.375 p4=0.5 p5=0.625",
        "+ p6=0.75 p7=0.875",
        ".temp 27",
    ]


def test_slim_card_has_its_networks_off_and_nothing_else_changed():
    full = ptm65_card("nmos")
    slim = full.slim()
    changed = {name for name, _ in set(slim.parameters) - set(full.parameters)}
    assert changed == {"rgatemod", "rbodymod"}
    assert (slim["rgatemod"], slim["rbodymod"]) == (0, 0)
    assert [name for name, _ in slim.parameters] == [name for name, _ in full.parameters]


def test_a_card_knows_what_it_sets():
    card = DeviceCard("nmos", (("vth0", 0.4),))
    assert "vth0" in card
    assert "u0" not in card
    with pytest.raises(KeyError):
        card["u0"]


# |VTH0| falls and U0 rises in a fast transistor: (NMOS, PMOS) as +1 fast, -1 slow.
@pytest.mark.parametrize(
    ("corner", "nmos", "pmos"),
    [("tt", 0, 0), ("ff", 1, 1), ("ss", -1, -1), ("fs", 1, -1), ("sf", -1, 1)],
)
def test_corner(corner, nmos, pmos):
    for speed, polarity in ((nmos, "nmos"), (pmos, "pmos")):
        typical = ptm65_card(polarity)
        shifted = CORNERS[corner].apply(typical, CornerShift(vth0=40e-3, u0=0.05))
        threshold = abs(shifted["vth0"]) - abs(typical["vth0"])
        assert threshold == pytest.approx(-speed * 40e-3, abs=1e-15)
        assert shifted["vth0"] * typical["vth0"] > 0
        assert shifted["u0"] / typical["u0"] == pytest.approx(1 + 0.05 * speed, rel=1e-12)
        others = set(dict(typical.parameters)) - {"vth0", "u0"}
        assert all(shifted[name] == typical[name] for name in others)


def test_corners_are_the_five_of_the_design():
    assert set(CORNERS) == {"tt", "ff", "ss", "fs", "sf"}


@pytest.mark.parametrize(("card", "mode"), [("slim", 0), ("full", 1)])
def test_cards_of_a_design(make_design, card, mode):
    design = make_design(
        "8t_xnor",
        f"technology.card={card}",
        "technology.corner=fs",
        "conditions.temperature=-40",
    )
    cards = technology_cards(design)
    for own in (cards.nmos, cards.pmos):
        assert (own["rgatemod"], own["rbodymod"]) == (mode, mode)
    assert cards.nmos["vth0"] == pytest.approx(0.383)
    assert cards.pmos["vth0"] == pytest.approx(-0.405)
    assert cards.render().endswith("\n.temp -40")


def test_a_design_s_own_card(make_design, tmp_path):
    path = card_file(tmp_path, NMOS + PMOS)
    cards = technology_cards(make_design("6t", f"technology.model={path}", "technology.corner=ss"))
    assert cards.nmos["vth0"] == pytest.approx(0.44)
    assert cards.pmos["vth0"] == pytest.approx(-0.42)
    assert cards.nmos["toxe"] == 1.85e-9


def test_a_card_file_that_is_not_there(make_design):
    with pytest.raises(InputError, match=r"technology\.model: no such card file.*/nowhere/x\.pm"):
        technology_cards(make_design("6t", "technology.model=/nowhere/x.pm"))
