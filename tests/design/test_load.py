"""Design files that are right: references, defaults, overrides, paths."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from sram_spice.design import Design, design_from_dict, load_design, with_values
from sram_spice.design.load import apply_override
from sram_spice.errors import InputError

from .valid import CONTRACT

CIRCUITS = sorted((Path(__file__).parents[2] / "circuits").glob("*.toml"))


@pytest.fixture
def design_file(tmp_path: Path) -> Path:
    path = tmp_path / "design.toml"
    path.write_text(CONTRACT, encoding="utf-8")
    return path


def test_there_is_a_reference_design_of_each_topology():
    topologies = [load_design(path).cell.topology for path in CIRCUITS]
    assert sorted(topologies) == ["6t", "8t_xnor"]


@pytest.mark.parametrize("path", CIRCUITS, ids=lambda path: path.stem)
def test_reference_designs_have_the_contract_s_values(path):
    found = load_design(path).model_dump()
    for section, values in tomllib.loads(CONTRACT).items():
        if section in ("name", "cell"):
            continue
        assert {key: found[section][key] for key in values} == values, section


def test_defaults_are_the_contract_s_values():
    bare = design_from_dict({"name": "xnor_8t_64", "cell": {"topology": "8t_xnor"}})
    contract = tomllib.loads(CONTRACT)
    given = contract["column"].pop("discharge_time")  # a key of another read-out
    assert bare == design_from_dict(contract)
    timed = with_values(bare, {"column.readout": "discharge"})
    assert timed.model_dump()["column"]["discharge_time"] == given


def test_a_design_survives_its_own_json():
    design = design_from_dict(tomllib.loads(CONTRACT))
    assert Design.model_validate_json(design.model_dump_json()) == design


def test_a_design_cannot_be_changed():
    design = design_from_dict(tomllib.loads(CONTRACT))
    with pytest.raises(ValueError, match="frozen"):
        design.column.rows = 3


@pytest.mark.parametrize(
    ("item", "section", "key", "value"),
    [
        ("column.rows=16", "column", "rows", 16),
        ("column.rows=1_000", "column", "rows", 1000),
        (" column.rows = 16 ", "column", "rows", 16),
        ("column.word_line_voltage=0.6", "column", "word_line_voltage", 0.6),
        ("column.word_line_voltage=1", "column", "word_line_voltage", 1.0),
        ("cell.width_access=150e-9", "cell", "width_access", 150e-9),
        ("mlsa.quantization=linear", "mlsa", "quantization", "linear"),
        ('mlsa.quantization="linear"', "mlsa", "quantization", "linear"),
        ("mlsa.quantization='linear'", "mlsa", "quantization", "linear"),
        ("cell.topology=6t", "cell", "topology", "6t"),
        ("mismatch.a_vt=0", "mismatch", "a_vt", 0.0),
        ("conditions.temperature=-40", "conditions", "temperature", -40.0),
        ("mlsa={levels = 4}", "mlsa", "levels", 4),
    ],
)
def test_override(design_file, item, section, key, value):
    found = load_design(design_file, [item]).model_dump()[section][key]
    assert found == value
    assert type(found) is type(value)


def test_overrides_apply_in_order_and_leave_the_rest(design_file):
    changed = load_design(design_file, ["column.rows=4", "name=other", "column.rows=5"])
    expected = tomllib.loads(CONTRACT)
    expected["name"] = "other"
    expected["column"]["rows"] = 5
    assert changed == design_from_dict(expected)


def test_an_override_makes_its_section():
    data: dict[str, object] = {}
    apply_override(data, "a.b.c=1")
    assert data == {"a": {"b": {"c": 1}}}


def test_an_override_cannot_smuggle_a_second_key_in(design_file):
    with pytest.raises(InputError, match=r"column\.rows"):
        load_design(design_file, ["column.rows=4\nx=3"])


@pytest.mark.parametrize(
    ("key", "value"),
    [("technology.model", "cards/mine.pm"), ("mlsa.sum_histogram", "data/sums.csv")],
)
def test_paths_in_a_file_are_relative_to_it(tmp_path, monkeypatch, key, value):
    section, name = key.split(".")
    (tmp_path / "deep").mkdir()
    path = tmp_path / "deep" / "design.toml"
    path.write_text(f'{key} = "{value}"\nname = "x"\ncell.topology = "6t"\n', encoding="utf-8")
    monkeypatch.chdir(tmp_path)

    def found(*overrides: str) -> str:
        return load_design(Path("deep/design.toml"), overrides).model_dump()[section][name]

    assert found() == f"deep/{value}"
    # On the command line they are relative to where the user stands; absolute ones stay.
    assert found(f"{key}={value}") == value
    assert found(f"{key}={tmp_path}/{value}") == f"{tmp_path}/{value}"


def test_an_absolute_path_in_a_file_stays(tmp_path):
    path = tmp_path / "design.toml"
    path.write_text(
        'technology.model = "/cards/mine.pm"\nname = "x"\ncell.topology = "6t"\n', encoding="utf-8"
    )
    assert load_design(path).technology.model == "/cards/mine.pm"


def test_with_values_changes_keys_and_validates_anew():
    design = design_from_dict(tomllib.loads(CONTRACT))
    changed = with_values(design, {"column.rows": 16, "name": "other"})
    assert (changed.column.rows, changed.name) == (16, "other")
    assert (design.column.rows, design.name) == (64, "xnor_8t_64")
    assert with_values(changed, {"column.rows": 64, "name": "xnor_8t_64"}) == design


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"column.rows": 0}, r"column\.rows: .*greater than or equal to 1"),
        ({"column.rowz": 4}, r"column\.rowz: unknown key.*allowed: rows"),
        ({"colum.rows": 4}, r"colum\.rows: unknown key.*allowed: name, technology"),
        ({"column.rows.x": 4}, r"column\.rows\.x: unknown key"),
        ({"rows": 4}, r"rows: unknown key; did you mean column\.rows\?"),
        ({"colum.rows": 4}, r"colum\.rows: unknown key; did you mean column\.rows\?"),
        ({"x" * 10_000: 4}, r"x: unknown key \(got 4\)"),
    ],
)
def test_with_values_refuses(values, message):
    design = design_from_dict(tomllib.loads(CONTRACT))
    with pytest.raises(InputError, match=message):
        with_values(design, values)


def test_keys_of_a_plug_in_are_kept_when_another_one_is_chosen():
    design = design_from_dict(
        {
            "name": "x",
            "cell": {"topology": "6t"},
            "column": {"readout": "discharge", "discharge_time": 1e-9},
        }
    )
    away = with_values(design, {"column.readout": "load"})
    assert away.model_dump()["column"]["discharge_time"] == 1e-9
    assert with_values(away, {"column.readout": "discharge"}) == design
    # What nobody gave is not there, whatever is registered.
    assert (
        "discharge_time"
        not in design_from_dict({"name": "x", "cell": {"topology": "6t"}}).model_dump_json()
    )


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("column.discharge_time", -1.0, r"column\.discharge_time: .*greater than.*sampled this"),
        ("column.discharge_tim", 1e-9, r"column\.discharge_tim: unknown key.*allowed: rows"),
        ("column.width_access", 1e-6, r"column\.width_access: unknown key"),
        ("sense_amplifier.width_inputs", 1e-6, r"unknown key.*allowed: topology"),
        ("measurements.nothing.x", 1, r"measurements\.nothing: unknown key"),
        ("measurements.hold_snm.x", 1, r"measurements\.hold_snm\.x: unknown key"),
        ("measurements.hold_snm", 1, r"measurements\.hold_snm: .*is not a section"),
    ],
)
def test_keys_that_no_plug_in_has_are_refused(key, value, message):
    design = design_from_dict({"name": "x", "cell": {"topology": "6t"}})
    with pytest.raises(InputError, match=message):
        with_values(design, {key: value})
