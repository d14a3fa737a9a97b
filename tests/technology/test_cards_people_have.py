"""Cards that people have: each is what plain ngspice makes of its text, or it is refused."""

from __future__ import annotations

import re

import pytest

from sram_spice.design import Design, load_design
from sram_spice.errors import InputError
from sram_spice.runs.characterize.nominal import nominal_levels
from sram_spice.simulation import Job, OperatingPoint, PointResult, Status
from sram_spice.simulation.batch import run_batch
from sram_spice.simulation.progress import Silent
from sram_spice.technology import (
    DeviceCard,
    ModelCards,
    process_record,
    process_warnings,
    technology_cards,
)
from sram_spice.technology.user_card import read_card_file

from .by_hand import OPTIONS, RUN, currents_by_hand, level_by_hand
from .cards import card_file

# A small card of each polarity, and one of BSIM3: figures of 65 nm and of 90 nm, round ones.
BSIM4 = """* small card
.model nmos nmos level = 54 version = 4.5
+ tnom = 27 toxe = 1.85e-9 toxp = 1.2e-9 toxm = 1.85e-9 dtox = 6.5e-10 wint = 5e-9 lint = 5.25e-9
+ vth0 = 0.423 eta0 = 0.0058 k1 = 0.4 k2 = 0.01 ndep = 2.54e18 xj = 2e-8 u0 = 0.05 vsat = 1.2e5
+ nfactor = 1.9 rdsw = 165
.model pmos pmos level = 54 version = 4.5
+ tnom = 27 toxe = 1.95e-9 toxp = 1.2e-9 toxm = 1.95e-9 dtox = 7.5e-10 wint = 5e-9 lint = 5.25e-9
+ vth0 = -0.365 eta0 = 0.0058 k1 = 0.4 k2 = -0.01 ndep = 1.87e18 xj = 2e-8 u0 = 6e-3 vsat = 7e4
+ nfactor = 1.9 rdsw = 165
"""
BSIM3 = """* BSIM3
.model nmos nmos level=49 version=3.3 tox=2.5e-9 nch=9.7e17 xj=4e-8 lint=1.5e-8 vth0=0.26
+ k1=0.395 k2=0.01 k3=0 nlx=4.8e-8 vsat=1.1e5 u0=1.8e-2 rdsw=180 nfactor=1.5 cj=1.5e-3 pb=1.2
.model pmos pmos level=49 version=3.3 tox=2.5e-9 nch=1.04e18 xj=4e-8 lint=1.5e-8 vth0=-0.303
+ k1=0.4 k2=0.01 k3=0 nlx=5e-8 vsat=1.05e5 u0=8e-3 rdsw=300 nfactor=1.9 cj=1.5e-3 pb=1.2
"""
LEVEL = (1, 3)
# Of a bit line: two decks of one circuit, each solved to reltol = 1e-6 and vntol = 10 nV.
SAME_LEVEL = 2e-6  # V
# Of a current: values are written anew with all their digits.
SAME_CURRENT = 1e-9


def design_of(folder, text: str, *overrides: str) -> Design:
    (folder / "design.toml").write_text(
        'name = "case"\n[technology]\nmodel = "card.pm"\n[cell]\ntopology = "6t"\n'
        "[column]\nrows = 4\n[mlsa]\nlevels = 4\n[monte_carlo]\nsamples = 4\n",
        encoding="utf-8",
    )
    card_file(folder, text)
    return load_design(folder / "design.toml", overrides)


def level_of(design: Design, pool) -> float:
    """V_BL of the product's own column."""
    (found,) = nominal_levels(design, technology_cards(design), [LEVEL], pool, Silent())
    return found.v_bl


def refusal(design: Design) -> str:
    with pytest.raises(InputError) as caught:
        technology_cards(design)
    return str(caught.value)


# Versions


