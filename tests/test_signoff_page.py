"""The page of the sign-off and the README say what results/signoff holds."""

from __future__ import annotations

import re

import pytest

import sram_spice as ss
from sram_spice.errors import RunWarning
from tests.conftest import ROOT

CORNER = "technology.corner"


@pytest.fixture(scope="module")
def table():
    with pytest.warns(RunWarning, match="NOT signed off"):
        return ss.open(ROOT / "results" / "signoff" / "fixed").table


def flat(path):
    return " ".join((ROOT / path).read_text(encoding="utf-8").split())


def test_every_condition_of_the_default_is_there(table):
    assert len(table) == 45
    assert (table["status"] == "done").all()
    assert (table["failed"] == 0).all()


def test_the_table_on_the_page(table):
    text = (ROOT / "docs" / "signoff.md").read_text(encoding="utf-8")
    first = text.partition("## A word line that follows")[0]
    rows = {
        cells[0]: cells
        for line in first.splitlines()
        if (cells := [part.strip() for part in line.strip("|").split("|")])[0] in set(table[CORNER])
    }
    assert set(rows) == set(table[CORNER])
    for corner, mine in table.groupby(CORNER):
        _, broken, highest, *errors = rows[corner]
        lost = mine[mine["loss_high"] > 1e-6]
        said = [] if broken == "none" else broken.split("; ")
        assert sorted(said) == sorted(
            f"{v:g} V, {t:g} degC"
            for v, t in lost[["conditions.vdd", "conditions.temperature"]].to_numpy()
        )
        assert float(highest) == pytest.approx(mine["loss_probability"].max(), rel=0.5)
        for text, name in zip(errors, ("anew", "ladder", "replica"), strict=True):
            values = 100 * mine[f"code_error_{name}"]
            assert text == f"{values.min():.0f} to {values.max():.0f} %"


def test_the_readme(table):
    text = flat("README.md")
    broken = int((table["loss_high"] > 1e-6).sum())
    assert f"breaks the limit on data loss in {broken} of {len(table)}" in text
    found = re.search(r"give (\d+) to (\d+) % wrong codes over the 45 conditions", text)
    ladder, replica = (100 * table[f"code_error_{name}"] for name in ("ladder", "replica"))
    assert found
    assert [round(ladder.min()), round(ladder.max())] == [int(found[1]), int(found[2])]
    found = re.search(r"(\d+) to (\d+) %, at most ([\d.]+) % more than references made anew", text)
    assert found
    assert [round(replica.min()), round(replica.max())] == [int(found[1]), int(found[2])]
    more = (replica - 100 * table["code_error_anew"]).max()
    assert float(found[3]) == pytest.approx(more, abs=0.1)


def test_a_word_line_that_is_lowered_keeps_data_everywhere(table):
    """Each of its conditions is one of the two tables: V_WL alone tells them apart."""
    with pytest.warns(RunWarning, match="NOT signed off: 5 of 45"):
        following = ss.open(ROOT / "results" / "signoff" / "following").table
    keys = [CORNER, "conditions.vdd", "conditions.temperature"]
    fixed, follows = (one.set_index(keys).sort_index() for one in (table, following))
    above = follows["word_line_voltage_v"] > 0.5
    lowered = fixed.where(above, follows)
    assert above.sum() == 24
    assert (lowered["broken"] == "").all()
    text = flat("README.md")
    assert f"the worst {lowered['loss_high'].max():.1e}".replace("e-07", "e-7") in text
    for name, values in (("replica", lowered), ("ladder", follows)):
        errors = 100 * values[f"code_error_{name}"]
        assert f"{errors.min():.0f} to {errors.max():.0f} %" in text
