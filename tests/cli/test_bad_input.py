"""Whatever is wrong with the input: exit code 2, one line that says what, nothing written."""

from __future__ import annotations

import re
import subprocess

import pytest

from sram_spice.cli import errors
from sram_spice.cli.errors import LONGEST
from sram_spice.results.lock import folder_lock

from .conftest import DESIGN, PROGRAM

# All that take a design, with what else they need.
COMMANDS = {
    "characterize": (),
    "netlist": (),
    "transfer": (),
    "measure": ("--only", "hold_snm"),
    "sweep": ("--over", "column.load_width=1e-6,2e-6"),
}
GOOD_CARD = ".model n nmos level=54 vth0=0.4 u0=0.05\n.model p pmos level=54 vth0=-0.4 u0=0.01\n"


def assert_refused(outcome, *parts):
    """Exit code 2 and one message that holds all parts."""
    assert outcome.code == 2
    assert outcome.out == ""
    lines = outcome.err.splitlines()
    assert len(lines) == 1
    assert lines[0].startswith("error: ")
    assert "Traceback" not in lines[0]
    for part in parts:
        assert part in lines[0]


@pytest.mark.parametrize(
    ("overrides", "parts"),
    [
        (["column.rows=0"], ["xnor_8t.toml: column.rows: ", "(got 0)", "greater than or equal"]),
        (
            ["column.row=4"],
            ["column.row: unknown key; did you mean column.rows?", "allowed: rows,"],
        ),
        (["column.rows=four"], ["column.rows: ", "'four'"]),
        (["cell.width_access=-1"], ["cell.width_access: ", "(got -1)"]),
        (["column.word_line_voltage=5"], ["column.word_line_voltage: ", "1.5", "(got 5.0)"]),
        (["column.word_line_voltage=high"], ["'high'", "active word line, V"]),
        (["conditions.vdd=nan"], ["conditions.vdd: ", "finite", "(got nan)"]),
        (["conditions.vdd=inf"], ["conditions.vdd: ", "finite", "(got inf)"]),
        (["cell.topology=10t"], ["cell.topology: ", "'10t'", "6t, 8t_xnor"]),
        (["column.readout=magic"], ["column.readout: ", "'magic'", "discharge, divider, load"]),
        (["name=../x"], ["name: ", "'../x'"]),
        (['name="a\\n.control"'], ["name: ", r"'a\n.control'"]),
        (["rows"], ["--set: not of the form", "'rows'", "section.key=value"]),
        (["column.rows=" + "9" * 5000], ["column.rows: ", "rows of the column"]),
        (["technology.model=missing.pm"], ["technology.model: no such card file", "'missing.pm'"]),
        (["technology.model=."], [".: technology.model: card file cannot be read"]),
        (["technology.model=a\nb"], ["technology.model: no such card file", r"'a\nb'"]),
        (["technology.model=~/card.pm"], ["no such card file"]),
    ],
    ids=lambda value: "" if isinstance(value, list) and len(value) > 1 else str(value)[:40],
)
@pytest.mark.parametrize("command", COMMANDS)
def test_wrong_design(invoke, home, command, overrides, parts):
    options = [word for item in overrides for word in ("--set", item)]
    outcome = invoke(command, DESIGN, "-o", "out", *COMMANDS[command], *options)
    assert_refused(outcome, *parts)
    assert list(home.iterdir()) == []


@pytest.mark.parametrize(
    ("make", "part"),
    [
        (lambda path: None, "no such file"),
        (lambda path: path.mkdir(), "cannot be read as TOML"),
        (lambda path: path.write_bytes(bytes(range(256))), "cannot be read as TOML"),
        (lambda path: path.write_bytes(b"#" * 2_000_000), "too large"),
        (lambda path: path.write_bytes(b""), "name: key is missing"),
        (lambda path: path.write_bytes(b"a = [\n"), "cannot be read as TOML"),
    ],
    ids=["missing", "folder", "binary", "huge", "empty", "broken"],
)
@pytest.mark.parametrize("command", COMMANDS)
def test_wrong_file(invoke, home, command, make, part):
    make(home / "d.toml")
    before = list(home.iterdir())
    outcome = invoke(command, "d.toml", "-o", "out", *COMMANDS[command])
    assert_refused(outcome, "d.toml: ", part)
    assert list(home.iterdir()) == before