@pytest.mark.parametrize(
    "version", ["4.0", "4.0.0", "4.2.1", "4.4", "4.5", "4.6.5", "4.7", "4.7.0", "4.8.2", "'4.5'"]
)
def test_a_version_of_bsim4_is_what_ngspice_makes_of_it(tmp_path, version):
    text = BSIM4.replace("4.5", version)
    nmos, pmos = read_card_file(card_file(tmp_path, text))
    ours = ModelCards(nmos, pmos).render()
    transistors = ["nmos w=0.3u l=65n delvto=0", "pmos w=0.3u l=65n delvto=0"]
    raw = currents_by_hand(text, transistors)
    assert currents_by_hand(ours, transistors) == pytest.approx(raw, rel=SAME_CURRENT)


def test_ngspice_has_two_models_for_these_versions():
    """Else the test above could not fail: 4.5 and 4.7 are not the same current."""
    found = [
        currents_by_hand(BSIM4.replace("4.5", version), ["nmos w=0.3u l=65n"])[0]
        for version in ("4.0", "4.5", "4.7", "4.8")
    ]
    assert found[0] == found[1] != found[2]


def test_a_column_of_version_4_0(tmp_path, pool):
    """As all cards of PTM are published."""
    text = BSIM4.replace("4.5", "4.0")
    design = design_of(tmp_path, text, "column.word_line_voltage=0.9")
    found = level_of(design, pool)
    assert found == pytest.approx(level_by_hand(text, wl=0.9), abs=SAME_LEVEL)
    assert found < 0.98
    record = process_record(design)
    assert record["warnings"] == []
    assert any("computes 4.0 to 4.4 with its 4.5" in text for text in record["assumptions"])


def test_a_table_of_parameters_keeps_its_version(tmp_path):
    from sram_spice.technology import read_parameter_table

    path = tmp_path / "p.csv"
    path.write_text("parameter,nmos,pmos\nlevel,54,54\nversion,4.0,4.7.0\n", encoding="utf-8")
    nmos, pmos = read_parameter_table(path)
    assert nmos.render() == ".model nmos nmos\n+ level=54 version=4.0"
    assert pmos.render() == ".model pmos pmos\n+ level=54 version=4.7.0"
    number = DeviceCard("nmos", (("level", 54), ("version", 4.0)))
    assert number.render() == nmos.render()


@pytest.mark.parametrize(
    ("version", "sentence"),
    [
        ("4", "Device type BSIM4 version 4 not available in this binary"),
        ("4.9", "Device type BSIM4 version 4.9 not available in this binary"),
        ("4.5 paramchk = 1 toxp = -1", "Fatal: Toxp = -1 is not positive."),
    ],
)
def test_what_the_simulator_refuses_is_said_in_its_words(tmp_path, version, sentence):
    text = BSIM4.replace("version = 4.5", f"version = {version}", 1)
    text = text.replace("toxp = 1.2e-9", "", 1)
    message = refusal(design_of(tmp_path, text))
    assert message.startswith(f"{tmp_path / 'card.pm'}: nmos card: the simulator refuses this")
    assert sentence in message


def test_a_refused_card_ends_a_run_at_its_first_level(tmp_path, pool):
    """Behind the check of card files: cards of a process are not read beforehand."""
    nmos, pmos = read_card_file(card_file(tmp_path, BSIM4.replace("4.5", "4")))
    design, before = design_of(tmp_path, BSIM4), len(pool.retried)
    levels = [(k, 4 - k) for k in range(5)]
    with pytest.raises(InputError, match=r"no level has a nominal voltage.*4 not available in"):
        nominal_levels(design, ModelCards(nmos, pmos), levels, pool, Silent())
    assert len(pool.retried) == before


class Unsolvable:
    """A simulator that solves nothing."""

    def run(self, jobs):
        for number, _ in enumerate(jobs):
            yield PointResult(number, 0, Status.NONCONVERGED, None, "singular matrix: node q")


def test_a_run_without_a_single_level_says_why(make_design):
    design = make_design("6t", "column.rows=2")
    with pytest.raises(InputError) as caught:
        nominal_levels(design, technology_cards(design), [(1, 1), (2, 0)], Unsolvable(), Silent())
    assert str(caught.value) == (
        "n_plus=1, n_minus=1: no level has a nominal voltage; the simulator says: "
        "nonconverged: singular matrix: node q"
    )


