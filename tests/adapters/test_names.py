"""Designs and files whose names are words of the language that is written."""

from __future__ import annotations

import json
import keyword
import shutil
import subprocess

import pytest

from sram_spice.adapters import export
from sram_spice.adapters.hardware_keywords import KEYWORDS
from sram_spice.errors import InputError
from sram_spice.lut import Lut, ideal_lut
from tests.lut.results import XNOR, lut_of

# Keywords of each language, and words that the modules themselves use.
WORDS = ("module", "begin", "class", "logic", "analog", "branch", "code", "level", "8t.wide")


def named(name):
    """An ideal table of a design of this name."""
    lut = ideal_lut(4, True)
    return Lut(lut.data.assign_attrs(design=json.dumps({"name": name})))


def test_the_name_is_that_of_the_table():
    assert named("begin").design["name"] == "begin"


@pytest.mark.skipif(shutil.which("iverilog") is None, reason="Icarus Verilog is not installed")
@pytest.mark.parametrize("word", WORDS)
def test_systemverilog_of_a_design_named_by_a_keyword(tmp_path, word):
    home = tmp_path / "sv"
    paths = export(named(word), "systemverilog", home)
    command = ["iverilog", "-g2012", "-Wall", "-o", "bench"]
    command += [path.name for path in paths if path.suffix == ".sv"]
    subprocess.run(command, cwd=home, check=True, capture_output=True)
    found = subprocess.run(["vvp", "-n", "bench"], cwd=home, check=True, capture_output=True)
    assert len([line for line in found.stdout.splitlines() if line[:1].isdigit()]) == 5


@pytest.mark.skipif(shutil.which("ngspice") is None, reason="no ngspice program")
@pytest.mark.parametrize("word", ["module", "begin"])
def test_the_ngspice_twin_of_a_design_named_by_a_keyword(tmp_path, word):
    home = tmp_path / "va"
    lut = lut_of(XNOR)
    design = json.dumps(lut.design | {"name": word})
    export(Lut(lut.data.assign_attrs(design=design)), "verilog-a", home)
    assert (home / f"column_{word}.va").is_file()
    command = ["ngspice", "-b", f"column_{word}_tb.cir"]
    found = subprocess.run(command, cwd=home, check=False, capture_output=True, text=True)
    assert "rror" not in found.stderr, found.stderr
    assert (home / f"column_{word}_tb.out").stat().st_size > 0


@pytest.mark.skipif(shutil.which("iverilog") is None, reason="Icarus Verilog is not installed")
@pytest.mark.parametrize("word", ["module", "begin", "class", "logic", "analog", "wreal"])
def test_icarus_says_that_these_are_keywords(tmp_path, word):
    # A second opinion on the list: these cannot name a module where the language is switched on.
    (tmp_path / "t.v").write_text(f"module {word}; endmodule\n")
    refused = [
        subprocess.run(
            ["iverilog", option, "-tnull", "t.v"], cwd=tmp_path, check=False, capture_output=True
        ).returncode
        for option in ("-g2012", "-gverilog-ams")
    ]
    assert any(refused)
    assert word in KEYWORDS


@pytest.mark.parametrize("format_name", ["crosssim", "aihwkit"])
@pytest.mark.parametrize("file", ["class.py", "my-table.py", "8t.py", "table.txt", "table"])
def test_files_that_python_cannot_import_are_refused(tmp_path, format_name, file):
    with pytest.raises(InputError, match="not the name of a Python module"):
        export(named("x"), format_name, tmp_path / file)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("word", [*keyword.kwlist, "module", "1", "a.b-c"])
def test_classes_of_crosssim_are_identifiers(tmp_path, word):
    (path,) = export(named(word), "crosssim", tmp_path / "adc.py")
    table = path.read_text(encoding="utf-8").split("json.loads(", 1)[1].split(")\n", 1)[0]
    name = json.loads(eval(table))["class_name"]
    assert f"{name}ADC".isidentifier()
    assert not keyword.iskeyword(f"{name}ADC")
