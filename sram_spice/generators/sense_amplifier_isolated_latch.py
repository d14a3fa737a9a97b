"""Latch-type voltage sense amplifier: BL and REF are sampled onto a latch, then isolated from it.

Source: B. Wicht, T. Nirschl, D. Schmitt-Landsiedel, "Yield and speed optimization of a latch-type
voltage sense amplifier", IEEE J. Solid-State Circuits 39(7), 1148-1158, 2004 (latch-type VSAs and
their offset); the isolated one is the usual sense amplifier of SRAM.
"""

from __future__ import annotations

from typing import ClassVar

from sram_spice.generators.mirrored_amplifier import MirroredAmplifier
from sram_spice.generators.sense_amplifier import CAPACITANCE_PER_WIDTH
from sram_spice.generators.transistor import Transistor


class IsolatedLatch(MirroredAmplifier):
    """Cross-coupled inverters between a header and a footer, isolation switches, output gates.

    While SAEN is low the switches connect BL and REF to the latch, whose header and footer are off.
    SAEN opens the switches and switches the pair that decides on; the opposite pair follows one
    inverter later. When SAEN falls the latch is equalized before the switches close. The NMOS
    variant has PMOS switches, which conduct well near VDD; the PMOS variant is its mirror.
    """

    kind: ClassVar[str] = "isolated_latch"
    latch: ClassVar[tuple[str, str]] = ("x", "y")

    def transistors(self) -> tuple[Transistor, ...]:
        """Return deciding pair, opposite pair, isolation, enabling transistors, output gates."""
        s, w = self.side, self.sizes
        # `go` is SAEN two inverters later, `going` its complement: while SAEN is low and `go` still
        # high, the latch is isolated and equalized, so that it gives BL and REF no old decision.
        early, late = ("go", "going") if self.polarity == "nmos" else ("going", "go")
        found = [
            s.first("in_l", "x", "y", "tail", w.width_input, w.length_input),
            s.first("in_r", "y", "x", "tail", w.width_input, w.length_input),
            s.second("back_l", "x", "y", "head", w.width_latch),
            s.second("back_r", "y", "x", "head", w.width_latch),
            s.second("iso_l", "x", early, "bl", w.width_switch),
            s.second("iso_r", "y", early, "ref", w.width_switch),
            s.first("tail", "tail", early, s.tail_rail, w.width_tail),
            s.second("head", "head", late, s.reset_rail, w.width_tail),
            # With floating sources the pairs would connect BL to REF wherever the two differ.
            s.second("hold", "tail", early, s.reset_rail, w.width_switch),
            s.first("lift", "head", late, s.tail_rail, w.width_switch),
            s.place("equal_ln", "nmos", ("x", "go", "middle_l"), w.width_switch),
            s.place("equal_lp", "pmos", ("y", "saen", "middle_l"), w.width_switch),
            s.place("equal_rn", "nmos", ("y", "go", "middle_r"), w.width_switch),
            s.place("equal_rp", "pmos", ("x", "saen", "middle_r"), w.width_switch),
        ]
        found += s.inverter("first", "saen", "saenb", w.width_output)
        found += s.inverter("second", "saenb", "go", 2 * w.width_output)
        found += s.inverter("third", "go", "going", 2 * w.width_output)
        # The latch rests between the rails: gates that SAEN opens draw no current there. Both sides
        # drive the same gates: a difference in load is an offset.
        found += self._nand("gate_l", "x", "out_l")
        found += self._nand("gate_r", "y", "out_r")
        found += s.inverter("drive_l", "out_l", "out", w.width_output)
        found += s.inverter("drive_r", "out_r", "idle", w.width_output)
        return tuple(found)

    def capacitances(self) -> dict[str, float]:
        """Return none: the latch holds the inputs itself."""
        return {}

    def sampling_capacitance(self) -> float:
        """Return the capacitance of each held input, F."""
        sizes = self.sizes
        width = 2 * sizes.width_input + 2 * sizes.width_latch + sizes.width_switch
        return CAPACITANCE_PER_WIDTH * width

    def reset_state(self, vdd: float, v_bl: float, v_ref: float) -> dict[str, float]:
        """Return the voltages of inner nodes while SAEN is low."""
        off = vdd if self.polarity == "nmos" else 0.0
        state = {"x": v_bl, "y": v_ref, "tail": off, "head": vdd - off}
        return state | {"saenb": vdd, "go": 0.0, "going": vdd, "out_l": vdd, "out_r": vdd}

    def _nand(self, name: str, node: str, out: str) -> tuple[Transistor, ...]:
        s, width = self.side, self.sizes.width_output
        return (
            s.place(f"{name}n", "nmos", (out, node, f"{name}_s"), 2 * width),
            s.place(f"{name}s", "nmos", (f"{name}_s", "saen", "vss"), 2 * width),
            s.place(f"{name}p", "pmos", (out, node, "vdd"), 2 * width),
            s.place(f"{name}e", "pmos", (out, "saen", "vdd"), 2 * width),
        )
