"""A process: what it has to have, what it gives a design, devices by role, limits by role."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import ClassVar

import numpy as np
import pytest

from sram_spice.design import design_from_dict, load_design, with_values
from sram_spice.errors import InputError
from sram_spice.generators import column_deck, column_of
from sram_spice.registry import PROCESSES
from sram_spice.simulation import Job, OperatingPoint
from sram_spice.technology import (
    DeviceCard,
    DeviceLimits,
    Limits,
    ModelCards,
    Range,
    Wire,
    process_of,
    process_record,
    registered_process,
)
from sram_spice.technology.process_check import check_process
from sram_spice.technology.process_faults import process_fault
from sram_spice.technology.ptm65 import Ptm65, ptm65_card
from tests.conftest import CIRCUITS, ROOT

from .cards import NMOS, PMOS, card_file

CARD = ROOT / "examples" / "own_card" / "own_card.toml"


class Flavours(Ptm65):
    """Cell transistors of their own, with one length, as a foundry's bit cell has them."""

    corners: ClassVar[dict[str, str]] = {"tt": "typical", "mc": "as measured"}
    limits = replace(
        Ptm65.limits,
        supply=Range(0.5, 1.8),
        by_role={"access": DeviceLimits(Range(65e-9, 65e-9), Range(120e-9, 140e-9))},
    )

    def cards(self, corner):
        """Low threshold in the access transistors; corner `mc` shifts all."""
        nmos, pmos = ptm65_card("nmos"), ptm65_card("pmos")
        if corner == "mc":
            nmos = nmos.with_values(vth0=0.5)
        own = replace(nmos.with_values(vth0=0.3), name="nmos_pass")
        return ModelCards(nmos, pmos, by_role=(("access", own),))


@pytest.fixture
def register(monkeypatch):
    """Make a class a registered process, as its package's entry point would."""

    def make(kind, name="own"):
        from sram_spice import registry

        names, load = registry._names, registry._load
        monkeypatch.setattr(
            registry,
            "_names",
            lambda group: (*names(group), name) if group == PROCESSES.group else names(group),
        )
        monkeypatch.setattr(
            registry, "_load", lambda group, own: kind if own == name else load(group, own)
        )
        registered_process.cache_clear()
        return name

    yield make
    registered_process.cache_clear()


def small(**technology):
    return {
        "name": "x",
        "technology": technology,
        "cell": {"topology": "6t"},
        "column": {"rows": 4, "word_line_voltage": 0.5},
    }


def refused(data):
    with pytest.raises(InputError) as caught:
        design_from_dict(data)
    return str(caught.value)


def test_every_registered_process_is_one():
    for name in PROCESSES.names():
        assert process_fault(registered_process(name)) is None


def test_check_process_solves_every_corner():
    found = {(one.corner, one.device): one for one in check_process("ptm65")}
    assert len(found) == 10
    for device in ("nmos", "pmos"):
        assert found["ff", device].on > found["tt", device].on > found["ss", device].on


class Missing(Ptm65):
    """Without the method that matters."""

    cards = None


class Broken(Ptm65):
    """Its cards fail."""

    def cards(self, corner):
        """Raise what a slip of the pen raises."""
        return {}["nmos"]


def variant(**members):
    return type("Variant", (Ptm65,), members)


