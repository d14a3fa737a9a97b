"""Stepped reference of the serial mode: one tap of the ladder after the other on ``ref``."""

from __future__ import annotations

from collections.abc import Sequence

from PySpice.Spice.Netlist import Circuit

from sram_spice.design import Design
from sram_spice.generators.mlsa_timing import MlsaTiming
from sram_spice.generators.sense_amplifier import Polarity, sizes_of
from sram_spice.generators.transistor import Transistor
from sram_spice.generators.waveform import Source


def add_selection(
    circuit: Circuit, design: Design, timing: MlsaTiming, taps: Sequence[tuple[str, Polarity]]
) -> None:
    """Add a switch per tap, and a source ``sel<cycle>`` that drives it in its cycle.

    The selection steps while SAEN is low; the first tap is selected from the start. A tap of the
    NMOS-input variant has a PMOS switch, one of the other an NMOS: at these levels the opposite
    type does not conduct, and its junctions would only load REF.

    Parameters
    ----------
    circuit : PySpice Circuit
        With node ``vsa``, the supply of the amplifiers.
    design : Design
    timing : MlsaTiming
    taps : sequence of (str, {"nmos", "pmos"})
        Node of the tap, and the variant that compares with it, cycle by cycle.
    """
    sizes, vdd, edge = sizes_of(design), design.conditions.vdd, timing.saen_edge
    size = (sizes.width_select, sizes.length, design.cell.diffusion_length)
    steps = [end + edge for end in timing.disable]
    for cycle, (tap, variant) in enumerate(taps):
        begin = steps[cycle - 1] if cycle else None
        end = steps[cycle] if cycle + 1 < len(taps) else None
        high = variant == "nmos"
        active, idle = (0.0, vdd) if high else (vdd, 0.0)
        name, source = f"sel{cycle}", _step(active, idle, begin, end, edge)
        circuit.V(name, name, circuit.gnd, source.render(transient=True))
        kind: Polarity = "pmos" if high else "nmos"
        bulk = "vsa" if high else "0"
        switch = Transistor(f"select{cycle}", kind, tap, name, "ref", bulk, *size, "amplifier")
        switch.add_to(circuit)


def _step(
    active: float, idle: float, begin: float | None, end: float | None, edge: float
) -> Source:
    """Return a source that is active from `begin` (None: always) to `end` (None: for ever)."""
    corners = [(0.0, active if begin is None else idle)]
    if begin is not None:
        corners += [(begin, idle), (begin + edge, active)]
    if end is not None:
        corners += [(end, active), (end + edge, idle)]
    return Source(corners[0][1], tuple(corners) if len(corners) > 1 else ())
