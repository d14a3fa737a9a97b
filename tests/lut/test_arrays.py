"""Arrays as people have them: the same codes as of plain ones, or one clear error."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from sram_spice.errors import InputError
from sram_spice.lut import Lut, ideal_lut
from sram_spice.lut.sampling import by_numpy
from tests.lut.results import HBNN, XNOR, lut_of

SUMS = 2 * np.random.default_rng(4).integers(-16, 17, size=(6, 10))


def read_only(values):
    values = values.copy()
    values.flags.writeable = False
    return values


FORMS = {
    "big endian": lambda v: v.astype(">i4"),
    "little endian": lambda v: v.astype("<i2"),
    "big-endian floats": lambda v: v.astype(">f8"),
    "half": lambda v: v.astype(np.float16),
    "read only": read_only,
    "by columns": np.asfortranarray,
    "every second": lambda v: np.repeat(v, 2, axis=1)[:, ::2],
    "backwards": lambda v: v[::-1, ::-1].copy()[::-1, ::-1],
    "objects": lambda v: v.astype(object),
    "a list": lambda v: v.tolist(),
    "pandas": lambda v: pd.DataFrame(v).astype("Int64"),
    "unmasked": np.ma.masked_array,
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("folder", [XNOR, HBNN])
def test_codes_do_not_depend_on_how_an_array_lies_in_memory(folder, form):
    lut, make = lut_of(folder), FORMS[form]
    every = {} if lut.always_active else {"n_active": 64}
    one_each = {"n_active": np.full_like(SUMS, 64)}
    for active in (every, one_each):
        made = {name: make(n) if np.ndim(n) else n for name, n in active.items()}
        for rng in (None, 5):
            expected = lut.quantize(SUMS, rng=rng, **active)
            np.testing.assert_array_equal(lut.quantize(make(SUMS), rng=rng, **made), expected)
        np.testing.assert_array_equal(
            lut.probability(make(SUMS), **made), lut.probability(SUMS, **active)
        )
    codes = lut.quantize(SUMS, **every)
    np.testing.assert_array_equal(lut.decode(make(codes)), lut.decode(codes))
    of_a_pulse = lut.pulse_energy(SUMS, **every)
    np.testing.assert_array_equal(lut.pulse_energy(make(SUMS), **every), of_a_pulse)


WRONG = {
    "not whole": [0.5],
    "missing": [np.nan],
    "endless": [np.inf],
    "beyond 64 bits": [1e30],
    "unsigned beyond 63 bits": np.array([2**64 - 1], np.uint64),  # -1, were it cast
    "objects beyond 64 bits": [2**70],
    "masked": np.ma.masked_array([0, 2], [False, True]),
    "words": ["0"],
    "complex": [2 + 0j],
    "moments": np.array(["2020"], "M8[Y]"),
    "pandas with gaps": pd.array([0, None], "Int64"),
}


@pytest.mark.parametrize("kind", WRONG)
def test_what_is_no_whole_number_is_refused(kind):
    lut = lut_of(HBNN)
    for call in (
        lambda v: lut.quantize(v, n_active=64),
        lambda v: lut.quantize(v, n_active=64, rng=1),
        lambda v: lut.quantize(0, n_active=v),
        lambda v: lut.probability(v, n_active=64),
        lambda v: lut.voltage(v, n_active=64),
        lambda v: lut.pulse_energy(v, n_active=64),
        lambda v: lut.settling_time(v, n_active=64),
        lut.decode,
    ):
        with pytest.raises(InputError, match="not whole numbers"):
            call(WRONG[kind])


def test_the_first_wrong_sum_is_named_whatever_its_type():
    with pytest.raises(InputError, match=r"got -128\)"):
        ideal_lut(64, always_active=False).quantize(np.array([0, -128], np.int8), n_active=64)


def test_a_numba_that_cannot_be_imported_is_as_none(monkeypatch):
    """As numba is beside a NumPy that is too new for it: the same codes, by NumPy."""
    lut: Lut = lut_of(XNOR)
    expected = lut.quantize(SUMS, rng=3)

    def broken(name):
        raise ImportError(f"Numba needs NumPy 1.22 or less ({name})")

    monkeypatch.setattr("sram_spice.lut.sampling.import_module", broken)
    calls = []
    monkeypatch.setattr(
        "sram_spice.lut.sampling.by_numpy", lambda *a: calls.append(1) or by_numpy(*a)
    )
    np.testing.assert_array_equal(lut.quantize(SUMS, rng=3), expected)
    assert calls
