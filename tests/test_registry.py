"""Plug-ins by name: those that come along, and one of a third party."""

from __future__ import annotations

import pytest

from sram_spice.design import design_from_dict
from sram_spice.errors import InputError
from sram_spice.generators import cell_of, column_deck, column_of
from sram_spice.generators.cell_6t import Cell6T
from sram_spice.registry import CELLS, MEASUREMENTS, READOUTS, Registry
from sram_spice.technology import technology_cards
from tests.third_party import package_of

PLUG_IN = """
from sram_spice.generators.cell_6t import Cell6T


class MirroredCell(Cell6T):
    name = "cell_6t_mirrored"

    def transistors(self):
        return tuple(reversed(super().transistors()))
"""


@pytest.fixture
def third_party(tmp_path):
    """A package with a cell, as `pip install` leaves it."""
    with package_of(tmp_path, "sram_spice.cells", "6t_mirrored", PLUG_IN, "MirroredCell"):
        yield


@pytest.mark.parametrize(
    ("kind", "names"),
    [(CELLS, ("6t", "8t_xnor")), (READOUTS, ("discharge", "divider", "load"))],
)
def test_names_that_come_along(kind, names):
    assert kind.names() == names
    for name in names:
        assert kind.check(name) == name
        assert isinstance(kind.load(name), type)


def test_every_measurement_says_what_it_is():
    for name in MEASUREMENTS.names():
        measurement = MEASUREMENTS.load(name)
        for attribute in ("title", "definition", "unit", "source"):
            assert isinstance(getattr(measurement, attribute), str)
        assert callable(measurement.run)


@pytest.mark.parametrize("use", [CELLS.check, CELLS.load])
@pytest.mark.parametrize("name", ["10t", "", "6T", "6t ", "load"])
def test_a_name_that_is_not_registered(use, name):
    with pytest.raises(InputError) as caught:
        use(name)
    assert str(caught.value) == (
        f"cell.topology: no plug-in of this name (got {name!r}); allowed: 6t, 8t_xnor"
    )


def test_a_group_without_plug_ins():
    empty = Registry("sram_spice.nothing", "some.key")
    assert empty.names() == ()
    with pytest.raises(InputError, match=r"some\.key"):
        empty.check("x")


def test_loading_gives_the_class_that_is_registered():
    assert CELLS.load("6t") is Cell6T


@pytest.mark.usefixtures("third_party")
def test_a_cell_of_a_third_party_is_used_like_our_own():
    assert CELLS.names() == ("6t", "6t_mirrored", "8t_xnor")
    design = design_from_dict(
        {"name": "x", "cell": {"topology": "6t_mirrored"}, "column": {"rows": 2}}
    )
    assert cell_of(design).name == "cell_6t_mirrored"
    deck = column_deck(column_of(design, 1, 1), technology_cards(design)).text
    assert ".subckt cell_6t_mirrored bl blb wl vdd vss" in deck


def test_a_third_party_s_cell_is_gone_afterwards():
    assert CELLS.names() == ("6t", "8t_xnor")
