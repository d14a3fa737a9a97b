"""A user's card file: what is understood, and what is refused with file and line."""

from __future__ import annotations

import pytest

from sram_spice.errors import InputError
from sram_spice.technology import ModelCards
from sram_spice.technology.card_text import MAX_BYTES
from sram_spice.technology.user_card import read_card_file

from .cards import NMOS, PMOS, card_file

BOTH = NMOS + PMOS


def vth0(folder, value, before=""):
    """Threshold that comes out when the NMOS card says ``vth0=<value>``."""
    text = f"{before}.model n nmos level=54 u0=0.05 vth0={value}\n{PMOS}"
    return read_card_file(card_file(folder, text))[0]["vth0"]


def refusal(folder, text):
    path = card_file(folder, text)
    with pytest.raises(InputError) as caught:
        read_card_file(path)
    message = str(caught.value)
    assert message.startswith(f"{path}: ")
    return message.removeprefix(f"{path}: ")


@pytest.mark.parametrize(
    "text",
    [
        NMOS + PMOS,
        PMOS + NMOS,
        BOTH.upper(),
        BOTH.replace("=", " = "),
        BOTH.replace(" ", "\t"),
        BOTH.replace("\n", "\r\n"),
        BOTH.replace(" vth0", "\n+vth0").replace(" u0", "\n\n* comment\n+ u0"),
        BOTH.replace("level", "( level").replace("\n", " )\n"),
        BOTH.replace("nmos level", "nmos(level").replace("1.85e-9", "1.85e-9)"),
        "* title\n\n" + BOTH.replace("\n", " $ to the end\n") + "* end\n",
        BOTH.replace("\n", " ; to the end .control\n"),
        BOTH.replace(" u0", " $ .include x\n+ u0"),
        BOTH.replace("1.85e-9", "1.85n").replace("u0=0.05", "u0=50m"),
        ".param thick=1.85e-9\n" + BOTH.replace("1.85e-9", "thick"),
        ".param thick=1.85e-9\n.PARAM other={thick}\n" + BOTH.replace("1.85e-9", "'other'"),
        BOTH.replace("1.85e-9", "{1.85e-9}"),
        BOTH.replace(" vth0", ", vth0").replace("4.7", "'4.7'"),
        BOTH.replace("\n", "\r"),
        BOTH.replace(" vth0", "\x0cvth0").replace(" u0", "\x0bu0"),
        BOTH.replace("\n", " // to the end\n") + "// a line\n$ a line\n; a line\n",
        BOTH.replace("vth0=0.4", "vtho=0.4"),
    ],
    ids=range(21),
)
def test_the_same_cards_written_in_another_way(tmp_path, text):
    expected = {"level": 54, "vth0": 0.4, "u0": 0.05, "toxe": 1.85e-9}
    nmos, pmos = read_card_file(card_file(tmp_path, text))
    assert (nmos.polarity, pmos.polarity) == ("nmos", "pmos")
    values = dict(nmos.parameters)
    assert values.pop("version") == "4.7"
    assert values == pytest.approx(expected, rel=1e-12, abs=0)
    assert pmos["vth0"] == -0.38


@pytest.mark.parametrize(
    ("value", "number"),
    [
        ("0.4", 0.4),
        (".4", 0.4),
        ("4e-1", 0.4),
        ("+4.E-1", 0.4),
        ("-0.4", -0.4),
        ("2T", 2e12),
        ("2g", 2e9),
        ("2Meg", 2e6),
        ("2k", 2e3),
        ("2mil", 50.8e-6),
        ("400m", 0.4),
        ("2u", 2e-6),
        ("2n", 2e-9),
        ("2p", 2e-12),
        ("2f", 2e-15),
        ("2e3m", 2.0),
    ],
)
def test_numbers_with_spice_suffixes(tmp_path, value, number):
    assert vth0(tmp_path, value) == pytest.approx(number, rel=1e-12, abs=0)


@pytest.mark.parametrize(
    "value",
    [
        *("x", "1e", "--1", "1+1", "{1+1}", "'a*b'", "0x10", "1_0", '"', "{}", "1k2", "1d-3"),
        *("2a", "2amps", "1.2.3", "0.4$", "0.4$x"),
    ],
)
def test_what_is_no_number(tmp_path, value):
    refused_value(tmp_path, value)


