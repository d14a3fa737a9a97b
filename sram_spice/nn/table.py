"""The lookup table on a torch device: from partial sums to reconstructed sums."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal, cast, get_args

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from sram_spice.errors import InputError
from sram_spice.lut import NO_CODE, Amplifier, Lut
from sram_spice.lut.chip import draw_chip
from sram_spice.lut.lookup import References
from sram_spice.nn.recorded import random_words
from sram_spice.wording import count

Mismatch = Literal["none", "access", "column", "ideal"]
NoCode = Literal["refuse", "nan", "redraw"]
POOL = 4096  # columns with amplifiers of their own that mismatch "column" chooses from


class SumTable(nn.Module):
    """What a column and its MLSA make of partial sums.

    Parameters
    ----------
    lut : Lut
        At one point of its conditions.
    mismatch : {"none", "access", "column", "ideal"}
        "none": what the circuit without mismatch reads. "access": each access draws its code from
        P(code | level), mismatch as if it were noise. "column": each column is one of the Monte
        Carlo samples with amplifiers of its own, the same at every access (thermal noise is left
        out); needs the samples of all levels in the table. "ideal": no circuit, the code of the
        ideal quantizer.
    references : {"own", "global"}
        As in :meth:`Lut.quantize`.
    no_code : {"refuse", "nan", "redraw"}
        What to do about samples without a valid solution: refuse a table that has any, let them be
        NaN, or draw among the codes that there are (an assumption: failures are independent of the
        code).
    amplifier : {"real", "ideal"}, optional
        Whose codes; default: as the table says.
    seed : int
        Of the chip whose columns mismatch "column" chooses from.

    Raises
    ------
    InputError
        The table has outcomes without code, not the samples that "column" needs, or no real
        amplifier.

    Attributes
    ----------
    samples : int
        Columns that mismatch "column" chooses from.

    Notes
    -----
    Buffers move with the module (`to`) and keep their types: no number of the table is rounded by
    `half()`. They are no part of its state_dict; :class:`SubArrayLayer` puts them into its own.
    """

    level: Tensor
    values: Tensor
    cut: Tensor
    below: Tensor
    above: Tensor

    def __init__(
        self,
        lut: Lut,
        mismatch: Mismatch = "access",
        references: References = "own",
        no_code: NoCode = "refuse",
        amplifier: Amplifier | None = None,
        seed: int = 0,
    ) -> None:
        super().__init__()
        _check_choices(mismatch, no_code)
        lut.check_one_point()
        lut = lut if amplifier is None else lut.with_amplifier(amplifier)
        self.amplifier: Amplifier = lut.amplifier
        self.rows, self.always_active = lut.rows, lut.always_active
        self.mismatch: Mismatch = mismatch
        self.samples = 0
        self._buffer("level", lut.levels.dense.astype(np.int64).ravel())
        if mismatch == "column":
            self._set_columns(lut, references, no_code, seed)
        else:
            self._set_codes(lut, references, no_code)

    def content(self) -> dict[str, Any]:
        """Return all that is in the table, numbers, words and tensors, for a state_dict."""
        own = {name: value for name, value in vars(self).items() if name[0] != "_"}
        own.pop("training")
        return own | {"buffers": dict(self.named_buffers())}

    @classmethod
    def of_content(cls, content: dict[str, Any]) -> SumTable:
        """Return the table that :meth:`content` was asked of.

        Raises
        ------
        InputError
            It is no such content.
        """
        table = cls.__new__(cls)
        nn.Module.__init__(table)
        try:
            own = dict(content)
            for name, values in own.pop("buffers").items():
                table.register_buffer(name, values, persistent=False)
            vars(table).update({"rows": int(own.pop("rows")), **own})
        except (TypeError, KeyError, ValueError, AttributeError) as error:
            raise InputError(f"no table in this state_dict: {error!r}") from None
        return table

    def is_same(self, other: SumTable) -> bool:
        """Whether another table gives the same answers."""
        mine, theirs = self.content(), other.content()
        one, two = mine.pop("buffers"), theirs.pop("buffers")
        return (
            mine == theirs
            and one.keys() == two.keys()
            and all(_same(values, two[name]) for name, values in one.items())
        )

    def _apply(self, fn: Callable[[Tensor], Tensor], recurse: bool = True) -> SumTable:
        """Move the buffers, as PyTorch does for `to`, `half` and all the others; keep types."""

        def moved(buffer: Tensor) -> Tensor:
            found = fn(buffer)
            return found if found.dtype == buffer.dtype else buffer.to(found.device)

        super()._apply(moved, recurse)  # type: ignore[no-untyped-call]
        return self

    def _buffer(self, name: str, values: NDArray[Any]) -> None:
        self.register_buffer(name, torch.from_numpy(np.array(values)), persistent=False)

    def _set_codes(self, lut: Lut, references: References, no_code: NoCode) -> None:
        codes = lut.code_tables(references)
        decoded = np.append(lut.centroids, np.nan).astype(np.float32)
        if self.mismatch in ("none", "ideal"):
            sums = lut.levels.n_plus - lut.levels.n_minus
            nominal = self.mismatch == "none"
            own = lut.nominal_codes(references) if nominal else lut.ideal(sums)
            _check_codes(own == NO_CODE, no_code)
            self._buffer("values", decoded[own])
            return
        _check_codes(codes.no_code > 0, no_code)
        alias = (codes.without_failures() if no_code == "redraw" else codes).alias
        self.column_bits = alias.column_bits
        self._buffer("cut", alias.cut.astype(np.int64))
        self._buffer("below", decoded[alias.below])
        self._buffer("above", decoded[alias.above])

    def _set_columns(self, lut: Lut, references: References, no_code: NoCode, seed: int) -> None:
        available = lut.data.sizes.get("sample", 0)
        # With ideal amplifiers the same cells are the same column.
        count = available if lut.amplifier == "ideal" else max(POOL, available)
        chosen = np.arange(count) % max(1, available)
        codes = draw_chip(lut, seed, references, samples=chosen).table
        _check_codes((codes == NO_CODE).any(axis=1), no_code)
        if no_code == "redraw":
            raise InputError(
                "a column cannot be drawn again",
                key="no_code",
                value=no_code,
                allowed="refuse, nan",
            )
        self.samples = codes.shape[1]
        self._buffer("values", np.append(lut.centroids, np.nan).astype(np.float32)[codes].ravel())

    def extra_repr(self) -> str:
        """Return what stands between the parentheses of its repr."""
        return f"rows={self.rows}, mismatch={self.mismatch!r}, amplifier={self.amplifier!r}"

    def forward(
        self,
        sums: Tensor,
        n_active: Tensor | None,
        columns: Tensor | None,
        words: Tensor | None = None,
    ) -> Tensor:
        """Return the reconstructed sums.

        Parameters
        ----------
        sums : Tensor of int64
            n_plus - n_minus, any shape.
        n_active : Tensor of int64 or None
            Active rows, broadcast with `sums`; None where all rows are always active.
        columns : Tensor of int64 or None
            Which of the `samples` columns each is, broadcast with `sums`; for mismatch "column"
            only.
        words : Tensor of int64, optional
            32 random bits for each of `sums` (mismatch "access"); default: of PyTorch's generator.

        Returns
        -------
        Tensor of float32
            In the shape of `sums`.
        """
        width = 2 * self.rows + 1
        active: Tensor | int = self.rows if n_active is None else n_active
        level = self.level[active * width + sums + self.rows]
        if self.mismatch in ("none", "ideal"):
            return self.values[level]
        if self.mismatch == "column":
            return self.values[level * self.samples + cast(Tensor, columns)]
        word = random_words(level.shape, level.device) if words is None else words
        place = (level << self.column_bits) + (word & ((1 << self.column_bits) - 1))
        hit = (word >> self.column_bits) < self.cut[place]
        return torch.where(hit, self.below[place], self.above[place])


def _same(one: Tensor, other: Tensor) -> bool:
    """Whether two tensors hold the same, NaN included, wherever they are."""
    one, other = one.cpu(), other.cpu()
    return one.dtype == other.dtype and bool(
        one.shape == other.shape and torch.equal(one.nan_to_num(-1e9), other.nan_to_num(-1e9))
    )


def _check_choices(mismatch: str, no_code: str) -> None:
    for key, value, allowed in (
        ("mismatch", mismatch, get_args(Mismatch)),
        ("no_code", no_code, get_args(NoCode)),
    ):
        if value not in allowed:
            raise InputError("no such choice", key=key, value=value, allowed=", ".join(allowed))


def _check_codes(lost: NDArray[Any], no_code: NoCode) -> None:
    if no_code == "refuse" and lost.any():
        raise InputError(
            f"{count(int(lost.sum()), 'level has', 'levels have')} samples without a code",
            key="no_code",
            value=no_code,
            allowed="nan (they are NaN) or redraw (failures are left out)",
        )
