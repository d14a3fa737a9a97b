"""Design files that are wrong: the message names file, key, value and what is allowed."""

from __future__ import annotations

import tomllib

import pytest

from sram_spice.design import design_from_dict, load_design
from sram_spice.design.load import MAX_BYTES, apply_override
from sram_spice.errors import InputError

from .valid import CONTRACT


def refusal(tmp_path, *overrides, text=CONTRACT):
    path = tmp_path / "design.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        load_design(path, overrides)
    assert caught.value.exit_code == 2
    return str(caught.value).removeprefix(f"{path}: ")


@pytest.mark.parametrize(
    ("item", "parts"),
    [
        # unknown keys: the message lists those that exist
        ("column.row=4", ["column.row: unknown key", "(got 4)", "allowed: rows, readout, word_"]),
        ("colum.rows=4", ["colum: unknown key", "allowed: name, technology, conditions, cell"]),
        ("top=1", ["top: unknown key (got 1)", "allowed: name, technology"]),
        ("sense_amplifier.width_lach=1", ["sense_amplifier.width_lach: unknown key", "topology,"]),
        # and those that are near
        ("word_line_voltage=1", ["unknown key; did you mean column.word_line_voltage?"]),
        ("cell.rows=4", ["cell.rows: unknown key; did you mean column.rows?"]),
        ("cell.width_acess=1e-7", ["unknown key; did you mean cell.width_access?"]),
        ("topology=6t", ["did you mean cell.topology or sense_amplifier.topology?"]),
        ("colum.rows=4", ["colum: unknown key; did you mean column?"]),
        ("column.rows.x=4", ["column.rows.x: is not a section", "'rows'"]),
        ("name.x=4", ["name.x: is not a section", "'name'"]),
        # wrong type
        ("column.rows=four", ["column.rows: ", "valid integer", "'four'", "rows of the column"]),
        ("column.rows=4.5", ["column.rows: ", "valid integer", "4.5"]),
        ("column.rows=4.0", ["column.rows: ", "valid integer", "4.0"]),
        ("column.rows=true", ["column.rows: ", "valid integer", "True"]),
        ('column.rows="4"', ["column.rows: ", "valid integer", "'4'"]),
        ("column.rows=[1,2]", ["column.rows: ", "valid integer", "[1, 2]"]),
        ("column.rows=2020-01-01", ["column.rows: ", "valid integer", "date"]),
        ("column.rows=", ["column.rows: ", "valid integer", "''"]),
        ("column.word_line_voltage=high", ["column.word_line_voltage: ", "'high'", "word line, V"]),
        ("column.word_line_voltage=[0.5, 0.6]", ["valid number", "[0.5, 0.6]"]),
        ("conditions.vdd=true", ["conditions.vdd: ", "valid number", "True", "supply voltage, V"]),
        ("conditions.vdd='1.0'", ["conditions.vdd: ", "valid number", "'1.0'"]),
        ("name=3", ["name: ", "valid string", "3", "letters, digits"]),
        ("mlsa.quantization=1", ["mlsa.quantization: ", "'nonlinear' or 'linear'", "1"]),
        ("column=3", ["column: is not a section", "3", "a section with the keys rows, readout"]),
        (
            "mlsa=[]",
            ["mlsa: is not a section", "[]", "a section with the keys levels, quantization"],
        ),
        # out of range
        ("column.rows=0", ["column.rows: ", "greater than or equal to 1 ", "0"]),
        ("column.rows=-3", ["column.rows: ", "greater than or equal to 1 ", "-3"]),
        ("column.rows=1025", ["column.rows: ", "less than or equal to 1024", "1025"]),
        (
            "cell.width_access=-120e-9",
            ["cell.width_access: ", "0.000000001 ", "-1.2e-07", "transistors"],
        ),
        ("cell.width_access=0", ["cell.width_access: ", "0.000000001 ", "(got 0)"]),
        ("cell.width_access=120", ["cell.width_access: ", "0.001", "120", ", m"]),
        ("cell.length=0", ["cell.length: ", "0.000000001 ", "(got 0)"]),
        ("column.word_line_voltage=-0.5", ["column.word_line_voltage: ", "than 0", "-0.5"]),
        (
            "column.word_line_voltage=5",
            ["column.word_line_voltage: ", "limits of process ptm65", "0 to 1.5 V", "5"],
        ),
        ("conditions.vdd=5.0", ["conditions.vdd: ", "0.3 to 1.5 V", "(got 5.0)", "process ptm65"]),
        ("conditions.vdd=50.0", ["conditions.vdd: ", "10", "50.0", "supply voltage, V"]),
        ("conditions.temperature=-300", ["conditions.temperature: ", "-200", "-300", "degC"]),
        ("mismatch.a_vt=-1e-9", ["mismatch.a_vt: ", "than or equal to 0", "-1e-09"]),
        ("mismatch.a_vt_pair=3", ["mismatch.a_vt_pair: ", "(got 3)", "V m"]),
        ("mismatch.a_vt_pair=" + "9" * 400, ["mismatch.a_vt_pair: "]),
        ("mismatch.a_vt_pair=nan", ["mismatch.a_vt_pair: ", "finite"]),
        ("mismatch.a_vt_pair='3'", ["mismatch.a_vt_pair: "]),
        ("mismatch.a_vt=3", ["mismatch.a_vt: ", "0.0000001 ", "(got 3)", "V m"]),
        ("monte_carlo.samples=1", ["monte_carlo.samples: ", "2", "1"]),
        ("monte_carlo.seed=-1", ["monte_carlo.seed: ", "0", "-1"]),
        ("monte_carlo.seed=9223372036854775808", ["monte_carlo.seed: ", "9223372036854775808"]),
        ("mlsa.levels=1", ["mlsa.levels: ", "2", "1"]),
        ("mlsa.input_probability=1.01", ["mlsa.input_probability: ", "1", "1.01"]),
        ("access.edge_time=1", ["access.edge_time: ", "0.000001 ", "(got 1)"]),
        # not finite, or beyond a float
        ("conditions.vdd=nan", ["conditions.vdd: ", "finite", "nan"]),
        ("conditions.vdd=inf", ["conditions.vdd: ", "finite", "inf"]),
        ("column.word_line_voltage=-inf", ["column.word_line_voltage: ", "finite", "-inf"]),
        ("conditions.vdd=1e999", ["conditions.vdd: ", "finite", "inf"]),
        ("mismatch.a_vt=nan", ["mismatch.a_vt: ", "finite", "nan"]),
        ("conditions.vdd=" + "9" * 400, ["conditions.vdd: ", "valid number"]),
        ("column.rows=" + "9" * 5000, ["column.rows: ", "valid integer"]),
        # plug-ins: the message lists the registered ones
        ("cell.topology=10t", ["cell.topology: no plug-in of this name", "'10t'", "6t, 8t_xnor"]),
        ("column.readout=magic", ["column.readout: ", "'magic'", "discharge, divider, load"]),
        (
            "technology.corner=tf",
            ["technology.corner: ", "'tf'", "no corner of process ptm65", "tt, ff, ss, fs, sf"],
        ),
        ("monte_carlo.engine=gpu", ["monte_carlo.engine: ", "'gpu'", "'spice'"]),
        # names that would leave their folder, or inject a line into a deck
        ("name=../../etc/x", ["name: ", "'../../etc/x'", "letters, digits"]),
        ("name=a/b", ["name: ", "'a/b'"]),
        (r'name="a\n.control"', ["name: ", r"'a\n.control'"]),
        (r'name="a\n"', ["name: ", r"'a\n'"]),
        ("name=a b", ["name: ", "'a b'"]),
        ("name=", ["name: ", "''"]),
        ("name=.hidden", ["name: ", "'.hidden'"]),
        (r'name="a\u0000"', ["name: ", r"'a\x00'"]),
        ("name=" + "x" * 65, ["name: ", "x" * 65]),
        ("name=bücher", ["name: ", "'bücher'"]),
        ("technology.model=" + "x" * 5000, ["technology.model: ", "4096"]),
        # not an override
        ("column.rows", ["--set: not of the form", "'column.rows'", "section.key=value"]),
        ("=4", ["--set: not of the form", "'=4'"]),
        ("", ["--set: not of the form", "''"]),
        (" = ", ["--set: not of the form"]),
        ("..=4", ["--set: not of the form"]),
        ("column.=4", ["--set: not of the form", "'column.=4'"]),
        (".rows=4", ["--set: not of the form"]),
    ],
)
def test_wrong_override(tmp_path, item, parts):
    message = refusal(tmp_path, item)
    for part in parts:
        assert part in message
    assert "pydantic" not in message
    assert "Design" not in message


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        (CONTRACT.replace('topology = "8t_xnor"', ""), ["cell.topology: key is missing", "`6t`"]),
        (CONTRACT.replace('name = "xnor_8t_64"', ""), ["name: key is missing", "letters, digits"]),
        ("", ["name: key is missing"]),
        (
            CONTRACT.replace("rows = 64", "rows = 64\nrowz = 2"),
            ["column.rowz: unknown key", "rows"],
        ),
        (CONTRACT + "[extra]\nx = 1\n", ["extra: unknown key", "allowed: name, technology"]),
        (CONTRACT.replace("rows = 64", 'rows = "64"'), ["column.rows: ", "'64'"]),
        ("rows = = 4", ["cannot be read as TOML", "line 1"]),
        ("a = 1\na = 2", ["cannot be read as TOML"]),
        ("a = " + "[" * 20000, ["cannot be read as TOML"]),
        ("a = " + "9" * 5000, ["cannot be read as TOML"]),
    ],
    ids=range(10),
)
def test_wrong_file(tmp_path, text, parts):
    message = refusal(tmp_path, text=text)
    for part in parts:
        assert part in message


