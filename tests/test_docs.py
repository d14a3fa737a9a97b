"""The pages of docs/ say what the code does; the numbers in them are those of results/."""

from __future__ import annotations

import importlib.util
import re
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from scripts.examples_in_docs import with_examples
from sram_spice.lut import Lut
from sram_spice.lut.schema import ATTRIBUTES, FORMAT_VERSION, VARIABLES
from sram_spice.registry import ADAPTERS
from tests.lut.results import MAP, lut_of

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"


def page(name):
    return (DOCS / name).read_text(encoding="utf-8")


def between(text, begin, end):
    return text.partition(f"<!-- {begin} -->\n")[2].partition(f"<!-- {end} -->")[0]


def schema_table():
    """The schema as the page shows it."""
    lines = ["| variable | dimensions | units | what |", "|---|---|---|---|"]
    for one in VARIABLES:
        mark = "" if one.swept else " *"
        what = one.text if one.required else f"{one.text} (optional)"
        dimensions = ", ".join(one.dimensions)
        lines.append(f"| `{one.name}`{mark} | {dimensions} | {one.units} | {what} |")
    return "\n".join(lines) + "\n"


def test_the_schema_on_the_page_is_the_schema():
    found = between(page("lookup_table.md"), "schema: tests/test_docs.py", "end of schema")
    assert found == schema_table()


def test_the_page_names_version_and_attributes():
    text = page("lookup_table.md")
    assert f"Format version {FORMAT_VERSION}." in text
    for name in ATTRIBUTES:
        assert f"`{name}`" in text


def test_files_on_the_pages_are_those_of_examples():
    shown = [path for path in DOCS.glob("own_*.md") if 'title="examples/' in page(path.name)]
    assert len(shown) >= 5
    for path in DOCS.glob("*.md"):
        assert with_examples(page(path.name)) == page(path.name), "run scripts/examples_in_docs.py"
        assert not re.search("^--8<--", page(path.name), re.MULTILINE)  # shown by the site alone


@pytest.mark.parametrize(("left_out", "width"), [(0.6, 2e-6), (0.5, 8e-6)])
def test_what_interpolation_misses_is_on_the_page(left_out, width):
    line = lut_of(MAP).sel(load_width=width)
    rest = [v for v in line.conditions["word_line_voltage"] if v != left_out]
    coarse = Lut(line.data.sel(word_line_voltage=rest)).interp(word_line_voltage=left_out)
    own = line.sel(word_line_voltage=left_out)
    missed = abs(coarse.data["v_bl_nominal"] - own.data["v_bl_nominal"]).max()
    text = page("lookup_table.md").replace("\n", " ")
    assert re.search(f"V_WL = {left_out} V left out .*?{1e3 * float(missed):.0f} mV", text)


def test_every_format_is_on_the_page():
    text = page("adapters.md")
    for name in ADAPTERS.names():
        assert re.search(rf"^\| .*`{name}`", text, re.MULTILINE), name


@pytest.fixture
def digits(monkeypatch):
    """The example as a module."""
    spec = importlib.util.spec_from_file_location("digits", ROOT / "examples" / "digits.py")
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, "digits", module)
    spec.loader.exec_module(module)
    return module


def test_the_accuracies_on_the_page_are_those_of_the_command(digits):
    table = pd.read_csv(ROOT / "results" / "example_digits" / "accuracy.csv")
    found = between(page("example_digits.md"), "table: examples/digits.py", "end of table")
    assert found == digits.page_table(table) + "\n"
    assert set(table["levels"]) == {0, *digits.LEVELS}
    for name in ("accuracy.png", "accuracy.svg"):
        assert (ROOT / "results" / "example_digits" / name).stat().st_size > 10_000


@pytest.mark.slow
def test_the_example_learns_and_runs_through_the_table(digits, monkeypatch):
    for name, value in (("EPOCHS", 3), ("LEVELS", (8,)), ("DRAWS", 1)):
        monkeypatch.setattr(digits, name, value)
    table = digits.evaluate(digits.KINDS[0], lambda text: None)
    found = table.set_index(["references", "mismatch"])["accuracy_percent"]
    assert found["exact", "none"] > 60  # chance is 10
    assert found["nonlinear", "none"] > found["linear", "access"]
    assert set(table["mismatch"]) == {"none", "access", "column", "ideal"}


def test_results_that_are_kept_are_few_and_hold_what_is_shown():
    """A clone has every figure and table that a page shows, and 15 MB of results at most."""
    if not (ROOT / ".git").exists():
        pytest.skip("not a clone")
    listed = subprocess.run(
        ["git", "ls-files", "results"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    kept = set(listed.stdout.splitlines())
    assert sum((ROOT / name).stat().st_size for name in kept) < 15e6
    texts = [path.read_text(encoding="utf-8") for path in (ROOT / "README.md", *DOCS.glob("*.md"))]
    shown = {name for text in texts for name in re.findall(r"results/[\w./-]+\.\w+", text)}
    assert shown <= kept


def test_links_lead_somewhere():
    pages = [*sorted(ROOT.glob("*.md")), ROOT / "results" / "README.md", *sorted(DOCS.glob("*.md"))]
    dead = [
        f"{page.name}: {target}"
        for page in pages
        for target in re.findall(r"\]\(([^)#:]+)\)", page.read_text(encoding="utf-8"))
        if not (page.parent / target).exists()
    ]
    assert not dead
