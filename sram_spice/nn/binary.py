"""Binary activations and weights that can be trained.

The gradient is that of the identity within -1 .. 1 (straight-through estimator): M. Courbariaux et
al., "Binarized Neural Networks", arXiv:1602.02830, 2016.
"""

from __future__ import annotations

import torch
from torch import Tensor


def bipolar(x: Tensor) -> Tensor:
    """Return +1 where x >= 0, else -1: weights, and the inputs of an XNOR network."""
    return _straight_through(x, 2.0 * (x >= 0).to(x.dtype) - 1.0)


def unipolar(x: Tensor) -> Tensor:
    """Return 1 where x > 0, else 0: the inputs of an HBNN network.

    0 is off, so that what ``torch.relu`` has set to 0 is off, too, and a word line stays low
    where nothing arrives.
    """
    return _straight_through(x, (x > 0).to(x.dtype))


def _straight_through(x: Tensor, value: Tensor) -> Tensor:
    if not (torch.is_grad_enabled() and x.requires_grad):
        return value
    passed = torch.clamp(x, -1.0, 1.0)
    return passed + (value - passed).detach()
