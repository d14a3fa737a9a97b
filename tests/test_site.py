"""The site builds without a warning, holds every page, and loads nothing from a network."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from html.parser import HTMLParser
from typing import get_args

import pytest

from sram_spice.cli.main import COMMANDS
from sram_spice.design import Design
from tests.conftest import ROOT
from tests.report.browser import chromium

# The fixture takes most of the time.
pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("site")]

pytest.importorskip("mkdocs", reason="the extra `docs` is not installed")


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """The built site; a warning is an error (mkdocs.yml: strict)."""
    folder = tmp_path_factory.mktemp("site")
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(folder)],
        cwd=ROOT,
        env={**os.environ, "NO_MKDOCS_2_WARNING": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    assert "WARNING" not in done.stderr
    return folder


class Loaded(HTMLParser):
    """Addresses that a browser loads when it opens a page, and those that a reader may follow."""

    def __init__(self):
        super().__init__()
        self.loaded, self.links, self.ids = [], [], set()

    def handle_starttag(self, tag, attrs):
        values = dict(attrs)
        self.ids.add(values.get("id"))
        if tag == "a":
            self.links.append(values.get("href") or "")
        elif tag == "link" and values.get("rel") in ("canonical", "prev", "next"):
            return
        else:
            self.loaded += [values[k] for k in ("src", "href", "srcset", "data") if values.get(k)]


def parsed(path):
    parser = Loaded()
    parser.feed(path.read_text(encoding="utf-8"))
    return parser


def test_every_page_is_there_and_in_the_navigation(site):
    index = parsed(site / "index.html")
    pages = {p.stem for p in (ROOT / "docs").glob("*.md")}
    pages |= {"commands", "design_file", "architecture", "api_lut", "api_design"}
    pages |= {"contributing", "changelog", "results"}
    for name in pages:
        assert (site / f"{name}.html").exists()
        assert f"{name}.html" in index.links


def test_no_page_stands_twice_in_the_menu(site):
    text = (site / "index.html").read_text(encoding="utf-8")
    links = re.findall(r'<a href="([\w.]+\.html)" class="md-nav__link', text)
    assert "faults.html" in links
    assert len(links) == len(set(links))


def test_nothing_is_loaded_from_a_network_and_all_of_it_is_there(site):
    pages = sorted(site.glob("*.html"))
    assert len(pages) > 20
    for page in pages:
        for address in parsed(page).loaded:
            assert not re.match(r"(https?:)?//", address), f"{page.name}: {address}"
            if page.name != "404.html" and not address.startswith("data:"):
                assert (site / address.partition("?")[0].partition("#")[0]).exists(), address
    for sheet in site.rglob("*.css"):
        assert not re.search(r"url\(['\"]?(https?:)?//", sheet.read_text(encoding="utf-8"))


def test_the_notebook_is_executed_and_shows_its_figures(site):
    text = (site / "first_steps.html").read_text(encoding="utf-8")
    assert "Swing of V_BL" in text
    assert text.count("first_steps_files/") >= 2
    for figure in re.findall(r'src="(first_steps_files/[^"]+)"', text):
        assert (site / figure).read_bytes().startswith(b"\x89PNG")
    assert "Traceback" not in text
    assert not (site / "first_steps.ipynb").exists()


def test_the_notebook_is_kept_without_outputs():
    notebook = json.loads((ROOT / "docs" / "first_steps.ipynb").read_text(encoding="utf-8"))
    for cell in notebook["cells"]:
        assert not cell.get("outputs")
        assert cell.get("execution_count") is None


def test_every_key_of_a_design_and_every_command_is_on_its_page(site):
    text = (site / "design_file.html").read_text(encoding="utf-8")

    def keys(model):
        for name, field in model.model_fields.items():
            kinds = [field.annotation, *get_args(field.annotation)]
            inner = [kind for kind in kinds if getattr(kind, "model_fields", None)]
            yield name, bool(inner)
            for kind in inner:
                yield from keys(kind)

    found = list(keys(Design))
    assert ("sense_amplifier", True) in found
    for name in (
        "width_latch",
        "hold_capacitance",
        "width_pull_up",
        "load_width",
        "discharge_time",
    ):
        assert f"<code>{name}</code>" in text, name
    found.remove(("measurements", False))  # sections of plug-ins: none that comes along has one
    for name, section in found:
        assert (f">[{name}]<" if section else f"<code>{name}</code>") in text, name
    commands = (site / "commands.html").read_text(encoding="utf-8")
    for name in COMMANDS:
        assert f'id="sram-spice-{name}"' in commands
    assert "<code>--set</code>" in commands


def test_the_files_of_the_how_tos_are_on_their_pages(site):
    for name, parts in {
        "own_cell": ("Cell10TDecoupled", "10t_decoupled"),
        "own_readout": ("DiodeLoad", "diode_load"),
        "own_card": ("my_nmos", "8t_xnor"),
        "own_measurement": ("ReadBump", "read_bump"),
    }.items():
        text = (site / f"{name}.html").read_text(encoding="utf-8")
        assert all(part in text for part in parts), name
        assert not re.search(r"-- ?8|8 ?&lt;", text), name  # an inclusion that was not made


def test_the_site_opens_from_the_disk_and_finds_what_is_searched(site):
    with chromium() as browser:
        page, asked, complaints = browser.new_page(), [], []
        page.on("request", lambda request: asked.append(request.url))
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        for name in ("index", "design_file", "api_lut"):
            page.goto((site / f"{name}.html").as_uri())
        page.fill("input.md-search__input", "Pelgrom")
        page.wait_for_selector(".md-search-result__item", timeout=60_000)
        assert not [url for url in asked if not url.startswith(("file:", "data:", "blob:"))]
        assert not complaints


def test_figures_are_those_of_the_results(site):
    for name in ("xnor_8t_64/level_curve.png", "map_8t/map.png", "witness/decision.png"):
        assert (site / "results" / name).read_bytes() == (ROOT / "results" / name).read_bytes()
    assert not list((ROOT / "docs").rglob("*.png"))
