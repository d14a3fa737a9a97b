"""A design as a file: it reads as the same design, whatever was given and derived."""

from __future__ import annotations

import tomllib

import pytest

from sram_spice.design import load_design, with_values
from sram_spice.design.toml_text import toml_text
from tests.results.design_changes import changed_designs
from tests.third_party import other_package


@pytest.mark.parametrize("topology", ["8t_xnor", "6t"])
def test_every_changed_design_comes_back(make_design, topology, tmp_path):
    design = make_design(topology)
    path = tmp_path / "design.toml"
    with other_package(tmp_path / "site"):
        for key, one in changed_designs(design, tmp_path).items():
            path.write_text(toml_text(one), encoding="utf-8")
            assert load_design(path).model_dump() == one.model_dump(), key


def test_heading_and_paths(make_design, tmp_path, monkeypatch):
    """A path is the same file wherever the design file is put."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "sums.csv").write_text("sum,count\n0,1\n")
    design = with_values(make_design("8t_xnor"), {"mlsa.sum_histogram": "sums.csv"})
    text = toml_text(design, 'Point 3: "best"\nconfirmed: yes')
    assert text.startswith('# Point 3: "best"\n# confirmed: yes\n')
    data = tomllib.loads(text)
    assert data["mlsa"]["sum_histogram"] == str(tmp_path / "sums.csv")
    assert data["technology"]["model"] == "ptm65"  # built in
