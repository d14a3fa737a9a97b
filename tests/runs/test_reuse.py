"""What is kept is used again when nothing changed, and made anew after any change.

Each kind of stored result is made once, asked for again, and asked for after one change at a time.
What the other keys of a design do to it is in tests/results/test_identity.py.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from sram_spice.amplifier.access_samples import MlsaSample
from sram_spice.amplifier.ideal import SumCoding
from sram_spice.column.context import Context
from sram_spice.design import Design, with_values
from sram_spice.generators import column_of
from sram_spice.generators.mlsa_bench import MlsaBench
from sram_spice.results.checkpoint import Checkpoint
from sram_spice.runs.characterize import run as characterize_run
from sram_spice.runs.mlsa import check as mlsa_check
from sram_spice.runs.mlsa import run as mlsa_run
from sram_spice.runs.signoff import condition
from sram_spice.runs.signoff.condition import run_condition
from sram_spice.runs.signoff.condition_task import ConditionTask
from sram_spice.runs.sweep import point
from sram_spice.runs.sweep.point import run_point
from sram_spice.runs.sweep.point_task import PointTask
from sram_spice.simulation import Status
from sram_spice.simulation.progress import Silent
from sram_spice.table_model import cache, cached_tables
from sram_spice.table_model.cell_table import CellTable
from sram_spice.table_model.load_table import LoadTable
from sram_spice.table_model.transistor_table import TransistorTable
from sram_spice.technology import technology_cards
from tests.runs.finished import small_design
from tests.technology.cards import NMOS, PMOS, card_file
from tests.third_party import NAME, OtherPackage, other_package

pytestmark = pytest.mark.slow

SMALL = ("column.rows=4", "monte_carlo.samples=3", "mlsa.levels=3", "monte_carlo.active_step=4")
QUICK = ("access.word_line_pulse=2e-10", "access.recovery_time=1e-10")


@dataclass
class Counting(Silent):
    """Progress that counts what each phase has to simulate."""

    missing: dict[str, int] = field(default_factory=dict)

    def begin(self, label: str, total: int, done: int = 0) -> None:
        self.missing[label] = self.missing.get(label, 0) + total - done


def cache_of(function: Callable[..., object]) -> Callable[..., object]:
    """Call a function once, and give its first result from then on."""
    known: list[object] = []
    return lambda *a: known[0] if known else known.append(function(*a)) or known[0]


@dataclass
class World:
    """All that may change: a card file, a plug-in, the simulator, the code."""

    folder: Path
    package: OtherPackage
    card: Path
    pool: object
    patch: pytest.MonkeyPatch

    def __post_init__(self) -> None:
        """Simulate accesses once: they are not kept, and most of the time goes into them."""
        simulated = cache_of(characterize_run.run_access)
        self.patch.setattr(characterize_run, "run_access", lambda *a: simulated(*a))

    @property
    def design(self) -> Design:
        paths = (f"technology.model={self.card}", f"cell.topology={NAME}")
        design = small_design("6t", *SMALL, *QUICK, *paths)
        return design.model_copy(update={"sense_amplifier": None})  # saves most of the time

    def context(self, design: Design, progress: Silent) -> Context:
        return Context(design, technology_cards(design), self.pool, progress)


@pytest.fixture
def world(tmp_path, pool, monkeypatch):
    pool.loaded_version()
    with other_package(tmp_path / "site") as package:
        yield World(tmp_path, package, card_file(tmp_path, NMOS + PMOS), pool, monkeypatch)


def nothing(_: World) -> None:
    """Changes nothing."""


def method(world: World) -> None:
    world.patch.setattr("sram_spice.column.levels.METHOD", 99)


def card(world: World) -> None:
    card_file(world.folder, NMOS.replace("u0=0.05", "u0=0.051") + PMOS)


def plug_in_version(world: World) -> None:
    world.package.release("1.1")


def plug_in_source(world: World) -> None:
    world.package.edit()


def simulator(world: World) -> None:
    world.patch.setattr(world.pool, "version", 99)


CHANGES = (method, card, plug_in_version, plug_in_source, simulator)


def checkpoint(world: World, design: Design) -> int:
    """Monte Carlo samples of a run that was interrupted at its end."""
    progress = Counting()
    world.patch.setattr(Checkpoint, "remove", lambda _: None)
    folder = world.folder / "run"
    folder.mkdir(exist_ok=True)
    characterize_run.characterize_with(world.pool, design, folder, progress, figures=False)
    return progress.missing["Monte Carlo"]


def sweep_point(world: World, design: Design) -> int:
    """A point of a sweep."""
    world.patch.setattr(point, "resident_pool", lambda: world.pool)
    root = world.folder / "sweep"
    root.mkdir(exist_ok=True)
    return int(run_point(PointTask(0, root, "", (), design)).computed)


def sign_off(world: World, design: Design) -> int:
    """A condition of a sign-off."""
    world.patch.setattr(condition, "resident_pool", lambda: world.pool)
    root = world.folder / "signoff"
    root.mkdir(exist_ok=True)
    bare = with_values(design, {"mismatch.a_vt": 0.0})  # tails take most of the time
    return int(run_condition(ConditionTask(0, root, "", (), bare, None)).computed)


def tables(world: World, design: Design) -> int:
    """Tables of the table engine; what they hold is made up here, which takes minutes."""
    built: list[str] = []
    cell = CellTable(*(np.zeros(3) for _ in range(5)))
    made_up = {
        "build_cell": cell,
        "build_load_table": LoadTable(np.zeros(3), np.zeros(3)),
        "build_transistor_table": TransistorTable(
            np.zeros(2), np.zeros((3, 3, 2)), np.zeros((3, 3, 2))
        ),
    }
    for name, table in made_up.items():
        world.patch.setattr(cache, name, lambda *_, n=name, t=table: built.append(n) or t)
    cached_tables(design, technology_cards(design), world.pool, world.folder / "tables")
    return len(built)


def transients(world: World, design: Design) -> int:
    """Full transients of a check of the MLSA; their results are made up here."""
    asked: list[int] = []

    def simulated(_context, wanted):
        for number, (_, indices) in enumerate(wanted):
            for index in indices:
                asked.append(index)
                yield number, index, MlsaSample(0.65, "10", Status.OK)

    world.patch.setattr(mlsa_check, "simulate_samples", simulated)
    design = design.model_copy(update={"sense_amplifier": small_design("6t").sense_amplifier})
    bench = MlsaBench(column_of(design, 2, 2), (0.6, 0.7), "parallel", recover=False)
    context = world.context(design, Silent())
    mlsa_check._simulate(context, {(2, 2): bench}, 3, world.folder / "check")
    return len(asked)


def run_of_mlsa(world: World, design: Design) -> int:
    """Levels and samples of the finished run that `mlsa` finds in its folder."""
    progress = Counting()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(characterize_run, "write_figures", lambda *_: None)
        patch.setattr(characterize_run, "write_report", lambda *_: None)
        folder = world.folder / "mlsa"
        folder.mkdir(exist_ok=True)
        mlsa_run._finished(world.context(design, progress), folder, SumCoding.of(design))
    return progress.missing.get("Monte Carlo", 0)


Kind = Callable[[World, Design], int]
KINDS: dict[str, tuple[Kind, int]] = {
    # Each with how much of it there is.
    "checkpoint": (checkpoint, 5 * 3),
    "sweep point": (sweep_point, 1),
    "condition of a sign-off": (sign_off, 1),
    "tables": (tables, 3 + 4),
    "MLSA transients": (transients, 3),
    "finished run": (run_of_mlsa, 5 * 3),
}


# Tables of transistors are of decks of their own, which no plug-in makes.
LESS = {("tables", change): 3 for change in (plug_in_version, plug_in_source)}


@pytest.mark.parametrize("name", KINDS)
def test_used_again_when_nothing_changed_and_never_after_a_change(world, name):
    kind, whole = KINDS[name]
    assert kind(world, world.design) == whole
    assert kind(world, world.design) == 0
    for change in CHANGES:
        change(world)
        assert kind(world, world.design) == LESS.get((name, change), whole), change.__name__
        assert kind(world, world.design) == 0, change.__name__


@pytest.mark.parametrize("name", KINDS)
def test_another_key_of_the_design_makes_it_anew(world, name):
    kind, whole = KINDS[name]
    assert kind(world, world.design) == whole
    # Tables of single transistors serve this supply, too.
    anew = 3 if name == "tables" else whole
    assert kind(world, with_values(world.design, {"conditions.vdd": 0.99})) == anew


def test_other_references_make_no_sample_anew(world):
    """`mlsa` with other codes: the levels are read anew, the columns are those of the run."""
    assert run_of_mlsa(world, world.design) == 15
    before = pd.read_parquet(world.folder / "mlsa" / "samples.parquet")
    assert run_of_mlsa(world, with_values(world.design, {"mlsa.levels": 2})) == 0
    references = pd.read_csv(world.folder / "mlsa" / "references.csv")
    assert references["index"].max() == 0  # one reference: the files are of the new design
    pd.testing.assert_frame_equal(
        pd.read_parquet(world.folder / "mlsa" / "samples.parquet"), before
    )


def test_the_version_is_known_without_a_simulation(world, monkeypatch):
    """Keys of tables ask the simulator, which is loaded anyway, not a circuit."""
    from sram_spice.table_model.keys import load_key

    monkeypatch.setattr(type(world.pool), "run", lambda *_: pytest.fail("a simulation"))
    assert load_key(world.design, technology_cards(world.design), world.pool)
