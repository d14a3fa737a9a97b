"""Statistics of batch norm as they are through the table."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

import torch
from torch import Tensor, nn
from torch.nn.modules.batchnorm import _BatchNorm

from sram_spice.errors import InputError

Model = TypeVar("Model", bound=nn.Module)


@torch.no_grad()
def recalibrate(model: Model, images: Tensor | Iterable[Tensor]) -> Model:
    """Estimate the means and variances of all batch norms anew; weights stay as they are.

    Parameters
    ----------
    model : Module
        Changed in place, and returned.
    images : Tensor or iterable of Tensor
        Batches; training images, as the model sees them.

    Raises
    ------
    InputError
        No images, or no batch norm that keeps statistics.
    """
    norms = [m for m in model.modules() if isinstance(m, _BatchNorm) and m.track_running_stats]
    if not norms:
        raise InputError("no batch norm that keeps statistics", key="model")
    modes = {module: module.training for module in model.modules()}
    momenta = {norm: norm.momentum for norm in norms}
    batches = 0
    try:
        model.eval()
        for norm in norms:
            norm.reset_running_stats()
            norm.momentum = None  # the mean over all batches
            norm.train()
        for batch in [images] if isinstance(images, Tensor) else images:
            model(batch)
            batches += 1
    finally:
        for norm in norms:
            norm.momentum = momenta[norm]
        for module, mode in modes.items():
            module.training = mode
    if not batches:
        raise InputError("no images to recalibrate with", key="images")
    return model
