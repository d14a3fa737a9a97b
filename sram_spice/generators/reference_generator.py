"""What a reference generator provides; they are plug-ins (`references.generator`)."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import ClassVar, TypeAlias, cast

from PySpice.Spice.Netlist import Circuit

from sram_spice.design import Design, ReferencesDesign
from sram_spice.generators.column import Column
from sram_spice.generators.plugin_checks import Plugin, made
from sram_spice.generators.rows import RowGroup, merge
from sram_spice.generators.transistor import Transistor
from sram_spice.generators.waveform import Timing
from sram_spice.registry import REFERENCE_GENERATORS
from sram_spice.simulation.job import FloatArray, Latch

# What is fixed of a reference when the chip is made; each generator has its own kind.
Setting: TypeAlias = Hashable


@dataclass(frozen=True)
class Tap:
    """A voltage of the generator that amplifiers compare with.

    Attributes
    ----------
    voltage : float
        Without mismatch, V, between the rails.
    setting : Setting
        Of the reference it belongs to.
    complement : bool
        Differential sensing: it is REFB of its reference, which BLB is compared with.
    """

    voltage: float
    setting: Setting
    complement: bool = False


@dataclass(frozen=True)
class TapGroup:
    """Columns whose bit lines are shorted: their BL is a tap, their BLB its complement.

    Attributes
    ----------
    columns : tuple of Column
        Of full rows, in the order of their instances.
    """

    columns: tuple[Column, ...]

    @property
    def rows(self) -> tuple[RowGroup, ...]:
        """Rows of all columns, identical ones merged."""
        return merge([row for column in self.columns for row in column.groups])


class ReferenceCircuit(ABC):
    """The generator of some taps as part of a deck."""

    @abstractmethod
    def tap_node(self, index: int) -> str:
        """Return the node of a tap."""

    @abstractmethod
    def add_to(self, circuit: Circuit, timing: Timing, transient: bool = True) -> None:
        """Add it, with its own supplies and drivers, to a deck that already has the cell.

        Parameters
        ----------
        circuit : PySpice Circuit
        timing : Timing
            Of the access.
        transient : bool
            Drivers with their waveforms instead of their DC values.
        """

    @abstractmethod
    def supplies(self, timing: Timing) -> tuple[str, ...]:
        """Return the sources that it draws power from, without the leading V."""

    def drivers(self, timing: Timing) -> tuple[str, ...]:
        """Return those of the supplies that are not at VDD all the time; their node is the name."""
        return ()

    def rest(self) -> dict[str, float]:
        """Return where its nodes are before an access, V: a first guess for the solver."""
        return {}

    @property
    def latches(self) -> tuple[Latch, ...]:
        """Storage nodes of its cells, and what they have to keep."""
        return ()

    @property
    def devices(self) -> tuple[tuple[str, Transistor], ...]:
        """Its transistors by their flat ngspice name; each has mismatch of its own."""
        return ()

    @property
    @abstractmethod
    def alter(self) -> tuple[str, ...]:
        """What mismatch alters, as ngspice names it."""

    @property
    @abstractmethod
    def nominal(self) -> FloatArray:
        """Values of :attr:`alter` without mismatch."""

    @property
    @abstractmethod
    def sigma(self) -> FloatArray:
        """Standard deviations of :attr:`alter`; all independent and Gaussian."""

    def covariance(self) -> FloatArray | None:
        """Return the covariance of the taps, V^2; None where the simulator has to say it."""
        return None

    def voltages(self, values: FloatArray) -> FloatArray | None:
        """Return the taps for some values of :attr:`alter`, V; None where only a simulator can.

        Parameters
        ----------
        values : ndarray, shape (..., len(alter))

        Returns
        -------
        ndarray, shape (..., len(taps)), or None
        """
        return None


class ReferenceGenerator(ABC):
    """What makes the reference voltages.

    Parameters
    ----------
    design : Design
        At one condition: its supply, temperature and corner.

    Attributes
    ----------
    Parameters : type of ReferencesDesign
        Model of the section [references], with the keys of this generator.
    """

    Parameters: ClassVar[type[ReferencesDesign]] = ReferencesDesign

    def __init__(self, design: Design) -> None:
        self.design = design

    @abstractmethod
    def setting(self, n_active: int, threshold: float, v_ref: float) -> Setting:
        """Return what is fixed for a reference when the chip is made, at this condition.

        Parameters
        ----------
        n_active : int
            Active rows of the columns that are compared with it.
        threshold : float
            On the sum.
        v_ref : float
            Where the decision is to turn, V.
        """

    @abstractmethod
    def fixed_voltage(self, setting: Setting) -> float | None:
        """Return a tap of this setting at this condition, V; None where columns make it."""

    @abstractmethod
    def threshold_sum(self, setting: Setting) -> float | None:
        """Return the sum that a setting stands for; None where it stands for a voltage."""

    def group(self, setting: Setting) -> TapGroup:
        """Return the columns that make a reference, where it has no fixed voltage."""
        raise NotImplementedError

    def stepped(self, setting: Setting, steps: int) -> Setting:
        """Return a setting moved up by so many of its smallest steps: how columns are trimmed.

        It stays at its ends.
        """
        raise NotImplementedError

    @abstractmethod
    def columns(self, settings: Sequence[Setting]) -> int:
        """Return how many columns of the array all of these references take."""

    @abstractmethod
    def power(self, settings: Sequence[Setting]) -> float | None:
        """Return what it draws at rest, W; None where it draws in accesses only."""

    @abstractmethod
    def circuit(self, taps: Sequence[Tap], merged: bool) -> ReferenceCircuit:
        """Return it as part of a deck.

        Parameters
        ----------
        taps : sequence of Tap
        merged : bool
            Without mismatch, alike columns and rows as one instance.
        """


def reference_generator_of(design: Design) -> ReferenceGenerator:
    """Return the reference generator of a design.

    Raises
    ------
    InputError
        No plug-in of this name is registered, or it is not what a generator has to be.
    """
    name = design.references.generator
    kind = REFERENCE_GENERATORS.load(name)
    return _checked(name, cast("type[ReferenceGenerator]", kind), design)


@lru_cache(maxsize=64)
def _checked(name: str, kind: type[ReferenceGenerator], design: Design) -> ReferenceGenerator:
    plugin = Plugin(REFERENCE_GENERATORS.key, name)
    generator: ReferenceGenerator = made(plugin, kind, design)
    plugin.need(isinstance(generator, ReferenceGenerator), "is no ReferenceGenerator")
    return generator
