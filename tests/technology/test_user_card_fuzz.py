"""Any text: two cards or an InputError; nothing of the text passes through to the simulator."""

from __future__ import annotations

import math
import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sram_spice.errors import InputError
from sram_spice.technology import CORNERS, ModelCards
from sram_spice.technology.ptm65.process import SHIFT
from sram_spice.technology.user_card import read_card_file

from .cards import NMOS, PMOS

FUZZ = settings(
    max_examples=200,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
LINE = re.compile(
    r"(\.model [np]mos [np]mos|\+( [a-z_][a-z0-9_]*=-?[0-9.]+(e[-+]?\d+)?)+|\.temp 27)"
)

PIECES = [
    *(NMOS, PMOS, NMOS.strip(), ".model", ".param", "nmos", "pmos", "+", "=", " ", "\n", "\r"),
    *(".control\n", "shell ls", ".include x", ".lib a b", "level=54", "vth0=", "u0=1", "x"),
    *("(", ")", "{", "}", "'", '"', ";", "$", "*", "\\", "\x00", "\x0b", "\u2028", "\x85"),
    *("1e999", "-1e400", "nan", "inf", "1k", "2meg", "\u0663", "\u212a", ".param x=3\n"),
]
fragments = st.one_of(
    st.sampled_from(PIECES),
    st.text(max_size=8),
    st.floats().map(repr),
)
any_text = st.lists(fragments, max_size=25).map("".join)
values = st.one_of(
    st.floats().map(repr), st.from_regex(r"[0-9.e+\-a-z{}']{1,8}", fullmatch=True), fragments
)
nearly_right = st.lists(
    st.tuples(st.from_regex(r"[A-Za-z_.;$ ]{1,6}", fullmatch=True), values), max_size=6
).map(lambda pairs: f"{NMOS.strip()} {' '.join(f'{n}={v}' for n, v in pairs)}\n{PMOS}")


def check(path, text):
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    try:
        nmos, pmos = read_card_file(path)
    except InputError:
        return
    for corner in CORNERS.values():
        cards = ModelCards(corner.apply(nmos, SHIFT).slim(), corner.apply(pmos, SHIFT).slim())
        for line in cards.render().split("\n"):
            assert LINE.fullmatch(line), line
    values = [v for card in (nmos, pmos) for n, v in card.parameters if n != "version"]
    assert all(math.isfinite(value) for value in values)


@FUZZ
@given(text=any_text)
@pytest.mark.slow
def test_any_text(tmp_path, text):
    check(tmp_path / "card.pm", text)


@FUZZ
@given(text=nearly_right)
def test_text_that_is_nearly_right(tmp_path, text):
    check(tmp_path / "card.pm", text)


@FUZZ
@given(data=st.binary(max_size=200), at=st.integers(0, len(NMOS + PMOS)))
def test_any_bytes_within_good_cards(tmp_path, data, at):
    whole = (NMOS + PMOS).encode()
    path = tmp_path / "card.pm"
    path.write_bytes(whole[:at] + data + whole[at:])
    try:
        read_card_file(path)
    except InputError:
        return
