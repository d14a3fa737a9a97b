"""Scale and bias of a layer's outputs, as its model has them."""

from __future__ import annotations

from torch import Tensor, nn

from sram_spice.nn.conv import SubArrayConv2d
from sram_spice.nn.layer import SubArrayLayer


class Scaled(nn.Module):
    """A layer in sub-arrays with the scale and the bias that the model has for its outputs.

    Parameters
    ----------
    layer : SubArrayLayer
    scale, bias : Tensor, shape (outputs,)
        The output is ``scale * sum + bias``, computed digitally.
    """

    scale: Tensor
    bias: Tensor

    def __init__(self, layer: SubArrayLayer, scale: Tensor, bias: Tensor) -> None:
        super().__init__()
        self.layer = layer
        self.folded = False  # a threshold after it has scale and bias
        self.register_buffer("scale", scale)
        self.register_buffer("bias", bias)

    def forward(self, x: Tensor) -> Tensor:
        """Return scaled sums."""
        shape = (-1, 1, 1) if isinstance(self.layer, SubArrayConv2d) else (-1,)
        out: Tensor = self.layer(x)
        if self.folded:
            return out
        return out * self.scale.view(shape) + self.bias.view(shape)