@pytest.mark.parametrize(
    "value",
    ["nan", "inf", "-inf", "infinity", "1e999", "-1e999", "1e308t", "-1e308", "9" * 400],
)
def test_what_is_not_finite_or_absurd(tmp_path, value):
    refused_value(tmp_path, value)


def refused_value(folder, value):
    with pytest.raises(InputError) as caught:
        vth0(folder, value)
    assert "card.pm: line 1: vth0: not a" in str(caught.value)
    assert "number" in caught.value.allowed


def test_a_param_that_is_no_finite_number(tmp_path):
    with pytest.raises(InputError, match="line 1: x: not a"):
        vth0(tmp_path, "x", before=".param x=1e999\n")


def test_a_param_has_to_come_first(tmp_path):
    assert vth0(tmp_path, "x", before=".param x=0.3\n") == 0.3
    with pytest.raises(InputError, match=r"line 1: vth0: not a number \(got 'x'\)"):
        read_card_file(
            card_file(tmp_path, f".model n nmos level=54 u0=1 vth0=x\n.param x=1\n{PMOS}")
        )


@pytest.mark.parametrize(
    "line",
    [
        ".control",
        ".CONTROL",
        "  .control",
        ".endc",
        ".include other.pm",
        ".inc other.pm",
        ".lib foundry.lib tt",
        ".endl",
        ".options reltol=1",
        ".option reltol=1",
        ".temp 100",
        ".tran 1n 1u",
        ".func f(x) {x}",
        ".subckt a b",
        ".end",
        ".global vdd",
        ".hdl x.va",
        ".csparam x=1",
        ".paramx y=1",
        ".modelx n nmos level=54",
        "m1 d g s b nch",
        "r1 a b 1k",
        "shell rm -rf /",
        "!ls",
        "quit",
        "source x",
        "alter m1 w=1",
        "# a comment of another language",
        "x=1",
        "(",
    ],
)
@pytest.mark.parametrize("place", ["before", "after"])
def test_other_statements_are_refused(tmp_path, line, place):
    text = f"{line}\n{BOTH}" if place == "before" else f"{BOTH}{line}\n"
    number = 1 if place == "before" else 3
    message = refusal(tmp_path, text)
    assert message.startswith(f"line {number}: statement refused (got {line.split()[0].lower()!r}")
    assert "allowed: nmos and pmos .model cards" in message


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("", ["technology.model: no nmos card", "one nmos and one pmos"]),
        (b"\xff\xfe.\x00".decode("latin-1"), ["line 1: a character that is not ASCII", "'ÿ'"]),
        ("* nothing\n", ["no nmos card"]),
        (PMOS, ["no nmos card"]),
        (NMOS, ["no pmos card"]),
        (NMOS + NMOS + PMOS, ["line 2: a second card of this name", "'nch'"]),
        (BOTH + PMOS.replace("pch", "other"), ["technology.pmos: several", "pch, other"]),
        (BOTH + NMOS.replace("nch", "nch.1"), ["line 1: nch: a card beside bins", "nch.1"]),
        (BOTH.replace("nch", "nch.1"), ["line 1: nch.1: a bin without its sizes", "lmin, lmax"]),
        (BOTH.replace("nmos level=54", "nmos level=1"), ["line 1: level", "1.0", "14 or 54"]),
        (BOTH.replace("pmos level=54", "pmos level=10"), ["line 2: level", "10.0", "8 or 49"]),
        (BOTH.replace("4.7", "4.7x"), ["line 1: version: not a version", "'4.7x'"]),
        (BOTH.replace("vth0=0.4", "vth0=0.4,5"), ["line 1: not name=value", "'5 u0"]),
        (BOTH.replace("vth0=0.4", "vth0=0.4µ"), ["line 1: a character that is not", "'µ'"]),
        (f".param x=1mil\n{BOTH}", ["line 1: x: not a number", "'1mil'"]),
        (BOTH.replace("nmos level=54", "nmos level=54.5"), ["line 1: level", "54.5"]),
        (BOTH.replace("level=54 ", "", 1), ["line 1: level", "14 or 54"]),
        (BOTH.replace("vth0=0.4 ", ""), ["line 1: vth0: parameter is missing"]),
        (BOTH.replace("u0=0.006 ", ""), ["line 2: u0: parameter is missing"]),
        (BOTH.replace(" nmos ", " njf "), ["line 1: not a MOSFET card", "'nch njf'"]),
        (BOTH.replace(" nmos ", " npn "), ["line 1: not a MOSFET card"]),
        (".model\n", ["line 1: not a MOSFET card"]),
        (".model nch nmos\n", ["line 1: not a MOSFET card"]),
        (BOTH.replace("vth0=0.4", "vth0=0.4 0.5"), ["line 1: not name=value", "'0.5 u0"]),
        (BOTH.replace("vth0=0.4", "vth0"), ["line 1: not name=value", "'vth0 u0"]),
        (BOTH.replace("vth0=0.4", "vth0=="), ["line 1: not name=value"]),
        (BOTH.replace("vth0=0.4", "vth0=0.4=1"), ["line 1: not name=value", "'=1"]),
        ("+ vth0=1\n" + BOTH, ["line 1: continuation of nothing"]),
        (".param x\n" + BOTH, ["line 1: not name=value", "'x'"]),
        (".param x=y\n" + BOTH, ["line 1: x: not a number", "'y'"]),
        # names and values that would become a line, a command or a file of their own
        (BOTH.replace("vth0=0.4", "a;b=1 vth0=0.4"), ["not name=value", "'a'"]),
        (BOTH.replace("1.85e-9", "1.85e-9\n.control\nshell touch x\n.endc"), ["line 2", "refus"]),
        (BOTH.replace("1.85e-9", "1.85e-9\r.control"), ["line 2: statement refused"]),
        (BOTH.replace("1.85e-9", "1.85e-9\u2028.control"), ["line 1: a character that is not"]),
        (BOTH.replace("1.85e-9", "1.85e-9\x0c.control"), ["line 1: not name=value", ".control"]),
        (BOTH.replace("vth0=0.4", "\n+ .control\n+ vth0=0.4"), ["not name=value", "'.control"]),
        (BOTH.replace("vth0=0.4", ".x=1 vth0=0.4"), ["line 1: bad parameter name", "'.x'"]),
        (BOTH.replace("vth0=0.4", "a-b=1 vth0=0.4"), ["line 1: bad parameter name", "'a-b'"]),
        (BOTH.replace("vth0=0.4", "'q'=1 vth0=0.4"), ["line 1: bad parameter name"]),
        (BOTH.replace("vth0=0.4", "größe=1 vth0=0.4"), ["line 1: a character that is not", "'ö'"]),
        (BOTH.replace("vth0=0.4", "vth0=`ls`"), ["vth0: not a number", "'`ls`'"]),
        (BOTH.replace("vth0=0.4", "vth0=\x00"), ["vth0: not a number", r"'\x00'"]),
        (BOTH.replace("vth0=0.4", "vth0=0.4\x00"), ["vth0: not a number"]),
        (BOTH + "\x00", ["line 3: statement refused"]),
    ],
    ids=range(44),
)
def test_wrong_cards(tmp_path, text, parts):
    message = refusal(tmp_path, text)
    for part in parts:
        assert part in message


