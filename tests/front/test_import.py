"""What `import sram_spice` costs and offers."""

from __future__ import annotations

import subprocess
import sys

import pytest

import sram_spice as ss


def test_importing_it_loads_nothing_heavy():
    text = "import sram_spice, sys; print(*sorted({m.partition('.')[0] for m in sys.modules}))"
    out = subprocess.run([sys.executable, "-c", text], capture_output=True, text=True, check=True)
    loaded = set(out.stdout.split())
    assert "sram_spice" in loaded
    assert not loaded & {"numpy", "pandas", "xarray", "matplotlib", "pydantic", "torch", "rich"}


def test_loading_a_design_does_not_load_what_runs_need():
    text = "import sram_spice, sys; sram_spice.load('xnor_8t'); print(*sys.modules)"
    out = subprocess.run([sys.executable, "-c", text], capture_output=True, text=True, check=True)
    assert not set(out.stdout.split()) & {"pandas", "xarray", "matplotlib", "scipy"}


@pytest.mark.parametrize("name", [n for n in ss.__all__ if n != "nn"])
def test_every_name_is_there_and_documented(name):
    found = getattr(ss, name)
    assert name == "__version__" or found.__doc__


def test_networks_are_there_too():
    pytest.importorskip("torch")
    assert ss.nn.__name__ == "sram_spice.nn"


def test_other_names_are_not():
    with pytest.raises(AttributeError, match="characterise"):
        _ = ss.characterise
    assert dir(ss) == sorted(ss.__all__)


def test_no_name_hides_a_room():
    """`ss.mlsa` would be the room once somebody imports it."""
    from tests.test_architecture import ORDER

    assert set(ss.__all__) & set(ORDER) == {"nn"}