# BSIM3


@pytest.mark.parametrize("version", ["3.2", "3.2.4", "3.3", "3.3.0"])
@pytest.mark.parametrize("level", [8, 49])
def test_mismatch_of_bsim3_is_a_shift_of_its_threshold(tmp_path, version, level):
    text = BSIM3.replace("3.3", version).replace("49", str(level))
    nmos, pmos = read_card_file(card_file(tmp_path, text))
    ours = ModelCards(nmos, pmos).render()
    sizes = "w=0.3u l=90n"
    raw = currents_by_hand(text, [f"nmos {sizes}", f"pmos {sizes}"])
    shifts = [f"nmos {sizes} delvto=0", f"pmos {sizes} delvto=0"]
    assert currents_by_hand(ours, shifts) == pytest.approx(raw, rel=SAME_CURRENT)
    shifted = [f"nmos {sizes} delvto=0.05", f"pmos {sizes} delvto=0.05"]
    of_card = text.replace("vth0=0.26", "vth0=0.31").replace("vth0=-0.303", "vth0=-0.253")
    expected = currents_by_hand(of_card, [f"nmos {sizes}", f"pmos {sizes}"])
    assert currents_by_hand(ours, shifted) == pytest.approx(expected, rel=1e-6)
    assert expected[0] < 0.95 * raw[0]
    assert expected[1] > 1.05 * raw[1]


def test_a_column_of_bsim3(tmp_path, pool):
    design = design_of(tmp_path, BSIM3, "cell.length=90e-9")
    found = level_of(design, pool)
    assert found == pytest.approx(level_by_hand(BSIM3, length=90e-9), abs=SAME_LEVEL)
    assert process_warnings(design) == ()


@pytest.mark.parametrize("version", ["3.0", "3.1"])
def test_bsim3_without_delvto_is_refused(tmp_path, version):
    message = refusal(design_of(tmp_path, BSIM3.replace("3.3", version)))
    assert "unknown parameter (delvto): mismatch needs it" in message
    assert "BSIM3 of version 3.2 or later" in message


# Parameters that the simulator ignores


def test_a_card_of_another_model_is_refused(tmp_path):
    text = BSIM3.replace("level=49 version=3.3", "level=54")
    message = refusal(design_of(tmp_path, text))
    assert "ignores parameters of BSIM3 in a card of BSIM4 (got 'tox, nch, nlx, cj, pb')" in message
    assert "level = 8 or 49" in message
    text = BSIM4.replace("level = 54 version = 4.5", "level = 49 version = 3.3")
    assert "ignores parameters of BSIM4 in a card of BSIM3 (got 'toxe, toxp" in refusal(
        design_of(tmp_path, text)
    )


def test_a_parameter_that_no_model_has_is_a_warning(tmp_path):
    design = design_of(tmp_path, BSIM4.replace("vsat", "vsatt", 1).replace("rdsw", "foo = 1 rdsw"))
    assert process_warnings(design) == (
        "nmos card: the simulator ignores vsatt, foo",
        "pmos card: the simulator ignores foo",
    )
    assert process_record(design)["warnings"] == list(process_warnings(design))
    assert process_warnings(design_of(tmp_path, BSIM4)) == ()


def test_a_card_without_a_version_is_a_warning(tmp_path):
    design = design_of(tmp_path, BSIM4.replace("version = 4.5", "", 1))
    (warning,) = process_warnings(design)
    assert warning.startswith("nmos card: no version is given")


# Bins

BINS = [  # nmos, then pmos: W from, to, and the factors of U0; L from 60 to 100 nm
    ("nmos", "5e-8", "1.5e-7", 1.0),
    ("nmos", "1.5e-7", "1e-5", 0.6),
    ("pmos", "5e-8", "1.5e-7", 1.0),
    ("pmos", "1.5e-7", "1e-5", 1.4),
]


