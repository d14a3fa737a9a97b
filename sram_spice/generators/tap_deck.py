"""Decks of a reference generator by itself: its taps without amplifiers."""

from __future__ import annotations

from PySpice.Spice.Netlist import Circuit

from sram_spice.design import Design
from sram_spice.generators.cell import cell_of, subcircuit
from sram_spice.generators.deck import OPERATING_POINT_OPTIONS, OPTIONS, circuit_deck
from sram_spice.generators.reference_generator import ReferenceCircuit
from sram_spice.generators.waveform import Timing
from sram_spice.simulation.job import Latch, LevelAnalysis, OperatingPoint
from sram_spice.technology import ModelCards


def tap_deck(
    design: Design,
    taps: ReferenceCircuit,
    cards: ModelCards,
    analysis: LevelAnalysis,
    timing: Timing,
    options: str = OPTIONS,
) -> str:
    """Return the deck of the columns behind some taps, for an operating point or an access.

    Parameters
    ----------
    design : Design
    taps : ReferenceCircuit
    cards : ModelCards
    analysis : OperatingPoint or Transient
        What it is for.
    timing : Timing
        Of the access.
    options : str
        The `.options` line that sets the tolerances.
    """
    static = isinstance(analysis, OperatingPoint)
    circuit = Circuit(f"{design.name} references")
    circuit.subcircuit(subcircuit(cell_of(design)))
    taps.add_to(circuit, timing, transient=not static)
    last = [OPERATING_POINT_OPTIONS] if static else []
    last += [_stored(latch, design.conditions.vdd) for latch in taps.latches]
    return circuit_deck(circuit, cards, options, last)


def _stored(latch: Latch, vdd: float) -> str:
    high, low = (vdd, 0.0) if latch.high else (0.0, vdd)
    return f".nodeset v({latch.node})={high!r} v({latch.complement})={low!r}"
