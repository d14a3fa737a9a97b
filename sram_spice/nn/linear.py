"""A binary linear layer in sub-arrays."""

from __future__ import annotations

from torch import Tensor

from sram_spice.lut import Amplifier, Lut
from sram_spice.nn.layer import SubArrayLayer
from sram_spice.nn.table import Mismatch, SumTable


class SubArrayLinear(SubArrayLayer):
    """Binary linear layer; the layout is that of :class:`SubArrayLayer`.

    Parameters
    ----------
    in_features, out_features : int
    lut : Lut, optional
        Default: exact sums.
    mismatch : {"none", "access", "column", "ideal"}
        As of :class:`SumTable`.
    check : bool
        Check that inputs are binary; costs a pass over them, and on CUDA a synchronization.
    amplifier : {"real", "ideal"}, optional
        As of :class:`SumTable`.
    """

    def __init__(
        self,
        in_features: int,
        out_features: int,
        lut: Lut | None = None,
        mismatch: Mismatch = "access",
        check: bool = True,
        amplifier: Amplifier | None = None,
    ) -> None:
        super().__init__(in_features, out_features, check)
        if lut is not None:
            self.set_table(SumTable(lut, mismatch, amplifier=amplifier))

    def forward(self, x: Tensor) -> Tensor:
        """Return the sums, shape (..., out_features), of inputs of shape (..., in_features).

        The first axis, where there are two or more, is that of images.
        """
        images = x.shape[:1] if x.dim() > 1 else (1,)
        rows = x.reshape(*images, -1, x.shape[-1])
        sums = self.sums(rows.transpose(1, 2).unsqueeze(2))
        return sums.squeeze(2).transpose(1, 2).reshape(*x.shape[:-1], self.outputs)
