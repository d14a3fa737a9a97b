"""Reports of small real runs in headless Chromium: drawn, silent, safe, sortable, on any screen."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

import pandas as pd
import pytest
from playwright.sync_api import Browser

from sram_spice.report.sweep_run import TABLE
from sram_spice.results.tables import StoredTables
from sram_spice.runs.redraw import redraw
from sram_spice.runs.sweep.design_grid import grid, parse_axis
from sram_spice.runs.sweep.run import sweep
from sram_spice.simulation.progress import Silent
from tests.report.browser import Open, Opened, chromium, opener
from tests.runs.finished import finished, small_design

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("browser")]
RESULTS = Path(__file__).parents[2] / "results"
AXES = ("column.word_line_voltage=0.4,0.5", "column.load_width=1e-6,2e-6")
OPEN_ALL = "document.querySelectorAll('details').forEach(one => one.open = true)"
FITS = "width => [...document.querySelectorAll('.main-svg')].every(one => one.clientWidth < width)"
MISSING = "\N{EN DASH}"
HOSTILE = "</script><script>window.ran = 1</script><img src=x onerror='window.ran = 1'>"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as found:
        yield found


@pytest.fixture
def open_page(browser: Browser) -> Iterator[Open]:
    """Open pages; at the end none may have asked for anything else, or complained."""
    opened: list[Opened] = []
    yield opener(browser, opened)
    for one in opened:
        one.page.close()
        assert_silent(one)


def assert_silent(page: Opened) -> None:
    """Nothing but the page itself was asked for, nothing went wrong."""
    assert page.asked[0].startswith("file://")
    assert not [url for url in page.asked[1:] if not url.startswith(("data:", "blob:"))]
    assert not page.complaints


@pytest.fixture(scope="module", params=["small run", "reference"])
def run_folder(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small real run, made here, and the reference one of the 8T cell with all it has."""
    folder = tmp_path_factory.mktemp("page") / "run"
    if request.param == "small run":
        return Path(shutil.copytree(finished("6t").folder, folder))
    return with_links(RESULTS / "xnor_8t_64", folder)


def with_links(source: Path, folder: Path) -> Path:
    """A folder that has the files of another one, but for its page."""
    folder.mkdir()
    for path in source.iterdir():
        if path.is_file() and path.suffix != ".html":
            (folder / path.name).symlink_to(path)
    return folder


@pytest.fixture(scope="module")
def shared_page(run_folder: Path, browser: Browser) -> Iterator[Opened]:
    """The page of the run, opened once: a second or two each time."""
    opened = opener(browser, [])(redraw(run_folder), width=1600)
    yield opened
    opened.page.close()


@pytest.fixture
def page(shared_page: Opened) -> Iterator[Opened]:
    shared_page.page.set_viewport_size({"width": 1600, "height": 900})
    shared_page.page.evaluate(OPEN_ALL)
    yield shared_page
    assert_silent(shared_page)


