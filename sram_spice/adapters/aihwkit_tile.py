"""A tile for AIHWKit whose partial sums go through the lookup table (extra `aihwkit`).

AIHWKit splits a layer's inputs over tiles and adds their results up; here a tile is one sub-array,
with as many inputs as the column has rows, and the rest in the last tile. Its own noise models are
not used: the table has the circuit in it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import torch
from aihwkit.exceptions import TorchTileConfigError
from aihwkit.simulator.configs import TorchInferenceRPUConfig
from aihwkit.simulator.tiles.array import TileModuleArray
from aihwkit.simulator.tiles.torch_tile import TorchSimulatorTile
from torch import Tensor

from sram_spice.errors import InputError
from sram_spice.lut import Lut
from sram_spice.nn import Mismatch, SumTable
from sram_spice.nn.partial_sums import check_inputs, through_table


class SubArrayTile(TorchSimulatorTile):  # type: ignore[misc]
    """One sub-array: binary inputs times binary cells, read through the table.

    Raises
    ------
    TorchTileConfigError
        Weights other than +1 and -1.
    InputError
        Inputs that the word lines of the cell cannot have.
    """

    def __init__(self, x_size: int, d_size: int, rpu_config: Any, bias: bool = False) -> None:
        super().__init__(x_size, d_size, rpu_config, bias)
        self.table: SumTable = rpu_config.table
        self.padding_value: float | None = rpu_config.padding_value
        columns = torch.randint(0, max(1, self.table.samples), (1, d_size))
        self.register_buffer("columns", columns, persistent=False)

    def forward(self, x_input: Tensor, *args: Any, **kwargs: Any) -> Tensor:
        """Return the reconstructed sums; the gradient is that of the exact ones."""
        if any(kwargs.get(name) for name in ("bias", "in_trans", "out_trans")):
            raise TorchTileConfigError("no analog bias and nothing transposed in a sub-array")
        if not bool((self.weight.detach().abs() == 1).all()):
            raise TorchTileConfigError("the cells of a sub-array hold weights +1 and -1 only")
        if self.padding_value is not None:  # AIHWKit pads a convolution with zeros
            x_input = torch.where(x_input == 0, self.padding_value, x_input)
        elif self.table.always_active and bool((x_input == 0).any()):
            raise InputError(
                "a word line of this cell is never off; a convolution pads with 0",
                key="padding_value",
                value=None,
                allowed="-1 or +1: rpu_config(padding_value=-1.0) sets padded pixels to it",
            )
        check_inputs(x_input, self.table.always_active)
        with torch.no_grad():
            out = through_table(self.table, x_input, self.weight, self.columns)
        exact: Tensor = x_input @ self.weight.T
        return out + (exact - exact.detach())  # in this order, the sum is `out` to the last bit


class SubArrays(TileModuleArray):  # type: ignore[misc]
    """Tiles with all rows in use, but for the last; AIHWKit would make them of equal size."""

    def get_split_sizes(self, size: int, split_max_size: int) -> list[int]:
        """Return the inputs of each tile."""
        if split_max_size <= 0:
            return [size]
        whole, rest = divmod(size, split_max_size)
        return [split_max_size] * whole + ([rest] if rest else [])


@dataclass
class SubArrayRPUConfig(TorchInferenceRPUConfig):  # type: ignore[misc]
    """Configuration of layers in sub-arrays; made by :func:`rpu_config`."""

    simulator_tile_class: type = SubArrayTile
    tile_array_class: type = SubArrays
    table: SumTable | None = field(default=None, repr=False)
    padding_value: float | None = None


def rpu_config(
    lut: Lut, mismatch: Mismatch = "access", padding_value: float | None = None
) -> SubArrayRPUConfig:
    """Return the configuration with which AIHWKit computes through a lookup table.

    Parameters
    ----------
    lut : Lut
        At one point of its conditions.
    mismatch : {"none", "access", "column"}
        As of :class:`sram_spice.nn.SumTable`.
    padding_value : float, optional
        What the word lines of padded pixels get, -1 or +1, where all rows are always active (8T):
        AIHWKit pads a convolution with 0, which no other input is. Default: 0 is refused.

    Returns
    -------
    SubArrayRPUConfig
        For `AnalogLinear`, `AnalogConv2d`, `convert_to_analog`. The bias is digital.

    Raises
    ------
    InputError
        A padding value that is no input of this cell, or a table that `SumTable` refuses.
    """
    if padding_value is not None and (not lut.always_active or abs(padding_value) != 1):
        raise InputError(
            "padded pixels cannot have this input",
            key="padding_value",
            value=padding_value,
            allowed="-1, +1"
            if lut.always_active
            else "None: padded pixels are 0, rows that are off",
        )
    config = SubArrayRPUConfig(table=SumTable(lut, mismatch), padding_value=padding_value)
    config.forward.is_perfect = True
    config.mapping.max_input_size = lut.rows
    config.mapping.max_output_size = 0
    config.mapping.weight_scaling_omega = 0.0
    config.mapping.weight_scaling_columnwise = False
    config.mapping.digital_bias = True
    return config
