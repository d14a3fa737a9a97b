"""Plug-ins of third parties that are not as they have to be: one message each, exit code 2."""

from __future__ import annotations

import pytest

from sram_spice.column.truth import check_truth, truth_table
from sram_spice.design import design_from_dict
from sram_spice.errors import InputError
from sram_spice.generators import cell_of, readout_of
from sram_spice.generators.cell import Cell, LatchCellDesign, NotWritable, WriteAccess
from sram_spice.generators.cell_6t import Cell6T
from sram_spice.generators.pre_charger import PreChargerReadout
from sram_spice.generators.readout import Readout
from sram_spice.generators.readout_load import LoadReadout
from sram_spice.generators.sense_amplifier import sense_amplifier_of
from sram_spice.generators.sense_amplifier_strongarm import StrongArm
from sram_spice.generators.transistor import Transistor
from sram_spice.measurements.hold_snm import HoldSnm
from sram_spice.measurements.measurement import measurement_of
from sram_spice.registry import Registry
from sram_spice.technology import technology_cards


@pytest.fixture
def use(monkeypatch):
    """Let another class stand for a registered one; returns the design that uses it."""

    def replace(name, kind):
        found = Registry.load

        def load(self, wanted):
            return kind if wanted == name else found(self, wanted)

        monkeypatch.setattr(Registry, "load", load)
        return design_from_dict(
            {
                "name": "x",
                "cell": {"topology": "6t"},
                "column": {"rows": 4},
                "sense_amplifier": {},
                "mismatch": {"a_vt": 0.0},
            }
        )

    return replace


def refusal(action):
    with pytest.raises(InputError) as caught:
        action()
    assert caught.value.exit_code == 2
    text = str(caught.value)
    assert "\n" not in text
    return text


def size(t):
    return t.width, t.length, t.diffusion_length


class NoTransistors(Cell):
    Parameters = LatchCellDesign
    name = "none"
    word_lines = ("wl",)
    inputs = (1, 0)

    def word_line_states(self, neuron):
        return (neuron == 1,)


class NoInheritance:
    Parameters = LatchCellDesign
    name = "alone"
    word_lines = ("wl",)
    inputs = (1, 0)

    def __init__(self, sizes):
        self.sizes = sizes


class WrongPort(Cell6T):
    def transistors(self):
        *rest, last = super().transistors()
        return (*rest, Transistor("axr", "nmos", "blbar", "wl", "qb", "vss", *size(last)))


class UnusedWordLine(Cell6T):
    word_lines = ("wl", "wlb")

    def word_line_states(self, neuron):
        return (neuron == 1, False)


class TooFewStates(Cell6T):
    def word_line_states(self, neuron):
        return ()


class OnlyPositive(Cell6T):
    def product(self, weight, neuron):
        return neuron


class WrongRow(Cell6T):
    def row(self, product, position):
        return (1, 1)


class Fails(Cell6T):
    def transistors(self):
        return self.sizes.no_such_key


class WritesElsewhere(Cell6T):
    def write(self, bit):
        return WriteAccess(("wwl",), {"bl": bit})


class WritesOneThing(Cell6T):
    def write(self, bit):
        return WriteAccess(("wl",), {"bl": 0, "blb": 1})


class NoReason(Cell6T):
    def write(self, bit):
        return NotWritable(" ")


class WrongParameters(Cell6T):
    Parameters = dict


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        (NoTransistors, "lacks transistors"),
        (NoInheritance, "lacks idle_ports, published_energy"),
        (WrongPort, "a node leads nowhere (got 'blbar'); allowed: ports bl, blb, wl, vdd, vss"),
        (UnusedWordLine, "no transistor is at a port or storage node (got 'wlb')"),
        (TooFewStates, "word_line_states of input 1 is not one state for each of 1 word lines"),
        (OnlyPositive, "no input gives both products, +1 and -1"),
        (WrongRow, "row(-1, 0) does not give that product"),
        (Fails, "transistors fails: AttributeError"),
        (WritesElsewhere, "write uses a port that is not there (got 'wwl')"),
        (WritesOneThing, "write is the same for 0 and 1"),
        (NoReason, "write gives no reason"),
    ],
)
def test_a_cell_that_is_wrong(use, kind, words):
    design = use("6t", kind)
    text = refusal(lambda: cell_of(design))
    assert text.startswith("cell.topology: plug-in 6t: ")
    assert words in text


