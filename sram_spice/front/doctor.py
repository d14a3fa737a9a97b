"""`ss.doctor`."""

from __future__ import annotations

from dataclasses import asdict

import pandas as pd

from sram_spice.runs.doctor import examine


def doctor() -> pd.DataFrame:
    """Say what is installed, its versions, and run one known circuit.

    Returns
    -------
    DataFrame
        Columns `what`, `found`, `good`.

    Examples
    --------
    >>> import sram_spice as ss
    >>> bool(ss.doctor()["good"].all())
    True
    """
    return pd.DataFrame([asdict(check) for check in examine()])
