"""Static noise margins and N-curves where cells have a state in the middle, by a second method.

Seevinck's own definition: sources in series with both gates, of the sign that hurts the state, are
raised until it is gone. The cell is written down here by hand, its feedback whole; the sweep
follows the state as a simulator does, without any curve, square or lobe.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pytest

from sram_spice.design import Design, design_from_dict
from sram_spice.measurements.butterfly import Lobes, lobes
from sram_spice.measurements.cell_conditions import read_bias, write_bias
from sram_spice.measurements.n_curve_points import n_curve_points
from sram_spice.simulation import DcSweep, Job, SimulatorPool
from sram_spice.technology import technology_cards
from tests.measurements.cell_tools import butterfly, measured, nominal, without_mismatch

FINE = 0.02e-3  # V of noise; a fold is found to one step


@dataclass(frozen=True)
class ByHand:
    """A 6T or 8T cell at given voltages; widths of access, pull-down, pull-up in nm."""

    topology: str
    corner: str
    vdd: float
    celsius: float
    v_wl: float
    widths: tuple[int, int, int]
    length: int
    v_bl: float | None = None  # None: VDD
    shifts: tuple[float, ...] = field(default=(0.0,) * 8)  # pul pur pdl pdr axl axr cxl cxr

    @property
    def design(self) -> Design:
        access, down, up = (1e-9 * w for w in self.widths)
        cell = {"width_access": access, "width_pull_down": down, "width_pull_up": up}
        return design_from_dict(
            {
                "name": "by_hand",
                "technology": {"corner": self.corner},
                "conditions": {"vdd": self.vdd, "temperature": self.celsius},
                "cell": {"topology": self.topology, "length": 1e-9 * self.length, **cell},
                "column": {"word_line_voltage": self.v_wl},
                "cell_test": {"write_word_line_voltage": self.v_wl},
            }
        )

    def deck(self, stored: int) -> str:
        """The cell in a state, with noise that hurts it where ``vn`` is positive."""
        access, down, up = self.widths
        shift = dict(
            zip(("pul", "pur", "pdl", "pdr", "axl", "axr", "cxl", "cxr"), self.shifts, strict=True)
        )

        def transistor(name: str, d: str, g: str, s: str, b: str, kind: str, width: int) -> str:
            return (
                f"m{name} {d} {g} {s} {b} {kind} w={width}n l={self.length}n delvto={shift[name]}"
            )

        lines = [
            "noise in series with both gates",
            ".options reltol=1e-6 vntol=1e-9 abstol=1e-15 gmin=1e-15",
            technology_cards(self.design).render(),
            f"vdd vdd 0 {self.vdd}",
            f"vwl wl 0 {self.v_wl}",
            f"vbl bl 0 {self.vdd if self.v_bl is None else self.v_bl}",
            f"vblb blb 0 {self.vdd}",
            "vn noise 0 0",
            f"e1 gr q noise 0 {-stored}",  # what the right inverter sees of a high q is lower
            f"e2 gl qb noise 0 {stored}",
            transistor("pul", "q", "gl", "vdd", "vdd", "pmos", up),
            transistor("pdl", "q", "gl", "0", "0", "nmos", down),
            transistor("pur", "qb", "gr", "vdd", "vdd", "pmos", up),
            transistor("pdr", "qb", "gr", "0", "0", "nmos", down),
            transistor("axl", "bl", "wl", "q", "0", "nmos", access),
            transistor("axr", "blb", "wl", "qb", "0", "nmos", access),
        ]
        if self.topology == "8t_xnor":  # crossed pair, its word line off
            lines += [
                transistor("cxl", "blb", "0", "q", "0", "nmos", access),
                transistor("cxr", "bl", "0", "qb", "0", "nmos", access),
            ]
        q, qb = (self.vdd, 0.0) if stored > 0 else (0.0, self.vdd)
        return "\n".join([*lines, f".nodeset v(q)={q} v(qb)={qb}", ".end"]) + "\n"

    def jumps(self, pool: SimulatorPool, stored: int, start: float, stop: float) -> list[float]:
        """Noise at which the cell jumps to another state on the way from `start` to `stop`, V.

        Noise counts positive where it hurts the stored state.
        """
        sweep = DcSweep("vn", start, stop, FINE)
        (result,) = pool.run([Job(self.deck(stored), sweep, ("q", "qb"))])
        assert result.values is not None, result.detail
        noise, q, qb = result.values
        apart = stored * (q - qb)
        # Away from a fold a step of 0.02 mV moves the nodes by less than a tenth of this.
        at = np.flatnonzero(np.abs(np.diff(apart)) > 20e-3)
        return [float(v) for v in (noise[at] + noise[at + 1]) / 2]

    def lobes(self, pool: SimulatorPool) -> Lobes:
        design = self.design
        bias = read_bias(design) if self.v_bl is None else write_bias(design)
        count = 8 if self.topology == "8t_xnor" else 6
        vin, q, qb = butterfly(pool, design, bias, np.array(self.shifts[:count]))
        return lobes(vin, q[None], qb[None])


# With a stable state in the middle while it is read: five crossings.
MIDDLE = ByHand("8t_xnor", "fs", 1.1, -20.0, 1.1, (200, 200, 120), 60)
SHIFTED = (0.004, -0.003, -0.005, 0.006, 0.002, -0.004, 0.0, 0.0)
READ = {
    "five crossings, fs": MIDDLE,
    "five crossings, fs, mismatched": ByHand(
        "8t_xnor", "fs", 1.1, -20.0, 1.1, (200, 200, 120), 60, shifts=SHIFTED
    ),
    "five crossings, ff": ByHand("6t", "ff", 1.2, -40.0, 1.2, (200, 180, 110), 60),
    "three crossings, tt": ByHand("6t", "tt", 1.0, 27.0, 0.8, (120, 200, 90), 65),
    "three crossings, sf, mismatched": ByHand(
        "6t", "sf", 0.9, 85.0, 0.7, (120, 200, 90), 65, shifts=tuple(5 * s for s in SHIFTED)
    ),
}


@pytest.mark.slow
@pytest.mark.parametrize("cell", READ.values(), ids=list(READ))
@pytest.mark.parametrize("stored", [1, -1])
def test_read_margin_is_the_noise_that_ends_the_state(
    pool: SimulatorPool, cell: ByHand, stored: int
) -> None:
    squares = cell.lobes(pool)
    margin = (squares.stored_one if stored > 0 else squares.stored_zero)[0]
    assert margin > 0
    # 0.2 mV: gates of the broken loop draw their current from the sweep, not from the other node.
    assert cell.jumps(pool, stored, 0.0, 0.3)[0] == pytest.approx(margin, abs=0.2e-3)


def test_a_state_in_the_middle_is_none_of_the_data(pool: SimulatorPool) -> None:
    """The cell of the issue: squares 11.66 mV, noise sources 11.55 mV; its middle lobe 21.67 mV."""
    squares = MIDDLE.lobes(pool)
    assert squares.smaller[0] == pytest.approx(11.6e-3, abs=0.1e-3)
    assert squares.beyond_zero[0] == pytest.approx(-21.67e-3, abs=0.1e-3)


def test_a_cell_with_nothing_but_a_middle_state_has_negative_margins(pool: SimulatorPool) -> None:
    """Both lobes gone: only noise that helps a state more than its margin is short of keeps it."""
    cell = ByHand("8t_xnor", "fs", 1.1, -20.0, 1.1, (240, 200, 120), 60)
    squares = cell.lobes(pool)
    for stored, margin in ((1, squares.stored_one[0]), (-1, squares.stored_zero[0])):
        assert margin < -1e-3
        # From a state that help makes, back to the help with which it ends.
        assert cell.jumps(pool, stored, -0.1, 0.0)[0] == pytest.approx(margin, abs=0.2e-3)


def test_a_state_of_too_little_gain_is_no_margin(pool: SimulatorPool) -> None:
    """Access transistors that hold both nodes up: one crossing without any trace of a lobe."""
    cell = ByHand("6t", "ff", 0.5, 27.0, 1.5, (1000, 100, 100), 60)
    squares = cell.lobes(pool)
    assert -1e-3 < squares.smaller[0] <= 0


WRITE = {
    # With help beyond the rails the old state jumps once before: the last jump ends it.
    "sf": ByHand("6t", "sf", 0.9, 85.0, 0.9, (150, 260, 100), 80, v_bl=0.0),
    "ss": ByHand("6t", "ss", 0.9, -40.0, 0.8, (120, 200, 90), 65, v_bl=0.0),
    "fs, mismatched": ByHand(
        "6t", "fs", 1.0, -40.0, 0.8, (120, 200, 90), 65, v_bl=0.0,
        shifts=tuple(5 * s for s in SHIFTED),
    ),
    "not writable": ByHand("6t", "sf", 1.0, -40.0, 0.5, (120, 200, 90), 65, v_bl=0.0),
}  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("cell", WRITE.values(), ids=list(WRITE))
def test_write_margin_is_the_noise_that_brings_another_state_back(
    pool: SimulatorPool, cell: ByHand
) -> None:
    """From the old state, which strong help keeps, to the help with which it goes."""
    margin = cell.lobes(pool).beyond_zero[0]
    # Where help is negative the old state is there without it, and noise ends it.
    help_needed = -cell.jumps(pool, 1, -0.7, 0.5)[-1]
    assert help_needed == pytest.approx(margin, abs=0.5e-3)


def test_a_write_so_strong_that_no_noise_brings_a_state_back_says_so(pool: SimulatorPool) -> None:
    """The reference cell at full word line: no jump on the whole way, and a note."""
    cell = ByHand("6t", "tt", 1.0, 27.0, 1.0, (120, 200, 90), 65, v_bl=0.0)
    assert cell.jumps(pool, 1, -0.7, 0.5) == []
    found = measured(without_mismatch(cell.design), "write_snm", pool)
    assert any("no noise gives" in note for note in found.notes)
    assert not cell.lobes(pool).folded_zero[0]
    assert WRITE["sf"].lobes(pool).folded_zero[0]


def test_write_margin_of_the_issue(pool: SimulatorPool) -> None:
    """Minimum of the squares 362.9 mV, noise sources 363.0 mV; 373.4 mV stands at u = 0."""
    cell = WRITE["sf"]
    found = nominal(cell.design, "write_snm", pool)["write_snm"]
    assert found == pytest.approx(362.95e-3, abs=0.1e-3)


@pytest.mark.slow
def test_n_curve_ends_at_the_last_state(pool: SimulatorPool) -> None:
    """WTV against the zeros of a curve made by hand: q held, the current into it read off."""
    lines = MIDDLE.deck(-1).splitlines()
    held = [*lines[:-2], "vhold q 0 0", ".nodeset v(qb)=1.1", ".end"]
    deck = "\n".join(held) + "\n"
    (result,) = pool.run([Job(deck, DcSweep("vhold", 0.0, 1.1, 0.5e-3), ("vhold#branch",))])
    assert result.values is not None
    v, current = result.values[0], -result.values[1]
    signs = np.sign(current)
    changes = np.flatnonzero(np.diff(signs) != 0)
    zeros = [float(np.interp(0, *_sorted(current[i : i + 2], v[i : i + 2]))) for i in changes]
    assert len(zeros) == 5, "stable, metastable, stable in the middle, metastable, stable"
    found = nominal(MIDDLE.design, "n_curve", pool)
    # 1 %: the issue asks for it; the curve's own 11 mV steps, splined, are good to 0.2 mV.
    assert found["wtv"] == pytest.approx(zeros[-1] - zeros[1], rel=1e-2)
    assert found["wtv"] == pytest.approx(0.651, rel=1e-2)
    assert found["svnm"] == pytest.approx(zeros[1] - zeros[0], rel=1e-2)
    points = n_curve_points(v, current[None])
    assert points.wtv[0] == pytest.approx(zeros[-1] - zeros[1], abs=0.1e-3)


def _sorted(x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    order = np.argsort(x)
    return x[order], y[order]
