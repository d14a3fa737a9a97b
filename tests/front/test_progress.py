"""What shows progress, and where."""

from __future__ import annotations

import sys
from types import SimpleNamespace

import pytest

import sram_spice as ss
from sram_spice.front import progress
from sram_spice.front.progress import Bars, NotebookBar, say, shown, warn
from sram_spice.simulation import Status
from sram_spice.simulation.progress import Silent


@pytest.fixture
def notebook(monkeypatch):
    """A Jupyter kernel as far as it is looked at; what it shows, in order."""
    seen = []
    handle = SimpleNamespace(update=seen.append)
    fake = SimpleNamespace(HTML=str, display=lambda one, **_: seen.append(one) or handle)
    shell = SimpleNamespace(kernel=object())
    monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(get_ipython=lambda: shell))
    monkeypatch.setattr(progress, "_ipython", lambda: fake)
    return seen


def test_a_notebook_has_one_bar_that_goes_away(notebook):
    with shown() as bar:
        assert isinstance(bar, NotebookBar)
        bar.begin("Monte Carlo <1>", 2)
        bar.point(Status.OK)
        bar.point(Status.OK)
        last = notebook[-1]
    assert 'value="2" max="2"' in last
    assert "Monte Carlo &lt;1&gt;: 2 of 2" in last
    assert notebook[-1] == ""


def test_failed_points_stay_named_in_a_notebook(notebook):
    with shown() as bar:
        bar.begin("nominal levels", 1)
        bar.point(Status.TIMEOUT)
    assert "1 point has no valid solution" in notebook[-1]


def test_the_bar_goes_away_when_it_is_interrupted(notebook):
    def interrupted():
        with shown() as bar:
            bar.begin("nominal levels", 5)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert notebook[-1] == ""


def test_where_nobody_looks_nothing_is_shown(monkeypatch, capsys):
    monkeypatch.setattr(sys.stderr, "isatty", lambda: False, raising=False)
    for wanted in (None, False):
        with shown(wanted) as found:
            assert isinstance(found, Silent)
    say("text")
    assert capsys.readouterr().err == ""


def test_bars_on_demand_and_one_s_own():
    with shown(True) as found:
        assert isinstance(found, Bars)
    own = Silent()
    with shown(own) as found:
        assert found is own


def test_every_warning_is_issued():
    with pytest.warns(ss.RunWarning) as caught:
        warn(["one", "two"])
    assert [str(one.message) for one in caught] == ["one", "two"]
