"""A valid design as text and as data, and how tests turn one into the other."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

# The design file of the contract (design.md), word for word where it has a default.
CONTRACT = """\
name = "xnor_8t_64"
[technology]
model = "ptm65"
corner = "tt"
[conditions]
vdd = 1.0
temperature = 27.0
[cell]
topology = "8t_xnor"
width_access = 120e-9
width_pull_down = 200e-9
width_pull_up = 90e-9
length = 65e-9
[column]
rows = 64
readout = "load"
word_line_voltage = 0.5
load_width = 2e-6
wire_capacitance_per_cell = 0.2e-15
discharge_time = 0.5e-9
[mlsa]
levels = 8
quantization = "nonlinear"
mode = "parallel"
sensing = "single_ended"
[mismatch]
a_vt = 3.0e-9
[monte_carlo]
samples = 200
seed = 1
engine = "spice"
"""


def toml(data: Mapping[str, Any]) -> str:
    """Nested mappings as TOML text with dotted keys."""
    return "".join(f"{key} = {value}\n" for key, value in _flat(data))


def _flat(data: Mapping[str, Any], prefix: str = "") -> list[tuple[str, str]]:
    found = []
    for key, value in data.items():
        name = f"{prefix}{json.dumps(key, ensure_ascii=False)}"
        if isinstance(value, Mapping):
            found += _flat(value, f"{name}.")
        else:
            found.append((name, _literal(value)))
    return found


def _literal(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return "[" + ", ".join(_literal(item) for item in value) + "]"
    return json.dumps(value, ensure_ascii=False) if isinstance(value, str) else repr(value)
