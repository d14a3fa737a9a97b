"""The lookup table in use: from sums to codes and back."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sram_spice.errors import InputError
from sram_spice.lut.access import access_value
from sram_spice.lut.alias import NO_CODE
from sram_spice.lut.code_tables import CodeTables, integers
from sram_spice.lut.conditions import LUT, SWEEP, interpolate, read_sweep, select
from sram_spice.lut.dataset import write_lookup_table
from sram_spice.lut.levels import LevelIndex, sensed_voltage
from sram_spice.lut.reading import read_lookup_table
from sram_spice.lut.sampling import sample_codes
from sram_spice.lut.schema import GLOBAL_SET
from sram_spice.lut.table_data import TableData

if TYPE_CHECKING:
    from matplotlib.figure import Figure

References = Literal["own", "global"]


@dataclass(frozen=True, eq=False)
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
    def load(cls, path: Path | str) -> Lut:
        """Read a lookup table.

        Parameters
        ----------
        path : Path or str
            A ``lut.nc``, the folder of a finished run, or the folder of a finished sweep, whose
            points become one table over the swept conditions.

        Returns
        -------
        Lut

        Raises
        ------
        InputError
            Missing, damaged, foreign, or of a version that is not read; the message says which.
        """
        path = Path(path)
        if (path / SWEEP).is_file():
            return cls(read_sweep(path))
        return cls(read_lookup_table(path / LUT if path.is_dir() else path))

    def save(self, path: Path | str) -> None:
        """Write the table as netCDF-4, whole or not at all; `load` reads it."""
        write_lookup_table(self.data, Path(path))

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
            and failed samples as counted. Without, the code is that of the quantizer: the number of
            thresholds (`threshold_sum` of references.csv) below the sum.
        n_active : array_like of int, optional
            Active rows, broadcast with `sums`; needed where rows may be inactive (6T).
        references : {"own", "global"}
            References made for each n_active, or one set for all; where all rows are always active
            they are the same.

        Returns
        -------
        ndarray of int16
            Same shape. -1 (`NO_CODE`) where there is no code: a sample without a valid solution, or
            a level that never had one.

        Raises
        ------
        InputError
            A sum that this column cannot have, or conditions that are still open.
        """
        values = integers(sums, "sums")
        codes = self.code_tables(references)
        if rng is None:
            own = self.levels.n_plus - self.levels.n_minus
            return codes.nominal(own, self.thresholds)[self.levels.of(values, n_active)]
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
        """Return the energy of one access of one column, J, without the sense amplifier.

        Linear between the levels that were simulated.

        Raises
        ------
        InputError
            As by `quantize`; or the table has no access (format version 1).
        """
        self.check_one_point()
        return access_value(self.data, self.levels, ["access_energy"], sums, n_active)

    def latency(self, sums: ArrayLike, *, n_active: ArrayLike | None = None) -> NDArray[np.float64]:
        """Return the settling time of the sensed bit line (or lines), s, without the MLSA.

        Linear between the levels that were simulated; NaN next to one that does not settle. Errors
        as by `energy`.
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
    def _own(self) -> CodeTables:
        return CodeTables.of_data(self.data, "probability")

    @cached_property
    def _global(self) -> CodeTables:
        known = "probability_global" in self.data
        return CodeTables.of_data(self.data, "probability_global") if known else self._own

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
