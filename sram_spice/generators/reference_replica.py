"""Reference generator: replica columns of known sums, shorted in groups, one group per reference.

The cells, loads and word-line voltage are those of the columns that compute, so that the taps go
where the levels go: with corner, supply and temperature. Mismatch of a tap falls with the square
root of the columns in its group.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar

import numpy as np
from pydantic import Field
from PySpice.Spice.Netlist import Circuit

from sram_spice.design import Design, ReferencesDesign, own_section
from sram_spice.errors import InputError
from sram_spice.generators.cell import BIT_LINES, computing_nodes
from sram_spice.generators.column import Column, column_of
from sram_spice.generators.column_text import column_lines
from sram_spice.generators.reference_generator import (
    ReferenceCircuit,
    ReferenceGenerator,
    Setting,
    Tap,
    TapGroup,
)
from sram_spice.generators.rows import RowGroup
from sram_spice.generators.transistor import Transistor, threshold_sigma
from sram_spice.generators.waveform import Timing
from sram_spice.simulation.job import FloatArray, Latch

SUPPLY = "rep"  # source and, with a v, node; drivers of the replicas have it before their names
REST = "replica_rest"  # of merged columns: all but the cells


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


def replica_weights(columns: int, n_active: int, total: int) -> ReplicaWeights:
    """Return columns that have `total` cells of product +1 together, as evenly as they can.

    Parameters
    ----------
    columns : int
        Replica columns of the reference.
    n_active : int
        Active rows of each.
    total : int
        Taken to the nearest end where the columns have not so many rows.
    """
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
    def groups(self) -> tuple[TapGroup, ...]:
        """Columns of each setting."""
        return tuple(group_of(self.design, setting) for setting in self.settings)

    def tap_node(self, index: int) -> str:
        """Return the sensed node of the tap's group."""
        tap = self.taps[index]
        group = self.settings.index(tap.setting)
        return _node(group, self._any.sensed[1 if tap.complement else 0])

    def add_to(self, circuit: Circuit, timing: Timing, transient: bool = True) -> None:
        """Add columns, supply and drivers."""
        circuit.V(SUPPLY, f"v{SUPPLY}", circuit.gnd, f"DC {self.design.conditions.vdd!r}")
        for name, source in self._any.sources(timing).items():
            node = f"{SUPPLY}{name}"
            circuit.V(node, node, circuit.gnd, source.render(transient))
        add = self._add_merged if self.merged else self._add_columns
        add(circuit, self._ports(timing))

    def _add_columns(self, circuit: Circuit, ports: Sequence[str]) -> None:
        kinds: dict[tuple[RowGroup, ...], str] = {}
        for number, group in enumerate(self.groups):
            nodes = [self._outside(number, port) for port in ports]
            for place, column in enumerate(group.columns):
                if column.groups not in kinds:
                    kinds[column.groups] = f"replica{len(kinds)}"
                    circuit.raw_spice += _subcircuit(kinds[column.groups], column, ports)
                circuit.X(_instance(number, place), kinds[column.groups], *nodes)

    def _add_merged(self, circuit: Circuit, ports: Sequence[str]) -> None:
        """Rows of all columns of a group as one instance each, and all else of them as one.

        ngspice drops the `m` of an instance within a sub-circuit that has an `m` itself.
        """
        circuit.raw_spice += _subcircuit(REST, self._any, ports, with_cells=False)
        for number, group in enumerate(self.groups):
            for place, row in enumerate(group.rows):
                cell = self._any.cell
                nodes = [self._outside(number, n) for n in computing_nodes(cell, row.neuron)]
                parameters = {} if row.count == 1 else {"m": row.count}
                circuit.X(_merged(number, place), cell.name, *nodes, **parameters)
            nodes = [self._outside(number, port) for port in ports]
            count = len(group.columns)
            circuit.X(
                f"{SUPPLY}{number}{REST}", REST, *nodes, **({} if count == 1 else {"m": count})
            )

    def supplies(self, timing: Timing) -> tuple[str, ...]:
        """Return the supply of the replica columns and their drivers."""
        return (SUPPLY, *self.drivers(timing))

    def drivers(self, timing: Timing) -> tuple[str, ...]:
        """Return word line and the sources of the read-out."""
        return tuple(f"{SUPPLY}{name}" for name in self._any.sources(timing))

    @cached_property
    def latches(self) -> tuple[Latch, ...]:
        """Storage nodes of every instance of a cell."""
        if self.merged:
            return tuple(
                Latch(f"x{name}.q", f"x{name}.qb", row.weight > 0)
                for number, group in enumerate(self.groups)
                for name, row in (
                    (_merged(number, place), row) for place, row in enumerate(group.rows)
                )
            )
        return tuple(
            Latch(f"x{name}.{latch.node}", f"x{name}.{latch.complement}", latch.high)
            for name, column in self._columns
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
        """All transistors of all columns; none of merged ones, which have no mismatch."""
        if self.merged:
            return ()
        return tuple(
            (_inside(name, device), transistor)
            for name, column in self._columns
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
    def _columns(self) -> tuple[tuple[str, Column], ...]:
        """Name of each column's instance, and the column."""
        return tuple(
            (_instance(number, place), column)
            for number, group in enumerate(self.groups)
            for place, column in enumerate(group.columns)
        )

    @property
    def _any(self) -> Column:
        return self.groups[0].columns[0]

    def _ports(self, timing: Timing) -> tuple[str, ...]:
        column = self._any
        return (*dict.fromkeys((*BIT_LINES, *column.sensed)), "vdd", *column.sources(timing))

    def _outside(self, group: int, port: str) -> str:
        if port in (*BIT_LINES, *self._any.sensed):
            return _node(group, port)
        if port == "0":
            return port
        return f"v{SUPPLY}" if port == "vdd" else f"{SUPPLY}{port}"


def group_of(design: Design, setting: ReplicaWeights) -> TapGroup:
    """Return the columns of a reference."""
    return TapGroup(tuple(column_of(design, *level) for level in setting.levels))


class ReplicaGenerator(ReferenceGenerator):
    """`references.replica_columns` columns per reference.

    They have word lines of their own: their inputs are known, as their weights are. A set for
    some number of active rows has as many active in each replica column.
    """

    Parameters: ClassVar[type[ReferencesDesign]] = ReplicaReferences

    def __init__(self, design: Design) -> None:
        super().__init__(design)
        if design.wires.distributed:
            raise InputError(
                "replica columns have lumped wires: where their rows are is not modelled",
                key="wires.model",
                value=design.wires.model,
                allowed="lumped, or references.generator ladder",
            )

    def setting(self, n_active: int, threshold: float, v_ref: float) -> Setting:
        """Return the weights that are nearest to the threshold; of two that are, the higher."""
        total = math.floor(self._columns * (n_active + threshold) / 2 + 0.5)
        return replica_weights(self._columns, n_active, total)

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

    def stepped(self, setting: Setting, steps: int) -> Setting:
        """Return weights with so many more cells of product +1, in all columns together."""
        assert isinstance(setting, ReplicaWeights)
        plus, minus = setting.levels[0]
        total = sum(plus for plus, _ in setting.levels) + steps
        return replica_weights(len(setting.levels), plus + minus, total)

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


def _instance(group: int, place: int) -> str:
    return f"{SUPPLY}{group}c{place}"


def _merged(group: int, place: int) -> str:
    return f"{SUPPLY}{group}cell{place}"


def _subcircuit(name: str, column: Column, ports: Sequence[str], with_cells: bool = True) -> str:
    """Return a column without its sources as a sub-circuit; its cell is in the deck already."""
    sources = {"vdd", *(f"v{source}" for source in column.sources(column.timing))}
    cells = {f"xcell{i}" for i in range(len(column.groups))}
    left_out = sources if with_cells else sources | cells
    lines, inside = [], False
    for line in column_lines(column, transient=True):
        inside = inside or line.lower().startswith(".subckt")
        if not inside and line.split()[0].lower() not in left_out:
            lines.append(line)
        inside = inside and not line.lower().startswith(".ends")
    return "\n".join([f".subckt {name} {' '.join(ports)}", *lines, f".ends {name}"]) + "\n"
