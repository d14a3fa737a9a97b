"""A page in headless Chromium, and what went on while it was open."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome")
Scheme = Literal["light", "dark"]


@dataclass
class Opened:
    """A page with what it asked for and what it complained about."""

    page: Page
    asked: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def data(self, name: str) -> list[dict[str, Any]]:
        """What the library has drawn of a chart: its traces."""
        found = self.page.evaluate(
            "name => document.querySelector(`#chart-${name} .plot`).data", name
        )
        assert isinstance(found, list)
        return found

    def layout(self, name: str) -> dict[str, Any]:
        """How it has laid them out."""
        found = self.page.evaluate(
            "name => document.querySelector(`#chart-${name} .plot`).layout", name
        )
        assert isinstance(found, dict)
        return found


@contextmanager
def chromium() -> Iterator[Browser]:
    """The system's Chromium; the tests are skipped where there is none."""
    program = next((found for name in NAMES if (found := shutil.which(name))), None)
    if program is None:
        pytest.skip("Chromium is not installed (scripts/setup.sh does it)")
    with sync_playwright() as playwright:
        # As root, in CI, there is no sandbox; the pages are our own.
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield browser
        browser.close()


Open = Callable[..., Opened]


def opener(browser: Browser, opened: list[Opened]) -> Open:
    """Return a function that opens a file; nothing but that file is let through."""

    def open_page(path: Path, width: int = 1000, scheme: Scheme = "light") -> Opened:
        page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
        one = Opened(page)
        address = path.as_uri()
        page.on("request", lambda request: one.asked.append(request.url))
        page.on("pageerror", lambda error: one.complaints.append(str(error)))
        page.on(
            "console",
            lambda line: (
                one.complaints.append(line.text) if line.type in ("error", "warning") else None
            ),
        )
        page.route(
            "**/*",
            lambda route: route.continue_() if route.request.url == address else route.abort(),
        )
        page.goto(address)
        opened.append(one)
        return one

    return open_page