@pytest.mark.parametrize(
    ("kind", "message"),
    [
        (
            object,
            "it has no source, assumptions, corners, limits, supply, a_vt, wire, sizes, cards",
        ),
        (Missing, "its cards is not a method"),
        (Broken, "KeyError: 'nmos'"),
        (variant(source=""), "its source is not a text"),
        (variant(corners={"ff": "fast"}), "its corners lack tt"),
        (variant(corners={"tt": "x", "a b": "y"}), "corner 'a b': not a name"),
        (variant(limits=None), "its limits is not Limits"),
        (variant(supply=1000.0), "supply, V: 1000.0 is not within 0.05 to 10"),
        (variant(supply=1.6), "its supply 1.6 V is beyond its own limits, 0.3 to 1.5"),
        (variant(a_vt=3.0), "a_vt, V m: 3.0 is not within"),
        (variant(wire=Wire(0.2, 1.6e6, 1e-6)), "wire.capacitance, F/m: 0.2 is not within"),
        (variant(sizes={"cell.length": 65e-9}), "its sizes lack cell.diffusion_length"),
        (
            variant(sizes={**Ptm65.sizes, "cell.length": 40e-9}),
            "cell.length 4e-08 is beyond its own limits",
        ),
        (
            variant(limits=replace(Ptm65.limits, length=Range(65.0, 1000.0))),
            "limits.length: 65 to 1000 is not within 1e-09 to 0.0001",
        ),
        (
            variant(limits=replace(Ptm65.limits, supply=Range(1.5, 0.3))),
            "limits.supply: 1.5 is above 0.3",
        ),
        (
            variant(limits=replace(Ptm65.limits, by_role={"gate": None})),
            "limits.by_role: 'gate' is none of access, pull_down",
        ),
        (variant(cards=lambda self, corner: None), "cards gives NoneType, not ModelCards"),
        (
            variant(cards=lambda self, corner: ModelCards(ptm65_card("pmos"), ptm65_card("pmos"))),
            "its nmos and pmos cards are not of these types",
        ),
        (
            variant(
                cards=lambda self, corner: ModelCards(
                    replace(ptm65_card("nmos"), name="n\n.control"), ptm65_card("pmos")
                )
            ),
            r"device 'n\n.control': not a name",
        ),
        (
            variant(
                cards=lambda self, corner: ModelCards(
                    DeviceCard("nmos", (("level", 54.0), ("vth0", float("nan")))),
                    ptm65_card("pmos"),
                )
            ),
            "device nmos: vth0 = nan is not a number",
        ),
    ],
)
def test_what_is_wrong_with_a_process_is_one_message(register, kind, message):
    name = register(kind)
    said = refused(small(process=name))
    assert said.startswith("technology.process: process cannot be used: ")
    assert message in said
    assert "(got 'own')" in said


def test_a_default_for_a_key_that_does_not_exist(register):
    name = register(variant(sizes={**Ptm65.sizes, "cell.widht": 1e-7}))
    assert "gives a default for a key that does not exist (got 'cell.widht')" in refused(
        small(process=name)
    )


def test_a_card_that_does_not_conduct_is_found_by_the_simulator(register):
    def cards(self, corner):
        nmos = ptm65_card("nmos").with_values(u0=1e-9)
        return ModelCards(nmos, ptm65_card("pmos"))

    with pytest.raises(InputError, match="its nmos of least size is no switch"):
        check_process(register(variant(cards=cards)))


def test_check_process_names_what_the_simulator_ignores(register):
    def cards(self, corner):
        return ModelCards(ptm65_card("nmos").with_values(vsatt=1e5), ptm65_card("pmos"))

    with pytest.raises(InputError, match=r"ignores parameters of a card \(got 'vsatt'\)"):
        check_process(register(variant(cards=cards)))


@pytest.mark.parametrize("version", ["4.0", 4.0, "4.7.0"])
def test_a_version_is_text_or_a_number(register, version):
    def cards(self, corner):
        nmos = ptm65_card("nmos")
        parameters = tuple((n, version if n == "version" else v) for n, v in nmos.parameters)
        return ModelCards(replace(nmos, parameters=parameters), ptm65_card("pmos"))

    name = register(variant(cards=cards, corners={"tt": "typical"}))
    assert process_fault(registered_process(name)) is None
    assert len(check_process(name)) == 2


def test_devices_by_role_are_in_the_deck(register):
    design = design_from_dict(small(process=register(Flavours)))
    cards = process_of("own", "own").cards("tt")
    text = column_deck(column_of(design, 3, 1), cards).text
    models = dict(re.findall(r"^M(\w+) (?:\S+ ){4}(\S+)", text, re.MULTILINE))
    assert models["axl"] == models["axr"] == "nmos_pass"
    assert models["pdl"] == "nmos"
    assert models["pul"] == models["load_bl"] == "pmos"
    assert text.count(".model ") == 3


def test_a_device_of_its_own_is_what_conducts(register, pool):
    """The access transistors alone are other ones: as in a deck in which they are by hand."""
    design = design_from_dict(small(process=register(Flavours)))
    column = column_of(design, 3, 1)
    own = column_deck(column, process_of("own", "own").cards("tt").slim()).text
    plain = column_deck(column, registered_process("ptm65").cards("tt").slim()).text
    card = re.search(r"^\.model nmos nmos\n(?:\+.*\n)+", plain, re.MULTILINE).group()
    low = card.replace(".model nmos", ".model low").replace("vth0=0.423", "vth0=0.3")
    by_hand = re.sub(r"^(Max. .*) nmos ", r"\1 low ", plain, flags=re.MULTILINE)
    by_hand = by_hand.replace(card, card + low)
    jobs = [
        Job(deck, OperatingPoint(), ("bl",), points=np.zeros((1, 0)))
        for deck in (own, by_hand, plain)
    ]
    found, expected, other = (float(one.values[0]) for one in pool.run(jobs))
    assert found == pytest.approx(expected, abs=1e-6)
    assert other - found > 0.005


