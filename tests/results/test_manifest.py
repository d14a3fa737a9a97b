"""manifest.json: written, read again, and refused when it is none."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from sram_spice.design import design_from_dict
from sram_spice.errors import InputError
from sram_spice.report.run import Run
from sram_spice.results.identity import sha256, simulation_fingerprint
from sram_spice.results.manifest import FILE, PACKAGES, Manifest
from sram_spice.technology import technology_cards


def strict_json(text):
    """JSON as every program reads it: without NaN and Infinity."""

    def refuse(constant):
        raise ValueError(constant)

    return json.loads(text, parse_constant=refuse)


@pytest.fixture
def text(finished_8t):
    return (finished_8t.folder / FILE).read_text(encoding="utf-8")


def test_it_says_what_was_run_and_with_what(finished_run):
    data = strict_json((finished_run.folder / FILE).read_text(encoding="utf-8"))
    design = design_from_dict(data["design"])
    assert design == finished_run.design
    assert data["seed"] == design.monte_carlo.seed
    assert data["design_sha256"] == sha256(design.model_dump_json())
    cards = technology_cards(design)
    assert data["cards_sha256"] == sha256(cards.render())
    version = int(data["versions"]["ngspice"])
    assert version >= 30
    assert data["fingerprint"] == simulation_fingerprint(design, cards, version)
    assert set(data["versions"]) == {"sram-spice", "ngspice", "python", *PACKAGES}
    assert data["wall_time_s"] > 0
    assert data["warnings"] == []
    assert data["incidents"] == []


def test_it_counts_every_point(finished_run):
    statuses = finished_run.run.statuses
    rows = finished_run.design.column.rows
    levels, sampled = {8: (9, 9), 4: (15, 8)}[rows]
    assert statuses["nominal"] == {"ok": levels}
    assert statuses["monte_carlo"] == {"ok": 5 * sampled}
    assert list(statuses["access"]) == ["ok"]
    assert finished_run.run.failed == 0


def test_it_is_read_back_equal(finished_run, tmp_path):
    made, read = finished_run.run, Run.open(finished_run.folder)
    for name in Manifest.__annotations__:
        assert getattr(read, name) == getattr(made, name), name
    replace(read, folder=tmp_path).write_manifest()
    assert (tmp_path / FILE).read_bytes() == (finished_run.folder / FILE).read_bytes()


def test_failed_points_are_those_without_values(finished_8t):
    statuses = {"a": {"ok": 5, "timeout": 2}, "b": {"flipped": 3, "crashed": 1}}
    assert replace(finished_8t.run, statuses=statuses).failed == 3
    assert replace(finished_8t.run, statuses=statuses).points_not_ok == 6


@pytest.mark.parametrize(
    ("change", "part"),
    [
        (lambda text: "", "not a manifest"),
        (lambda text: text[: len(text) // 2], "not a manifest"),
        (lambda text: "[]", "not a manifest"),
        (lambda text: "3", "not a manifest"),
        (lambda text: "null", "not a manifest"),
        (lambda text: "{}", "design: not a manifest"),
        (lambda text: "[" * 100_000, "not a manifest"),
        (lambda text: "\x00", "not a manifest"),
        (lambda text: text.replace('"seed"', '"seat"'), "seed: not a manifest"),
        (lambda text: text.replace('"seed": 1,', '"seed": "one",'), "seed: not a manifest"),
        (lambda text: text.replace('"warnings": []', '"warnings": [3]'), "warnings.0: not a"),
        (lambda text: text.replace('"incidents": []', '"incidents": {}'), "incidents: not a"),
        (lambda text: text.replace('"ok": 9', '"ok": "all"'), "statuses.nominal.ok: not a"),
        (lambda text: text.replace('"design": {', '"design": 3, "x": {'), "design: not a"),
    ],
    ids=range(14),
)
def test_what_is_no_manifest(tmp_path, text, change, part):
    changed = change(text)
    assert changed != text
    (tmp_path / FILE).write_text(changed, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        Run.open(tmp_path)
    message = str(caught.value)
    assert message.startswith(f"{tmp_path / FILE}: ")
    assert part in message
    assert len(message) < 500


@pytest.mark.parametrize(
    ("make", "part"),
    [
        (lambda path: None, "no such file"),
        (lambda path: path.mkdir(), "not a manifest"),
        (lambda path: path.write_bytes(b"\xff\xfe\x00"), "not a manifest"),
    ],
    ids=["missing", "folder", "binary"],
)
def test_a_file_that_cannot_be_read(tmp_path, make, part):
    make(tmp_path / FILE)
    with pytest.raises(InputError, match=part):
        Run.open(tmp_path)
