"""Reference generator: replica columns of known sums, shorted in groups, one group per reference.

The cells, loads and word-line voltage are those of the columns that compute, so that the taps go
where the levels go: with corner, supply and temperature. Mismatch of a tap falls with the square
root of the columns in its group.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar

import numpy as np
from pydantic import Field
from PySpice.Spice.Netlist import Circuit

from sram_spice.design import Design, ReferencesDesign, own_section
from sram_spice.generators.cell import BIT_LINES
from sram_spice.generators.column import Column, column_of
from sram_spice.generators.column_text import column_lines
from sram_spice.generators.reference_generator import (
    ReferenceCircuit,
    ReferenceGenerator,
    Setting,
    Tap,
    TapGroup,
)
from sram_spice.generators.transistor import Transistor, threshold_sigma
from sram_spice.generators.waveform import Timing
from sram_spice.simulation.job import FloatArray, Latch

SUPPLY = "rep"  # source and, with a v, node; drivers of the replicas have it before their names


class ReplicaReferences(ReferencesDesign):
    """Section [references] of replica columns."""

    replica_columns: int = Field(
        4,
        ge=1,
        le=64,
        description="`replica`: columns per reference, their bit lines shorted; an even number "
        "stands for any threshold of a column in which all rows are active",
    )


@dataclass(frozen=True)
class ReplicaWeights:
    """What the replica columns of one reference compute, in every access.

    Attributes
    ----------
    levels : tuple of (int, int)
        (n_plus, n_minus) of each column.
    """

    levels: tuple[tuple[int, int], ...]

    @property
    def sum(self) -> float:
        """Mean sum of the columns: the threshold that their tap stands for."""
        return float(np.mean([plus - minus for plus, minus in self.levels]))


def replica_weights(columns: int, n_active: int, threshold: float, more: int = 0) -> ReplicaWeights:
    """Return the weights whose mean sum is nearest to a threshold.

    Parameters
    ----------
    columns : int
        Replica columns of the reference.
    n_active : int
        Active rows of each.
    threshold : float
        On the sum.
    more : int
        Cells of product +1 beyond that, for a trim.
    """
    total = round(columns * (n_active + threshold) / 2) + more
    least, rest = divmod(min(max(total, 0), columns * n_active), columns)
    pluses = [least + 1] * rest + [least] * (columns - rest)
    return ReplicaWeights(tuple((plus, n_active - plus) for plus in pluses))


@dataclass(frozen=True)
class ReplicaCircuit(ReferenceCircuit):
    """Groups of replica columns, one for each setting.

    Nodes ``rep<g>_bl``, ``rep<g>_blb`` and those that the read-out senses, of group g; supply
    ``vrep``; word line and the read-out's sources are drivers of their own, ``repwl`` and so on.

    Attributes
    ----------
    design : Design
    taps : tuple of Tap
    merged : bool
        Alike columns and rows as one instance with ``m=``: without mismatch only.
    """

    design: Design
    taps: tuple[Tap, ...]
    merged: bool = False

    @cached_property
    def settings(self) -> tuple[ReplicaWeights, ...]:
        """Settings of the groups, in the order in which the taps have them."""
        found = dict.fromkeys(tap.setting for tap in self.taps)
        return tuple(own for own in found if isinstance(own, ReplicaWeights))

    @cached_property
    def instances(self) -> tuple[tuple[str, int, Column, int], ...]:
        """Name of each column's instance, its group, the column, how many such columns it is."""
        found = []
        for number, setting in enumerate(self.settings):
            own = group_of(self.design, setting)
            columns = own.merged if self.merged else [(one, 1) for one in own.columns]
            for place, (column, count) in enumerate(columns):
                found.append((f"rep{number}c{place}", number, column, count))
        return tuple(found)

    def tap_node(self, index: int) -> str:
        """Return the sensed node of the tap's group."""
        tap = self.taps[index]
        group = self.settings.index(tap.setting)  # type: ignore[arg-type]
        return _node(group, self._any.sensed[1 if tap.complement else 0])

    def add_to(self, circuit: Circuit, timing: Timing, transient: bool = True) -> None:
        """Add columns, supply and drivers."""
        circuit.V(SUPPLY, f"v{SUPPLY}", circuit.gnd, f"DC {self.design.conditions.vdd!r}")
        for name, source in self._any.sources(timing).items():
            node = f"{SUPPLY}{name}"
            circuit.V(node, node, circuit.gnd, source.render(transient))
        kinds: dict[tuple[tuple[int, int], ...], str] = {}
        for name, group, column, count in self.instances:
            kind = tuple((g.weight, g.neuron) for g in column.groups for _ in range(g.count))
            if kind not in kinds:
                kinds[kind] = f"replica{len(kinds)}"
                circuit.raw_spice += _subcircuit(kinds[kind], column, self._ports(timing))
            nodes = [self._outside(group, port) for port in self._ports(timing)]
            circuit.X(name, kinds[kind], *nodes, **({} if count == 1 else {"m": count}))

    def supplies(self, timing: Timing) -> tuple[str, ...]:
        """Return the supply of the replica columns and their drivers."""
        return (SUPPLY, *self.drivers(timing))

    def drivers(self, timing: Timing) -> tuple[str, ...]:
        """Return word line and the sources of the read-out."""
        return tuple(f"{SUPPLY}{name}" for name in self._any.sources(timing))

    @cached_property
    def latches(self) -> tuple[Latch, ...]:
        """Storage nodes of every cell."""
        return tuple(
            Latch(f"x{name}.{latch.node}", f"x{name}.{latch.complement}", latch.high)
            for name, _, column, _ in self.instances
            for latch in column.latches
        )

    def rest(self) -> dict[str, float]:
        """Return where bit lines are before an access, V."""
        rest = self._any.readout.rest()
        lines = (*BIT_LINES, *self._any.sensed)
        return {
            _node(group, node): rest[node]
            for group in range(len(self.settings))
            for node in dict.fromkeys(lines)
            if node in rest
        }

    @cached_property
    def devices(self) -> tuple[tuple[str, Transistor], ...]:
        """All transistors of all columns."""
        return tuple(
            (_inside(name, device), transistor)
            for name, _, column, _ in self.instances
            for device, transistor in column.devices
        )

    @property
    def alter(self) -> tuple[str, ...]:
        """Threshold shift of every transistor."""
        return tuple(f"@{name}[delvto]" for name, _ in self.devices)

    @property
    def nominal(self) -> FloatArray:
        """No shifts."""
        return np.zeros(len(self.devices))

    @property
    def sigma(self) -> FloatArray:
        """sigma(VT) of every transistor, V."""
        return threshold_sigma([t for _, t in self.devices], self.design.mismatch.a_vt)

    @property
    def _any(self) -> Column:
        return self.instances[0][2]

    def _ports(self, timing: Timing) -> tuple[str, ...]:
        column = self._any
        return (*dict.fromkeys((*BIT_LINES, *column.sensed)), "vdd", *column.sources(timing))

    def _outside(self, group: int, port: str) -> str:
        if port in (*BIT_LINES, *self._any.sensed):
            return _node(group, port)
        return f"v{SUPPLY}" if port == "vdd" else f"{SUPPLY}{port}"


