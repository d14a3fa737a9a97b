"""The retry ladder: what is tried, in this order, when a point has no valid solution.

0. The same again. In the same process at once, from a deck loaded anew; in a new process when the
   simulator crashed or hung. What a healthy simulator solves is solved here, to the last bit.
1. Of an operating point with a fallback: that transient, which decides where the circuit goes.
2. Tighter steps: a fifth of the largest step, and the truncation error seven times as strict.
3. Another integration method: Gear's of second order.
4. Gmin stepping, then
5. source stepping, to the operating point or to the one a transient begins with.

Each rung has to pass the same checks as the first attempt: every value there, finite, in range,
every latch in one of its two states. Stepping leads a circuit through states that it would never
take by itself, so that a latch may end flipped: of rungs 4 and 5 only a solution in the stored
states counts, a flipped one is none. A point for which nothing helps keeps the status of its last
attempt; all attempts are listed.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from sram_spice.simulation.job import Job, OperatingPoint, Status, Transient

SAME_AGAIN = "same again"
FINER = 5.0  # parts of the largest time step


@dataclass(frozen=True)
class Rung:
    """One further attempt at a point.

    Attributes
    ----------
    name : str
    job : Job
        With the points of the job that failed.
    steps : bool
        It steps gmin or the sources, which may leave the stored states.
    """

    name: str
    job: Job
    steps: bool = False

    def accepts(self, status: Status) -> bool:
        """Whether an outcome of this rung ends the ladder."""
        return status is Status.OK or (status is Status.FLIPPED and not self.steps)


def rungs(job: Job) -> tuple[Rung, ...]:
    """Return the rungs that follow a job's own attempts; none when it has no ladder."""
    if not job.ladder:
        return ()
    own = replace(job, fallback=None)
    found: list[Rung] = []
    transient = own if isinstance(own.analysis, Transient) else job.fallback
    if transient is not None and isinstance(transient.analysis, Transient):
        step = transient.analysis.max_step / FINER
        finer = replace(transient, analysis=replace(transient.analysis, max_step=step))
        found += [
            Rung("tighter steps", _with(finer, "trtol=1")),
            Rung("gear integration", _with(transient, "method=gear maxord=2")),
            Rung("gmin stepping", _with(transient, "gminsteps=10"), steps=True),
            Rung("source stepping", _with(transient, "gminsteps=0 srcsteps=10"), steps=True),
        ]
    if isinstance(own.analysis, OperatingPoint):
        found += [
            Rung("gmin stepping of the operating point", _with(own, "gminsteps=1"), steps=True),
            Rung("source stepping of the operating point", _with(own, "srcsteps=1"), steps=True),
        ]
    return tuple(found)


def _with(job: Job, options: str) -> Job:
    # Of options that are given twice ngspice takes the last.
    deck = job.deck.removesuffix(".end\n") + f".options {options}\n.end\n"
    return replace(job, deck=deck, ladder=False, fallback=None)