def binned(order: tuple[int, ...] = (0, 1, 2, 3)) -> str:
    """Both devices as bins, in the names that ngspice chooses by size itself."""
    cards = dict(zip(("nmos", "pmos"), BSIM4.split(".model ")[1:], strict=True))
    lines = []
    for number in order:
        polarity, low, high, factor = BINS[number]
        own = cards[polarity].split(" ", 1)[1]
        u0 = float(re.search(r"u0 = (\S+)", own)[1])
        own = own.replace(f"u0 = {u0}", f"u0 = {u0 * factor}")
        lines += [
            f".model {polarity[0]}ch.{number} {own}",
            f"+ lmin = 6e-8 lmax = 1e-7 wmin = {low} wmax = {high}\n",
        ]
    return "".join(lines)


def test_each_transistor_has_the_card_of_its_size(tmp_path, pool):
    design = design_of(tmp_path, binned(), "column.word_line_voltage=0.9")
    found = level_of(design, pool)
    by_hand = level_by_hand(binned(), "nch", "pch", wl=0.9)
    assert found == pytest.approx(by_hand, abs=SAME_LEVEL)
    # With the card of the narrow ones for all, as it was: 4 mV and more off.
    assert abs(found - level_by_hand(BSIM4, wl=0.9)) > 4e-3


@pytest.mark.parametrize("order", [(0, 1, 2, 3), (1, 0, 2, 3)])
@pytest.mark.parametrize("width", ["5e-8", "1.2e-7", "1.5e-7", "1.50001e-7", "2e-6", "1e-5"])
def test_an_edge_belongs_to_the_bin_that_ngspice_takes(tmp_path, order, width):
    """Both ends of a bin belong to it; of two the first in the file has their edge."""
    nmos, _ = read_card_file(card_file(tmp_path, binned(order)))
    card = nmos.of_size(65e-9, float(width))
    if width == "1.50001e-7":  # ngspice lets a bin reach a nanometre beyond its edge
        assert card["wmin"] == 1.5e-7
        return
    (found,) = currents_by_hand(card.render(), [f"{card.model} w={width} l=65e-9"])
    (expected,) = currents_by_hand(binned(order), [f"nch w={width} l=65e-9"])
    assert found == pytest.approx(expected, rel=SAME_CURRENT)


@pytest.mark.parametrize(
    ("key", "value", "parts"),
    [
        ("cell.length", "110e-9", ["transistor pul", "L = 1.1e-07 m, W = 9e-08 m"]),
        ("cell.width_access", "40e-9", ["transistor axl", "L = 6.5e-08 m, W = 4e-08 m"]),
        ("column.load_width", "20e-6", ["transistor load_bl", "W = 2e-05 m"]),
    ],
)
def test_a_transistor_beyond_all_bins_is_refused(tmp_path, pool, key, value, parts):
    design = design_of(tmp_path, binned(), f"{key}={value}")
    with pytest.raises(InputError, match=r"no card of .* is for its size") as caught:
        level_of(design, pool)
    message = str(caught.value)
    for part in [*parts, "L 6e-08 to 1e-07 m, W 5e-08 to 1.5e-07 m; L 6e-08 to"]:
        assert part in message


def test_one_card_with_sizes_is_a_bin_too(tmp_path, pool):
    """`one_bin`: at other sizes its current is off by a third, and ngspice does not say so."""
    sizes = "version = 4.5 lmin = 1.3e-7 lmax = 2e-7 wmin = 1e-6 wmax = 1e-5"
    text = BSIM4.replace("version = 4.5", sizes, 1)
    with pytest.raises(InputError, match=r"transistor pdl: no card of nmos is for its size"):
        level_of(design_of(tmp_path, text), pool)
    exact = BSIM4.replace("version = 4.5", "version = 4.5 lmin = 65n lmax = 65n", 1)
    plain = level_of(design_of(tmp_path, BSIM4), pool)
    assert level_of(design_of(tmp_path, exact), pool) == pytest.approx(plain, abs=SAME_LEVEL)


def test_corners_and_slim_cards_reach_every_bin(tmp_path):
    design = design_of(tmp_path, binned(), "technology.corner=ss")
    cards = technology_cards(design)
    assert [card["vth0"] for card in cards.nmos.bins] == pytest.approx([0.463, 0.463])
    assert [card["rgatemod"] for card in cards.pmos.bins] == [0, 0]
    assert len(cards.render().split(".model")) == 1 + 4
    assert len(cards.render({"nmos_1", "pmos_2"}).split(".model")) == 1 + 2