def group_of(design: Design, setting: ReplicaWeights) -> TapGroup:
    """Return the columns of a reference."""
    return TapGroup(
        tuple(column_of(design, *level) for level in setting.levels),
        tuple(
            (column_of(design, *level, merged=True), count)
            for level, count in Counter(setting.levels).items()
        ),
    )


class ReplicaGenerator(ReferenceGenerator):
    """`references.replica_columns` columns per reference.

    They have word lines of their own: their inputs are known, as their weights are. A set for
    some number of active rows has as many active in each replica column.
    """

    Parameters: ClassVar[type[ReferencesDesign]] = ReplicaReferences

    def setting(self, n_active: int, threshold: float, v_ref: float) -> Setting:
        """Return the weights that are nearest to the threshold."""
        return replica_weights(self._columns, n_active, threshold)

    def fixed_voltage(self, setting: Setting) -> float | None:
        """Return None: the columns make it."""
        return None

    def threshold_sum(self, setting: Setting) -> float | None:
        """Return the mean sum of the columns."""
        return setting.sum if isinstance(setting, ReplicaWeights) else None

    def group(self, setting: Setting) -> TapGroup:
        """Return the columns of a reference."""
        assert isinstance(setting, ReplicaWeights)
        return group_of(self.design, setting)

    def columns(self, settings: Sequence[Setting]) -> int:
        """Return all columns of all groups."""
        return len(set(settings)) * self._columns

    def power(self, settings: Sequence[Setting]) -> float | None:
        """Return None: it draws in accesses only."""
        return None

    def circuit(self, taps: Sequence[Tap], merged: bool) -> ReferenceCircuit:
        """Return the columns of all taps."""
        return ReplicaCircuit(self.design, tuple(taps), merged)

    @property
    def _columns(self) -> int:
        return own_section(self.design.references, ReplicaReferences).replica_columns


def _node(group: int, node: str) -> str:
    return f"{SUPPLY}{group}_{node}"


def _inside(instance: str, device: str) -> str:
    """Return the flat name of a transistor of a column that is a sub-circuit.

    ``m.xcell0.maxl`` becomes ``m.xrep0c0.xcell0.maxl``, ``mload_bl`` ``m.xrep0c0.mload_bl``.
    """
    return f"m.x{instance}.{device.removeprefix('m.')}"


def _subcircuit(name: str, column: Column, ports: Sequence[str]) -> str:
    """Return a column without its sources as a sub-circuit; its cell is in the deck already."""
    sources = {"vdd", *(f"v{source}" for source in column.sources(column.timing))}
    lines, inside = [], False
    for line in column_lines(column, transient=True):
        inside = inside or line.lower().startswith(".subckt")
        if not inside and line.split()[0].lower() not in sources:
            lines.append(line)
        inside = inside and not line.lower().startswith(".ends")
    return "\n".join([f".subckt {name} {' '.join(ports)}", *lines, f".ends {name}"]) + "\n"
