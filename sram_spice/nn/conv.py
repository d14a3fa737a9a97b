"""A binary convolution in sub-arrays."""

from __future__ import annotations

from torch import Tensor
from torch.nn.modules.utils import _pair

from sram_spice.errors import InputError
from sram_spice.lut import Amplifier, Lut
from sram_spice.nn.layer import SubArrayLayer
from sram_spice.nn.packed import Patches
from sram_spice.nn.table import Mismatch, SumTable

Size = int | tuple[int, int]


class SubArrayConv2d(SubArrayLayer):
    """Binary convolution; a patch is the input of :class:`SubArrayLayer`.

    Rows follow ``weight.view(out_channels, in_channels // groups, height, width)``: channel by
    channel, in it line by line.

    Parameters
    ----------
    in_channels, out_channels : int
    kernel_size, stride, padding, dilation : int or (int, int)
    lut : Lut, optional
        Default: exact sums.
    mismatch : {"none", "access", "column", "ideal"}
        As of :class:`SumTable`.
    padding_value : float
        What the word lines of padded pixels get: -1 (default) or +1 in an XNOR network, where no
        row can be inactive; 0 in an HBNN network.
    check : bool
        Check that inputs are binary.
    amplifier : {"real", "ideal"}, optional
        As of :class:`SumTable`.
    groups : int
        Outputs of a group see its inputs alone; each group has sub-arrays of its own.
    """

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: Size,
        stride: Size = 1,
        padding: Size = 0,
        dilation: Size = 1,
        lut: Lut | None = None,
        mismatch: Mismatch = "access",
        padding_value: float = -1.0,
        check: bool = True,
        amplifier: Amplifier | None = None,
        groups: int = 1,
    ) -> None:
        self.kernel_size: tuple[int, int] = _pair(kernel_size)
        if groups < 1 or in_channels % groups or out_channels % groups:
            raise InputError(
                "channels are no multiple of the groups",
                key="groups",
                value=groups,
                allowed=f"divisors of {in_channels} and {out_channels}",
            )
        super().__init__(
            in_channels // groups * self.kernel_size[0] * self.kernel_size[1], out_channels, check
        )
        self.in_channels, self.groups = in_channels, groups
        self.stride: tuple[int, int] = _pair(stride)
        self.padding: tuple[int, int] = _pair(padding)
        self.dilation: tuple[int, int] = _pair(dilation)
        if padding_value not in (-1.0, 0.0, 1.0):
            raise InputError(
                "no binary input", key="padding_value", value=padding_value, allowed="-1, 0, 1"
            )
        self.padding_value = padding_value
        self.patches = Patches(
            self.kernel_size, self.stride, self.padding, self.dilation, groups, padding_value
        )
        if lut is not None:
            self.set_table(SumTable(lut, mismatch, amplifier=amplifier))

    def extra_repr(self) -> str:
        """Return what stands between the parentheses of its repr."""
        own = self.patches
        size = f"{self.in_channels} -> {self.outputs}, {own.kernel}, stride={own.stride}"
        edge = f"padding={own.padding} with {own.value:+g}, groups={own.groups}"
        return f"{size}, {edge}, seed={self.seed}"

    def forward(self, x: Tensor) -> Tensor:
        """Return the sums of each patch.

        Parameters
        ----------
        x : Tensor, shape (batch, in_channels, height, width)

        Returns
        -------
        Tensor, shape (batch, out_channels, height', width')
        """
        return self.sums(x)
