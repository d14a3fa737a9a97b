"""Attacks on what a stranger may hand over, and on the folder a command runs in: docs/security.md.

Each is tried on the real loader, the real deck writer or the real simulator.
"""

from __future__ import annotations

import contextlib
import json
import os
import pickle
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import h5py
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import xarray as xr

from sram_spice import registry
from sram_spice.adapters import export
from sram_spice.cli.errors import say_error
from sram_spice.design import load_design
from sram_spice.errors import InputError
from sram_spice.generators import cell_of, column_deck, column_of, standalone_deck
from sram_spice.generators.cell_8t_xnor import Cell8TXnor
from sram_spice.generators.transistor import Transistor
from sram_spice.lut import Lut
from sram_spice.results.checkpoint import Checkpoint
from sram_spice.results.tables import StoredTables, write_csv
from sram_spice.runs.netlist import level_deck
from sram_spice.simulation import DcSweep, Job, Latch, OperatingPoint, Status
from sram_spice.simulation.deck_check import forbidden_line
from sram_spice.table_model.cache import read_table
from sram_spice.table_model.load_table import LoadTable
from sram_spice.technology import technology_cards
from sram_spice.technology.user_card import MAX_PARAMETERS, read_card_file
from sram_spice.workload.histogram import read_histogram
from tests.conftest import ROOT
from tests.lut.results import MAP, XNOR, point_of
from tests.technology.cards import NMOS, PMOS, card_file

LINE_ENDS = ["\n", "\r", "\x0b", "\x0c", "\x1c", "\x85", "\u2028", "\u2029"]
DIVIDER = "divider\nV1 in 0 1\nR1 in out 1k\nR2 out 0 1k\n"


# The folder a command runs in


def test_a_start_up_file_of_the_working_folder_is_not_run(tmp_path):
    (tmp_path / ".spiceinit").write_text(f"* x\nshell touch {tmp_path}/owned\n")
    (tmp_path / "deck.cir").write_text(DIVIDER + ".op\n.end\n")
    load = "from sram_spice.simulation.ngspice import Simulator; Simulator()"
    done = subprocess.run([sys.executable, "-c", load], cwd=tmp_path, check=False)
    assert done.returncode == 0
    assert not (tmp_path / "owned").exists()
    # The attack is a real one: plain ngspice does run the file.
    subprocess.run(["ngspice", "-b", "deck.cir"], cwd=tmp_path, capture_output=True, check=False)
    assert (tmp_path / "owned").exists()


# What the simulator is given


@pytest.mark.parametrize(
    "line",
    [
        ".control",
        " .CONTROL",
        "\t.endc",
        ".include /etc/passwd",
        ".inc x",
        ".lib x tt",
        ".hdl x.va",
        ".measure tran x find v(a) at=1",
        ".tran 1n 1u",
        ".write x",
        ".csparam x=1",
        ".func f(x) {x}",
        ".",
        "*#shell ls",
        "  *# source x",
        "R1 a 0 1k\x00",
        "R1 a\u00a00 1k",
        *(f"R1 a 0 1k{end}.control" for end in LINE_ENDS),
    ],
)
def test_no_line_of_a_deck_runs_a_command_or_reads_a_file(line):
    assert forbidden_line(f"{DIVIDER}{line}\n.end\n") is not None
    assert forbidden_line(f"{line}\n{DIVIDER}.end\n") is not None


def test_what_is_refused_does_not_reach_the_simulator(pool, tmp_path):
    attack = f".control\nshell touch {tmp_path}/owned\n.endc\n"
    jobs = [Job(f"{DIVIDER}{extra}.end\n", OperatingPoint(), ("out",)) for extra in (attack, "")]
    refused, good = pool.run(jobs)
    assert refused.status is Status.VALUE_MISSING
    assert "deck refused: not a line of a circuit: '.control'" in refused.detail
    assert good.status is Status.OK
    assert not (tmp_path / "owned").exists()