@pytest.fixture(scope="module")
def sweep_page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page of a small real sweep; the first point has its own page."""
    folder = tmp_path_factory.mktemp("sweep")
    design = small_design("8t_xnor", "column.rows=4", "mlsa.levels=3", "monte_carlo.samples=3")
    design = design.model_copy(update={"sense_amplifier": None})
    points = grid(design, [parse_axis(text) for text in AXES])
    table = sweep(points, folder, Silent(), workers=1, disturb=False)
    redraw(folder / str(table["folder"].iloc[0]))
    return redraw(folder)


def charts_of(page: Opened) -> list[str]:
    names = page.page.eval_on_selector_all(
        "figure.chart", "all => all.map(one => one.id.replace('chart-', ''))"
    )
    return [str(name) for name in names]


def assert_drawn(page: Opened) -> None:
    """Every chart has something in it: a curve, bars or an image, within its place."""
    for name in charts_of(page):
        place = page.page.locator(f"#chart-{name}")
        shapes = place.locator(".scatterlayer path, .barlayer path, .heatmaplayer image")
        assert shapes.count() > 0, name
        box, outer = place.locator(".main-svg").first.bounding_box(), place.bounding_box()
        assert box is not None
        assert outer is not None
        assert box["height"] > 200
        assert outer["x"] <= box["x"]
        assert box["x"] + box["width"] <= outer["x"] + outer["width"] + 1


def test_every_figure_is_drawn_and_fits_every_screen(page: Opened) -> None:
    expected = {"level_curve", "distribution", "histograms", "codes", "access"}
    assert expected <= set(charts_of(page))
    for width in (1600, 400):
        page.page.set_viewport_size({"width": width, "height": 900})
        page.page.wait_for_function(FITS, arg=width)
        assert_drawn(page)
        assert page.page.evaluate("document.documentElement.scrollWidth") <= width


def test_no_button_sends_a_chart_away(page: Opened) -> None:
    buttons = page.page.eval_on_selector_all(
        "#chart-level_curve .modebar-btn", "all => all.map(one => one.dataset.title)"
    )
    assert [str(title).split()[0] for title in buttons] == [
        "Download", "Zoom", "Pan", "Zoom", "Zoom", "Reset",
    ]  # fmt: skip


def test_charts_show_the_numbers_of_the_run(page: Opened, run_folder: Path) -> None:
    levels = StoredTables(run_folder)["levels"]
    rows = int((levels["n_plus"] + levels["n_minus"]).max())
    if page.page.locator("#chart-level_curve option[value='0']").text_content() == "several":
        page.page.select_option("#chart-level_curve select", label=str(rows))
    own = levels[levels["n_plus"] + levels["n_minus"] == rows].sort_values("sum")
    (mean,) = [t for t in page.data("level_curve") if t.get("name") == "V_BL mean ± 3 sigma"]
    assert mean["x"] == own["sum"].tolist()
    # Six digits are in the page.
    assert mean["y"] == pytest.approx(own["v_bl_mean_v"].tolist(), rel=1e-5)


def test_pickers_change_what_is_drawn(page: Opened) -> None:
    first = page.data("histograms")
    page.page.locator("#chart-histograms input[type=range]").fill("0")
    last = page.data("histograms")
    assert last != first
    assert page.page.locator("#chart-histograms output").text_content() == last[0]["name"]
    codes = page.page.locator("#chart-codes select")
    before = page.data("codes")
    codes.select_option(index=codes.locator("option").count() - 1)
    assert page.data("codes")[0]["z"] != before[0]["z"]


def test_closer_up_only_references_in_sight_are_named(page: Opened) -> None:
    count = "div => div.layout.annotations.filter(one => /^\\d+\\|\\d+$/.test(one.text)).length"
    place = page.page.locator("#chart-distribution .plot")
    before = place.evaluate(count)
    assert before >= 1
    place.evaluate("div => Plotly.relayout(div, {'yaxis.range': [-2, -1]})")
    assert place.evaluate(count) == 0
    place.evaluate("div => Plotly.relayout(div, {'yaxis.autorange': true})")
    assert place.evaluate(count) >= before


def test_tables_are_sorted_by_a_heading(page: Opened) -> None:
    table = page.page.locator("table", has=page.page.get_by_role("button", name="V_BL mean (mV)"))
    button = table.get_by_role("button", name="V_BL mean (mV)")
    heading = table.get_by_role("columnheader", name="V_BL mean (mV)")

    def column() -> list[str]:
        return [text.strip() for text in table.locator("tbody td:nth-child(5)").all_text_contents()]

    known = [float(text) for text in column() if text != MISSING]
    missing = [MISSING] * (len(column()) - len(known))
    for direction in ("ascending", "descending"):
        button.press("Enter")
        assert heading.get_attribute("aria-sort") == direction
        wanted = sorted(known, reverse=direction == "descending")
        assert column() == [*(f"{number:.2f}" for number in wanted), *missing]
    table.get_by_role("button", name="sum").click()
    assert heading.get_attribute("aria-sort") is None
    sums = [int(text) for text in table.locator("tbody td:nth-child(3)").all_text_contents()]
    assert sums == sorted(sums)


def test_dark_and_light_and_paper(page: Opened) -> None:
    look = """() => {
        const plot = document.querySelector("#chart-level_curve .plot");
        const text = plot.querySelector(".ytick text");
        return [getComputedStyle(document.body).backgroundColor, plot.layout.paper_bgcolor,
                getComputedStyle(text).fill, plot.layout.width];
    }"""
    light = page.page.evaluate(look)
    page.page.emulate_media(color_scheme="dark")
    page.page.wait_for_function(f"light => ({look})()[1] !== light", arg=light[1])
    dark = page.page.evaluate(look)
    assert all(a != b for a, b in zip(light[:3], dark[:3], strict=True))
    page.page.evaluate(f"addEventListener('beforeprint', () => window.printed = ({look})())")
    assert page.page.pdf(format="A4").startswith(b"%PDF")
    assert page.page.evaluate(look) == dark  # as it was, after printing
    printed = page.page.evaluate("window.printed")
    assert printed[1:3] == light[1:3]
    assert printed[3] < 720  # px of A4 within its margins
    page.page.emulate_media(color_scheme="light")


def test_text_from_outside_does_not_run(open_page: Open, tmp_path: Path, sweep_page: Path) -> None:
    folder = tmp_path / "run"
    shutil.copytree(finished("6t").folder, folder)
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest["design"]["technology"] |= {"process": None, "model": HOSTILE}
    manifest["versions"] |= {HOSTILE: HOSTILE}
    manifest["warnings"] = [HOSTILE]
    manifest["incidents"] = [{"status": HOSTILE, "job": HOSTILE, "point": 0, "detail": HOSTILE}]
    (folder / "manifest.json").write_text(json.dumps(manifest))
    page = open_page(redraw(folder))
    assert page.page.evaluate("window.ran") is None
    assert page.page.get_by_text(HOSTILE).count() >= 2
    assert_drawn(page)

    other = tmp_path / "sweep"
    shutil.copytree(sweep_page.parent, other)
    table = pd.read_csv(other / TABLE)
    table["technology.model"] = [HOSTILE, "b"] * (len(table) // 2)
    table[f"x.{HOSTILE}"] = HOSTILE
    table["folder"] = ["javascript:window.ran=1", "//host/x", "../run", "points"][: len(table)]
    table.to_csv(other / TABLE, index=False)
    page = open_page(redraw(other))
    page.page.select_option("#chart-sweep label:has-text('across') select", label="model")
    page.page.select_option("#chart-sweep label:has-text('colour') select", label="model")
    assert_drawn(page)
    assert page.page.evaluate("window.ran") is None
    assert page.page.locator("#chart-sweep img, #chart-sweep .plot a[href]").count() == 0
    assert page.page.locator("a[href]").count() == 0


def test_sweep_is_picked_from(sweep_page: Path, open_page: Open) -> None:
    table = pd.read_csv(sweep_page.parent / TABLE)
    page = open_page(sweep_page)
    assert charts_of(page) == ["sweep"]
    assert_drawn(page)

    def pick(label: str, choice: str) -> None:
        page.page.select_option(f"#chart-sweep label:has-text('{label}') select", label=choice)

    pick("up", "swing of V_BL (mV)")
    pick("across", "load width (µm)")
    pick("colour", "word line voltage (V)")
    assert page.layout("sweep")["xaxis"]["title"]["text"] == "load width (µm)"
    drawn = {one["name"]: one for one in page.data("sweep")}
    for voltage, own in table.groupby("column.word_line_voltage"):
        line = drawn[f"word line voltage {voltage:g} V"]
        assert line["x"] == pytest.approx((1e6 * own["column.load_width"]).tolist())
        assert line["y"] == pytest.approx((1e3 * own["swing_v"]).tolist(), rel=1e-8)
    pick("colour", "none")
    pick("small multiples", "word line voltage (V)")
    layout = page.layout("sweep")
    assert {"yaxis", "yaxis2"} <= set(layout)
    headings = {one["text"] for one in layout["annotations"]}
    assert headings == {"word line voltage 0.4 V", "word line voltage 0.5 V"}
    page.page.check("#chart-sweep input[type=checkbox]")
    assert page.layout("sweep")["yaxis"]["type"] == "log"
    page.page.set_viewport_size({"width": 400, "height": 900})
    assert_drawn(page)
    assert page.page.evaluate("document.documentElement.scrollWidth") <= 400
    (link,) = page.page.locator("a[href]").all()
    assert (sweep_page.parent / unquote(link.get_attribute("href") or "")).is_file()


def test_sense_amplifier_and_all_levels_of_6t(open_page: Open, tmp_path: Path) -> None:
    """The reference run: 2,145 levels, and what `sram-spice mlsa` left."""
    folder = with_links(RESULTS / "hbnn_6t_64", tmp_path / "run")
    page = open_page(redraw(folder), width=400)
    expected = {"level_plane", "mlsa_access", "mlsa_codes", "mlsa_energy", "mlsa_errors"}
    assert expected <= set(charts_of(page))
    assert_drawn(page)
    assert page.page.locator("#chart-level_plane .heatmaplayer image").count() == 1
