"""From the decisions of an MLSA to its code."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sram_spice.generators.mlsa_bench import MlsaBench


def code_of(bench: MlsaBench, ones: NDArray[np.bool_]) -> int | None:
    """Return the code of an access from its decisions, in the order of `bench.decisions`.

    The number of references below BL. In the serial mode the reference falls, so SAOUT stays 1 from
    the first reference below BL on, and an early stop leaves out what is known then; stopped before
    any 1, there is no code (None).
    """
    left_out = len(bench.compared) - len(bench.decisions) if bench.mode != "binary" else 0
    if left_out and not ones.any():
        return None
    return bench.known_ones + int(np.count_nonzero(ones)) + left_out


def cycles_until_known(bench: MlsaBench, code: int) -> int:
    """Return the sensing cycles after which a serial MLSA knows a code: at its first 1."""
    above = code - bench.known_ones
    return min(len(bench.compared), len(bench.compared) - above + 1)