@pytest.mark.parametrize("name", ["two\nlines.toml", "x" * 5000, "[bold]x[/bold].toml", "a/../b"])
def test_odd_file_names_stay_on_one_line(invoke, home, name):
    assert_refused(invoke("characterize", name, "-o", "out"))
    assert list(home.iterdir()) == []


def test_markup_in_a_message_is_text(invoke, home):
    assert_refused(invoke("characterize", "[red]x[/].toml", "-o", "out"), "[red]x[/].toml: no such")


def test_a_very_long_message_keeps_its_ends(capfd):
    errors.say_error("start " + "x" * 10 * LONGEST + " end")
    err = capfd.readouterr().err
    assert len(err) < LONGEST + 50
    assert err.startswith("error: start xxx")
    assert err.endswith("xxx end\n")
    assert "[...]" in err


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        (GOOD_CARD + ".control\nshell touch owned\n.endc\n", ["line 3: statement refused"]),
        (GOOD_CARD + ".include /etc/passwd\n", ["line 3: statement refused", "'.include'"]),
        (GOOD_CARD.replace("0.4", "1e999", 1), ["line 1: vth0: not a number", "'1e999'"]),
        (GOOD_CARD.replace("54", "1", 1), ["line 1: level: model level is neither", "14 or 54"]),
        (GOOD_CARD.split("\n")[0], ["no pmos card"]),
    ],
    ids=["control", "include", "infinite", "level", "one card"],
)
def test_wrong_card_file(invoke, home, text, parts):
    (home / "card.pm").write_text(text, encoding="utf-8")
    outcome = invoke("characterize", DESIGN, "-o", "out", "--set", "technology.model=card.pm")
    assert_refused(outcome, "card.pm", *parts)
    assert [path.name for path in home.iterdir()] == ["card.pm"]


@pytest.mark.parametrize(
    ("text", "part"),
    [(None, "sums.csv"), ("sum,count\nx,1\n", "sums.csv"), ("", "sums.csv")],
    ids=["missing", "text", "empty"],
)
def test_wrong_histogram(invoke, home, text, part):
    if text is not None:
        (home / "sums.csv").write_text(text, encoding="utf-8")
    outcome = invoke("characterize", DESIGN, "-o", "out", "--set", "mlsa.sum_histogram=sums.csv")
    assert_refused(outcome, part)
    assert not (home / "out").exists()


def test_more_codes_than_sums(invoke, home):
    rows = ("--set", "column.rows=4", "--set", "mlsa.levels=6")
    outcome = invoke("characterize", DESIGN, "-o", "out", *rows)
    assert_refused(outcome, "mlsa.levels", "(got 6)", "2 .. 5")
    assert list(home.iterdir()) == []


WRITING = [command for command in COMMANDS if command != "netlist"]


@pytest.mark.parametrize("command", WRITING)
@pytest.mark.parametrize("name", ["file", "file/below", "x" * 300])
def test_output_folder_that_cannot_be(invoke, home, command, name):
    (home / "file").write_text("mine", encoding="utf-8")
    outcome = invoke(command, DESIGN, "-o", name, *COMMANDS[command])
    assert_refused(outcome, "-o: results folder cannot be written")
    assert [path.name for path in home.iterdir()] == ["file"]
    assert (home / "file").read_text(encoding="utf-8") == "mine"


