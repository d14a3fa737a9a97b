"""What is installed, and whether one known circuit comes out right."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass

from sram_spice.column.levels import nominal_job
from sram_spice.design import Design, design_from_dict
from sram_spice.errors import SimulatorError
from sram_spice.generators import column_deck, column_of, standalone_deck
from sram_spice.results.manifest import versions
from sram_spice.simulation import SimulatorPool
from sram_spice.simulation.batch import find_ngspice, ngspice_environment, run_batch
from sram_spice.technology import technology_cards

KNOWN_LEVEL = 0.6639  # V; V_BL of the default 8T column at n_plus = n_minus = 32
TOLERANCE = 1e-3  # V; another version of ngspice or BSIM4 may move it by microvolts


@dataclass(frozen=True)
class Check:
    """One line of the doctor's report."""

    what: str
    found: str
    good: bool


def examine() -> list[Check]:
    """Check program, library, packages and the known circuit by both ways to ngspice."""
    design = design_from_dict({"name": "doctor", "cell": {"topology": "8t_xnor"}})
    program = _program_check()
    library, level = _library_checks(design)
    checks = [program, library]
    checks += [Check(name, text, True) for name, text in versions(0).items() if name != "ngspice"]
    checks.append(level)
    if program.good:
        checks.append(_batch_check(design))
    return checks


def _program_check() -> Check:
    what = "ngspice program"
    try:
        path = find_ngspice()
        done = subprocess.run(
            [path, "--version"],
            env=ngspice_environment(),
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            timeout=30,
        )
    except (SimulatorError, OSError, subprocess.TimeoutExpired) as error:
        return Check(what, str(error), False)
    lines = [line.strip("* ").split(" : ")[0] for line in done.stdout.splitlines()]
    return Check(what, f"{next((x for x in lines if 'ngspice' in x), '?')}, {path}", True)


def _library_checks(design: Design) -> tuple[Check, Check]:
    what, known = "libngspice", "known circuit, libngspice"
    try:
        with SimulatorPool(1) as pool:
            job = nominal_job(design, technology_cards(design), 32, 32)
            (result,) = pool.run([job])
            library = Check(what, f"version {pool.version}", pool.version > 0)
    except SimulatorError as error:
        advice = "sudo apt-get install ngspice libngspice0"
        return Check(what, f"{error}; try: {advice}", False), Check(known, "not run", False)
    if result.values is None:
        return library, Check(known, f"{result.status}: {result.detail}", False)
    return library, _level_check(known, float(result.values[0]))


def _batch_check(design: Design) -> Check:
    what = "known circuit, ngspice -b"
    deck = column_deck(column_of(design, 32, 32), technology_cards(design))
    try:
        values = run_batch(standalone_deck(deck))
    except SimulatorError as error:
        return Check(what, str(error), False)
    if "v(bl)" not in values:
        return Check(what, "v(bl) is missing from its output", False)
    return _level_check(what, values["v(bl)"])


def _level_check(what: str, level: float) -> Check:
    good = abs(level - KNOWN_LEVEL) < TOLERANCE
    expected = "" if good else f", expected {KNOWN_LEVEL:.4f} V"
    return Check(what, f"V_BL = {level:.6f} V{expected}", good)
