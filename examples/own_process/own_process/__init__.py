"""A process of your own: PTM 45 nm bulk, published figures and what is assumed beside them.

References
----------
W. Zhao, Y. Cao, "New Generation of Predictive Technology Model for Sub-45 nm Early Design
Exploration", IEEE Trans. Electron Devices 53(11), 2816-2823, 2006. Figures of PTM's "Nano-CMOS"
form with its defaults for 45 nm ("Customized PTM 45nm"), as the VTR project keeps them
(vtr_flow/tech/PTM_NanoCMOS_45nm), with `version = 4.7`.
"""

from __future__ import annotations

from importlib.resources import files
from typing import ClassVar

from sram_spice.technology import (
    CornerShift,
    Limits,
    ModelCards,
    Range,
    Wire,
    corner_cards,
    read_parameter_table,
)

SHIFT = CornerShift(vth0=45e-3, u0=0.05)  # assumed: PTM has no corners


class Ptm45:
    """PTM 45 nm bulk, poly gate."""

    source = (
        "PTM 45 nm bulk (BSIM4), defaults of its Nano-CMOS form, as kept by VTR; W. Zhao, Y. Cao, "
        "IEEE Trans. Electron Devices 53(11), 2816-2823, 2006"
    )
    assumptions = (
        "corners: three standard deviations of global variation, 45 mV in |VTH0| and 5 % in U0",
        "A_VT 2.5 mV um of each transistor; threshold voltages alone vary",
        "source and drain diffusion 100 nm: contact 65 nm plus spacings, shared between neighbours",
        "bit-line wire 0.2 fF/um and 3 ohm/um, 0.7 um per cell",
        "supply of 1.2 V at most: 20 % above nominal",
    )
    corners: ClassVar[dict[str, str]] = {
        "tt": "typical",
        "ff": "both types fast: |VTH0| 45 mV lower, U0 5 % higher",
        "ss": "both types slow: |VTH0| 45 mV higher, U0 5 % lower",
        "fs": "NMOS fast, PMOS slow, by the same amounts",
        "sf": "NMOS slow, PMOS fast, by the same amounts",
    }
    limits = Limits(
        length=Range(45e-9, 10e-6),
        width=Range(45e-9, 1e-3),
        supply=Range(0.3, 1.2),
        temperature=Range(-55.0, 175.0),
    )
    supply = 1.0
    a_vt = 2.5e-9
    wire = Wire(capacitance=0.2e-9, resistance=3e6, cell_height=0.7e-6)
    sizes: ClassVar[dict[str, float]] = {
        "cell.length": 45e-9,
        "cell.diffusion_length": 100e-9,
        "cell.width_access": 90e-9,
        "cell.width_pull_down": 150e-9,
        "cell.width_pull_up": 65e-9,
        "sense_amplifier.length": 45e-9,
        "sense_amplifier.length_input": 90e-9,
    }

    def cards(self, corner: str) -> ModelCards:
        """Return the published cards, shifted to a corner."""
        nmos, pmos = read_parameter_table(files("own_process").joinpath("parameters.csv"))
        return corner_cards(nmos, pmos, corner, SHIFT)
