"""When what happens in one access of a column with its MLSA."""

from __future__ import annotations

from dataclasses import dataclass

from sram_spice.design import Design
from sram_spice.generators.readout import readout_of
from sram_spice.generators.sense_amplifier import sizes_of
from sram_spice.generators.waveform import Source

LEAD = 0.1e-9  # s; pre-charged bit lines, before anything moves


@dataclass(frozen=True)
class MlsaTiming:
    """Instants of one access, s; edges begin at them.

    Attributes
    ----------
    release : float
        Pre-charger begins to switch off, in read-outs that release the bit lines.
    rise, fall : float
        Word line.
    enable : tuple of float
        SAEN rises, one per sensing cycle.
    disable : tuple of float
        SAEN falls: the decision has to be there.
    pre_charge : float
        Pre-charger begins to switch on again.
    stop : float
        End of the access.
    edge : float
        Rise and fall time of WL and of the pre-charger.
    saen_edge : float
        Rise and fall time of SAEN.
    """

    release: float
    rise: float
    fall: float
    enable: tuple[float, ...]
    disable: tuple[float, ...]
    pre_charge: float
    stop: float
    edge: float
    saen_edge: float

    @property
    def rise_middle(self) -> float:
        """Instant at which the word line crosses half its voltage, rising."""
        return self.rise + self.edge / 2

    @property
    def sensed(self) -> float:
        """End of the last sensing cycle."""
        return self.disable[-1]


def mlsa_timing(design: Design, cycles: int, recover: bool = True) -> MlsaTiming:
    """Return the instants of an access with a number of sensing cycles.

    The word line stays high until the last decision; in read-outs with a sampling time it falls
    then, SAEN follows, and the bit lines float meanwhile.

    Parameters
    ----------
    design : Design
        With [sense_amplifier].
    cycles : int
        Sensing cycles, 1 or more.
    recover : bool
        With the pre-charge that follows; without, the access ends as SAEN has fallen.
    """
    sizes, access = sizes_of(design), design.access
    edge, saen_edge = access.edge_time, sizes.edge_time
    rise = LEAD + 2 * edge
    readout = readout_of(design)
    timed, pulse = readout.sampling_time() is not None, readout.pulse_time()
    first = rise + edge / 2 + sizes.settling_time
    if timed:
        first = max(first, rise + pulse + edge)
    period = sizes.sensing_time + sizes.reset_time + 2 * saen_edge
    enable = tuple(first + cycle * period for cycle in range(cycles))
    disable = tuple(start + saen_edge + sizes.sensing_time for start in enable)
    fall = rise + pulse if timed else disable[-1]
    pre_charge = max(fall + 2 * edge, disable[-1])
    stop = pre_charge + access.recovery_time if recover else disable[-1] + saen_edge
    return MlsaTiming(LEAD, rise, fall, enable, disable, pre_charge, stop, edge, saen_edge)


def pulses(low: float, high: float, edges: tuple[tuple[float, float], ...], edge: float) -> Source:
    """Return a source that is high between each pair of instants, V and s.

    Parameters
    ----------
    low, high : float
        V.
    edges : tuple of (float, float)
        Instants at which it begins to rise and to fall; ascending.
    edge : float
        Rise and fall time, s.
    """
    corners = [(0.0, low)]
    for start, end in edges:
        corners += [(start, low), (start + edge, high), (end, high), (end + edge, low)]
    return Source(low, tuple(corners))
