"""The search itself: batch by batch, each point once, the same whoever computes it and when."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from sram_spice.results.design_numbers import PARTS
from sram_spice.runs.optimize.front_set import front_of
from sram_spice.runs.optimize.judged import Judgement
from sram_spice.runs.optimize.proposals import Past, Proposer, ranked_costs
from sram_spice.runs.optimize.target import Objective
from sram_spice.runs.optimize.variable import Values


@dataclass(frozen=True)
class Wanted:
    """A point that is to be evaluated.

    Attributes
    ----------
    number : int
        From 0, in the order in which points are proposed.
    values : Values
    order : tuple of str
        Conditions in which points of earlier batches have failed, the worst first.
    """

    number: int
    values: Values
    order: tuple[str, ...] = ()


@dataclass(frozen=True)
class Outcome:
    """A point that is finished.

    Attributes
    ----------
    number : int
    values : Values
    judgement : Judgement
    folder : str
        Its run, below the search's folder; empty where there is none.
    """

    number: int
    values: Values
    judgement: Judgement
    folder: str = ""


class Proposals(Protocol):
    """The batches that were proposed: kept, so that an interrupted search goes on with them."""

    def batch(self, number: int) -> list[Values] | None:
        """Return a batch; None where it was not proposed yet."""
        ...

    def keep(self, number: int, batch: Sequence[Values]) -> None:
        """Keep a batch."""
        ...


Evaluate = Callable[[Sequence[Wanted]], Iterable[Outcome]]


def search(
    proposer: Proposer, points: int, evaluate: Evaluate, proposals: Proposals
) -> Iterator[Outcome]:
    """Yield points as they are finished.

    A batch is proposed when all points of the one before are there, from all of them in their
    order: workers, their speed and interruptions change nothing.

    Parameters
    ----------
    proposer : Proposer
    points : int
        In all; of the last batch only the first ones.
    evaluate : callable
        Returns the outcomes of a batch, in any order.
    proposals : Proposals
    """
    done: list[Outcome] = []
    while len(done) < points:
        number = len(done) // proposer.batch
        batch = proposals.batch(number)
        if batch is None:
            batch = proposer.propose(number, [past_of(proposer, one) for one in done])
            proposals.keep(number, batch)
        order = most_failed(done)
        wanted = [
            Wanted(len(done) + i, values, order)
            for i, values in enumerate(batch[: points - len(done)])
        ]
        found = {}
        for one in evaluate(wanted):
            found[one.number] = one
            yield one
        done += [found[one.number] for one in wanted]


def past_of(proposer: Proposer, outcome: Outcome) -> Past:
    """Return what a proposer learns from a point."""
    judgement = outcome.judgement
    if not judgement.feasible:
        return Past(outcome.values, None, judgement.violation)
    values = [judgement.numbers[one.name] for one in proposer.objectives]
    return Past(outcome.values, ranked_costs(proposer.objectives, values), 0.0)


def most_failed(done: Sequence[Outcome]) -> tuple[str, ...]:
    """Return the conditions in which points have failed, the one with most first."""
    failed = Counter(one.judgement.failed_at for one in done if one.judgement.failed_at)
    return tuple(name for name, _ in failed.most_common() if name not in PARTS)


def best_of(outcomes: Sequence[Outcome], objectives: Sequence[Objective]) -> list[int]:
    """Return the numbers of the points of the front, by rising first cost."""
    good = sorted((one for one in outcomes if one.judgement.feasible), key=lambda one: one.number)
    costs = [[o.cost(one.judgement.numbers[o.name]) for o in objectives] for one in good]
    return [good[i].number for i in front_of(costs)]
