"""What a read-out is; read-outs are plug-ins found by `column.readout`."""

from __future__ import annotations

from abc import ABC, abstractmethod
from functools import lru_cache
from typing import ClassVar, cast

from PySpice.Spice.Netlist import Circuit

from sram_spice.design import ColumnDesign, Design
from sram_spice.generators.plugin_checks import Plugin, check_static_readout, made
from sram_spice.generators.transistor import Transistor
from sram_spice.generators.waveform import Source, Timing
from sram_spice.registry import READOUTS
from sram_spice.simulation.job import LevelAnalysis


class Readout(ABC):
    """What hangs on the bit lines, when they are released, and which nodes are sensed when.

    Parameters
    ----------
    design : Design
        Its section [column] is an instance of `Parameters`.

    Attributes
    ----------
    Parameters : type of ColumnDesign
        Model of the section [column], with the keys of this read-out.
    sensed : (str, str)
        Nodes that stand for BL and BLB in every level, table and sense amplifier.
    not_tabulated : str
        Why the table engine cannot solve it. Empty where it can: `loads` then are one transistor at
        BL and one at BLB, alike, each with a current that depends on its own bit line only, and
        nothing else hangs on the bit lines.
    alternatives : tuple of str
        Names of read-outs that can read the same bit lines, for a comparison.
    """

    Parameters: ClassVar[type[ColumnDesign]] = ColumnDesign
    sensed: ClassVar[tuple[str, str]] = ("bl", "blb")
    not_tabulated: ClassVar[str] = "its loads are not known to be one transistor at each bit line"
    alternatives: ClassVar[tuple[str, ...]] = ()

    def __init__(self, design: Design) -> None:
        self.design = design

    @abstractmethod
    def loads(self) -> tuple[Transistor, ...]:
        """Return all its transistors, in canonical order; each has mismatch of its own."""

    def sources(self, timing: Timing) -> dict[str, Source]:
        """Return the sources it needs beside supply and word line, by the node that each drives."""
        return {}

    def add_to(self, circuit: Circuit) -> None:
        """Add what it has beside transistors and sources, for example resistors."""
        return

    @abstractmethod
    def level_analysis(self, n_plus: int, n_minus: int) -> LevelAnalysis:
        """Return the analysis that gives the sensed voltages of a level."""

    def pulse_time(self) -> float:
        """Return how long the word line is high in one access, s."""
        return self.design.access.word_line_pulse

    def sampling_time(self) -> float | None:
        """Return how long after the word line the bit lines are sampled, s.

        None: the word line stays high until the last decision.
        """
        return None

    def rest(self) -> dict[str, float]:
        """Return where nodes are before an access, V: a first guess for the solver."""
        vdd = self.design.conditions.vdd
        return {"bl": vdd, "blb": vdd}

    def scaled_to(self, rows: int) -> dict[str, float]:
        """Return the keys, and their values, with which the load per row stays the same."""
        return {}

    def labels(self) -> dict[str, str]:
        """Return its keys in few words with their values, for figures."""
        return {}


def readout_of(design: Design) -> Readout:
    """Return the read-out of a design.

    Raises
    ------
    InputError
        No read-out of this name is registered, or it is not what a read-out has to be.
    """
    name = design.column.readout
    return _checked(name, cast("type[Readout]", READOUTS.load(name)), design)


@lru_cache(maxsize=64)
def _checked(name: str, kind: type[Readout], design: Design) -> Readout:
    plugin = Plugin(READOUTS.key, name)
    readout: Readout = made(plugin, kind, design)
    check_static_readout(plugin, readout)
    return readout
