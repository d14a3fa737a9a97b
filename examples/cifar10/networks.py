"""Two binary networks after VGG-16, for columns of SRAM cells.

Inputs are +1/-1 (XNOR-BNN) or 1/0 (HBNN), weights +1/-1. Each binary convolution is followed by
max-pooling (every second one), batch norm and the binary activation. Pooling before the
activation is an OR after it, and batch norm with the activation is one threshold of the sum per
filter, so that nothing but whole numbers meets the column. The first convolution (colour images)
and the last layer stay in float: an assumption, the paper (Liu et al., DAC 2018) does not say.
Widths and fan-ins are multiples of 64: whole sub-arrays of 64 rows.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

import torch
from torch import Tensor, nn

WIDTHS = (64, 64, 128, 128, 256, 256, 512, 512)  # VGG-16's; 4.6 million binary weights
CLASSES = 10


class Bipolar(torch.autograd.Function):
    """+1 where x >= 0, else -1; gradient of Liu et al. (Bi-Real Net, ECCV 2018, eq. 6)."""

    @staticmethod
    def forward(ctx: torch.autograd.function.FunctionCtx, x: Tensor) -> Tensor:
        """Return +1 or -1."""
        ctx.save_for_backward(x)
        return (x >= 0).to(x.dtype).mul_(2).sub_(1)

    @staticmethod
    def backward(ctx: torch.autograd.function.FunctionCtx, gradient: Tensor) -> Tensor:
        """Return the gradient of the input."""
        (x,) = ctx.saved_tensors
        return gradient * x.abs().mul_(-2).add_(2).clamp_(min=0)


class Unipolar(torch.autograd.Function):
    """1 where x > 0, else 0; half the gradient of `Bipolar`, as it has half the step."""

    @staticmethod
    def forward(ctx: torch.autograd.function.FunctionCtx, x: Tensor) -> Tensor:
        """Return 1 or 0."""
        ctx.save_for_backward(x)
        return (x > 0).to(x.dtype)

    @staticmethod
    def backward(ctx: torch.autograd.function.FunctionCtx, gradient: Tensor) -> Tensor:
        """Return the gradient of the input."""
        (x,) = ctx.saved_tensors
        return gradient * x.abs().neg_().add_(1).clamp_(min=0)


@dataclass(frozen=True)
class Kind:
    """What the inputs of a binary layer are."""

    name: str
    activation: Callable[[Tensor], Tensor]
    padding: float  # an input that the circuit has, at the edge of an image


KINDS = {
    kind.name: kind
    for kind in (Kind("xnor_vgg", Bipolar.apply, -1.0), Kind("hbnn_vgg", Unipolar.apply, 0.0))
}


class Activation(nn.Module):
    """The binary activation of a kind of network."""

    def __init__(self, kind: Kind) -> None:
        super().__init__()
        self.kind = kind

    def forward(self, x: Tensor) -> Tensor:
        """Return the activation."""
        return self.kind.activation(x)


class BinaryConv2d(nn.Conv2d):
    """A 3x3 convolution with weights +1/-1: the signs of real weights, centred per filter."""

    def __init__(self, kind: Kind, inputs: int, outputs: int) -> None:
        super().__init__(inputs, outputs, 3, bias=False)
        self.edge = kind.padding

    def signs(self) -> Tensor:
        """Return the weights that are used, +1.0 or -1.0; gradients go to `weight` unchanged."""
        centred = self.weight - self.weight.mean((1, 2, 3), keepdim=True)
        return ((centred >= 0) * 2.0 - 1.0 - centred).detach() + centred

    def forward(self, x: Tensor) -> Tensor:
        """Return whole sums."""
        padded = nn.functional.pad(x, [1] * 4, value=self.edge)
        return nn.functional.conv2d(padded, self.signs())


def network(kind: Kind, widths: tuple[int, ...] = WIDTHS) -> nn.Sequential:
    """Return an untrained network for images (N, 3, 32, 32)."""
    first = nn.Conv2d(3, widths[0], 3, padding=1, bias=False)
    layers: list[nn.Module] = [first, nn.BatchNorm2d(widths[0]), Activation(kind)]
    for place, (inputs, outputs) in enumerate(pairwise(widths), start=1):
        layers.append(BinaryConv2d(kind, inputs, outputs))
        if place % 2:
            layers.append(nn.MaxPool2d(2))
        layers += [nn.BatchNorm2d(outputs), Activation(kind)]
    side = 32 >> (len(widths) // 2)
    layers += [nn.Flatten(), nn.Linear(widths[-1] * side * side, CLASSES)]
    return nn.Sequential(*layers).to(memory_format=torch.channels_last)
