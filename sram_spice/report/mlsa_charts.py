"""Charts of the page: the sense amplifier at transistor level."""

from __future__ import annotations

import pandas as pd

from sram_spice.report.access_chart import TIME, curve
from sram_spice.report.chart import (
    Axis,
    Bars,
    Chart,
    Line,
    Panel,
    Pick,
    Rules,
    Series,
    shade,
)
from sram_spice.report.display import signed
from sram_spice.report.level_chart import SUM
from sram_spice.report.mlsa_results import MlsaResults
from sram_spice.report.run import Run
from sram_spice.wording import count

ENERGIES = {"bit_line": "bit line", "pre_charge": "pre-charge", "amplifiers": "amplifiers",
            "references": "references"}  # fmt: skip
LATENCIES = {"settling": "settling time", "sensing": "sensing time", "recovery": "recovery time"}
AMPLIFIERS = ("ideal", "parallel", "serial")
COLOURS = ("bl", "blb", "ideal", "global")


def mlsa_charts(run: Run, found: MlsaResults) -> list[Chart]:
    """Return waveforms, codes, energy and latency, and code errors; none without an MLSA run."""
    if not found.tables:
        return []
    charts = [_energy(found.tables["energy"]), _codes(found.tables["codes"])]
    if "sensing" in found.tables:
        charts.insert(1, _errors(found.tables["sensing"]))
    if found.waveforms is not None and len(found.waveforms):
        charts.insert(
            0, _access(found.waveforms, found.tables["thresholds"], run.design.conditions.vdd)
        )
    return charts


def _access(waves: pd.DataFrame, thresholds: pd.DataFrame, vdd: float) -> Chart:
    shown = waves.groupby(["mode", "code"], sort=True)
    names = [f"{mode}, code {code}" for (mode, code), _ in shown]
    views = tuple(_access_view(one, thresholds, vdd) for _, one in shown)
    return Chart(
        name="mlsa_access",
        title="One access of column and sense amplifier",
        caption="One access for each code, without mismatch: the word line, the bit line with "
        "what it is compared with (REF), the strobes of the amplifiers (SAEN) and their outputs "
        "(SAOUT). A parallel sense amplifier compares with all references at once, a serial one "
        "with one after the other.",
        views=views,
        picks=(Pick("access", tuple(names), _middle(waves)),),
        height=760,
        files=tuple(
            f"mlsa_access_{mode}.{kind}"
            for mode in waves["mode"].unique()
            for kind in ("png", "svg")
        ),
    )


