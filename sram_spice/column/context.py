"""What everything that simulates a design works with."""

from __future__ import annotations

from dataclasses import dataclass

from sram_spice.design import Design
from sram_spice.simulation import SimulatorPool
from sram_spice.simulation.progress import Progress
from sram_spice.technology import ModelCards


@dataclass(frozen=True)
class Context:
    """A design, its cards, and the simulators that are to simulate it.

    Attributes
    ----------
    design : Design
    cards : ModelCards
        Cards of the design's technology, corner and temperature.
    pool : SimulatorPool
        Running simulators.
    progress : Progress
        Told of every simulated point.
    """

    design: Design
    cards: ModelCards
    pool: SimulatorPool
    progress: Progress
