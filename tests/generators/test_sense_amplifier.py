"""Sense amplifiers: symmetric by construction, SAOUT right on both sides of REF, low in reset."""

from __future__ import annotations

import numpy as np
import pytest

from sram_spice.errors import InputError
from sram_spice.generators.sense_amplifier import (
    amplifier_subcircuit,
    polarity_at,
    sense_amplifier_of,
)
from sram_spice.generators.sense_amplifier_bench import START, SenseAmplifierBench
from sram_spice.generators.transistor import Transistor
from sram_spice.registry import SENSE_AMPLIFIERS
from sram_spice.simulation import Job, Status, Transient
from sram_spice.technology import technology_cards

TOPOLOGIES = ("strongarm", "isolated_latch")


def design_with(make_design, topology, *more):
    return make_design("8t_xnor", f"sense_amplifier.topology={topology}", *more)


def test_both_are_registered():
    assert set(TOPOLOGIES) <= set(SENSE_AMPLIFIERS.names())


@pytest.mark.parametrize("polarity", ["nmos", "pmos"])
@pytest.mark.parametrize("topology", TOPOLOGIES)
def test_mirror_images_are_alike(make_design, topology, polarity):
    amplifier = sense_amplifier_of(design_with(make_design, topology), polarity)
    found = {t.name: t for t in amplifier.transistors()}
    sides = [name for name in found if amplifier.mirror(name) != name]
    assert len(sides) >= 8
    for name in sides:
        one, other = found[name], found[amplifier.mirror(name)]
        assert amplifier.mirror(other.name) == name
        assert (one.polarity, one.width, one.length) == (other.polarity, other.width, other.length)


@pytest.mark.parametrize("topology", TOPOLOGIES)
def test_the_variants_are_complementary(make_design, topology):
    """The deciding pair is of the variant's type, with its tail at that type's rail."""
    for polarity, rail in (("nmos", "vss"), ("pmos", "vdd")):
        amplifier = sense_amplifier_of(design_with(make_design, topology), polarity)
        found: dict[str, Transistor] = {t.name: t for t in amplifier.transistors()}
        assert found["in_l"].polarity == found["in_r"].polarity == polarity
        assert (found["tail"].polarity, found["tail"].source) == (polarity, rail)


@pytest.mark.parametrize("level", [0.33, 0.65, 0.95])
@pytest.mark.parametrize("topology", TOPOLOGIES)
def test_saout_is_right_and_low_in_reset(make_design, pool, topology, level):
    design = design_with(make_design, topology, "sense_amplifier.sensing_time=0.5e-9")
    bench = SenseAmplifierBench(design, polarity_at(design, level), level)
    deck = bench.deck(technology_cards(design), ".options reltol=1e-4")
    job = Job(
        deck,
        Transient(bench.stop, 5e-12),
        ("out", *bench.latch),
        alter=("@vin[dc]",),
        points=np.array([[5e-3], [-5e-3]]),
    )
    above, below = sorted(pool.run([job]), key=lambda result: result.point)
    for result, high in ((above, True), (below, False)):
        assert result.status is Status.OK
        time, out, *latch = result.values
        assert np.interp(bench.decided, time, out) == pytest.approx(float(high), abs=0.05)
        difference = np.interp(bench.decided, time, latch[0] - latch[1])
        assert difference == pytest.approx(1.0 if high else -1.0, abs=0.1)
        assert np.abs(out[time < START]).max() < 0.05
        assert abs(out[-1]) < 0.05


def test_a_design_without_it_says_so(make_design):
    design = make_design("8t_xnor").model_copy(update={"sense_amplifier": None})
    with pytest.raises(InputError, match="no such section"):
        sense_amplifier_of(design, "nmos")


def test_hold_capacitance_only_at_isolated_gates(make_design):
    for isolated, count in (("true", 2), ("false", 0)):
        design = design_with(
            make_design, "strongarm", f"sense_amplifier.input_isolation={isolated}"
        )
        text = str(amplifier_subcircuit(sense_amplifier_of(design, "nmos")))
        assert sum(line.startswith("C") for line in text.splitlines()) == count


def test_the_crossover_chooses_the_variant(make_design):
    design = make_design("8t_xnor", "sense_amplifier.crossover=0.5", "conditions.vdd=0.8")
    assert polarity_at(design, 0.4) == "nmos"
    assert polarity_at(design, 0.399) == "pmos"
