"""Help of every command, and that its example does what it says."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path

import pytest
import typer.main

from sram_spice import __version__
from sram_spice.cli.main import app_of
from tests.runs.finished import CIRCUITS

GROUP = typer.main.get_command(app_of())
COMMANDS = sorted(GROUP.commands)
TINY = (
    *("--set", "column.rows=2"),
    *("--set", "mlsa.levels=2"),
    *("--set", "monte_carlo.samples=2"),
)


@pytest.fixture
def help_of(invoke):
    def help_of(*command):
        outcome = invoke(*command, "--help")
        assert outcome.code == 0
        assert outcome.err == ""
        return outcome.out

    return help_of


@pytest.fixture
def example_of(help_of):
    """The words of the example in a command's help, without the program's name."""

    def example_of(name):
        found = re.search(r"Example:\n\n((?: +\S.*\n)+)", help_of(name))
        assert found, f"no example in the help of {name}"
        words = shlex.split(found.group(1))
        assert words[:2] == ["sram-spice", name]
        return words[1:]

    return example_of


def test_help_names_every_command(help_of):
    text = help_of()
    for name in COMMANDS:
        assert re.search(rf"^  {name} +\S", text, re.MULTILINE)


def test_the_contract_s_commands_are_there():
    assert {"characterize", "netlist", "references", "doctor"} <= set(COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_help_explains_every_option(help_of, name):
    text = help_of(name)
    options = {f"--{p.name}" for p in GROUP.commands[name].params if p.param_type_name == "option"}
    for option in options:
        assert option.replace("_", "-").rstrip("-") in text


@pytest.mark.parametrize("name", COMMANDS)
def test_the_example_is_a_command_line_of_this_program(example_of, name):
    _, *arguments = example_of(name)
    context = GROUP.commands[name].make_context(name, list(arguments))
    assert not context.args
    for path in (word for word in arguments if word.startswith("circuits/")):
        assert (CIRCUITS.parent / path).is_file()


@pytest.mark.parametrize("arguments", [[], ["--help"]])
def test_without_a_command_it_says_how_to_start(invoke, arguments):
    outcome = invoke(*arguments)
    assert "Start with: sram-spice characterize" in outcome.out + outcome.err


def test_version(invoke):
    outcome = invoke("--version")
    assert (outcome.code, outcome.out) == (0, f"sram-spice {__version__}\n")


def at_home(words, home):
    """An example's words with the repository's circuits and an output below `home`."""
    words = [str(CIRCUITS.parent / w) if w.startswith("circuits/") else w for w in words]
    return [str(home / w) if w.startswith("results/") or w == "out" else w for w in words]


@pytest.mark.slow
def test_the_example_of_characterize_leaves_all_that_its_help_names(
    invoke, help_of, example_of, home
):
    outcome = invoke(*at_home(example_of("characterize"), home), *TINY, "--workers", "1")
    assert outcome.code == 0
    folder = home / "out"
    *assumed, report = outcome.out.splitlines()
    assert report == f"report: {folder / 'report.html'}"
    assert assumed[0].startswith("assumed: ")
    assert "Monte Carlo: 6/6" in outcome.err
    named = set(re.findall(r"\w+\.(?:csv|parquet|nc|json|html)", help_of("characterize")))
    assert len(named) >= 7
    written = {path.name for path in folder.iterdir()}
    assert named <= written
    assert {path.rpartition(".")[2] for path in written} >= {"png", "svg"}
    assert not [name for name in written if name.startswith(".")]
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["design"]["column"]["rows"] == 2


def test_the_example_of_netlist(invoke, example_of, home):
    outcome = invoke(*at_home(example_of("netlist"), home))
    assert (outcome.code, outcome.out, outcome.err) == (0, "", "")
    (path,) = home.iterdir()
    assert path.read_text(encoding="utf-8").startswith("xnor_8t_64 n_plus=16 n_minus=48\n")


@pytest.mark.slow
def test_the_example_of_references(invoke, example_of, home, run_folder):
    words = at_home(example_of("references"), home)
    place = Path(next(word for word in words if str(home) in word))
    place.parent.mkdir()
    run_folder.rename(place)
    outcome = invoke(*words)
    assert outcome.code == 0
    design = json.loads((place / "manifest.json").read_text(encoding="utf-8"))["design"]
    assert (design["mlsa"]["levels"], design["mlsa"]["quantization"]) == (4, "linear")


def test_the_example_of_doctor(invoke, example_of):
    outcome = invoke(*example_of("doctor"))
    assert outcome.code == 0
    for part in ("libngspice", "ngspice program", "numpy", "known circuit"):
        assert part in outcome.out
    assert "broken" not in outcome.out


def test_the_example_of_measurements(invoke, example_of):
    assert invoke(*example_of("measurements")).code == 0
