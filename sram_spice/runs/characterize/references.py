"""References anew from a finished run, without simulation."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeAlias

import pandas as pd

from sram_spice.amplifier.ideal import CountedLevels, SumCoding, sense
from sram_spice.amplifier.moved_errors import with_moved_errors
from sram_spice.design import Design, design_from_dict
from sram_spice.design.load import apply_override
from sram_spice.errors import InputError
from sram_spice.report.run import Run
from sram_spice.results.distributions import read_distributions
from sram_spice.results.folder_record import CHARACTERIZE
from sram_spice.results.identity import sha256
from sram_spice.results.lock import folder_lock
from sram_spice.results.manifest import FILE
from sram_spice.results.ownership import owned
from sram_spice.results.tables import AMPLIFIER, ASSUMPTIONS
from sram_spice.runs.characterize.run import run_tables, sensing_record, write_run
from sram_spice.runs.characterize.warnings import run_warnings
from sram_spice.runs.mlsa.code_probability import forget_codes, kept_warnings


def requantize(
    folder: Path,
    changes: Mapping[str, Any] | Sequence[str],
    say: Callable[[str], None] = lambda _: None,
    measure: Measure | None = None,
) -> Run:
    """Place the references of a finished run anew and rewrite its files.

    Parameters
    ----------
    folder : Path
        A finished run.
    changes : mapping of str to value, or sequence of str
        ``mlsa.key`` to value, or ``mlsa.key=value`` items; anything else would need a simulation.
    say : callable, optional
        Gets a sentence on files of the old references that were removed.
    measure : callable, optional
        Measures the sense amplifier anew, as that of ``amplifier_anew`` does. Without, its codes
        are those of the run where the design is the same, else there are none.

    Returns
    -------
    Run

    Raises
    ------
    InputError
        No finished run, another section than ``mlsa``, or a wrong value.
    """
    old = Run.open(folder)
    stored = dict(old.tables)
    design = _changed(old, changes)
    with folder_lock(folder), owned(folder, CHARACTERIZE, design, say, whole=False):
        levels, samples = stored["levels"], stored["samples"]
        distributions = read_distributions(folder, levels, design.conditions.vdd)
        coding = SumCoding.of(design)
        sensing = sense(design, levels, samples, distributions, coding)
        tables = run_tables(levels, samples, sensing, stored["access"], stored["waveforms"])
        if ASSUMPTIONS in stored:
            counted = CountedLevels.of(design, levels, samples, distributions)
            tables[ASSUMPTIONS] = with_moved_errors(
                stored[ASSUMPTIONS], counted, coding, sensing.references, design
            )
        # The codes of the sense amplifier at transistor level are those of the old references.
        same = old.design.model_copy(update={"name": design.name}) == design
        kept = {n: v for n, v in old.sensing.items() if same and n == "sense_amplifier"}
        if same:
            tables |= {name: stored[name] for name in AMPLIFIER if name in stored}
        else:
            forget_codes(folder)
        if measure is not None:
            kept, codes = measure(design, levels, samples, folder, coding)
            tables |= codes
        lost = [w for w in old.warnings if w.startswith("a simulator process")]
        run = replace(
            old,
            design=design,
            tables=tables,
            known_coding=coding,
            design_sha256=sha256(design.model_dump_json()),
            warnings=[
                *run_warnings(tables, [], old.certificate, old.process),
                *lost,
                *kept_warnings(design, kept),
            ],
            sensing=sensing_record(sensing, kept),
            # Of another design it is no whole run: where it comes from is the run it was.
            identity=old.identity if same else {},
        )
        write_run(run, samples=False)
    return run


Measure: TypeAlias = Callable[
    [Design, pd.DataFrame, pd.DataFrame, Path, SumCoding],
    tuple[dict[str, Any], dict[str, pd.DataFrame]],
]


def _changed(run: Run, changes: Mapping[str, Any] | Sequence[str]) -> Design:
    for item in changes:
        if not item.startswith("mlsa."):
            raise InputError(
                "would need a new simulation", key="--set", value=item, allowed="mlsa.key=value"
            )
    if isinstance(changes, Mapping):
        return run.design.replace(changes)
    data = run.design.model_dump(mode="json")
    for item in changes:
        apply_override(data, item)
    return design_from_dict(data, file=str(run.folder / FILE))
