"""The lookup table in use: from sums to codes and back."""

from __future__ import annotations

import html
import warnings
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sram_spice.errors import InputError, RunWarning
from sram_spice.lut.access import access_value, check_mlsa_access
from sram_spice.lut.alias import NO_CODE
from sram_spice.lut.amplifier import Amplifier, amplifier_text, silent_ideal, with_amplifier
from sram_spice.lut.code_tables import CodeTables, integers
from sram_spice.lut.conditions import LUT, SWEEP, interpolate, read_sweep, select
from sram_spice.lut.dataset import write_lookup_table
from sram_spice.lut.decisions import nominal_codes
from sram_spice.lut.levels import LevelIndex, sensed_voltage
from sram_spice.lut.reading import read_lookup_table
from sram_spice.lut.sample_voltages import sample_voltages
from sram_spice.lut.sampling import sample_codes
from sram_spice.lut.schema import AMPLIFIER, GLOBAL_SET
from sram_spice.lut.table_data import TableData
from sram_spice.results.tables import ENERGY_PARTS, LATENCY_PARTS
from sram_spice.wording import count

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from sram_spice.lut.chip import Chip

References = Literal["own", "global"]


@dataclass(frozen=True, eq=False, repr=False)
class Lut(TableData):
    """What the column and its multi-level sense amplifier make of a sum.

    Attributes
    ----------
    data : xarray.Dataset
        All of it, labelled and with units: voltages (V) and probabilities over `level`, references
        (V) over `reference_set` and `reference`; swept conditions come first. The schema is
        docs/lookup_table.md.
    """

    @classmethod
    def load(cls, path: Path | str, amplifier: Amplifier | None = None) -> Lut:
        """Read a lookup table.

        Parameters
        ----------
        path : Path or str
            A ``lut.nc``, the folder of a finished run, or the folder of a finished sweep, whose
            points become one table over the swept conditions.
        amplifier : {"real", "ideal"}, optional
            Whose codes the table gives. Default: of the design's own amplifier where it was
            characterized, else of an ideal one; where the design has one and the table does not, a
            :class:`RunWarning` says so.

        Returns
        -------
        Lut

        Raises
        ------
        InputError
            Missing, damaged, foreign, of a version that is not read, or without the amplifier that
            was asked for; the message says which.
        """
        path = Path(path)
        if (path / SWEEP).is_file():
            data = read_sweep(path)
        else:
            data = read_lookup_table(path / LUT if path.is_dir() else path)
        if amplifier is None and silent_ideal(data):
            warnings.warn(f"{path}: {silent_ideal(data)}", RunWarning, stacklevel=2)
        return cls(with_amplifier(data, amplifier, str(path)))

    def with_amplifier(self, amplifier: Amplifier) -> Lut:
        """Return the table with the codes of the real or the ideal amplifier.

        Raises
        ------
        InputError
            No such amplifier, or the real one was not characterized.
        """
        return Lut(with_amplifier(self.data, amplifier))

    def __repr__(self) -> str:
        """Return what it is of, and whose codes it gives."""
        open_ones = f", over {', '.join(self.conditions)}" if self.conditions else ""
        return (
            f"<Lut of {self.name}: {count(self.rows, 'row')}, {self.codes} codes, "
            f"{self.sensing.replace('_', '-')}, {amplifier_text(self.data)}{open_ones}>"
        )

    def _repr_html_(self) -> str:
        """Return the same above all of the data, for a notebook."""
        return f"<p>{html.escape(repr(self))}</p>{self.data._repr_html_()}"

    def save(self, path: Path | str) -> None:
        """Write the table as netCDF-4, whole or not at all; `load` reads it.

        The file has the codes of both amplifiers, and says whose this table gives.
        """
        write_lookup_table(self.data.assign_attrs({AMPLIFIER: self.amplifier}), Path(path))

    def sel(self, **conditions: float | str) -> Lut:
        """Return the table at characterized conditions, ``lut.sel(word_line_voltage=0.5)``.

        Raises
        ------
        InputError
            No such condition, or a value that was not characterized.
        """
        return Lut(select(self.data, conditions))

    def interp(self, **conditions: float) -> Lut:
        """Return the table at any conditions within the characterized range, linearly interpolated.

        Raises
        ------
        InputError
            No such condition, a condition without numbers, or a value outside the range.
        """
        return Lut(interpolate(self.data, conditions))

    def quantize(
        self,
        sums: ArrayLike,
        *,
        rng: np.random.Generator | int | None = None,
        n_active: ArrayLike | None = None,
        references: References = "own",
    ) -> NDArray[np.int16]:
        """Return a code for each sum.

        Parameters
        ----------
        sums : array_like of int
            n_plus - n_minus, any shape.
        rng : Generator or int, optional
            With a generator, or the seed of one, every code is drawn from P(code | level): mismatch
            of the cells and of the amplifier, and failed samples as counted. Without, the code is
            what the circuit without mismatch reads: its voltage against the references. `ideal`
            is the quantizer.
        n_active : array_like of int, optional
            Active rows, broadcast with `sums`; needed where rows may be inactive (6T).
        references : {"own", "global"}
            References made for each n_active, or one set for all; where all rows are always active
            they are the same.

        Returns
        -------
        ndarray of int16
            Same shape. -1 (`NO_CODE`) where there is no code: a sample without a valid solution, a
            level that never had one, or whose nominal column loses its data.

        Raises
        ------
        InputError
            A sum that this column cannot have, or conditions that are still open.
        """
        values = integers(sums, "sums")
        codes = self.code_tables(references)
        if rng is None:
            return self.nominal_codes(references)[self.levels.of(values, n_active)]
        flat, offset, row = self.levels.fast(values, n_active)
        try:
            drawn = sample_codes(flat, offset, row, codes.alias, np.random.default_rng(rng))
        except LookupError as error:
            where = int(
                error.args[0]
            )  # one n_active for all: else the levels were looked up before
            raise self.levels.unknown(int(values.flat[where]), n_active, where) from None
        return drawn.reshape(
            np.broadcast_shapes(values.shape, np.shape(0 if n_active is None else n_active))
        )

    def ideal(self, sums: ArrayLike) -> NDArray[np.int16]:
        """Return the code of the ideal quantizer for each sum: no circuit, no references.

        It is the number of thresholds (`threshold_sum` of references.csv) below the sum: what the
        references aim at.

        Raises
        ------
        InputError
            A sum beyond the rows of the column.
        """
        values = integers(sums, "sums")
        if values.size and not (values.min() >= -self.rows and values.max() <= self.rows):
            raise InputError(
                "a sum that this column cannot have",
                key="sums",
                allowed=f"-{self.rows} .. {self.rows}",
            )
        return np.searchsorted(self.thresholds, values, side="left").astype(np.int16)

    def chip(self, seed: int = 0, *, columns: int = 64, references: References = "own") -> Chip:
        """Draw a chip: columns whose codes are the same at every access.

        Each column is one of the Monte Carlo samples of the table, with amplifiers of its own and
        the reference generator of the chip; :meth:`Chip.quantize` reads it. Averaged over chips,
        codes are as often as `quantize` draws them.

        Parameters
        ----------
        seed : int
            Of all that is drawn.
        columns : int
        references : {"own", "global"}

        Raises
        ------
        InputError
            The table has not the samples of all levels, or does not say how the thresholds of its
            real amplifier vary.
        """
        from sram_spice.lut.chip import draw_chip

        return draw_chip(self, seed, references, columns)

    def column(self, sample: int, seed: int = 0, *, references: References = "own") -> Chip:
        """Return a chip of one column whose cells are one Monte Carlo sample; else as `chip`."""
        from sram_spice.lut.chip import draw_chip

        return draw_chip(self, seed, references, samples=np.array([sample]))

    def decode(self, codes: ArrayLike) -> NDArray[np.float64]:
        """Return the sum that each code stands for, its centroid; NaN for `NO_CODE`.

        Raises
        ------
        InputError
            Not a code of this table.
        """
        found = integers(codes, "codes")
        if found.size and not (found.min() >= NO_CODE and found.max() < self.codes):
            raise InputError("not a code", key="codes", allowed=f"0 .. {self.codes - 1}, or -1")
        values: NDArray[np.float64] = np.append(self.centroids, np.nan)
        return np.asarray(values[found])

    def probability(
        self,
        sums: ArrayLike,
        *,
        n_active: ArrayLike | None = None,
        references: References = "own",
    ) -> NDArray[np.float64]:
        """Return P(code | level) for each sum, shape (..., codes + 1); the last is P(no code)."""
        level = self.levels.of(integers(sums, "sums"), n_active)
        codes = self.code_tables(references)
        lost = codes.no_code[level][..., None]
        return np.concatenate([codes.probability[level], lost], axis=-1)

    def moments(
        self,
        sums: ArrayLike,
        *,
        n_active: ArrayLike | None = None,
        references: References = "own",
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return mean and standard deviation of the decoded sum, given a code; NaN without any."""
        table = self.probability(sums, n_active=n_active, references=references)[..., :-1]
        total = table.sum(axis=-1, keepdims=True)
        share = np.divide(table, total, out=np.full_like(table, np.nan), where=total > 0)
        mean = share @ self.centroids
        spread = (share * (self.centroids - mean[..., None]) ** 2).sum(axis=-1)
        return mean, np.sqrt(spread)

    def references(self, n_active: int | None = None) -> NDArray[np.float64]:
        """Return the reference voltages, V, shape (codes - 1,).

        Parameters
        ----------
        n_active : int, optional
            The set made for that many active rows. Without it: the only set where all rows are
            always active, else the global set.

        Raises
        ------
        InputError
            There is no such set, or conditions are still open.
        """
        self.check_one_point()
        sets = self.data["set_n_active"].to_numpy()
        wanted = n_active if n_active is not None else (GLOBAL_SET if sets.size > 1 else sets[0])
        if wanted not in sets:
            own = [str(number) for number in sets if number != GLOBAL_SET]
            raise InputError(
                "no references for this number of active rows",
                key="n_active",
                value=n_active,
                allowed=own[0] if len(own) == 1 else f"{own[0]} .. {own[-1]}",
            )
        position = int(np.flatnonzero(sets == wanted)[0])
        return np.array(self.data["v_ref"].to_numpy()[position], dtype=np.float64)

    def voltage(
        self, sums: ArrayLike, *, n_active: ArrayLike | None = None
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return mean and standard deviation of the sensed voltage, V.

        Levels without samples of their own have their nominal voltage, shifted and spread as
        interpolated between those that have; a table without samples has no spread. Errors as by
        `quantize`; differential sensing has no known spread without samples.
        """
        self.check_one_point()
        level = self.levels.of(integers(sums, "sums"), n_active)
        mean, spread = self.sensed
        return mean[level], spread[level]

    def energy(self, sums: ArrayLike, *, n_active: ArrayLike | None = None) -> NDArray[np.float64]:
        """Return the energy of one access of one column with its MLSA, J: all of `energy_split`.

        The column with word line and pre-charger, the sense amplifiers, the reference generator,
        the pre-charge; the word line is high for as long as the amplifiers need, and the circuit is
        the real one, whichever amplifier the codes are of. Linear between the levels that were
        simulated. `pulse_energy` is something else.

        Raises
        ------
        InputError
            As by `quantize`; or no access with the MLSA was simulated.
        """
        parts = self.energy_split(sums, n_active=n_active).values()
        return np.asarray(np.sum([*parts], axis=0))

    def energy_split(
        self, sums: ArrayLike, *, n_active: ArrayLike | None = None
    ) -> dict[str, NDArray[np.float64]]:
        """Return the parts of `energy`, J: bit_line, pre_charge, amplifiers, references."""
        return self._mlsa_access("energy", ENERGY_PARTS, sums, n_active)

    def latency(self, sums: ArrayLike, *, n_active: ArrayLike | None = None) -> NDArray[np.float64]:
        """Return the time of one access with its MLSA, s: from the word line to the next access.

        The read and the recovery of `latency_split`. Errors as by `energy`.
        """
        parts = self.latency_split(sums, n_active=n_active)
        return np.asarray(parts["read"] + parts["recovery"])

    def latency_split(
        self, sums: ArrayLike, *, n_active: ArrayLike | None = None
    ) -> dict[str, NDArray[np.float64]]:
        """Return where that time goes, s.

        ``read`` (from the word line to the code) is ``settling`` and ``sensing``, which are
        allotted; ``settled`` and ``decision`` are what was measured of them; ``recovery`` is the
        measured pre-charge.
        """
        return self._mlsa_access("latency", LATENCY_PARTS, sums, n_active)

    def _mlsa_access(
        self, kind: str, parts: Iterable[str], sums: ArrayLike, n_active: ArrayLike | None
    ) -> dict[str, NDArray[np.float64]]:
        self.check_one_point()
        check_mlsa_access(self.data)
        return {
            part: access_value(self.data, self.levels, [f"mlsa_{kind}_{part}"], sums, n_active)
            for part in parts
        }

    def pulse_energy(
        self, sums: ArrayLike, *, n_active: ArrayLike | None = None
    ) -> NDArray[np.float64]:
        """Return the energy of one pulse of a column alone, J: no sense amplifier, no references.

        The word line is high for `access.word_line_pulse` (1.5 ns in the reference designs), so
        that the bit line is seen to settle: longer than an access with the MLSA takes, and what
        loads it draws all the while. Linear between the levels that were simulated.

        Raises
        ------
        InputError
            As by `quantize`; or the table has no access (format version 1).
        """
        self.check_one_point()
        return access_value(self.data, self.levels, ["access_energy"], sums, n_active)

    def settling_time(
        self, sums: ArrayLike, *, n_active: ArrayLike | None = None
    ) -> NDArray[np.float64]:
        """Return the settling time of the sensed bit line (or lines) in that pulse, s.

        Linear between the levels that were simulated; NaN next to one that does not settle. Errors
        as by `pulse_energy`.
        """
        self.check_one_point()
        names = ["access_settling_time_bl"]
        names += ["access_settling_time_blb"] if self.sensing == "differential" else []
        return access_value(self.data, self.levels, names, sums, n_active)

    def plot(self, path: Path | str | None = None, *, n_active: int | None = None) -> Figure:
        """Draw voltages, references and P(code | sum); write it where a path (.png, .svg) is given.

        Parameters
        ----------
        path : Path or str, optional
        n_active : int, optional
            Active rows; default all rows.
        """
        from sram_spice.lut.plot import plot  # matplotlib takes longer to import than a table

        self.check_one_point()
        return plot(self, self.rows if n_active is None else n_active, path)

    @cached_property
    def levels(self) -> LevelIndex:
        """Where each level stands in the arrays of `data`."""
        return LevelIndex.of_data(self.data, self.rows)

    @cached_property
    def sensed(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Mean and standard deviation of the sensed voltage, V, at all levels of `data`."""
        return sensed_voltage(self.levels, self.data)

    @cached_property
    def sample_voltages(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """BL and BLB of every sample, V, shape (levels, samples); NaN where data is lost."""
        self.check_one_point()
        return sample_voltages(self.data)

    @cached_property
    def _own(self) -> CodeTables:
        return CodeTables.of_data(self.data, self._probability)

    @cached_property
    def _global(self) -> CodeTables:
        name = f"{self._probability}_global"
        return CodeTables.of_data(self.data, name) if name in self.data else self._own

    @property
    def _probability(self) -> str:
        return "probability_mlsa" if self.amplifier == "real" else "probability"

    @cached_property
    def _nominal(self) -> dict[References, NDArray[np.int16]]:
        return {}

    def nominal_codes(self, references: References = "own") -> NDArray[np.int16]:
        """Return what the circuit without mismatch reads at all levels of `data`."""
        if references not in self._nominal:
            self.code_tables(references)  # no such references
            self._nominal[references] = nominal_codes(self, references)
        return self._nominal[references]

    def code_tables(self, references: References = "own") -> CodeTables:
        """Return P(code | level) with one kind of references, for all levels.

        Raises
        ------
        InputError
            No such references, or conditions are still open.
        """
        self.check_one_point()
        if references not in ("own", "global"):
            raise InputError(
                "no such references", key="references", value=references, allowed="own, global"
            )
        return self._own if references == "own" else self._global
