"""What a lookup table file holds: names, dimensions, units; docs/lookup_table.md says the same.

Format version 1: levels, references, code probabilities, samples; what the table is of (rows,
sensing) stands in the design only.
Format version 2: also settling time and energy of one access, the table's own attributes, and a
SHA-256 of all of it, so that a damaged file is not taken for numbers.
"""

from __future__ import annotations

from dataclasses import dataclass

FORMAT_VERSION = 2
OLDEST_VERSION = 1
GLOBAL_SET = -1  # n_active of the references that do not know how many rows are active
STATUSES = ("not sampled", "ok", "nonconverged", "flipped", "timeout", "crashed", "value missing")
CONDITIONS = "conditions"  # attribute: the swept design keys, in the order of their dimensions


@dataclass(frozen=True)
class Variable:
    """One variable of the file.

    Attributes
    ----------
    name : str
    dimensions : tuple of str
        Without those of swept conditions, which come first in files that have them.
    units : str
        SI; "1" for numbers and counts.
    text : str
        What it is.
    required : bool
        Whether every file has it.
    swept : bool
        Whether it may depend on swept conditions.
    """

    name: str
    dimensions: tuple[str, ...]
    units: str
    text: str
    required: bool = True
    swept: bool = True


_LEVEL, _CODE, _ACCESS = ("level",), ("code",), ("access_level",)

VARIABLES = (
    Variable("n_plus", _LEVEL, "1", "active rows with product +1", swept=False),
    Variable("n_minus", _LEVEL, "1", "active rows with product -1", swept=False),
    Variable("sum", _LEVEL, "1", "n_plus - n_minus", swept=False),
    Variable("code", _CODE, "1", "code of the MLSA", swept=False),
    Variable("v_bl_nominal", _LEVEL, "V", "bit line BL without mismatch"),
    Variable("v_blb_nominal", _LEVEL, "V", "bit line BLB without mismatch"),
    Variable("v_bl_mean", _LEVEL, "V", "mean of BL over samples that keep data"),
    Variable("v_bl_std", _LEVEL, "V", "standard deviation of BL over samples that keep data"),
    Variable("v_blb_mean", _LEVEL, "V", "mean of BLB over samples that keep data"),
    Variable("v_blb_std", _LEVEL, "V", "standard deviation of BLB over samples that keep data"),
    Variable("samples", _LEVEL, "1", "Monte Carlo samples"),
    Variable("failed", _LEVEL, "1", "samples without a valid solution"),
    Variable("flipped", _LEVEL, "1", "samples in which a cell lost its data"),
    Variable(
        "threshold_sum",
        ("reference",),
        "1",
        "a sum above it belongs to a higher code",
        swept=False,
    ),
    Variable("centroid", _CODE, "1", "sum that a code stands for", swept=False),
    Variable(
        "set_n_active",
        ("reference_set",),
        "1",
        f"active rows a set is for; {GLOBAL_SET}: global set",
        swept=False,
    ),
    Variable("v_ref", ("reference_set", "reference"), "V", "reference voltage"),
    Variable("probability", ("level", "code"), "1", "P(code | level)"),
    Variable("probability_no_code", _LEVEL, "1", "P(no valid solution | level)"),
    Variable("probability_global", ("level", "code"), "1", "P(code | level)", False),
    Variable("probability_global_no_code", _LEVEL, "1", "P(no valid solution | level)", False),
    Variable("probability_mlsa", ("level", "code"), "1", "P(code | level), real MLSA", False),
    Variable("probability_mlsa_no_code", _LEVEL, "1", "P(no code | level), real MLSA", False),
    Variable(
        "probability_mlsa_global",
        ("level", "code"),
        "1",
        "P(code | level), real MLSA, global references",
        False,
    ),
    Variable(
        "probability_mlsa_global_no_code",
        _LEVEL,
        "1",
        "P(no code | level), real MLSA, global references",
        False,
    ),
    Variable("access_n_plus", _ACCESS, "1", "n_plus of a simulated access", False, False),
    Variable("access_n_minus", _ACCESS, "1", "n_minus of a simulated access", False, False),
    Variable("access_settling_time_bl", _ACCESS, "s", "settling time of BL; NaN: never", False),
    Variable("access_settling_time_blb", _ACCESS, "s", "settling time of BLB; NaN: never", False),
    Variable("access_energy", _ACCESS, "J", "energy of one access of one column", False),
    Variable("v_bl_sample", ("level", "sample"), "V", "v_bl of each sample", False),
    Variable("v_blb_sample", ("level", "sample"), "V", "v_blb of each sample", False),
    Variable(
        "status",
        ("level", "sample"),
        "1",
        "; ".join(f"{number} {text}" for number, text in enumerate(STATUSES)),
        False,
    ),
)
BY_NAME = {variable.name: variable for variable in VARIABLES}
# Attributes of version 2 that version 1 has in its design only.
ATTRIBUTES = ("rows", "vdd", "topology", "sensing", "mode", "quantization")
