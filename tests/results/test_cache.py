"""Where things are kept: the user's cache, kernels of numba; and where nothing can be."""

from __future__ import annotations

import importlib.util
import os
import pwd
import warnings
from pathlib import Path

import numba
import pytest

from sram_spice.errors import InputError, RunWarning
from sram_spice.front.cache import home_of
from sram_spice.results.cache import cache_folder
from sram_spice.results.compiled import compiled

NOWHERE = "/proc/nowhere"  # root cannot make a folder there, either
SOURCE = "def add(a, b):\n    return a + b\n"


@pytest.fixture
def poor(monkeypatch, tmp_path):
    """A user whose home cannot be written, in an empty working folder."""
    monkeypatch.setenv("HOME", NOWHERE)
    for name in ("XDG_CACHE_HOME", "SRAM_SPICE_CACHE", "NUMBA_CACHE_DIR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(numba.config, "CACHE_DIR", "")
    here = tmp_path / "here"
    here.mkdir()
    monkeypatch.chdir(here)
    return monkeypatch


@pytest.fixture
def homeless(poor):
    """A user whom no list of accounts knows, without HOME: any number in a container."""

    def unknown(user):
        raise KeyError(user)

    poor.delenv("HOME")
    poor.setattr(pwd, "getpwuid", unknown)
    return poor


@pytest.fixture
def add(tmp_path):
    """A function in a folder in which nothing can be kept, as in an installation of root."""
    folder = tmp_path / "package"
    folder.mkdir()
    (folder / "__pycache__").touch()
    (folder / "kernel.py").write_text(SOURCE, encoding="utf-8")
    spec = importlib.util.spec_from_file_location("kernel", folder / "kernel.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.add


def place_of(kernel) -> str | None:
    """Where numba keeps a kernel; None: nowhere. And it works."""
    assert kernel(2, 3) == 5
    return kernel.stats.cache_path


@pytest.mark.usefixtures("poor")
def test_a_kernel_that_can_be_kept_nowhere_is_compiled(add):
    with pytest.raises(RuntimeError, match="no locator available"):
        numba.njit(cache=True)(add)  # what became of it
    assert place_of(compiled(add)) is None


def test_a_kernel_is_kept_in_our_cache_where_numba_has_no_place(add, poor, tmp_path):
    poor.setenv("SRAM_SPICE_CACHE", str(tmp_path / "cache"))
    place = place_of(compiled(add))
    assert place is not None
    assert Path(place).is_relative_to(tmp_path / "cache" / "kernels")
    assert list(Path(place).glob("*.nbi"))
    assert numba.config.CACHE_DIR == ""


def test_no_kernel_is_taken_from_where_others_can_write(add, poor, tmp_path):
    poor.setenv("SRAM_SPICE_CACHE", str(tmp_path / "cache"))
    kernels = tmp_path / "cache" / "kernels"
    kernels.mkdir(parents=True)
    kernels.chmod(0o775)
    assert place_of(compiled(add)) is None
    assert not list(kernels.iterdir())


@pytest.mark.usefixtures("homeless")
def test_without_a_home_no_folder_of_that_name_is_made(add):
    assert place_of(compiled(add)) is None
    assert not list(Path().iterdir())


def test_numba_s_own_places_come_first(add, poor, tmp_path):
    poor.setenv("SRAM_SPICE_CACHE", str(tmp_path / "cache"))
    poor.setattr(numba.config, "CACHE_DIR", str(tmp_path / "numba"))
    poor.setenv("NUMBA_CACHE_DIR", str(tmp_path / "numba"))
    assert Path(place_of(compiled(add))).is_relative_to(tmp_path / "numba")


def test_without_a_home_the_variable_is_named(homeless):
    with pytest.raises(InputError, match="SRAM_SPICE_CACHE: this user has no home folder"):
        cache_folder("runs")
    homeless.setenv("XDG_CACHE_HOME", "/scratch")
    assert cache_folder("runs") == Path("/scratch/sram-spice/runs")
    homeless.setenv("SRAM_SPICE_CACHE", "/mine")
    assert cache_folder("runs") == Path("/mine/runs")


@pytest.mark.parametrize("user", ["poor", "homeless"])
def test_a_run_that_cannot_be_kept_goes_on_and_says_so_once(user, request):
    request.getfixturevalue(user)
    with pytest.warns(RunWarning, match="SRAM_SPICE_CACHE says where") as caught:
        home = home_of("runs", "0123456789abcdef", "small")
    assert len(caught) == 1
    assert os.access(home.parent, os.W_OK)
    home.parent.rmdir()


def test_a_cache_that_can_be_written_needs_no_word(poor, tmp_path):
    poor.setenv("SRAM_SPICE_CACHE", str(tmp_path))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert home_of("runs", "0123456789abcdef", "small").parent == tmp_path / "runs"
