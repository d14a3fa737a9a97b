"""The page: complete, safe, self-contained."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from importlib.resources import files
from pathlib import Path

import pandas as pd
import pytest

from sram_spice.report.embedded import LIBRARY, in_script
from sram_spice.report.figure_file import FigureFile
from sram_spice.report.page import verdict, write_report
from sram_spice.report.run import Run
from tests.report.synthetic import (
    fail,
    ideal_summary,
    lose_data,
    make_run,
    with_averages,
    with_tables,
)

SCRIPTS = (LIBRARY, "charts.js", "tables.js", "run.js")
SCRIPT = '<script>alert("x")</script>'


def page(run: Run, folder: Path) -> str:
    path = write_report(replace(run, folder=folder))
    assert path == folder / "report.html"
    return path.read_text(encoding="utf-8")


class Tags(HTMLParser):
    """Collects tags with their attributes, and the text outside of styles."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text: list[str] = []
        self.open: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in ("meta", "img", "br"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if not {"style", "script"} & set(self.open):
            self.text.append(data)

    @property
    def names(self) -> list[str]:
        return [tag for tag, _ in self.tags]

    @property
    def words(self) -> str:
        return " ".join(" ".join(self.text).split())


def test_page_is_well_formed_and_in_order(run_8t: Run, tmp_path: Path) -> None:
    tags = Tags(page(run_8t, tmp_path))
    assert not tags.open
    order = [
        "One column (cell 8t_xnor, 8 rows",
        "No data lost, no failed points.",
        "Key numbers",
        "What was run",
        "column.word_line_voltage",
        "Bit-line voltages",
        "Bit-line histograms",
        "Code against sum",
        "One access in time",
        "All 9 levels",
        "A reference stands where",
        "All 8 rows active",
        "Points simulated",
        "Provenance",
        "0123456789abcdef",
    ]
    places = [tags.words.index(part) for part in order]
    assert places == sorted(places)


def scripts(text: str) -> list[str]:
    """What stands in the script elements, the data first."""
    return re.findall(r"<script[^>]*>(.*?)</script>", text, re.DOTALL)


@pytest.mark.parametrize("which", ["8t", "6t"])
def test_page_needs_nothing_else(
    which: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    text = page(request.getfixturevalue(f"run_{which}"), tmp_path)
    tags = Tags(text)
    assert not {"link", "iframe", "object", "img"} & set(tags.names)
    attributes = {name for _, found in tags.tags for name in found}
    assert not {"src", "style", "onclick", "onload"} & attributes
    style = text[text.index("<style>") : text.index("</style>")]
    assert "url(" not in style
    assert "@import" not in style


def test_policy_allows_the_page_s_own_scripts_only(run_8t: Run, tmp_path: Path) -> None:
    text = page(run_8t, tmp_path)
    (policy,) = (a["content"] for t, a in Tags(text).tags if t == "meta" and "http-equiv" in a)
    assert policy is not None
    allowed = re.findall(r"'sha256-([^']+)'", policy)
    _, *own = scripts(text)
    static = files("sram_spice.report").joinpath("static")
    assert own == [static.joinpath(name).read_text(encoding="utf-8") for name in SCRIPTS]
    digests = [base64.b64encode(hashlib.sha256(one.encode()).digest()).decode() for one in own]
    assert allowed == digests
    directives = dict(part.strip().split(" ", 1) for part in policy.split(";"))
    assert directives["default-src"] == "'none'"
    assert "unsafe" not in directives["script-src"]
    assert "connect-src" not in directives  # so it is that of default-src


def test_the_library_has_its_licence() -> None:
    static = files("sram_spice.report").joinpath("static")
    assert "MIT License" in static.joinpath("plotly-LICENSE.txt").read_text(encoding="utf-8")
    assert "MIT license" in static.joinpath(LIBRARY).read_text(encoding="utf-8")[:300]


def test_figures_as_files_are_linked_where_they_are(
    run_8t: Run, written_8t: list[FigureFile], tmp_path: Path
) -> None:
    assert not [a for t, a in Tags(page(run_8t, tmp_path)).tags if t == "a"]
    folder = written_8t[0].png.parent
    links = [a["href"] for t, a in Tags(page(run_8t, folder)).tags if t == "a"]
    assert sorted(set(links)) == sorted(
        name for file in written_8t for name in (file.png.name, file.svg.name)
    )


def test_what_comes_from_outside_stays_text(run_8t: Run, tmp_path: Path) -> None:
    technology = run_8t.design.technology.model_copy(update={"model": SCRIPT})
    references = run_8t.references
    notes = pd.Series([SCRIPT] * len(references), index=references.index)
    hostile = replace(
        with_tables(run_8t, references=references.assign(note=notes)),
        design=run_8t.design.model_copy(update={"technology": technology}),
        warnings=[SCRIPT],
        fingerprint=SCRIPT,
        versions={SCRIPT: SCRIPT},
        statuses={SCRIPT: {SCRIPT: 1}},
    )
    text = page(hostile, tmp_path)
    tags = Tags(text)
    assert tags.names.count("script") == 1 + len(SCRIPTS)
    assert tags.words.count(SCRIPT) >= 9


def test_data_cannot_end_its_element() -> None:
    text = in_script({"name": "</script><script>alert(1)</script><!--", "and": "&lt;"})
    assert not set("<>&") & set(text)
    assert json.loads(text) == {"name": "</script><script>alert(1)</script><!--", "and": "&lt;"}


def test_verdict_is_good_only_when_all_is(run_8t: Run) -> None:
    good = run_8t
    assert verdict(good).severity == "good"
    doubtful = verdict(replace(good, warnings=["look"]))
    assert (doubtful.severity, doubtful.lines) == ("doubtful", ("look",))
    for status in ("flipped", "nonconverged", "timeout"):
        lost = verdict(replace(good, statuses={"monte_carlo": {"ok": 10, status: 2}}))
        assert lost.severity == "bad"
        assert "2 simulated points" in lost.lines[0]


def test_tables_beyond_their_bounds_are_bad_even_if_all_points_are_ok(
    run_8t: Run, tmp_path: Path
) -> None:
    level = {
        "n_plus": 1, "n_minus": 7, "columns": 20, "compared": 20, "disagreements": 0,
        "largest_v": 0.012, "rms_v": 1e-3, "mean_v": 1e-3, "mean_interval_v": 1e-4,
        "sigma_relative": 0.1, "sigma_interval": 0.01, "bound_v": 5e-4, "ok": False,
    }  # fmt: skip
    certificate = {"ok": False, "levels": [level, {**level, "n_plus": 2, "ok": True}]}
    run = replace(run_8t, certificate=certificate)
    assert verdict(run).severity == "bad"
    words = Tags(page(run, tmp_path)).words
    assert "The tables are not within their bounds of full SPICE" in words
    assert "No data lost" not in words
    first = words[: words.index("Key numbers")]
    assert "certificate n_plus=1, n_minus=7" in first
    assert "12.00 mV" in first
    assert "n_plus=2" not in first


@pytest.mark.parametrize(("change", "status"), [(lose_data, "flipped"), (fail, "nonconverged")])
def test_trouble_comes_first_and_is_counted(change: object, status: str, tmp_path: Path) -> None:
    run = make_run(change=change)  # type: ignore[arg-type]
    run = replace(run, warnings=["Data is lost at n_plus=1"])
    tags = Tags(page(run, tmp_path))
    assert "No data lost" not in tags.words
    assert tags.words.index("Data is lost at n_plus=1") < tags.words.index("Key numbers")
    assert ("section", {"class": "verdict bad", "role": "note"}) in tags.tags
    number = run.statuses["monte_carlo"][status]
    assert re.search(rf"Monte Carlo samples {status} [a-z ,]+ {number} ", tags.words)


def test_6t_shows_global_and_full_references_and_folds_the_rest(
    run_6t: Run, tmp_path: Path
) -> None:
    text = page(run_6t, tmp_path)
    words = Tags(text).words
    table = run_6t.references
    for which in (table["n_active"] == 8, table["n_active"].isna()):
        for voltage in table.loc[which, "v_ref_v"]:
            assert f"{1e3 * voltage:.1f} mV" in words
    folded = text[text.index("<summary>The other 7 numbers") :]
    folded = folded[: folded.index("</details>")]
    at_5 = table.loc[table["n_active"] == 5, "v_ref_v"]
    assert all(f"{1e3 * voltage:.1f}" in folded for voltage in at_5)
    assert "Wrong codes, global" in words


def test_8t_has_one_set_of_references(run_8t: Run, tmp_path: Path) -> None:
    words = Tags(page(run_8t, tmp_path)).words
    assert "Global: one set" not in words
    assert "The other" not in words
    assert "Wrong codes" in words


def test_notes_that_are_all_empty_in_a_file_are_no_column(run_8t: Run, tmp_path: Path) -> None:
    """A file without notes is read as a column of NaN."""
    references = run_8t.references.assign(note=float("nan"))
    text = page(with_tables(run_8t, references=references), tmp_path)
    words = Tags(text).words
    assert not re.search(r"\bnan\b", words)
    assert "error probability note" not in words


@pytest.mark.parametrize("topology", ["8t_xnor", "6t"])
def test_page_without_mismatch(topology: str, tmp_path: Path) -> None:
    run = make_run(topology, mismatch=False)
    words = Tags(page(run, tmp_path)).words
    assert "without mismatch" in words
    assert "this level has no Monte Carlo samples" in words
    assert not re.search(r"\bnan\b", words)


def test_error_probability_is_explained(run_8t: Run, tmp_path: Path) -> None:
    words = Tags(page(run_8t, tmp_path)).words
    assert "error probability is how often" in words
    assert "no better than a coin" in words


def test_same_input_gives_the_same_page(run_8t: Run, tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    first, second = (page(run_8t, folder) for folder in (tmp_path, tmp_path / "b"))
    assert first == second
    changed = with_averages(run_8t, ideal_summary())
    assert page(changed, tmp_path) != first
