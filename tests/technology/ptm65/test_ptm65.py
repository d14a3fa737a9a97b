"""The built-in table against figures of the published card."""

from __future__ import annotations

import math

import pytest

from sram_spice.technology.ptm65 import ptm65_card

# Copied from the card `65nm_bulk.pm` (PTM, beta version of 22 February 2006), both polarities.
PUBLISHED = {
    "level": (54, 54),
    "version": (4.7, 4.7),
    "rgatemod": (1, 1),
    "rbodymod": (1, 1),
    "tnom": (27, 27),
    "toxe": (1.85e-9, 1.95e-9),
    "toxp": (1.2e-9, 1.2e-9),
    "wint": (5e-9, 5e-9),
    "lint": (5.25e-9, 5.25e-9),
    "xl": (-30e-9, -30e-9),
    "vth0": (0.423, -0.365),
    "k1": (0.4, 0.4),
    "u0": (0.0491, 0.00574),
    "vsat": (124340, 70000),
    "ndep": (2.54e18, 1.87e18),
    "nsd": (2e20, 2e20),
    "rdsw": (165, 165),
    "eta0": (0.0058, 0.0058),
    "dvt2": (-0.032, -0.032),
    "cgso": (1.5e-10, 1.5e-10),
    "cjs": (0.0005, 0.0005),
    "kt1": (-0.11, -0.11),
    "ute": (-1.5, -1.5),
    "ags": (1e-20, 1e-20),
}


@pytest.mark.parametrize("name", PUBLISHED)
def test_published_figure(name):
    assert (ptm65_card("nmos")[name], ptm65_card("pmos")[name]) == PUBLISHED[name]


@pytest.mark.parametrize("polarity", ["nmos", "pmos"])
def test_table_is_whole(polarity):
    card = ptm65_card(polarity)
    names = [name for name, _ in card.parameters]
    assert len(names) == 214
    assert len(set(names)) == len(names)
    assert names[0] == "level"
    assert all(name == name.lower() and name.isidentifier() for name in names)
    assert all(math.isfinite(card[name]) for name in names)


def test_polarities_differ_in_more_than_sign():
    nmos, pmos = ptm65_card("nmos"), ptm65_card("pmos")
    different = {n for n, value in nmos.parameters if pmos[n] != value}
    assert {"vth0", "u0", "vsat", "toxe", "ndep"} <= different
