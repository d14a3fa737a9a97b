"""SPICE-level characterization of in-memory computing on SRAM."""

from importlib.metadata import PackageNotFoundError, version

try:
    __version__ = version("sram-spice")
except PackageNotFoundError:  # run from a source tree that was never installed
    __version__ = "0+unknown"

__all__ = ["__version__"]
