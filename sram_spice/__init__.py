"""SPICE-level characterization of in-memory computing on SRAM.

Examples
--------
>>> import sram_spice as ss
>>> design = ss.load("xnor_8t").replace({"column.rows": 8, "monte_carlo.samples": 5,
...                                      "mlsa.levels": 4, "sense_amplifier": None})
>>> run = ss.characterize(design)
>>> run.lut.quantize([-8, 0, 8])
array([0, 2, 3], dtype=int16)
"""

from __future__ import annotations

from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any

try:
    __version__ = version("sram-spice")
except PackageNotFoundError:  # run from a source tree that was never installed
    __version__ = "0+unknown"

if TYPE_CHECKING:
    from sram_spice import nn
    from sram_spice.design import Design
    from sram_spice.errors import InputError, RunWarning, SimulatorError
    from sram_spice.front.characterize import characterize, redraw, requantize
    from sram_spice.front.compare import compare
    from sram_spice.front.doctor import doctor
    from sram_spice.front.export import export
    from sram_spice.front.measure import measure
    from sram_spice.front.mlsa import characterize_mlsa
    from sram_spice.front.opening import open_folder as open
    from sram_spice.front.optimize import optimize
    from sram_spice.front.presets import load, presets
    from sram_spice.front.signoff import signoff
    from sram_spice.front.sweep import sweep
    from sram_spice.front.transfer import transfer
    from sram_spice.lut import Lut
    from sram_spice.report.measure_run import MeasureRun
    from sram_spice.report.optimize_run import OptimizeRun
    from sram_spice.report.run import Run
    from sram_spice.report.signoff_run import SignoffRun
    from sram_spice.report.sweep_run import SweepRun

# Where each name is. It is imported when it is first asked for: the command line and the workers
# import this package, too, and all of it takes seconds.
_PLACES = {
    "Design": "design",
    "InputError": "errors",
    "Lut": "lut",
    "MeasureRun": "report.measure_run",
    "OptimizeRun": "report.optimize_run",
    "Run": "report.run",
    "RunWarning": "errors",
    "SignoffRun": "report.signoff_run",
    "SimulatorError": "errors",
    "SweepRun": "report.sweep_run",
    "characterize": "front.characterize",
    "characterize_mlsa": "front.mlsa",
    "compare": "front.compare",
    "doctor": "front.doctor",
    "export": "front.export",
    "load": "front.presets",
    "measure": "front.measure",
    "nn": "nn",
    "open": "front.opening",
    "optimize": "front.optimize",
    "presets": "front.presets",
    "redraw": "front.characterize",
    "requantize": "front.characterize",
    "signoff": "front.signoff",
    "sweep": "front.sweep",
    "transfer": "front.transfer",
}

__all__ = [
    "Design",
    "InputError",
    "Lut",
    "MeasureRun",
    "OptimizeRun",
    "Run",
    "RunWarning",
    "SignoffRun",
    "SimulatorError",
    "SweepRun",
    "__version__",
    "characterize",
    "characterize_mlsa",
    "compare",
    "doctor",
    "export",
    "load",
    "measure",
    "nn",
    "open",
    "optimize",
    "presets",
    "redraw",
    "requantize",
    "signoff",
    "sweep",
    "transfer",
]


def __getattr__(name: str) -> Any:
    """Import a name of the front door."""
    if name not in _PLACES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module = import_module(f"{__name__}.{_PLACES[name]}")
    if name == "nn":
        return module
    return getattr(module, "open_folder" if name == "open" else name)


def __dir__() -> list[str]:
    """Return the names of the front door."""
    return __all__
