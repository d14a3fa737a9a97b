"""The few numbers that a reader looks for first."""

from __future__ import annotations

import numpy as np
import pandas as pd

from sram_spice.generators.readout import readout_of
from sram_spice.generators.threshold_spread import threshold_spread
from sram_spice.report.display import (
    NOTHING,
    millivolts,
    nanoseconds,
    percent,
    picojoules,
    plain,
    signed,
)
from sram_spice.report.key_number import KeyNumber
from sram_spice.report.run import Run
from sram_spice.report.wire_numbers import wire_numbers

_VALID = ("ok", "flipped")


def key_numbers(run: Run) -> list[KeyNumber]:
    """Return the key numbers of a run.

    Parameters
    ----------
    run : Run
    """
    levels = run.sensed_levels
    full = levels[levels["n_active"] == run.design.column.rows].reset_index(drop=True)
    access = run.access
    valid = access[access["status"].isin(_VALID)]
    return [
        _swing(full, run),
        *_resolution(full),
        _spread(run),
        _energy(valid),
        _settling(valid, readout_of(run.design).sampling_time()),
        *_errors(run),
        _square_error(run),
        *wire_numbers(run.wires),
    ]


def _swing(full: pd.DataFrame, run: Run) -> KeyNumber:
    name = "Swing of V_BL - V_BLB" if run.differential else "Swing of V_BL"
    known = full[full["nominal"].notna()]
    if known.empty:
        return KeyNumber(name, NOTHING, "no valid nominal solution")
    low, high = (known.iloc[find()] for find in (known["nominal"].argmin, known["nominal"].argmax))
    ends = (f"{millivolts(end['nominal'])} (sum {signed(end['sum'])})" for end in (low, high))
    swing = millivolts(high["nominal"] - low["nominal"])
    return KeyNumber(name, swing, f"nominal, all rows active: from {' to '.join(ends)}")


def _resolution(full: pd.DataFrame) -> list[KeyNumber]:
    """Return the step between two sums around sum 0, and sigma beside it."""
    middle = int(full["sum"].abs().argmin())
    around = full.iloc[max(middle - 1, 0) : middle + 2]
    sums, nominal = around["sum"].to_numpy(), around["nominal"].to_numpy(dtype=np.float64)
    step = (nominal[-1] - nominal[0]) / (len(sums) - 1) if len(sums) > 1 else float("nan")
    spread = float(full["std"].iloc[middle])
    at = f"at sum {signed(full['sum'].iloc[middle])}, all rows active"
    ratio = f"{spread / step:.2f} LSB" if np.isfinite(spread / step) and step else NOTHING
    if not np.isfinite(spread):
        return [
            KeyNumber("Step to the next sum (LSB)", millivolts(step, 2), f"nominal, {at}"),
            KeyNumber("Spread (sigma)", NOTHING, "this level has no Monte Carlo samples"),
        ]
    return [
        KeyNumber("Step to the next sum (LSB)", millivolts(step, 2), f"nominal, {at}"),
        KeyNumber("Spread (sigma)", f"{millivolts(spread)} ({ratio})", f"mismatch, {at}"),
    ]


def _spread(run: Run) -> KeyNumber:
    found = threshold_spread(run.design)
    each, pair = (f"{1e9 * found[key]:.3g} mV um" for key in ("a_vt_v_m", "a_vt_pair_v_m"))
    return KeyNumber(
        "Spread of a threshold voltage (sigma)",
        millivolts(found["sigma_vt_access_v"]),
        f"of an access transistor; A_VT {each} of each transistor, {pair} of a pair's difference",
    )


def _energy(access: pd.DataFrame) -> KeyNumber:
    name = "Largest energy of one access"
    known = access[access["energy_supply_j"].notna()]
    if known.empty:
        return KeyNumber(name, NOTHING, "no access with a valid solution")
    worst = known.iloc[known["energy_supply_j"].argmax()]
    return KeyNumber(
        name,
        picojoules(worst["energy_supply_j"]),
        f"one nominal column, from VDD, at sum {signed(worst['sum'])}; pre-charge included",
    )


def _settling(access: pd.DataFrame, sampled_after: float | None) -> KeyNumber:
    name = "Slowest settling"
    times = access[["settling_time_bl_s", "settling_time_blb_s"]].to_numpy(dtype=np.float64)
    if not times.size:
        return KeyNumber(name, NOTHING, "no access with a valid solution")
    moving = int(np.isnan(times).any(axis=1).sum())
    if sampled_after is not None:
        after = nanoseconds(sampled_after)
        return KeyNumber(name, "by design none", f"the bit lines are sampled after {after}")
    if moving:
        note = f"in {moving} of {len(times)} accesses a bit line still moves as the word line falls"
        return KeyNumber(name, "not settled", note)
    return KeyNumber(
        name,
        nanoseconds(float(times.max())),
        "from the word line at half its voltage until the bit line stays at its final level",
    )


def _errors(run: Run) -> list[KeyNumber]:
    return [*_ideal_errors(run), *_real_errors(run)]


def _real_errors(run: Run) -> list[KeyNumber]:
    """Return what the design's own sense amplifier makes of the same columns, where it is known."""
    record = run.sensing.get("sense_amplifier", {})
    found = []
    for key, kind in (("own_references", ""), ("global_references", ", global")):
        if key in record:
            one = run.summary_of(record[key])
            note = f"mean square error {plain(one.mean_square_error)}; lut.nc gives these codes"
            name = f"Wrong codes{kind}, real amplifier"
            found.append(KeyNumber(name, percent(one.error_probability), note))
    return found


def _ideal_errors(run: Run) -> list[KeyNumber]:
    name = "Wrong codes"
    meaning = "ideal sense amplifier; average over the sums as often as they occur"
    own, common = run.own_references, run.global_references
    if common is None:
        return [KeyNumber(name, percent(own.error_probability), meaning)]
    return [
        KeyNumber(
            f"{name}, input-aware",
            percent(own.error_probability),
            f"references for the number of active rows; {meaning}",
        ),
        KeyNumber(
            f"{name}, global",
            percent(common.error_probability),
            f"one set of references for all; {meaning}",
        ),
    ]


def _square_error(run: Run) -> KeyNumber:
    own, common = run.own_references, run.global_references
    more = f"; {plain(common.mean_square_error)} with global references" if common else ""
    return KeyNumber(
        "Mean square error of the sum",
        plain(own.mean_square_error),
        "ideal sense amplifier, after decoding the code; "
        f"{plain(own.ideal_mean_square_error)} with error-free sensing{more}",
    )
