"""References anew from a finished run, without simulation."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from sram_spice.amplifier.ideal import sense
from sram_spice.design import Design, design_from_dict
from sram_spice.design.load import apply_override
from sram_spice.errors import InputError
from sram_spice.results import RunTables
from sram_spice.results.distributions import read_distributions
from sram_spice.results.folder_record import CHARACTERIZE
from sram_spice.results.identity import sha256
from sram_spice.results.lock import folder_lock
from sram_spice.results.manifest import Manifest
from sram_spice.results.ownership import owned
from sram_spice.runs.characterize.run import run_tables, sensing_record, write_run
from sram_spice.runs.characterize.warnings import run_warnings
from sram_spice.runs.mlsa.code_probability import forget_codes, kept_warnings


def requantize(
    folder: Path, overrides: Sequence[str], say: Callable[[str], None] = lambda _: None
) -> tuple[Manifest, RunTables]:
    """Place the references of a finished run anew and rewrite its files.

    Parameters
    ----------
    folder : Path
        A finished run.
    overrides : sequence of str
        ``mlsa.key=value`` items; anything else would need a simulation.
    say : callable, optional
        Gets a sentence on files of the old references that were removed.

    Returns
    -------
    (Manifest, RunTables)

    Raises
    ------
    InputError
        No finished run, another section than ``mlsa``, or a wrong value.
    """
    manifest = Manifest.read(folder)
    tables = RunTables.read(folder)
    design = _changed(manifest, folder, overrides)
    with folder_lock(folder), owned(folder, CHARACTERIZE, design, say, whole=False):
        distributions = read_distributions(folder, tables.levels, design.conditions.vdd)
        sensing = sense(design, tables.levels, tables.samples, distributions)
        tables = run_tables(tables.levels, tables.samples, sensing, tables.access, tables.waveforms)
        # The codes of the sense amplifier at transistor level are those of the old references.
        same = manifest.design_sha256 == sha256(design.model_dump_json())
        kept = {n: v for n, v in manifest.sensing.items() if same and n == "sense_amplifier"}
        if not same:
            forget_codes(folder)
        lost = [w for w in manifest.warnings if w.startswith("a simulator process")]
        manifest = replace(
            manifest,
            design=design.model_dump(mode="json"),
            design_sha256=sha256(design.model_dump_json()),
            warnings=[
                *run_warnings(tables, [], manifest.certificate),
                *lost,
                *kept_warnings(design, kept),
            ],
            sensing=sensing_record(sensing) | kept,
        )
        write_run(folder, design, tables, sensing, manifest, samples=False)
    return manifest, tables


def _changed(manifest: Manifest, folder: Path, overrides: Sequence[str]) -> Design:
    data = manifest.design
    for item in overrides:
        if not item.startswith("mlsa."):
            raise InputError(
                "would need a new simulation", key="--set", value=item, allowed="mlsa.key=value"
            )
        apply_override(data, item)
    return design_from_dict(data, file=str(folder / "manifest.json"))