# Several devices of a type

FLAVOURS = BSIM4 + BSIM4.replace(".model nmos", ".model NMOS_HVT").replace(
    ".model pmos", ".model pmos_hvt"
).replace("vth0 = 0.423", "vth0 = 0.523").replace("vth0 = -0.365", "vth0 = -0.465")


@pytest.mark.parametrize(("nmos", "pmos"), [("nmos", "pmos"), ("nmos_hvt", "PMOS_HVT")])
def test_devices_are_chosen_by_name(tmp_path, pool, nmos, pmos):
    chosen = (f"technology.nmos={nmos}", f"technology.pmos={pmos}")
    design = design_of(tmp_path, FLAVOURS, *chosen, "column.word_line_voltage=0.9")
    expected = level_by_hand(FLAVOURS, nmos, pmos, wl=0.9)
    assert level_of(design, pool) == pytest.approx(expected, abs=SAME_LEVEL)


def test_devices_that_are_there_are_named(tmp_path):
    message = refusal(design_of(tmp_path, FLAVOURS))
    assert message.endswith("technology.nmos: several nmos devices; allowed: nmos, nmos_hvt")
    message = refusal(design_of(tmp_path, FLAVOURS, "technology.nmos=nmos"))
    assert message.endswith("technology.pmos: several pmos devices; allowed: pmos, pmos_hvt")
    message = refusal(design_of(tmp_path, FLAVOURS, "technology.nmos=vtl"))
    assert "technology.nmos: no nmos device of this name (got 'vtl'); allowed: nmos," in message


def test_a_process_has_devices_of_its_own(make_design):
    with pytest.raises(InputError, match=r"technology\.nmos: process ptm65 has devices of its own"):
        make_design("6t", "technology.nmos=nmos_hvt")


# Sizes and supplies of other processes


@pytest.mark.parametrize("length", [45e-9, 32e-9, 22e-9])
def test_a_short_length(tmp_path, pool, length):
    text = BSIM4.replace("lint = 5.25e-9", "lint = 1e-9")  # 11 nm would be no transistor
    text = text.replace("toxe = 1.", "toxe = 1.0")
    design = design_of(tmp_path, text, f"cell.length={length}")
    expected = level_by_hand(text, length=length)
    assert level_of(design, pool) == pytest.approx(expected, abs=SAME_LEVEL)


# Text


def values_of_ngspice(text: str, names: tuple[str, ...]) -> dict[str, float]:
    """What ngspice reads of the card of ``nch``, by its own account."""
    prints = "\nprint ".join(f"@nch[{name}]" for name in names)
    deck = f"values\n{OPTIONS}\n{text}\nVd d 0 0\nM1 d d 0 0 nch w=1u l=1u\n"
    found = run_batch(deck + RUN.format(what=prints))
    return {name: found[f"@nch[{name}]"] for name in names}