@pytest.mark.parametrize("name", ["out;shell ls", "out shell", "out\nshell", "out`", "öut", ""])
def test_no_name_of_a_job_is_a_command(name):
    deck, point = f"{DIVIDER}.end\n", OperatingPoint()
    for wrong in (
        lambda: Job(deck, point, (name,)),
        lambda: Job(deck, point, ("out",), alter=(name,), points=np.ones((1, 1))),
        lambda: Job(deck, point, ("out",), latches=(Latch("out", name, True),)),
        lambda: Job(deck, DcSweep(name, 0, 1, 0.1), ("out",)),
    ):
        with pytest.raises(ValueError, match="not a name of the simulator"):
            wrong()


# Designs


@pytest.mark.parametrize(
    "name",
    [
        "../x",
        "..",
        ".hidden",
        "/etc/x",
        "a/b",
        "a\\b",
        "a b",
        "a;shell ls",
        "$x",
        "a`ls`",
        "-rf",
        "a" * 65,
        "",
        "ä",
        *(f"x{end}.control" for end in LINE_ENDS),
        *(f"x{end}" for end in LINE_ENDS),
    ],
)
def test_a_design_name_is_one_word(name, make_design, tmp_path):
    quoted = json.dumps(name)
    with pytest.raises(InputError, match="name: "):
        make_design("8t_xnor", f"name={quoted}")
    path = tmp_path / "design.toml"
    path.write_text(f'name = {quoted}\n[cell]\ntopology = "6t"\n', encoding="utf-8")
    with pytest.raises(InputError, match="name"):
        load_design(path)


@pytest.mark.parametrize("key", ["cell.topology", "column.readout", "technology.corner"])
@pytest.mark.parametrize("end", LINE_ENDS)
def test_no_other_text_of_a_design_reaches_the_deck(key, end, make_design):
    for value in (f"6t{end}.control", f"load{end}.include x", f"tt{end}"):
        with pytest.raises(InputError):
            make_design("8t_xnor", f"{key}={json.dumps(value)}")


def test_the_path_of_a_card_file_does_not_reach_the_deck(make_design, tmp_path):
    folder = tmp_path / "x\n.control\nshell ls"
    folder.mkdir()
    path = card_file(folder, NMOS + PMOS)
    deck = level_deck(make_design("8t_xnor", f"technology.model={json.dumps(str(path))}"))
    assert "shell" not in deck
    assert deck.count(".control") == 1


@pytest.mark.parametrize("path", ["/dev/zero", "/dev/stdin", "/proc/self/environ", "pipe", "/"])
def test_a_design_may_name_any_path_but_only_a_file_is_read(path, tmp_path):
    found = Path(path)
    if path == "pipe":
        found = tmp_path / "pipe"
        os.mkfifo(found)
    with pytest.raises(InputError):
        read_card_file(found)
    with pytest.raises(InputError):
        read_histogram(found, range(-4, 5))


# Plug-ins: code, and trusted; a slip in their names must not become a line of a deck


def with_cell(monkeypatch, **attributes):
    kind = type("Slip", (Cell8TXnor,), attributes)
    monkeypatch.setattr(registry, "_load", lambda group, name: kind)


@pytest.mark.parametrize("name", ["", "a b", "x\n.include y", "x;y", "x$", "ä", "a.b", "a" * 65])
def test_names_of_a_plug_in_are_checked(name, monkeypatch, make_design):
    design = make_design("8t_xnor")
    with_cell(monkeypatch, name=name)
    with pytest.raises(InputError, match="not a name for a deck"):
        cell_of(design)
    with_cell(monkeypatch, word_lines=("wl", name))
    with pytest.raises(InputError, match="not a name for a deck"):
        column_of(design, 4, 60)
    for place in range(6):
        words = ["m1", "nmos", "bl", "wl", "q", "0"]
        words[place] = name
        if place != 1:
            with pytest.raises(InputError, match="not a name for a deck"):
                Transistor(*words, 1e-7, 65e-9, 0.0)


@pytest.mark.parametrize("name", ["../../x", "a/b", "a b", "x\ny", ".x", ""])
def test_a_plug_in_is_registered_under_a_name_of_a_file(name, monkeypatch):
    monkeypatch.setattr(registry, "_names", lambda group: (name,))
    with pytest.raises(InputError, match="name that cannot be used"):
        registry.MEASUREMENTS.check(name)


