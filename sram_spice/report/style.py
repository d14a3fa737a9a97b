"""How every figure looks: colours, sizes, and files that are the same bytes each time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import MappingProxyType
from typing import Any, Final

import matplotlib as mpl
import matplotlib.style
import numpy as np
from matplotlib.colors import Colormap, LinearSegmentedColormap

# Okabe and Ito: told apart with every kind of colour vision.
BL: Final = "#0072B2"
BLB: Final = "#009E73"
GLOBAL: Final = "#AA4499"
IDEAL: Final = "#E69F00"
TROUBLE: Final = "#D55E00"  # lost data and failed simulations, nothing else
FAILED: Final = "#000000"
INK: Final = "#222222"
FAINT: Final = "#8A8A8A"

_RC: Final[Mapping[str, Any]] = MappingProxyType(
    {
        "svg.hashsalt": "sram-spice",
        "svg.fonttype": "path",
        "figure.dpi": 100,
        "savefig.dpi": 150,
        "figure.constrained_layout.use": True,
        "figure.constrained_layout.h_pad": 0.08,
        "figure.constrained_layout.w_pad": 0.08,
        "font.size": 10,
        "axes.titlesize": 10.5,
        "axes.labelsize": 10,
        "axes.edgecolor": FAINT,
        "axes.labelcolor": INK,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.axisbelow": True,
        "axes.grid": True,
        "grid.color": "#E4E4E4",
        "grid.linewidth": 0.7,
        "text.color": INK,
        "xtick.color": INK,
        "ytick.color": INK,
        "xtick.labelsize": 9,
        "ytick.labelsize": 9,
        "legend.fontsize": 9,
        "legend.frameon": True,
        "legend.framealpha": 0.9,
        "legend.edgecolor": "#DDDDDD",
        "lines.linewidth": 1.5,
        "mathtext.default": "regular",
    }
)


@contextmanager
def figure_style() -> Iterator[None]:
    """Draw and save in the house style, whatever the user's own matplotlibrc says."""
    with matplotlib.style.context(dict(_RC), after_reset=True):
        yield


def sequential(count: int) -> list[str]:
    """Return `count` colours from dark to light, ordered, all readable on white."""
    shades = mpl.colormaps["viridis"](np.linspace(0.0, 0.88, max(count, 1)))
    return [mpl.colors.to_hex(shade) for shade in shades]


def voltage_map() -> Colormap:
    """Return the colour map of voltages."""
    return mpl.colormaps["viridis"]


def probability_map() -> Colormap:
    """Return the colour map of probabilities: white at 0."""
    return LinearSegmentedColormap.from_list(
        "probability",
        [(0, "#FFFFFF"), (0.1, "#E2EEF8"), (0.4, "#B3D3E8"), (0.7, "#7DB6DA"), (1, "#3F8CC4")],
    )
