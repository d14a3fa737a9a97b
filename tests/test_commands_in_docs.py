"""Every command and every Python block of the pages is run, page by page, in an empty folder.

A block that is not run is preceded by a line ``*Not run by the tests: why.*``, which readers see.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pytest

from sram_spice.simulation.batch import run_batch
from tests.conftest import ROOT

PAGES = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").glob("*.md"))]
BLOCK = re.compile(
    r"(?:^\*Not run by the tests(?: of this page)?: (?P<why>[^*\n]+)\*\n\n)?"
    r"^```(?P<kind>\w+)(?P<title>[^\n]*)\n(?P<text>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)
SHELLS = ("sh", "bash", "console", "shell")


@dataclass(frozen=True)
class Block:
    """One fenced block that could be run."""

    kind: str
    text: str
    why_not: str | None


def blocks_of(page):
    found = [
        Block(m["kind"], m["text"], m["why"])
        for m in BLOCK.finditer(page.read_text(encoding="utf-8"))
        if m["kind"] in (*SHELLS, "python") and "title=" not in m["title"]
    ]
    return found


def script_of(blocks):
    """One shell script of all blocks; a Python block begins with those before it.

    Python blocks with no command between them are one program: the last has the others in it.
    """
    lines, python = [], ""
    run = [block for block in blocks if block.why_not is None]
    for number, (block, after) in enumerate(zip(run, [*run[1:], None], strict=True)):
        if block.kind != "python":
            lines.append(block.text)
            continue
        python += block.text
        if after is None or after.kind != "python":
            lines += [f"python - <<'END_OF_BLOCK_{number}'", python, f"END_OF_BLOCK_{number}"]
    return "\n".join(lines) + "\n"


@pytest.fixture
def folder(tmp_path):
    """A folder like the repository; what is written there does not reach the repository."""
    for name in ("circuits", "examples", "results", "scripts"):
        for source in (ROOT / name).rglob("*"):
            target = tmp_path / source.relative_to(ROOT)
            if source.is_file() and "__pycache__" not in source.parts:
                target.parent.mkdir(parents=True, exist_ok=True)
                if name == "results":  # large; a command replaces links, it does not follow them
                    target.symlink_to(source)
                else:
                    target.write_bytes(source.read_bytes())
    return tmp_path


def check_own_cell(folder):
    """The cell of a package of its own: levels in order, data kept with the word line at VDD."""
    levels = pd.read_csv(folder / "out" / "own_cell" / "levels.csv")
    assert len(levels) == 45  # 6T-like: all n_plus + n_minus <= 8
    assert (levels["nominal_status"] == "ok").all()
    assert levels["samples"].sum() > 0
    assert (levels["failed"] == 0).all()
    assert (levels["flipped"] == 0).all()
    single = levels[levels["n_plus"] + levels["n_minus"] == 1].set_index("sum")
    assert single.loc[1, "v_bl_nominal_v"] > single.loc[1, "v_blb_nominal_v"] + 0.1
    assert single.loc[-1, "v_blb_nominal_v"] > single.loc[-1, "v_bl_nominal_v"] + 0.1
    pulled = levels[levels["n_plus"] == 0].sort_values("n_minus")["v_bl_nominal_v"]
    assert (pulled.diff().dropna() < 0).all()

    margins = pd.read_csv(folder / "out" / "own_cell_margins" / "measurements.csv")
    nominal = margins.set_index("quantity")["nominal"]
    # Written like a 6T cell, disturbed by nothing: to the gate leakage of its read ports.
    assert nominal["write_snm"] > 0.3
    assert nominal["read_snm"] == pytest.approx(nominal["hold_snm"], abs=1e-5)


def check_own_readout(folder):
    """A read-out with a key of its own, and one that senses other nodes than the bit lines."""
    levels = pd.read_csv(folder / "out" / "own_diode_load" / "levels.csv")
    assert (levels["nominal_status"] == "ok").all()
    assert (levels["v_bl_nominal_v"].diff().dropna() > 0).all()
    values = run_batch((folder / "own_current.cir").read_text())
    assert values["v(o_blb)"] > values["v(o_bl)"] + 0.05


def check_own_card(folder):
    """The card of its own is in the deck, and the column computes with it."""
    deck = (folder / "own_card.cir").read_text()
    assert "vth0=0.3" in deck
    assert "my_nmos" not in deck  # written anew, not passed through
    values = run_batch(deck)
    assert values["cells_flipped"] == 0
    assert 0.02 < values["v(bl)"] - values["v(blb)"] < 1.0  # 6 rows against 2


def check_own_process(folder):
    """Levels of the 45 nm process, in order; its card in a deck of the reference design."""
    levels = pd.read_csv(folder / "out" / "own_process" / "levels.csv").sort_values("sum")
    assert (levels["nominal_status"] == "ok").all()
    assert (levels["v_bl_nominal_v"].diff().dropna() > 0.01).all()
    deck = (folder / "ptm45.cir").read_text()
    assert "vth0=0.469" in deck
    assert "l=4.5e-08" in deck


def check_own_measurement(folder):
    """The measurement of its own has a nominal value and a spread, of all samples."""
    (row,) = pd.read_csv(folder / "out" / "read_bump" / "measurements.csv").to_dict("records")
    assert row["quantity"] == "read_bump"
    assert 0.0 < row["nominal"] < 0.2
    assert row["mean"] == pytest.approx(row["nominal"], abs=5 * row["sigma"])
    assert row["sigma"] > 0


def check_tutorial(folder):
    """What the tutorial says is there is there, with the references of its last command."""
    for name in ("column.cir", "out/small/report.html", "out/small/lut.nc", "small.csv"):
        assert (folder / name).stat().st_size > 100
    assert len(pd.read_csv(folder / "out/small/references.csv")) == 2
    assert len(pd.read_csv(folder / "out/sweep/sweep.csv")) == 2


CHECKS = {
    "own_cell.md": check_own_cell,
    "own_card.md": check_own_card,
    "own_process.md": check_own_process,
    "own_readout.md": check_own_readout,
    "own_measurement.md": check_own_measurement,
    "tutorial.md": check_tutorial,
}


@pytest.mark.slow
@pytest.mark.parametrize(
    "page", [p for p in PAGES if any(b.why_not is None for b in blocks_of(p))], ids=lambda p: p.name
)
def test_every_command_on_the_page_runs(page, folder):
    programs = Path(sys.executable).parent
    done = subprocess.run(
        ["bash", "-euo", "pipefail"],
        input=script_of(blocks_of(page)),
        cwd=folder,
        env={**os.environ, "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, f"{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
    CHECKS.get(page.name, lambda folder: None)(folder)


def test_what_is_not_run_says_why_and_is_the_smaller_part():
    blocks = [block for page in PAGES for block in blocks_of(page)]
    left_out = [block for block in blocks if block.why_not is not None]
    assert all(len(block.why_not) > 10 for block in left_out)
    assert len(left_out) < len(blocks) / 2


def test_python_blocks_are_run_in_their_order_and_once():
    blocks = [Block(kind, f"{i}\n", None) for i, kind in enumerate(("sh", "python", "python"))]
    script = script_of([*blocks, Block("sh", "3\n", None), Block("python", "4\n", None)])
    words = script.replace("\n\n", "\n").splitlines()
    first, last = ("END_OF_BLOCK_2", "END_OF_BLOCK_4")
    expected = ["0", f"python - <<'{first}'", "1", "2", first, "3"]
    assert words == [*expected, f"python - <<'{last}'", "1", "2", "4", last]


def test_no_mark_stands_apart_from_its_block():
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        marked = [block for block in blocks_of(page) if block.why_not is not None]
        assert len(re.findall(r"Not run by the tests", text)) == len(marked), page.name
        # A fence with a space or in a list would be overlooked.
        overlooked = re.search(r"^[ \t]+```(sh|bash|console|python)", text, re.MULTILINE)
        assert not overlooked, page.name


def test_make_knows_what_the_pages_tell_it_to_make():
    targets = set(re.findall(r"^(\w+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = {
        (page.name, target)
        for page in PAGES
        for target in re.findall(r"(?:^|`)make (\w+)", page.read_text("utf-8"), re.MULTILINE)
    }
    assert ("CONTRIBUTING.md", "quick") in named
    assert {(name, target) for name, target in named if target not in targets} == set()


def test_a_command_that_fails_is_seen(folder):
    page = folder / "page.md"
    page.write_text("```sh\nfalse\n```\n\n```sh\ntrue\n```\n")
    assert [block.text for block in blocks_of(page)] == ["false\n", "true\n"]
    with pytest.raises(AssertionError):
        test_every_command_on_the_page_runs(page, folder)
