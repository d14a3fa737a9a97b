"""StrongARM latch: a clocked pair discharges two nodes, a latch on top of it decides.

Sources: B. Razavi, "The StrongARM latch", IEEE Solid-State Circuits Magazine 7(2), 12-17, 2015;
isolation of the inputs: P. M. Figueiredo, J. C. Vital, "Kickback noise reduction techniques for
CMOS latched comparators", IEEE Trans. Circuits Syst. II 53(7), 541-545, 2006.
"""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from sram_spice.design.section import Number
from sram_spice.generators.mirrored_amplifier import LatchAmplifierDesign, MirroredAmplifier
from sram_spice.generators.sense_amplifier import CAPACITANCE_PER_WIDTH
from sram_spice.generators.transistor import Transistor


class StrongArmDesign(LatchAmplifierDesign):
    """Sizes of a StrongARM."""

    area_keys: ClassVar[tuple[str, ...]] = (*LatchAmplifierDesign.area_keys, "hold_capacitance")

    input_isolation: bool = Field(
        True,
        description="`strongarm`: switches between the inputs and the pair, which SAEN opens just "
        "before the decision; without them its kick-back moves BL and REF by tens of mV",
    )
    hold_capacitance: Number = Field(
        10e-15,
        ge=0.0,
        le=1e-12,
        description="`strongarm`: at each isolated gate, F; it keeps the pair's kick-back from "
        "pulling both gates away and slowing the decision, and loads BL and REF",
    )


class StrongArm(MirroredAmplifier):
    """Input pair, cross-coupled inverters on top of it, tail, four reset switches, outputs.

    The gates of the pair sit behind switches that SAEN opens (`input_isolation`), so that its
    kick-back, some fC per decision, moves both gates alike instead of BL and REF, whose impedances
    differ. The PMOS-input variant is the same circuit with every type and both rails exchanged.
    A second pair, with a tail of its own, draws from the same nodes and compares REFB with BLB:
    together they compare BL - BLB with REF - REFB. Near the threshold each pair is balanced when
    REF and REFB are where BL and BLB are.
    """

    Parameters: ClassVar[type[StrongArmDesign]] = StrongArmDesign
    sizes: StrongArmDesign
    kind: ClassVar[str] = "strongarm"
    most_pairs: ClassVar[int] = 2
    latch: ClassVar[tuple[str, str]] = ("y", "x")

    def transistors(self) -> tuple[Transistor, ...]:
        """Return input pair, latch, tail, reset switches, output gates."""
        s, w = self.side, self.sizes
        # `go` is SAEN two inverters later, so that the inputs are isolated before the pair draws
        # current; `going` is its complement.
        clock, isolate = ("go", "saen") if self.polarity == "nmos" else ("going", "saenb")
        left, right = ("a", "b") if w.input_isolation else ("bl", "ref")
        found = [
            s.first("in_l", "p", left, "tail", w.width_input, w.length_input),
            s.first("in_r", "q", right, "tail", w.width_input, w.length_input),
            s.first("cross_l", "x", "y", "p", w.width_latch),
            s.first("cross_r", "y", "x", "q", w.width_latch),
            s.second("back_l", "x", "y", s.reset_rail, w.width_latch),
            s.second("back_r", "y", "x", s.reset_rail, w.width_latch),
            s.first("tail", "tail", clock, s.tail_rail, w.width_tail),
        ]
        if self.pairs > 1:
            # BLB on the right: a higher BLB speaks against BL.
            second_l, second_r = ("c", "d") if w.input_isolation else ("refb", "blb")
            found += [
                s.first("second_in_l", "p", second_l, "tail2", w.width_input, w.length_input),
                s.first("second_in_r", "q", second_r, "tail2", w.width_input, w.length_input),
                s.first("other_tail", "tail2", clock, s.tail_rail, w.width_tail),
            ]
            if w.input_isolation:
                found.append(s.second("second_iso_l", "c", isolate, "refb", w.width_switch))
                found.append(s.second("second_iso_r", "d", isolate, "blb", w.width_switch))
        for node, name in (("x", "reset_l"), ("y", "reset_r"), ("p", "low_l"), ("q", "low_r")):
            found.append(s.second(name, node, clock, s.reset_rail, w.width_switch))
        # The side that SAOUT is not taken from drives the same gates: a difference in load is an
        # offset. SAOUT is low during reset.
        used, idle = ("l", "r") if self.polarity == "nmos" else ("r", "l")
        second = "outb" if self.polarity == "nmos" else "out"
        found += s.inverter("inv_l", "x", "out_l", w.width_output)
        found += s.inverter("inv_r", "y", "out_r", w.width_output)
        found += s.inverter(f"second_{used}", f"out_{used}", second, w.width_output)
        found += s.inverter(f"second_{idle}", f"out_{idle}", "idle", w.width_output)
        if self.polarity == "nmos":
            found += s.inverter("drive", "outb", "out", w.width_output)
        found += s.inverter("first", "saen", "saenb", w.width_output)
        found += s.inverter("later", "saenb", "go", 2 * w.width_output)
        if self.polarity == "pmos":
            found += s.inverter("third", "go", "going", 2 * w.width_output)
        if w.input_isolation:
            found.append(s.second("iso_l", "a", isolate, "bl", w.width_switch))
            found.append(s.second("iso_r", "b", isolate, "ref", w.width_switch))
        return tuple(found)

    def capacitances(self) -> dict[str, float]:
        """Return the capacitances at the isolated gates, F."""
        held = self.sizes.hold_capacitance if self.sizes.input_isolation else 0.0
        gates = ("a", "b") if self.pairs == 1 else ("a", "b", "c", "d")
        return dict.fromkeys(gates, held) if held else {}

    def sampling_capacitance(self) -> float:
        """Return the capacitance of each held input, F."""
        held = self.sizes.hold_capacitance if self.sizes.input_isolation else 0.0
        return held + CAPACITANCE_PER_WIDTH * self.sizes.width_input

    def reset_state(self, vdd: float, v_bl: float, v_ref: float) -> dict[str, float]:
        """Return the voltages of inner nodes while SAEN is low."""
        high = vdd if self.polarity == "nmos" else 0.0
        state = dict.fromkeys(("x", "y", "p", "q"), high)
        state |= dict.fromkeys(("out_l", "out_r"), vdd - high) | {"idle": high}
        state |= {"saenb": vdd, "go": 0.0}
        state |= {"outb": vdd} if self.polarity == "nmos" else {"going": vdd}
        if self.sizes.input_isolation:
            state |= {"a": v_bl, "b": v_ref}
            state |= {"c": v_ref, "d": v_bl} if self.pairs > 1 else {}
        return state
