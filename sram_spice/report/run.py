"""A finished run: its tables, its numbers, its figures."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from sram_spice.amplifier.ideal import SumCoding
from sram_spice.design import Design, design_from_dict
from sram_spice.errors import InputError
from sram_spice.lut import Lut
from sram_spice.mlsa import Quantizer, SensingSummary
from sram_spice.report.mlsa_results import MlsaResults, read_mlsa
from sram_spice.report.notebook import (
    box,
    numbers_table,
    show_figures,
    warnings_list,
    words_table,
)
from sram_spice.report.sensed import sensed_levels, sensed_samples
from sram_spice.results.manifest import FILE, Manifest, read_manifest, write_manifest
from sram_spice.results.merit import merit
from sram_spice.results.tables import OWN_CODES, StoredTables
from sram_spice.workload import SumDistribution

if TYPE_CHECKING:
    from matplotlib.figure import Figure

LUT = "lut.nc"
_VALID = ("ok", "flipped")


@dataclass(frozen=True, eq=False, repr=False)
class Run:
    """A finished run; every table is read, and everything is computed, when first asked for.

    Attributes
    ----------
    folder : Path
        Where its files are.
    design : Design
        As run.
    tables : mapping of str to DataFrame
        All tables by name; :class:`~sram_spice.results.tables.StoredTables` says which.
    design_sha256, deck_sha256, cards_sha256 : str
    fingerprint : str
        Hash of all that determines the Monte Carlo samples.
    versions : mapping of str to str
        Simulator, Python, packages.
    seed : int
    wall_time_s : float
        Time the run took, s.
    statuses : mapping of str to mapping of str to int
        Points by phase (`nominal`, `monte_carlo`, `access`) and status (`ok`, `flipped`, ...).
    incidents : sequence of mapping
        Simulator processes that were lost and replaced.
    warnings : sequence of str
        What a reader has to know first, most severe first.
    sensing : mapping of str to value
        Averages over the sum distribution with an ideal sense amplifier, what is known of the real
        one (`sense_amplifier`), and whose codes lut.nc gives (`amplifier`).
    certificate : mapping or None
        Engine table: what the simulator says of it.
    retried : sequence of mapping
        Points that were attempted more than once, with the status of every attempt.
    process : mapping of str to value
        The process: name, source, corner, what is assumed; empty in runs of older versions.
    identity : mapping of str to value
        Hash of all that determines the run, and the code that made it; empty likewise.
    wires : mapping of str to value
        What wires with a resistance do to nominal levels, and how much of the spread comes from
        where rows are; empty in runs without figures, and in older ones.
    assumptions : str
        The file with what is assumed and how much it matters; empty where there is none.
    reused : bool
        It was there already when it was asked for.
    known_coding : SumCoding or None
        Of the design, where it is known already.

    Examples
    --------
    >>> import sram_spice as ss
    >>> design = ss.load("xnor_8t").replace({"column.rows": 8, "monte_carlo.samples": 5,
    ...                                      "mlsa.levels": 4, "sense_amplifier": None})
    >>> run = ss.characterize(design)
    >>> run.levels[["sum", "v_bl_nominal_v"]].round(3).head(2)
       sum  v_bl_nominal_v
    0   -8           0.919
    1   -6           0.929
    >>> run.warnings
    []
    >>> round(run.numbers["swing_v"], 3)
    0.081
    """

    folder: Path
    design: Design
    tables: Mapping[str, pd.DataFrame]
    design_sha256: str = ""
    deck_sha256: str = ""
    cards_sha256: str = ""
    fingerprint: str = ""
    versions: Mapping[str, str] = field(default_factory=dict)
    seed: int = 0
    wall_time_s: float = 0.0
    statuses: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    incidents: Sequence[Mapping[str, Any]] = ()
    warnings: Sequence[str] = ()
    sensing: Mapping[str, Any] = field(default_factory=dict)
    certificate: Mapping[str, Any] | None = None
    retried: Sequence[Mapping[str, Any]] = ()
    process: Mapping[str, Any] = field(default_factory=dict)
    identity: Mapping[str, Any] = field(default_factory=dict)
    wires: Mapping[str, Any] = field(default_factory=dict)
    assumptions: str = ""
    reused: bool = False
    known_coding: SumCoding | None = None

    @classmethod
    def open(cls, folder: Path | str, reused: bool = False) -> Run:
        """Open the folder of a finished run; tables are read later.

        Raises
        ------
        InputError
            There is no manifest.json, or it is damaged. Of a damaged table: when it is read.
        """
        folder = Path(folder)
        manifest: dict[str, Any] = dict(read_manifest(folder))
        design = design_from_dict(manifest.pop("design"), file=str(folder / FILE))
        return cls(folder, design, StoredTables(folder), reused=reused, **manifest)

    def write_manifest(self) -> None:
        """Write manifest.json: the last file of a run."""
        own = {name: getattr(self, name) for name in Manifest.__annotations__ if name != "design"}
        # A type checker cannot see that these are the manifest's keys.
        manifest = {"design": self.design.model_dump(mode="json"), **own}
        write_manifest(self.folder, manifest)  # type: ignore[arg-type]

    @property
    def levels(self) -> pd.DataFrame:
        """One row per (n_plus, n_minus): nominal and Monte Carlo bit lines (V), counts."""
        return self.tables["levels"]

    @property
    def samples(self) -> pd.DataFrame:
        """One row per Monte Carlo sample: n_plus, n_minus, index, v_bl_v, v_blb_v, status."""
        return self.tables["samples"]

    @property
    def references(self) -> pd.DataFrame:
        """One row per reference: n_active (empty: global), index, threshold_sum, v_ref_v, ..."""
        return self.tables["references"]

    @property
    def code_probability(self) -> pd.DataFrame:
        """P(code | level) with each level's own references."""
        return self.tables["code_probability"]

    @property
    def code_probability_global(self) -> pd.DataFrame:
        """P(code | level) with the global references; empty where rows are always active."""
        return self.tables["code_probability_global"]

    @property
    def access(self) -> pd.DataFrame:
        """Settling time (s) and energy (J) of one access at a few levels."""
        return self.tables["access"]

    @property
    def waveforms(self) -> pd.DataFrame:
        """Waveforms of these accesses (s, V, A)."""
        return self.tables["waveforms"]

    @cached_property
    def mlsa(self) -> MlsaResults:
        """What is known of the sense amplifier at transistor level (:func:`characterize_mlsa`)."""
        codes = {name: self.tables[name] for name in OWN_CODES if name in self.tables}
        return read_mlsa(self.folder, self.design, codes)

    @cached_property
    def lut(self) -> Lut:
        """The lookup table."""
        return Lut.load(self.folder / LUT)

    @cached_property
    def coding(self) -> SumCoding:
        """How often each level occurs, and how its sums become codes."""
        return self.known_coding or SumCoding.of(self.design)

    @property
    def quantizer(self) -> Quantizer:
        """Thresholds on sums, and the sum that each code stands for."""
        return self.coding.quantizer

    @property
    def sum_distribution(self) -> SumDistribution:
        """How often each level occurs."""
        return self.coding.distribution

    @cached_property
    def own_references(self) -> SensingSummary:
        """Averages with the references made for each level's number of active rows."""
        return self.summary_of(self.sensing.get("own_references", {}))

    @cached_property
    def global_references(self) -> SensingSummary | None:
        """The same with the global references; None for cells whose rows are always active."""
        found = self.sensing.get("global_references")
        return None if found is None else self.summary_of(found)

    def summary_of(self, record: Mapping[str, float]) -> SensingSummary:
        """Return averages as the manifest has them.

        Raises
        ------
        InputError
            Some are missing.
        """
        try:
            return SensingSummary(**record)
        except TypeError:
            file = str(self.folder / FILE)
            raise InputError("averages are missing", file=file, key="sensing") from None

    @cached_property
    def numbers(self) -> dict[str, float]:
        """Figures of merit, all rows active, as a sweep's table has them; SI, unit in the name."""
        return {
            **asdict(merit(self.levels, self.access, self.design.column.rows)),
            "code_error_probability": self.own_references.error_probability,
            "mean_square_error": self.own_references.mean_square_error,
        }

    @property
    def certified(self) -> bool:
        """Whether the simulator agrees with the table engine; always so for engine spice."""
        return self.certificate is None or bool(self.certificate["ok"])

    @property
    def amplifier_failed(self) -> str:
        """Why the sense amplifier at transistor level could not be characterized; else empty."""
        return str(self.sensing.get("sense_amplifier", {}).get("failed", ""))

    @property
    def failed(self) -> int:
        """Number of simulated points without a valid solution."""
        return self._points_other_than(_VALID)

    @property
    def points_not_ok(self) -> int:
        """Number of simulated points that lost data or have no valid solution."""
        return self._points_other_than(("ok",))

    def _points_other_than(self, good: Sequence[str]) -> int:
        phases = self.statuses.values()
        return sum(n for phase in phases for status, n in phase.items() if status not in good)

    @cached_property
    def always_active(self) -> bool:
        """Whether every level has all rows active, so that a level is its sum."""
        levels = self.levels
        return bool((levels["n_plus"] + levels["n_minus"] == self.design.column.rows).all())

    @property
    def differential(self) -> bool:
        """Whether BL is compared with BLB."""
        return self.design.mlsa.sensing == "differential"

    @property
    def sensed_name(self) -> str:
        """Name of the sensed voltage, for axes (mathtext)."""
        return "$V_{BL} - V_{BLB}$" if self.differential else "$V_{BL}$"

    @cached_property
    def sensed_samples(self) -> pd.DataFrame:
        """All samples: n_plus, n_minus, n_active, sum, voltage, lost_voltage (V), status."""
        return sensed_samples(self.samples, self.design.mlsa.sensing)

    @cached_property
    def sensed_levels(self) -> pd.DataFrame:
        """All levels in order: n_plus, n_minus, n_active, sum; nominal, mean, std (V, sensed)..."""
        spread = self.sensed_samples if self.differential else None
        return sensed_levels(self.levels, spread, self.design.mlsa.sensing)

    def plot_levels(self) -> Figure:
        """Plot the bit line against the sum: nominal, and what mismatch makes of it."""
        return self._plot("level_curve")

    def plot_histograms(self) -> Figure:
        """Plot the distribution of the sensed voltage at some levels, and the references."""
        return self._plot("level_histograms")

    def plot_codes(self) -> Figure:
        """Plot how often each code comes out, against the sum."""
        return self._plot("transfer")

    def plot_access(self) -> Figure:
        """Plot one access in time."""
        return self._plot("access")

    def _plot(self, name: str) -> Figure:
        from sram_spice.report.figures import figure_kinds  # matplotlib takes a while to import
        from sram_spice.report.style import figure_style

        show_figures()
        with figure_style():
            return next(kind for kind in figure_kinds(self) if kind.name == name).draw(self)

    def __repr__(self) -> str:
        """Return what it is of, and where."""
        return f"<Run of {self.design.name}: {self.design.column.rows} rows, in {self.folder}>"

    def _repr_html_(self) -> str:
        """Return warnings and key numbers, for a notebook."""
        from sram_spice.report.assumptions_table import assumptions
        from sram_spice.report.key_numbers import key_numbers

        title = f"{self.design.name}: {self.design.cell.topology}, {self.design.column.rows} rows"
        where = html.escape(str(self.folder))
        assumed = words_table(assumptions(self))
        numbers = numbers_table(key_numbers(self))
        return box(title, warnings_list(self.warnings), assumed, numbers, where)
