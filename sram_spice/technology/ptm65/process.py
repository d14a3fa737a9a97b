"""PTM 65 nm bulk: published cards, and what is assumed where PTM says nothing.

References
----------
W. Zhao, Y. Cao, "New Generation of Predictive Technology Model for Sub-45 nm Early Design
Exploration", IEEE Trans. Electron Devices 53(11), 2816-2823, 2006. Figures as published on
22 February 2006 (beta version, BSIM4), with `version = 4.7`, which changes no current.
"""

from __future__ import annotations

from functools import lru_cache
from importlib.resources import files
from typing import ClassVar

from sram_spice.technology.card import DeviceCard, ModelCards, Polarity
from sram_spice.technology.corners import CornerShift, corner_cards
from sram_spice.technology.parameter_table import read_parameter_table
from sram_spice.technology.process import Limits, Range, Wire

# PTM comes without statistical corners: three standard deviations of the global (die-to-die)
# variation of a 65 nm process. In ngspice 39 this moves the read current of the reference cell,
# word line at VDD, by 8 %.
SHIFT = CornerShift(vth0=40e-3, u0=0.05)
_WHAT = "|VTH0| 40 mV {}, U0 5 % {}"
_FAST, _SLOW = _WHAT.format("lower", "higher"), _WHAT.format("higher", "lower")


class Ptm65:
    """PTM 65 nm bulk; its figures are predictions, no silicon of one foundry."""

    source = (
        "PTM 65 nm bulk (BSIM4), as published on 22 February 2006; W. Zhao, Y. Cao, IEEE Trans. "
        "Electron Devices 53(11), 2816-2823, 2006"
    )
    assumptions = (
        "corners: three standard deviations of global variation, 40 mV in |VTH0| and 5 % in U0",
        "A_VT 3 mV um of each transistor (4.2 mV um of a pair's difference), usual for 65 nm; "
        "threshold voltages alone vary",
        "source and drain diffusion 140 nm: contact 90 nm plus spacings, shared between neighbours",
        "wires 0.2 fF/um and 1.6 ohm/um: copper 0.1 um x 0.2 um, as PTM has the local wires of "
        "65 nm, with 3.2 uohm cm (barrier and scattering included, about what ITRS 2005 says)",
        "a cell is 1 um along the bit line and 2 um along the word line; each column has a ground "
        "and a supply rail of its own, of the same wire as a bit line",
        "gates of a cell on a word line: 0.4 fF, two access transistors of 120 nm",
    )
    corners: ClassVar[dict[str, str]] = {
        "tt": "typical",
        "ff": f"both types fast: {_FAST}",
        "ss": f"both types slow: {_SLOW}",
        "fs": "NMOS fast, PMOS slow, by the same amounts",
        "sf": "NMOS slow, PMOS fast, by the same amounts",
    }
    # PTM names no bounds: what the cards were made for, with room for trials.
    limits = Limits(
        length=Range(50e-9, 10e-6),
        width=Range(20e-9, 1e-3),
        supply=Range(0.3, 1.5),
        temperature=Range(-55.0, 175.0),
    )
    supply = 1.0
    a_vt = 3.0e-9
    wire = Wire(capacitance=0.2e-9, resistance=1.6e6, cell_height=1e-6, cell_width=2e-6)
    sizes: ClassVar[dict[str, float]] = {
        "cell.length": 65e-9,
        "cell.diffusion_length": 140e-9,
        "sense_amplifier.length": 65e-9,
        "sense_amplifier.length_input": 100e-9,
        "wires.word_line_capacitance_per_cell": 0.8e-15,  # wire 0.4 fF, gates 0.4 fF
    }

    def cards(self, corner: str) -> ModelCards:
        """Return the published cards, shifted to a corner."""
        return corner_cards(ptm65_card("nmos"), ptm65_card("pmos"), corner, SHIFT)


@lru_cache
def ptm65_card(polarity: Polarity) -> DeviceCard:
    """Return the full card (gate and body networks on) of one polarity.

    Parameters
    ----------
    polarity : {"nmos", "pmos"}

    Returns
    -------
    DeviceCard
    """
    table = files("sram_spice.technology.ptm65").joinpath("parameters.csv")
    nmos, pmos = read_parameter_table(table)
    return nmos if polarity == "nmos" else pmos