@pytest.mark.parametrize("command", WRITING)
def test_output_folder_of_another_run(invoke, home, command):
    with folder_lock(home / "out"):
        outcome = invoke(command, DESIGN, "-o", "out", *COMMANDS[command])
    assert_refused(outcome, "-o: another run is writing to this folder", "'out'")
    assert list((home / "out").iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "parts"),
    [
        (["--n-plus", "65"], ["n_plus, n_minus: no such level", "(65, -1)", "= 64"]),
        (["--n-plus", "3", "--n-minus", "3"], ["(3, 3)", "n_plus + n_minus = 64"]),
        (["--merged", "--seed", "1"], ["--merged: a mismatched column cannot be merged"]),
        (["-o", "missing/x.cir"], ["-o: no such folder", "'missing'"]),
        (["-o", "."], ["."]),
        (["-o", "taken"], ["taken: Is a directory"]),
    ],
    ids=lambda value: " ".join(value),
)
def test_wrong_netlist(invoke, home, arguments, parts):
    (home / "taken").mkdir()
    assert_refused(invoke("netlist", DESIGN, *arguments), *parts)
    assert [path.name for path in home.rglob("*")] == ["taken"]


@pytest.mark.parametrize(
    ("arguments", "parts"),
    [
        ([], ["--over: no axis", "section.key=start:stop:step"]),
        (["--over", "rows"], ["--over: not an axis", "'rows'"]),
        (["--over", "column.rows=1:2:0"], ["--over: not an axis"]),
        (["--over", "column.rows=1:99999:1"], ["--over: range does not lead", "at most"]),
        (["--over", "column.rowz=4,8"], ["column.rowz: unknown key", "allowed: rows"]),
        (
            ["--over", "word_line_voltage=0.4,0.5"],
            ["word_line_voltage: unknown key; did you mean column.word_line_voltage? (got 0.4)"],
        ),
        (["--over", "column.rows=0,4"], ["column.rows: ", "(got 0)"]),
        (["--over", "column.rows=" + "9" * 5000], ["column.rows: "]),
        (["--over", "mlsa.levels=4,66"], ["mlsa.levels: wrong number of codes (got 66)"]),
        (["--over", "column.rows=4,8", "--over", "column.rows=4"], ["--over: axis given twice"]),
    ],
    ids=lambda value: " ".join(value)[:40],
)
def test_wrong_sweep(invoke, home, arguments, parts):
    assert_refused(invoke("sweep", DESIGN, "-o", "out", *arguments), *parts)
    assert list(home.iterdir()) == []


def test_measurement_that_is_not_registered(invoke, home):
    outcome = invoke("measure", DESIGN, "-o", "out", "--only", "magic")
    assert_refused(outcome, "measurement: no plug-in of this name (got 'magic')", "hold_snm")
    assert list(home.iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "part"),
    [
        (["frobnicate"], "frobnicate"),
        (["characterize"], "design"),
        (["characterize", DESIGN], "--output"),
        (["characterize", DESIGN, "-o", "out", "--workers", "0"], "--workers"),
        (["characterize", DESIGN, "-o", "out", "--workers", "many"], "--workers"),
        (["characterize", DESIGN, "-o", "out", "--frobnicate"], "--frobnicate"),
        (["netlist", DESIGN, "--n-plus", "-1"], "--n-plus"),
        (["netlist", DESIGN, "--n-plus", "1.5"], "--n-plus"),
        (["netlist", DESIGN, "--seed", "-1"], "--seed"),
        (["references", "out", "--levels", "x"], "--levels"),
        (["references", "out", "other"], "other"),
    ],
    ids=lambda value: " ".join(value[:1] + value[2:]) if isinstance(value, list) else "",
)
def test_wrong_usage(invoke, home, arguments, part):
    outcome = invoke(*arguments)
    assert outcome.code == 2
    assert outcome.out == ""
    lines = outcome.err.splitlines()
    assert lines[0].startswith("Usage: sram-spice")
    assert [line for line in lines if re.match("error: ", line, re.I)] == [lines[-1]]
    assert part in lines[-1]
    assert list(home.iterdir()) == []


@pytest.mark.slow
def test_from_a_shell(home):
    """The installed program, in a process of its own."""
    done = subprocess.run(
        [PROGRAM, "characterize", DESIGN, "-o", "out", "--set", "column.rows=0"],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert re.fullmatch(r"error: .*column\.rows: .*\(got 0\).*\n", done.stderr)
    assert list(home.iterdir()) == []
