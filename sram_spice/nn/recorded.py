"""What differs where a calculation is recorded as a graph (torch.export, ONNX), not carried out."""

from __future__ import annotations

import torch
from torch import Tensor

from sram_spice.lut.alias import BITS

_HALF = BITS // 2


def is_recorded() -> bool:
    """Whether the calculation is recorded as a graph, so that its tensors have no values yet."""
    exporting = getattr(torch.compiler, "is_exporting", torch.compiler.is_compiling)
    tracing = torch.jit.is_tracing()  # type: ignore[attr-defined, no-untyped-call]
    return bool(exporting()) or bool(tracing)


def random_words(shape: torch.Size, device: torch.device) -> Tensor:
    """Return random integers of BITS bits, int64.

    ONNX makes an integer of a random number in single precision, whose 24 bits leave the low bits
    of a whole word 0; a graph gets two halves.
    """
    if not is_recorded():
        return torch.randint(0, 1 << BITS, shape, device=device)
    high, low = (torch.randint(0, 1 << _HALF, shape, device=device) for _ in range(2))
    return (high << _HALF) + low