NCH = ".model nch nmos level=54 version=4.5 vth0=0.41 u0=0.05 k1=0.35 toxe=2n\n"
PCH = ".model pch pmos level=54 version=4.5 vth0=-0.41 u0=0.05\n"
TEXTS = {
    "suffixes": NCH.replace("0.35", "350m").replace("2n", "2000p").replace("0.41", "410e-3"),
    "meg": NCH.replace("0.41", "0.41e-6meg").replace("0.35", "35e-14T"),
    "mil": NCH.replace("2n", "1e-4mil"),
    "units": NCH.replace("0.41", "0.41v").replace("2n", "2nm").replace("0.35", "0.35volts"),
    "meter": NCH.replace("0.35", "350meter"),
    "farad": NCH.replace("2n", "2e6farad"),
    "u and n": NCH.replace("2n", "0.002u").replace("0.41", "410000u"),
    "small m is milli, capital, too": NCH.replace("0.41", "410M"),
    "the last counts": NCH.replace("k1=0.35", "k1=0.5 k1=0.35"),
    "upper case": NCH.upper(),
    "parentheses": NCH.replace("nmos ", "nmos (").replace("2n", "2n )"),
    "parentheses, no blank": NCH.replace("nmos ", "nmos(").replace("2n", "2n)"),
    "an open parenthesis": NCH.replace("nmos ", "nmos ("),
    "commas": NCH.replace(" k1", ",k1").replace(" toxe", " , toxe"),
    "tabs": NCH.replace(" ", "\t"),
    "blanks about =": NCH.replace("=", " = "),
    "continued": NCH.replace(" k1", "\n* between\n\n   + k1").replace(" u0", "\n+u0"),
    "comments": NCH.replace(" k1", " $ k1=9\n+ k1").replace(" toxe", ";toxe=9n\n+ toxe"),
    "slashes": NCH.replace(" k1", "// k1=9\n+ k1"),
    "a comment without a blank": NCH.replace(" k1", ";k1=9\n+ k1"),
    "comment lines": "$ a\n; b\n// c\n  * d\n" + NCH,
    ".param": ".param a=410m b={a}\n" + NCH.replace("0.41", "a"),
    ".param with a unit": ".param a=0.41v\n" + NCH.replace("0.41", "'a'"),
    "spelt another way": NCH.replace("vth0", "vtho"),
    "form feed": NCH.replace(" k1", "\x0ck1"),
}


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS.keys())
def test_text_is_read_as_ngspice_reads_it(tmp_path, text):
    names = ("vth0", "u0", "k1", "toxe")
    nmos, _ = read_card_file(card_file(tmp_path, text + PCH))
    # ngspice prints twelve digits.
    assert {n: nmos[n] for n in names} == pytest.approx(values_of_ngspice(text, names), rel=1e-10)
    assert nmos["vth0"] == pytest.approx(0.41, rel=1e-12)


@pytest.mark.parametrize(
    "data",
    [
        ("\ufeff" + NCH + PCH).encode("utf-8"),
        ("* Größe in µm\n" + NCH + PCH).encode("utf-8"),
        ("* Gr\xf6\xdfe in \xb5m\n" + NCH.strip() + " $ \xb5m\n" + PCH).encode("latin-1"),
        (NCH + PCH).replace("\n", "\r\n").encode("ascii"),
        (NCH + PCH).replace("\n", "\r").encode("ascii"),
    ],
    ids=["byte-order mark", "UTF-8", "Latin-1", "CRLF", "CR"],
)
def test_files_of_other_systems(tmp_path, data):
    path = tmp_path / "card.pm"
    path.write_bytes(data)
    nmos, pmos = read_card_file(path)
    assert (nmos["vth0"], pmos["vth0"], nmos["toxe"]) == (0.41, -0.41, 2e-9)


@pytest.mark.parametrize(
    ("text", "reading"),
    [
        # ngspice 39 has no atto, no d exponent, and goes on behind a `$` without a blank
        (NCH.replace("0.41", "1a"), 1.0),
        (NCH.replace("0.41", "1d-3"), 1.0),
        (NCH.replace("0.41", "0.41$"), 0.41),
    ],
)
def test_what_ngspice_reads_as_nobody_means_it_is_refused(tmp_path, text, reading):
    assert values_of_ngspice(text, ("vth0",))["vth0"] == reading
    with pytest.raises(InputError, match="line 1: vth0: not a number"):
        read_card_file(card_file(tmp_path, text + PCH))


def test_models_that_log_their_checks_leave_no_file(tmp_path, monkeypatch):
    """BSIM3 of ngspice writes a log into the folder that it runs in."""
    from sram_spice.simulation import SimulatorPool

    monkeypatch.chdir(tmp_path)
    deck = f"log\n{BSIM3}Vd d 0 1\nM1 d d 0 0 nmos w=1u l=1u\n.end\n"
    with SimulatorPool(1) as simulators:
        (result,) = simulators.run([Job(deck, OperatingPoint(), ("d",))])
    assert result.values is not None
    assert list(tmp_path.iterdir()) == []
