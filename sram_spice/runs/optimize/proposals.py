"""Which points to look at next: Optuna's TPE, asked batch by batch.

A batch depends on the seed, its number, and the points of all batches before it, in their order:
on nothing else. How many workers there are, which of them is fast, and whether the search was
interrupted changes no point.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from sram_spice.errors import InputError
from sram_spice.runs.optimize.target import Objective
from sram_spice.runs.optimize.variable import Values, Variable

METHOD = 1  # raise it when the same seed and points lead to others
START = 16  # points that fill the space evenly before anything is learnt
BEST_LOG = 30.0  # zero and below are less than the logarithm of anything positive
TRIES = 20  # random points in place of one that was there before
WORST = 1e30  # cost of a point whose objectives are not known; it breaks a constraint, which counts


@dataclass(frozen=True)
class Past:
    """A point that is finished.

    Attributes
    ----------
    values : Values
    costs : tuple of float or None
        To be small, one per objective; None where they are not known.
    violation : float
        0 where every constraint is kept.
    """

    values: Values
    costs: tuple[float, ...] | None
    violation: float


@dataclass(frozen=True)
class Proposer:
    """What proposes points.

    Attributes
    ----------
    variables : tuple of Variable
    objectives : tuple of Objective
    seed : int
    batch : int
        Points of a batch.
    first : Values
        Looked at first: the design as it is; empty where it is outside the ranges.
    at_random : bool
        All points are drawn alike, and nothing is learnt: what a search has to beat.
    """

    variables: tuple[Variable, ...]
    objectives: tuple[Objective, ...]
    seed: int
    batch: int
    first: Values = ()
    at_random: bool = False

    def propose(self, number: int, past: Sequence[Past]) -> list[Values]:
        """Return the points of a batch.

        Parameters
        ----------
        number : int
            Of the batch, from 0.
        past : sequence of Past
            The points of all batches before it, in their order.
        """
        if self.at_random:
            return self._drawn(number)
        begun = number * self.batch
        found = self._evenly()[begun : begun + self.batch]
        more = self.batch - len(found)
        if more:
            found = found + self._learnt(number, past, more)
        return self._new(number, past, found)

    def _new(self, number: int, past: Sequence[Past], found: Sequence[Values]) -> list[Values]:
        """Return points; each that was there before is replaced by one at random."""
        random = np.random.default_rng([self.seed, METHOD, number])
        seen = {one.values for one in past}
        chosen = []
        for values in found:
            new = values
            for _ in range(TRIES):
                if new not in seen:
                    break
                parts = random.random(len(self.variables)).tolist()
                new = tuple(
                    (one.key, one.at(part)) for one, part in zip(self.variables, parts, strict=True)
                )
            seen.add(new)
            chosen.append(new)
        return chosen

    def _drawn(self, number: int) -> list[Values]:
        parts = np.random.default_rng([self.seed, METHOD, number, 1])
        return [
            tuple((one.key, one.at(parts.random())) for one in self.variables)
            for _ in range(self.batch)
        ]

    def _evenly(self) -> list[Values]:
        """Return a Latin hypercube: each key has its values once from each part of its range."""
        random = np.random.default_rng([self.seed, METHOD])
        parts = np.empty((START, len(self.variables)))
        for column in range(len(self.variables)):
            parts[:, column] = (random.permutation(START) + random.random(START)) / START
        found: list[Values] = [
            tuple(
                (one.key, one.at(float(part)))
                for one, part in zip(self.variables, row, strict=True)
            )
            for row in parts
        ]
        return [self.first, *found[1:]] if self.first else found

    def _learnt(self, number: int, past: Sequence[Past], count: int) -> list[Values]:
        optuna = _optuna()
        seed = int(np.random.SeedSequence([self.seed, number]).generate_state(1)[0])
        sampler = optuna.samplers.TPESampler(seed=seed, multivariate=True, n_startup_trials=0)
        study = optuna.create_study(directions=["minimize"] * len(self.objectives), sampler=sampler)
        spaces = {one.key: _space(one) for one in self.variables}
        study.add_trials([_trial(one, spaces, len(self.objectives)) for one in past])
        asked = [study.ask(spaces) for _ in range(count)]
        return [
            tuple((one.key, one.rounded(trial.params[one.key])) for one in self.variables)
            for trial in asked
        ]


def ranked_costs(objectives: Sequence[Objective], values: Sequence[float]) -> tuple[float, ...]:
    """Return costs for the search: logarithms of what is positive, so that factors count."""
    found = []
    for one, value in zip(objectives, values, strict=True):
        cost = math.log10(value) if value > 0 else value - BEST_LOG
        found.append(one.cost(cost))
    return tuple(found)


def optuna_version() -> str:
    """Return the version of Optuna.

    Raises
    ------
    InputError
        It is not installed.
    """
    return str(_optuna().__version__)


def _optuna() -> Any:
    try:
        import optuna
    except ModuleNotFoundError:
        raise InputError(
            "Optuna is not installed", key="optimize", allowed="pip install 'sram-spice[optimize]'"
        ) from None
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    return optuna


def _space(one: Variable) -> Any:
    distributions = _optuna().distributions
    if one.choices:
        return distributions.CategoricalDistribution(one.choices)
    if one.whole:
        return distributions.IntDistribution(int(one.low), int(one.high), log=one.log)
    return distributions.FloatDistribution(one.low, one.high, log=one.log)


def _trial(one: Past, spaces: dict[str, Any], objectives: int) -> Any:
    return _optuna().trial.create_trial(
        params=dict(one.values),
        distributions=spaces,
        values=list(one.costs or [WORST] * objectives),
        constraints={"violation": one.violation},
    )