def test_the_name_of_a_card_does_not_reach_the_deck(tmp_path):
    text = BOTH.replace("nch", '"x;.include').replace("pch", "nmos")
    with pytest.raises(InputError):
        read_card_file(card_file(tmp_path, text))
    nmos, pmos = read_card_file(
        card_file(tmp_path, BOTH.replace("nch", ".lib").replace("pch", "-"))
    )
    assert ModelCards(nmos, pmos).render().count(".lib") == 0


@pytest.mark.parametrize(
    ("make", "part"),
    [
        (lambda path: path.mkdir(), "cannot be read"),
        (lambda path: path.write_bytes(BOTH.encode("utf-16")), "cannot be read: text in UTF-16"),
        (lambda path: path.write_bytes(b"*" * (MAX_BYTES + 1)), "too large"),
        (lambda path: path.symlink_to(path), "cannot be read"),
    ],
    ids=["folder", "binary", "huge", "link to itself"],
)
def test_file_that_is_no_card(tmp_path, make, part):
    path = tmp_path / "card.pm"
    make(path)
    with pytest.raises(InputError, match=part):
        read_card_file(path)


def test_file_name_that_cannot_be():
    with pytest.raises(InputError, match=r"technology\.model"):
        read_card_file("a\x00b")


def test_the_last_value_of_a_name_counts(tmp_path):
    assert vth0(tmp_path, "0.4 vth0=0.5") == 0.5