def test_the_decks_of_the_reference_designs_pass(make_design):
    for topology in ("8t_xnor", "6t"):
        design = make_design(topology)
        deck = column_deck(
            column_of(design, 4, 4 if topology == "6t" else 60), technology_cards(design)
        )
        assert forbidden_line(deck.text) is None


def test_no_deck_for_plain_ngspice_holds_a_line_that_was_smuggled_in(make_design):
    design = make_design("8t_xnor")
    deck = column_deck(column_of(design, 4, 60), technology_cards(design))
    attacked = replace(deck, text=deck.text.replace(".end\n", ".include /etc/passwd\n.end\n"))
    with pytest.raises(InputError, match="not a line of a circuit"):
        standalone_deck(attacked)


# Card files; tests/technology/ has the many that are refused


def test_a_card_of_two_megabytes_of_continuations_is_read(tmp_path):
    text = NMOS + "+\n" * 900_000 + PMOS
    assert read_card_file(card_file(tmp_path, text))[0]["vth0"] == 0.4


def test_a_card_of_too_many_parameters(tmp_path):
    more = " ".join(f"x{i}=1" for i in range(MAX_PARAMETERS))
    with pytest.raises(InputError, match="too many parameters"):
        read_card_file(card_file(tmp_path, f"{NMOS.strip()} {more}\n{PMOS}"))


# Lookup tables


@pytest.fixture
def table():
    """The data of a lookup table that a test may change."""
    with xr.open_dataset(point_of(MAP, 0.6, 2e-6) / "lut.nc") as opened:
        return opened.load()


def saved(data, path):
    """Save with a hash that fits, as an attacker would."""
    Lut(data).save(path)
    return path


def renamed(data, name):
    return data.assign_attrs(design=json.dumps({**json.loads(data.attrs["design"]), "name": name}))


@pytest.mark.parametrize("end", LINE_ENDS)
def test_the_name_in_a_table_does_not_become_code(end, table, tmp_path):
    path = saved(renamed(table, f"x{end}.control{end}shell touch owned"), tmp_path / "lut.nc")
    with pytest.raises(InputError, match="design: name: not a name"):
        Lut.load(path)


@pytest.mark.parametrize("key", ["topology", "sensing", "mode", "quantization"])
def test_no_text_of_a_table_is_more_than_a_word(key, table, tmp_path):
    path = saved(table.assign_attrs({key: "x\n$system(1);"}), tmp_path / "lut.nc")
    with pytest.raises(InputError, match=f"{key}: not a name"):
        Lut.load(path)


def test_a_good_table_with_another_name_is_read_and_exported(table, tmp_path):
    lut = Lut.load(saved(renamed(table, "Other-1.b"), tmp_path / "lut.nc"))
    names = {path.name for path in export(lut, "systemverilog", tmp_path / "sv")}
    assert {"other_1_b.sv", "other_1_b_tb.sv"} <= names


@pytest.mark.parametrize(
    "attributes",
    [
        {"design": "[" * 100_000},
        {"design": "3"},
        {"design": "{"},
        {"rows": 10**9},
        {"rows": -1},
        {"rows": "x"},
        {"conditions": "[" * 100_000},
    ],
)
def test_a_table_of_impossible_attributes(attributes, table, tmp_path):
    path = saved(table.assign_attrs(attributes), tmp_path / "lut.nc")
    with pytest.raises(InputError):
        Lut.load(path)


def test_a_table_that_says_it_is_larger_than_the_memory(tmp_path):
    path = Path(shutil.copy(XNOR / "lut.nc", tmp_path / "lut.nc"))
    with h5py.File(path, "a") as file:
        file.create_dataset("v_huge", shape=(10**7, 10**6), chunks=(100, 100), dtype="f8")
    assert path.stat().st_size < 10e6
    with pytest.raises(InputError, match="more than it can"):
        Lut.load(path)


def external_link(file, other):
    del file["v_bl_mean"]
    file["v_bl_mean"] = h5py.ExternalLink(str(other), "/v_bl_mean")


def soft_link(file, other):
    file["more"] = h5py.SoftLink("/v_bl_mean")


def external_storage(file, other):
    file.create_dataset("more", shape=(8,), dtype="u1", external=[(str(other), 0, 8)])