def test_parameters_of_another_kind(use):
    text = refusal(lambda: use("6t", WrongParameters))
    assert "its Parameters is not what it has to be" in text
    assert "a subclass of CellDesign" in text


class NoLoads(Readout):
    def level_analysis(self, n_plus, n_minus):
        return LoadReadout.level_analysis(self, n_plus, n_minus)


class NoAnalysis(LoadReadout):
    def level_analysis(self, n_plus, n_minus):
        return "op"


class SensesNothing(LoadReadout):
    sensed = ("sense", "blb")


class LooseGate(LoadReadout):
    def sources(self, timing):
        return {}

    def loads(self):
        first, second = super().loads()
        gates = ("pre_l", "pre_r")
        return tuple(
            Transistor(t.name, t.polarity, t.drain, gate, t.source, t.bulk, *size(t))
            for t, gate in zip((first, second), gates, strict=True)
        )


class OneLoad(LoadReadout):
    def loads(self):
        return super().loads()[:1]


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        (NoLoads, "lacks loads"),
        (NoAnalysis, "level_analysis gives no OperatingPoint or Transient (got 'op')"),
        (SensesNothing, "a sensed node is not there (got 'sense')"),
        (LooseGate, "a node leads nowhere (got 'pre_l, pre_r')"),
        (OneLoad, "not_tabulated has to say why"),
    ],
)
def test_a_read_out_that_is_wrong(use, kind, words):
    design = use("load", kind)
    text = refusal(lambda: readout_of(design))
    assert text.startswith("column.readout: plug-in load: ")
    assert words in text


class NoMirror(StrongArm):
    def mirror(self, name):
        return "nobody"


class OtherLatch(StrongArm):
    latch = ("u", "v")


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        (NoMirror, "mirror of in_l is no transistor whose mirror it is (got 'nobody')"),
        (OtherLatch, "no transistor is at a port or latch node (got 'u, v')"),
    ],
)
def test_a_sense_amplifier_that_is_wrong(use, kind, words):
    design = use("strongarm", kind)
    text = refusal(lambda: sense_amplifier_of(design, "nmos"))
    assert text.startswith("sense_amplifier.topology: plug-in strongarm: ")
    assert words in text


class NoUnit(HoldSnm):
    unit = None


class NoDefinition:
    title = unit = source = "x"

    def run(self, context):
        return None


@pytest.mark.parametrize(
    ("kind", "words"), [(NoUnit, "unit is no text"), (NoDefinition, "lacks definition")]
)
def test_a_measurement_that_is_wrong(use, kind, words):
    use("hold_snm", kind)
    text = refusal(lambda: measurement_of("hold_snm"))
    assert text.startswith("measurement: plug-in hold_snm: ")
    assert words in text


class Crossed(Cell6T):
    """Says that +1 pulls BL up, and pulls it down."""

    def product(self, weight, neuron):
        return -weight * neuron


def test_the_truth_table_is_that_of_the_simulator(use, pool):
    design = use("nothing", None)
    found = truth_table(design, technology_cards(design), pool)
    assert sorted(found) == [-1, 0, 1]
    assert found[1] > 1e-2
    assert found[-1] == pytest.approx(-found[1], abs=1e-6)  # two halves alike
    assert abs(found[0]) < 1e-3
    check_truth(design, technology_cards(design), pool)


def test_a_cell_that_does_not_compute_what_it_says(use, pool):
    design = use("6t", Crossed)
    text = refusal(lambda: check_truth(design, technology_cards(design), pool))
    assert text.startswith("cell.topology: one row with its word line at VDD does not compute")


class Exchanged(PreChargerReadout):
    """Senses BLB for BL."""

    sensed = ("blb", "bl")
    not_tabulated = "it is wrong"
    sources = LoadReadout.sources
    level_analysis = LoadReadout.level_analysis


def test_a_read_out_that_senses_the_wrong_way_round(use, pool):
    design = use("load", Exchanged)
    text = refusal(lambda: check_truth(design, technology_cards(design), pool))
    assert text.startswith("column.readout: one row with its word line at VDD does not compute")
