"""Design and sweep files with hypothesis-made mutations, given to the command line."""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest import mock

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sram_spice.cli.main import main
from sram_spice.design import Design
from sram_spice.runs.sweep.design_grid import Axis, GridPoint, grid
from sram_spice.runs.sweep.run import _check
from sram_spice.simulation.progress import Silent
from tests.design.test_fuzz import CONTRACT, mutated, mutations, text, toml

from .small_sweep import Outcome, contents

CODES = {0, 1, 2, 3, 130}
MOST_ROWS = 256  # of a design that is checked in full: more take long, and no other path
SWEEP_FILE = """combine = "zip"
[[over]]
key = "conditions.vdd"
start = 0.9
stop = 1.0
step = 0.05
"""
OVER = ("--over", "conditions.temperature=0,27")


def damaged(whole: str) -> st.SearchStrategy[bytes]:
    """A text with some of its bytes replaced."""
    data = whole.encode()
    new = st.one_of(st.binary(max_size=20), text.map(lambda t: t.encode("utf-8", "replace")))
    cut = st.tuples(st.integers(0, len(data)), st.integers(0, 40), new)
    return cut.map(lambda c: data[: c[0]] + c[2] + data[c[0] + c[1] :])


designs = st.one_of(
    mutations.map(lambda changes: _toml(mutated(changes))).filter(lambda data: data is not None),
    damaged(CONTRACT),
)
calls = st.one_of(
    st.tuples(designs, st.just(SWEEP_FILE.encode()), st.sampled_from(["characterize", "sweep"])),
    st.tuples(st.just(CONTRACT.encode()), damaged(SWEEP_FILE), st.just("sweep --file")),
)


def _toml(data: dict[str, Any]) -> bytes | None:
    try:
        return toml(data).encode("utf-8", "surrogatepass")
    except (TypeError, ValueError):  # a value that TOML cannot hold
        return None


@dataclass
class Tally:
    """What came of the calls."""

    tried: int = 0
    codes: dict[int, int] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)


def mutated_designs(finished: Path, home: Path, times: int) -> Outcome:
    """Run commands on mutated files, into the folder of a finished sweep, up to simulation."""
    finished.mkdir(exist_ok=True)
    before, tally = contents(finished), Tally()

    @settings(
        max_examples=times,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(call=calls)
    def one(call: tuple[bytes, bytes, str]) -> None:
        design, file, command = call
        (home / "mutated.toml").write_bytes(design)
        (home / "mutated_sweep.toml").write_bytes(file)
        words = [*command.split()[:1], str(home / "mutated.toml"), "-o", str(finished)]
        if command == "sweep":
            words += OVER
        elif command == "sweep --file":
            words += ["--file", str(home / "mutated_sweep.toml")]
        code, err = invoke(words)
        tally.tried += 1
        tally.codes[code] = tally.codes.get(code, 0) + 1
        good = code in CODES and "Traceback" not in err
        if not good or (code == 2 and len(err.splitlines()) != 1):
            tally.wrong.append(f"{words[0]}: {code}: {err[-300:]!r}")

    with simulation_cut_off():
        one()
    assert not tally.wrong, tally.wrong[0]
    codes = ", ".join(f"{count} times {code}" for code, count in sorted(tally.codes.items()))
    same = contents(finished) == before
    return Outcome("mutated design file", tally.tried, 0, 0, same, f"exit codes: {codes}")


def invoke(words: Sequence[str]) -> tuple[int, str]:
    """Run a command in this process: exit code and stderr."""
    out, err = io.StringIO(), io.StringIO()
    with mock.patch.object(sys, "argv", ["sram-spice", *words]), redirect_stdout(out):
        try:
            with redirect_stderr(err):
                main()
        except SystemExit as end:
            return end.code if isinstance(end.code, int) else 0, err.getvalue()
        except BaseException as error:  # what a user would see as a traceback
            return -1, f"Traceback: {type(error).__name__}: {error}"
    return -1, "no exit code"


@contextmanager
def simulation_cut_off() -> Iterator[None]:
    """Let commands do all that comes before the simulation, and nothing after it."""

    def characterize(design: Design, *_: object, **__: object) -> Any:
        return _checked([GridPoint((), design, "")])

    def sweep(design: Design, axes: Sequence[Axis], *_: object, zipped: bool, **__: object) -> Any:
        _checked(grid(design, axes, zipped))
        return SimpleNamespace(warnings=[], has_map=False)

    with (
        mock.patch("sram_spice.cli.characterize.characterize", characterize),
        mock.patch("sram_spice.cli.sweep.sweep", sweep),
    ):
        yield


def _checked(points: Sequence[GridPoint]) -> Any:
    if points[0].design.column.rows <= MOST_ROWS:
        _check(points, Silent())
    return SimpleNamespace(
        certified=True, failed=0, warnings=[], certificate=None, tables={}, amplifier_failed=""
    )
