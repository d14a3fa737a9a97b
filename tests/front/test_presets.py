"""Designs by name: the same as their files, also from a wheel."""

from __future__ import annotations

import zipfile

import pytest

import sram_spice as ss
from sram_spice.design import load_design
from sram_spice.front.presets import FOLDER
from tests.conftest import ROOT


def test_presets_are_the_files_of_circuits():
    assert ss.presets() == sorted(path.stem for path in (ROOT / "circuits").glob("*.toml"))
    for path in (ROOT / "circuits").glob("*.toml"):
        assert (FOLDER / path.name).read_bytes() == path.read_bytes()
        assert ss.load(path.stem) == load_design(path) == ss.load(path) == ss.load(str(path))


def test_a_wheel_holds_them(tmp_path):
    """Built by the very backend that pip uses."""
    import os
    import shutil
    import subprocess
    import sys

    source = tmp_path / "source"
    ignored = shutil.ignore_patterns(".*", "results", "site", "build", "tests", "__pycache__")
    shutil.copytree(ROOT, source, symlinks=True, ignore=ignored)
    text = "from setuptools.build_meta import build_wheel; print(build_wheel('..'))"
    done = subprocess.run(
        [sys.executable, "-c", text],
        cwd=source,
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "SETUPTOOLS_SCM_PRETEND_VERSION": "0"},
    )
    with zipfile.ZipFile(tmp_path / done.stdout.split()[-1]) as wheel:
        for path in (ROOT / "circuits").glob("*.toml"):
            assert wheel.read(f"sram_spice/circuits/{path.name}") == path.read_bytes()


def test_a_file_goes_before_a_preset(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "xnor_8t").write_text('name = "own"\n[cell]\ntopology = "6t"\n', encoding="utf-8")
    assert ss.load("xnor_8t").name == "own"


def test_overrides_are_those_of_the_command_line():
    assert ss.load("xnor_8t", ["column.rows=16"]).column.rows == 16


@pytest.mark.parametrize("name", ["xnor_9t", "no/such/file.toml", ""])
def test_what_is_neither_names_the_presets(name):
    with pytest.raises(ss.InputError) as caught:
        ss.load(name)
    if name:
        assert "no such file" in str(caught.value)
        assert "hbnn_6t, xnor_8t" in str(caught.value)