def virtual(file, other):
    layout = h5py.VirtualLayout(shape=(65,), dtype="f8")
    layout[:] = h5py.VirtualSource(str(other), "v_bl_mean", shape=(65,))
    file.create_virtual_dataset("more", layout)


@pytest.mark.parametrize("add", [external_link, soft_link, external_storage, virtual])
def test_a_table_that_takes_data_from_another_file(add, tmp_path):
    path = Path(shutil.copy(XNOR / "lut.nc", tmp_path / "lut.nc"))
    with h5py.File(path, "a") as file:
        add(file, XNOR / "lut.nc")
    with pytest.raises(InputError, match="may not take data from others"):
        Lut.load(path)


class Payload:
    """Runs a command when it is unpickled."""

    def __init__(self, mark):
        self.mark = mark

    def __reduce__(self):
        return (os.mkdir, (str(self.mark),))


def test_an_array_of_objects_in_a_checkpoint_or_in_the_cache_is_not_unpickled(tmp_path):
    mark = tmp_path / "owned"
    attack = np.array([Payload(mark)], dtype=object)
    path = tmp_path / "plus1_minus1.npz"
    np.savez(path, index=attack, v_bl=attack, v_blb=attack, status=attack)
    assert Checkpoint(tmp_path).samples((1, 1)) == {}
    fields = {"key": np.frombuffer(b"k", np.uint8), "checksum": np.frombuffer(b"c", np.uint8)}
    np.savez(path, **fields, v_bl=attack)
    assert read_table(LoadTable, path, "k") is None
    assert not mark.exists()
    with np.load(path, allow_pickle=True) as data, pytest.raises(Exception):  # noqa: B017, PT011
        len(data["v_bl"][0].missing)
    assert mark.exists()  # the attack is a real one


def test_a_type_in_a_parquet_file_is_not_unpickled(tmp_path):
    mark = tmp_path / "owned"
    tags = {
        b"ARROW:extension:name": b"arrow.py_extension_type",
        b"ARROW:extension:metadata": pickle.dumps(Payload(mark)),
    }
    columns = ("n_plus", "n_minus", "index", "v_bl_v", "v_blb_v", "status")
    schema = pa.schema([pa.field(name, pa.int64(), metadata=tags) for name in columns])
    run = tmp_path / "run"
    shutil.copytree(XNOR, run, ignore=shutil.ignore_patterns("*.png", "*.svg", "cell", "transfer"))
    pq.write_table(pa.table([pa.array([1])] * len(columns), schema=schema), run / "samples.parquet")
    with contextlib.suppress(InputError):
        dict(StoredTables(run))
    assert not mark.exists()


@pytest.mark.slow
def test_the_table_of_a_sweep_reads_no_other_folder(tmp_path):
    for kept in MAP.rglob("lut.nc"):
        target = tmp_path / "map" / kept.relative_to(MAP)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.symlink_to(kept.resolve())
    sweep = pd.read_csv(MAP / "sweep.csv")
    sweep.to_csv(tmp_path / "map" / "sweep.csv", index=False)
    assert Lut.load(tmp_path / "map").conditions
    sweep.loc[0, "folder"] = "../outside"
    sweep.to_csv(tmp_path / "map" / "sweep.csv", index=False)
    with pytest.raises(InputError, match="outside the sweep's folder"):
        Lut.load(tmp_path / "map")


# What is written


def test_a_link_in_the_results_folder_is_replaced_not_followed(tmp_path):
    victim = tmp_path / "victim"
    victim.write_text("precious")
    (tmp_path / "levels.csv").symlink_to(victim)
    write_csv(tmp_path / "levels.csv", pd.DataFrame({"n_plus": [1]}))
    assert victim.read_text() == "precious"
    assert not (tmp_path / "levels.csv").is_symlink()


def test_a_message_moves_no_cursor(capsys):
    say_error("design.toml: \x1b]0;title\x07\x1b[2Jkey")
    assert "\x1b]" not in (shown := capsys.readouterr().err)
    assert "\\x1b]0;title\\x07" in shown


def test_the_page_is_there():
    assert "threat model" in (ROOT / "docs" / "security.md").read_text(encoding="utf-8").lower()
