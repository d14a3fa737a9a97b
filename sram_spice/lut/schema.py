"""What a lookup table file holds: names, dimensions, units; docs/lookup_table.md says the same.

Format version 1: levels, references, code probabilities, samples; what the table is of (rows,
sensing) stands in the design only.
Format version 2: also settling time and energy of one access, the table's own attributes, and a
SHA-256 of all of it, so that a damaged file is not taken for numbers.
Format version 3: also how the thresholds of the real MLSA vary, energy and latency of an access
with it, whether the nominal column keeps its data, and which amplifier the codes are of.
"""

from __future__ import annotations

from dataclasses import dataclass

from sram_spice.results.tables import ENERGY_PARTS, LATENCY_PARTS

FORMAT_VERSION = 3
OLDEST_VERSION = 1
GLOBAL_SET = -1  # n_active of the references that do not know how many rows are active
STATUSES = ("not sampled", "ok", "nonconverged", "flipped", "timeout", "crashed", "value missing")
AMPLIFIER = "amplifier"  # attribute: real or ideal, whose codes the table gives
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
_REFERENCE, _MLSA = ("reference_set", "reference"), ("mlsa_level",)
_STATUS_TEXT = "; ".join(f"{number} {text}" for number, text in enumerate(STATUSES))

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
    Variable("probability", ("level", "code"), "1", "P(code | level), ideal MLSA"),
    Variable("probability_no_code", _LEVEL, "1", "P(no code | level), ideal MLSA"),
    Variable(
        "probability_global",
        ("level", "code"),
        "1",
        "P(code | level), ideal MLSA, global references",
        False,
    ),
    Variable(
        "probability_global_no_code",
        _LEVEL,
        "1",
        "P(no code | level), ideal MLSA, global references",
        False,
    ),
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
    Variable(
        "v_threshold_shift", _REFERENCE, "V", "nominal threshold minus v_ref, real MLSA", False
    ),
    Variable("v_threshold_noise", _REFERENCE, "V", "sigma of what is new at each decision", False),
    Variable(
        "generator_covariance",
        (*_REFERENCE, "other_reference"),
        "V2",
        "covariance of thresholds by the reference generator, one per chip",
        False,
    ),
    Variable(
        "offset_covariance",
        (*_REFERENCE, "other_reference"),
        "V2",
        "covariance of thresholds by the amplifiers of one column",
        False,
    ),
    Variable(
        "common_mode_weight",
        _REFERENCE,
        "1",
        "weight of the mean of BL and BLB in a differential decision",
        False,
    ),
    Variable("v_common_mode", _REFERENCE, "V", "mean at which it adds nothing", False),
    Variable("nominal_status", _LEVEL, "1", f"nominal column: {_STATUS_TEXT}", False),
    Variable("mlsa_n_plus", _MLSA, "1", "n_plus of a simulated access with the MLSA", False, False),
    Variable("mlsa_n_minus", _MLSA, "1", "n_minus of such an access", False, False),
    *(
        Variable(f"mlsa_energy_{part}", _MLSA, "J", f"energy of such an access: {text}", False)
        for part, text in ENERGY_PARTS.items()
    ),
    *(
        Variable(f"mlsa_latency_{part}", _MLSA, "s", f"latency of such an access: {text}", False)
        for part, text in LATENCY_PARTS.items()
    ),
    Variable("access_n_plus", _ACCESS, "1", "n_plus of a simulated access", False, False),
    Variable("access_n_minus", _ACCESS, "1", "n_minus of a simulated access", False, False),
    Variable("access_settling_time_bl", _ACCESS, "s", "settling time of BL; NaN: never", False),
    Variable("access_settling_time_blb", _ACCESS, "s", "settling time of BLB; NaN: never", False),
    Variable("access_energy", _ACCESS, "J", "energy of one pulse of the column, no MLSA", False),
    Variable("v_bl_sample", ("level", "sample"), "V", "v_bl of each sample", False),
    Variable("v_blb_sample", ("level", "sample"), "V", "v_blb of each sample", False),
    Variable(
        "status",
        ("level", "sample"),
        "1",
        _STATUS_TEXT,
        False,
    ),
)
CODE_TABLES = (
    "probability",
    "probability_global",
    "probability_mlsa",
    "probability_mlsa_global",
)
BY_NAME = {variable.name: variable for variable in VARIABLES}
# Attributes of version 2 that version 1 has in its design only.
ATTRIBUTES = ("rows", "vdd", "topology", "sensing", "mode", "quantization")