def test_limits_and_corners_are_of_the_process(register):
    name = register(Flavours)
    design = design_from_dict({**small(process=name, corner="mc"), "conditions": {"vdd": 1.8}})
    assert design.technology.corner == "mc"
    assert process_record(design)["corner"] == "mc: as measured"
    data = small(process=name)
    data["cell"]["width_access"] = 200e-9
    said = refused(data)
    assert "cell.width_access: beyond the limits of the access transistor of process own" in said
    assert "1.2e-07 to 1.4e-07 m" in said
    data = small(process=name)
    data["cell"]["length"] = 90e-9
    assert "cell.length: beyond" in (said := refused(data))
    assert "6.5e-08 only m" in said
    assert "no corner of process own" in refused(small(process=name, corner="ff"))


def test_either_key_names_the_process(tmp_path):
    plain = design_from_dict(small())
    assert (
        plain == design_from_dict(small(model="ptm65")) == design_from_dict(small(process="ptm65"))
    )
    assert (plain.technology.process, plain.technology.model) == ("ptm65", "ptm65")
    own = design_from_dict(small(model="own.pm"))
    assert (own.technology.process, own.technology.model) == (None, "own.pm")
    said = refused(small(process="ptm65", model="own.pm"))
    assert "technology.model: process ptm65 has models of its own (got 'own.pm')" in said


def test_an_override_takes_the_place_of_what_was_chosen(register):
    name = register(variant(a_vt=2e-9, sizes={**Ptm65.sizes, "cell.diffusion_length": 90e-9}))
    own = load_design(CARD, [f"technology.process={name}"])
    assert (own.technology.process, own.technology.model) == (name, name)
    assert (own.mismatch.a_vt, own.cell.diffusion_length) == (2e-9, 90e-9)
    back = with_values(own, {"technology.model": "ptm65"})
    assert back.technology.process == "ptm65"
    # What the process gave goes with it; what the file gave stays.
    assert (back.mismatch.a_vt, back.cell.diffusion_length) == (3e-9, 140e-9)
    assert back.column.load_width == own.column.load_width == 0.25e-6
    given = load_design(CIRCUITS["8t_xnor"], [f"technology.process={name}"])
    assert given.mismatch.a_vt == 3e-9
    again = design_from_dict(own.model_dump(mode="json"))
    assert again == own


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("cell.length", 22e-9),
        ("cell.length", 2e-5),
        ("conditions.vdd", 1.8),
        ("conditions.vdd", 5.0),
        ("column.word_line_voltage", 3.3),
        ("cell_test.write_word_line_voltage", 3.3),
        ("cell.width_pull_up", 15e-9),
        ("conditions.temperature", -100.0),
    ],
)
def test_a_card_file_has_no_limits_of_another_process(key, value):
    design = load_design(CARD, [f"{key}={value}"])
    section, name = key.split(".")
    assert getattr(getattr(design, section), name) == value
    with pytest.raises(InputError, match=rf"{key}: beyond the limits of process ptm65"):
        load_design(CIRCUITS["8t_xnor"], [f"{key}={value}"])


def test_a_card_file_is_assumed_as_before(tmp_path):
    design = design_from_dict(small(model=str(card_file(tmp_path, NMOS + PMOS))))
    assert (design.conditions.vdd, design.mismatch.a_vt) == (1.0, 3e-9)
    assert (design.cell.length, design.cell.diffusion_length) == (65e-9, 140e-9)
    assert design.column.wire_capacitance_per_cell == 0.2e-15
    record = process_record(design)
    assert record["name"] == "card file"
    assert "limits unknown" in record["assumptions"][0]


def test_a_card_that_leaves_no_channel(tmp_path):
    path = card_file(tmp_path, NMOS.replace("u0", "xl=-30e-9 lint=10e-9 u0") + PMOS)
    data = small(model=str(path))
    data["cell"]["length"] = 45e-9
    design = design_from_dict(data)
    process = process_of(None, str(path))
    with pytest.raises(InputError, match=r"leaves no channel, effective length -5e-09 m"):
        column_deck(column_of(design, 3, 1), process.cards("tt"))


def test_ranges_hold_their_ends_in_decimal():
    assert 45e-9 in Range(45e-9, 1.0)
    assert 0.1 + 0.2 in Range(0.0, 0.3)
    assert 44.9e-9 not in Range(45e-9, 1e-6)
    assert Limits(Range(0, 1), Range(0, 1), Range(0.3, 1.5), Range(0, 1)).of("word_line") == Range(
        0.0, 1.5
    )