def _middle(waves: pd.DataFrame) -> int:
    """Return the position of the middle code of the first mode: there most outputs differ."""
    return int(waves[waves["mode"] == waves["mode"].min()]["code"].nunique() // 2)


def _access_view(waves: pd.DataFrame, thresholds: pd.DataFrame, vdd: float) -> tuple[Panel, ...]:
    signals = {str(name): one for name, one in waves.groupby("signal", sort=False)}

    def line(signal: str, name: str, colour: str) -> Line:
        one = signals[signal]
        return curve(one["time_s"], one["value"], name, colour)

    def logic(title: str) -> Axis:
        return Axis(title, low=-0.1 * vdd, high=1.15 * vdd)

    total = int(waves["n_plus"].iloc[0] - waves["n_minus"].iloc[0])
    bit_line: list[Series] = [line("bl", f"BL, sum {signed(total)}", "bl")]
    if "ref" in signals:
        bit_line.append(line("ref", "REF", "ideal"))
    else:
        bit_line.append(_taps(waves, thresholds))
    numbers = [name.removeprefix("out") for name in signals if name.startswith("out")]
    outputs: list[Series] = [
        line(
            f"out{n}",
            f"output {n}|{int(n) + 1}" if len(numbers) > 1 else "output",
            shade(i, len(numbers)),
        )
        for i, n in enumerate(numbers)
    ]
    panels: list[tuple[Axis, list[Series], float]] = [
        (Axis("WL (V)"), [line("wl", "word line WL", "ink")], 0.6),
        (Axis("BL, REF (V)"), bit_line, 2.0),
        (logic("SAEN (V)"), [line(f"saen{numbers[0]}", "strobe SAEN", "soft")], 0.6),
        (logic("SAOUT (V)"), outputs, 1.0),
    ]
    return tuple(Panel(TIME, axis, tuple(series), height) for axis, series, height in panels)


def _taps(waves: pd.DataFrame, thresholds: pd.DataFrame) -> Rules:
    active = int(waves["n_plus"].iloc[0] + waves["n_minus"].iloc[0])
    mine = thresholds[
        (thresholds["mode"] == waves["mode"].iloc[0]) & (thresholds["n_active"] == active)
    ]
    if "sensing" in mine:  # the waveforms are those of single-ended sensing
        mine = mine[mine["sensing"] == "single_ended"]
    texts = [f"{i}|{i + 1}" for i in mine["index"]]
    return Rules("REF (taps of the references)", "y", mine["v_tap_v"], texts, "ideal")


def _energy(energy: pd.DataFrame) -> Chart:
    averages = tuple(str(name) for name in energy["average"].unique())
    views = []
    for average in averages:
        own = energy[energy["average"] == average]
        modes = own["mode"].astype(str)
        joules = [
            Bars(text, modes, 1e12 * own[f"energy_{part}_j"], COLOURS[i])
            for i, (part, text) in enumerate(ENERGIES.items())
        ]
        seconds = [
            Bars(text, modes, 1e9 * own[f"latency_{part}_s"], COLOURS[i])
            for i, (part, text) in enumerate(LATENCIES.items())
        ]
        limit = own["paper_j"].max()
        rules = [Rules("paper", "y", [1e12 * limit], ["paper"], "ink", "dash")] if limit > 0 else []
        views.append(
            (
                Panel(
                    Axis("mode"), Axis("energy of one access (pJ)"), (*joules, *rules), stacked=True
                ),
                Panel(Axis("mode"), Axis("latency (ns)"), tuple(seconds), stacked=True),
            )
        )
    return Chart(
        name="mlsa_energy",
        title="Energy and latency of the sense amplifier",
        caption="One column and its sense amplifier, without mismatch: what one access takes from "
        "the supplies, and how long it lasts, from the word line to the bit lines pre-charged "
        "again. Settling and sensing are given times of the design.",
        views=tuple(views),
        picks=(Pick("average", averages),),
        height=640,
        files=("mlsa_energy.png", "mlsa_energy.svg"),
    )


def _errors(sensing: pd.DataFrame) -> Chart:
    way = sensing["sensing"].str.replace("_", "-") + ",\n" + sensing["references"]
    bars = []
    for position, name in enumerate(AMPLIFIERS):
        own = sensing["amplifier"] == name
        height = 100 * sensing.loc[own, "error_probability"]
        notes = [
            f"mean square error of the sum {x:.3g}" for x in sensing.loc[own, "mean_square_error"]
        ]
        bars.append(Bars(f"{name} amplifier", way[own], height, COLOURS[position], notes))
    panel = Panel(
        Axis("sensing, references"), Axis("codes that are not the ideal one (%)"), tuple(bars)
    )
    return Chart(
        name="mlsa_errors",
        title="Code errors of the sense amplifier",
        caption="How often a sum gets another code than it should, averaged over the sums as often "
        "as they occur: with an ideal amplifier, and with what offsets and references of the real "
        "one add. Single-ended: BL is compared with a reference; differential: BL with BLB. Where "
        "such an amplifier is not simulated its errors are assumed, as the table says.",
        views=((panel,),),
        height=440,
        files=("mlsa_sensing.png", "mlsa_sensing.svg"),
    )


def _codes(codes: pd.DataFrame) -> Chart:
    modes = [str(mode) for mode in codes["mode"].unique()]
    active = sorted(codes["n_active"].unique())
    several = (Pick("active rows", tuple(str(n) for n in active), len(active) - 1),)
    return Chart(
        name="mlsa_codes",
        title="Codes of nominal accesses",
        caption="The code that whole accesses without mismatch give, simulated at transistor "
        "level, beside the code that each sum should get. Crosses mark codes that are neither the "
        "ideal one nor in a dead zone, and accesses that fail.",
        views=tuple(
            (_codes_panel(codes[(codes["mode"] == mode) & (codes["n_active"] == n)]),)
            for mode in modes
            for n in active
        ),
        picks=(Pick("mode", tuple(modes)), *(several if len(active) > 1 else ())),
        height=460,
        files=("mlsa_codes.png", "mlsa_codes.svg"),
    )


def _codes_panel(own: pd.DataFrame) -> Panel:
    own = own.sort_values("sum")
    rows = own.to_dict("records")
    notes = [f"{r['status']}{', in a dead zone' if r['in_dead_zone'] else ''}" for r in rows]
    series: list[Series] = [
        Line("ideal code", own["sum"], own["ideal_code"], "ideal", stairs=True),
        Line("code", own["sum"], own["code"], "bl", mark="circle", joined=False, notes=notes),
    ]
    agrees, dead = own["agrees"].astype(bool), own["in_dead_zone"].astype(bool)
    wrong = own[(~agrees & ~dead) | (own["status"] != "ok")]
    if len(wrong):
        series.append(
            Line(
                f"not the ideal code ({count(len(wrong), 'access', 'accesses')})",
                wrong["sum"],
                wrong["code"].fillna(-1),
                "trouble",
                mark="x",
                joined=False,
                notes=[str(status) for status in wrong["status"]],
            )
        )
    return Panel(Axis(SUM), Axis("code"), tuple(series))