def test_every_wrong_key_is_counted(tmp_path):
    message = refusal(tmp_path, "column.rows=0", "conditions.vdd=19", "mlsa.levels=0")
    assert "(and 2 more wrong)" in message


def _binary(path):
    path.write_bytes(bytes(range(256)))


def _huge(path):
    path.write_bytes(b"#" * (MAX_BYTES + 1))


@pytest.mark.parametrize(
    ("make", "parts"),
    [
        (lambda path: None, ["no such file", "a TOML design file"]),
        (lambda path: path.mkdir(), ["cannot be read as TOML", "directory"]),
        (_binary, ["cannot be read as TOML"]),
        (_huge, ["too large", "1 MB"]),
        (lambda path: path.symlink_to(path), ["cannot be read as TOML"]),
    ],
    ids=["missing", "folder", "binary", "huge", "link to itself"],
)
def test_file_that_is_no_design(tmp_path, make, parts):
    path = tmp_path / "design.toml"
    make(path)
    with pytest.raises(InputError) as caught:
        load_design(path)
    message = str(caught.value)
    assert message.startswith(f"{path}: ")
    for part in parts:
        assert part in message


@pytest.mark.parametrize("name", ["a\nb.toml", "a\x00b.toml", "x" * 5000, "missing/../design.toml"])
def test_file_name_that_cannot_be(tmp_path, name):
    with pytest.raises(InputError):
        load_design(f"{tmp_path}/{name}")


def test_data_that_is_no_design():
    for data in (3, None, [], "x", {1: 2}):
        with pytest.raises(InputError):
            design_from_dict(data)


def test_the_largest_design_that_is_allowed(tmp_path):
    path = tmp_path / "design.toml"
    path.write_text(CONTRACT + "#" * (MAX_BYTES - len(CONTRACT)), encoding="utf-8")
    assert load_design(path).column.rows == 64


def test_a_refused_override_changes_nothing():
    data = tomllib.loads(CONTRACT)
    with pytest.raises(InputError):
        apply_override(data, "name.x=4")
    assert data == tomllib.loads(CONTRACT)
