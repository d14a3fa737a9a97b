"""Benches of one cell: what is in them, and that they run."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from sram_spice.generators import cell_of
from sram_spice.generators.cell_bench import (
    CellBias,
    SplitCell,
    WholeCell,
    bench_transistors,
    threshold_names,
)
from sram_spice.generators.deck import OPTIONS
from sram_spice.simulation import DcSweep, Job, OperatingPoint, SimulatorPool, Status
from sram_spice.technology import technology_cards
from tests.conftest import MakeDesign

HOLD = CellBias(1.0, 0.0, 1.0, 1.0)
READ = CellBias(1.0, 0.5, 1.0, 1.0)


@pytest.mark.parametrize("topology", ["6t", "8t_xnor"])
def test_split_cell_has_every_transistor_once_and_no_loop(
    make_design: MakeDesign, topology: str
) -> None:
    cell = cell_of(make_design(topology))
    split, whole = SplitCell(cell, READ).transistors(), bench_transistors(cell)
    assert [t.name for t in split] == [t.name for t in cell.transistors()]
    assert not {t.gate for t in split} & {"q", "qb"}
    changed = [t for t, other in zip(split, whole, strict=True) if t != other]
    assert {t.gate for t in changed} == {"vin"}
    assert len(changed) == 4
    for t, other in zip(split, whole, strict=True):
        assert replace(t, gate=other.gate) == other


def test_only_the_word_line_of_the_input_is_on(make_design: MakeDesign) -> None:
    eight = {t.name: t for t in bench_transistors(cell_of(make_design("8t_xnor")))}
    assert (eight["axl"].gate, eight["axr"].gate) == ("wl", "wl")
    assert (eight["cxl"].gate, eight["cxr"].gate) == ("0", "0")
    assert (eight["axl"].drain, eight["axr"].drain) == ("bl", "blb")


@pytest.mark.parametrize("topology", ["6t", "8t_xnor"])
@pytest.mark.parametrize("stored", [1, -1])
def test_whole_cell_holds_what_is_stored(
    make_design: MakeDesign, pool: SimulatorPool, topology: str, stored: int
) -> None:
    design = make_design(topology)
    bench = WholeCell(cell_of(design), HOLD, stored)
    deck = bench.deck(technology_cards(design))
    assert OPTIONS in deck
    (result,) = pool.run([Job(deck, OperatingPoint(), ("q", "qb"), (bench.latch,))])
    assert result.status is Status.OK
    assert result.values is not None
    assert sorted(result.values) == pytest.approx([0.0, 1.0], abs=1e-3)


def test_sources_can_be_altered(make_design: MakeDesign, pool: SimulatorPool) -> None:
    """What `alter` sets is what the deck would have said, threshold shifts in full precision."""
    design = make_design("6t")
    cell, cards = cell_of(design), technology_cards(design)
    other = CellBias(0.9, 0.6, 0.4, 0.8)
    names = (*threshold_names(cell), "@vdd[dc]", "@vwl[dc]", "@vbl[dc]", "@vblb[dc]")
    shifts = [0.01, -0.02, 0.03, -0.01, 0.02, 0.012345678901234]
    point = np.array([[*shifts, other.vdd, other.v_wl, other.v_bl, other.v_blb]])
    plain = np.array([shifts])
    outputs = ("q", "qb", "vbl#branch")
    altered = Job(
        WholeCell(cell, READ).deck(cards), OperatingPoint(), outputs, alter=names, points=point
    )
    written = Job(
        WholeCell(cell, other).deck(cards),
        OperatingPoint(),
        outputs,
        alter=threshold_names(cell),
        points=plain,
    )
    found = {result.job: result.values for result in pool.run([altered, written])}
    np.testing.assert_allclose(found[0], found[1], rtol=1e-6, atol=1e-12)


def test_split_cell_is_the_whole_cell_where_output_is_input(
    make_design: MakeDesign, pool: SimulatorPool
) -> None:
    """At vin = V(q) of the stable cell its right output is V(qb), and the other way round."""
    design = make_design("6t")
    cell, cards = cell_of(design), technology_cards(design)
    (whole,) = pool.run([Job(WholeCell(cell, READ).deck(cards), OperatingPoint(), ("q", "qb"))])
    assert whole.values is not None
    q, qb = whole.values
    job = Job(
        SplitCell(cell, READ).deck(cards),
        OperatingPoint(),
        ("q", "qb"),
        alter=("@vin[dc]",),
        points=np.array([[q], [qb]]),
    )
    at = {result.point: result.values for result in pool.run([job])}
    # 30 uV: some nA of gate current, which an output of the whole cell has to carry as well.
    assert at[0][1] == pytest.approx(qb, abs=30e-6)
    assert at[1][0] == pytest.approx(q, abs=30e-6)


def test_step_source_moves_the_line_it_is_in(make_design: MakeDesign, pool: SimulatorPool) -> None:
    design = make_design("6t")
    for line, node in (("dd", "vdd"), ("wl", "wl"), ("bl", "bl"), ("blb", "blb")):
        bench = WholeCell(cell_of(design), READ, swept=line)  # type: ignore[arg-type]
        deck = bench.deck(technology_cards(design))
        start = {"vdd": 1.0, "wl": 0.5, "bl": 1.0, "blb": 1.0}[node]
        (result,) = pool.run([Job(deck, DcSweep("vstep", 0.0, -0.1, 0.05), (node,))])
        assert result.values is not None
        np.testing.assert_allclose(result.values[1], [start, start - 0.05, start - 0.1], atol=1e-9)


def test_bit_lines_follow_the_supply(make_design: MakeDesign, pool: SimulatorPool) -> None:
    design = make_design("6t")
    bench = WholeCell(cell_of(design), HOLD, swept="dd", follow=True)
    deck = bench.deck(technology_cards(design))
    (result,) = pool.run([Job(deck, DcSweep("vstep", 0.0, -0.5, 0.1), ("vdd", "bl", "blb"))])
    assert result.values is not None
    np.testing.assert_allclose(result.values[2], result.values[1], atol=1e-9)
    np.testing.assert_allclose(result.values[3], result.values[1], atol=1e-9)


def test_injected_current_moves_the_node(make_design: MakeDesign, pool: SimulatorPool) -> None:
    """1 uA into a low q lifts it; the N-curve says by how much: it is I at that voltage."""
    design = make_design("6t")
    cell, cards = cell_of(design), technology_cards(design)
    pushed = WholeCell(cell, READ, stored=-1, injected=1e-6)
    (lifted,) = pool.run([Job(pushed.deck(cards), OperatingPoint(), ("q",))])
    assert lifted.values is not None
    held = WholeCell(cell, READ, stored=-1, held="q")
    job = Job(
        held.deck(cards),
        OperatingPoint(),
        ("vin#branch",),
        alter=("@vin[dc]",),
        points=lifted.values[None],
    )
    (result,) = pool.run([job])
    assert result.values is not None
    assert -result.values[0] == pytest.approx(1e-6, rel=1e-4)
