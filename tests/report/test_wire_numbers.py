"""What the report says of wires, from a record as a manifest holds it."""

from __future__ import annotations

from sram_spice.report.wire_numbers import wire_numbers


def shift(n_plus, minus_rows, rails, load, end):
    return {
        "n_plus": n_plus,
        "n_minus": 64 - n_plus,
        "minus_rows": minus_rows,
        "rails": rails,
        "readout_bl": load,
        "readout_blb": 0.5,
        "end_bl": end,
        "end_blb": 0.5,
    }


RECORD = {
    "model": "lumped",
    "bit_line_ohm": 102.4,
    "ground_ohm": 51.2,
    "supply_ohm": 25.6,
    "further_end": "far",
    "shifts": [
        shift(8, "near", True, 0.9, 0.9),
        shift(32, "near", False, 2.7e-3, -10.5e-3),
        shift(32, "far", False, 10.6e-3, -28.5e-3),
        shift(32, "near", True, 25e-3, 12e-3),
        shift(32, "far", True, 32e-3, -6.4e-3),
    ],
}


def test_lumped_wires_say_what_they_leave_out():
    (number,) = wire_numbers(RECORD)
    assert number.name == "Wires not in these numbers"
    assert number.value == "+25.0 to +32.0 mV"
    for said in (
        "102 ohm of bit line", "51 and 26 ohm of ground and supply rail", "sum 0",
        "\N{MINUS SIGN}6.4 to +12.0 mV at the far end",
        "bit lines alone by +2.7 to +10.6 mV and \N{MINUS SIGN}28.5 to \N{MINUS SIGN}10.5 mV",
    ):  # fmt: skip
        assert said in number.note


def test_distributed_wires_say_what_comes_from_places():
    place = {"n_plus": 32, "n_minus": 32, "samples": 30, "sigma_bl": 1.3e-3, "share_bl": 0.005}
    other = place | {"n_plus": 48, "n_minus": 16, "share_bl": 0.02}
    shifts, placement = wire_numbers(RECORD | {"model": "distributed", "placement": [other, place]})
    assert shifts.name == "What wires do"
    assert placement.value == "1.30 mV (0.5 % of the variance)"
    assert "30 placements" in placement.note
    assert "at most 2.0 %, at sum +32" in placement.note


def test_a_run_that_does_not_know_says_nothing():
    assert wire_numbers({}) == []
