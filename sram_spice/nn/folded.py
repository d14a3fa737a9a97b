"""Batch norm and a binary activation as one digital threshold of a sum, per filter."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

import torch
from torch import Tensor, nn

from sram_spice.errors import InputError
from sram_spice.nn.layer import SubArrayLayer
from sram_spice.nn.recorded import is_recorded
from sram_spice.nn.scaled import Scaled

Norm = nn.BatchNorm1d | nn.BatchNorm2d
_PASSED = (nn.MaxPool2d, nn.Identity, nn.Dropout, nn.Dropout2d)  # between sums and batch norm
_SLACK = 1e-5  # of float32's batch norm next to its zero, relative to its terms


class ThresholdNorm(nn.BatchNorm2d):
    """Batch norm that gives, in evaluation, what the binary activation after it would give.

    The threshold is the sum where ``gamma (scale sum + bias - mean) / sqrt(var + eps) + beta`` is
    0, in float64; a sum right at it has the activation's value at 0, in fast and slow paths
    alike. In training, and where a gradient is asked for, it is batch norm. Names in the state_dict
    are those of batch norm; thresholds follow its numbers.

    Parameters
    ----------
    norm : BatchNorm1d or BatchNorm2d
    values : tuple of float
        What the activation is below, at and above 0.
    scaled : Scaled, optional
        Before it; its scale and bias move into the threshold.

    Raises
    ------
    InputError
        No running statistics, or sums that are not float32.
    """

    flip: Tensor
    edge: Tensor

    def __init__(
        self, norm: Norm, values: tuple[float, float, float], scaled: Scaled | None = None
    ) -> None:
        if norm.running_mean is None:
            raise InputError(
                "a threshold needs the running statistics of batch norm",
                key="track_running_stats",
                value=False,
                allowed="True",
            )
        super().__init__(norm.num_features, norm.eps, norm.momentum, norm.affine)
        self.to(norm.running_mean.device)
        self.load_state_dict(norm.state_dict())
        self.values = values
        self._scaled = (scaled,)  # in a tuple: it is no part of this module
        self._folded: tuple[int, ...] = ()
        for name in ("flip", "edge"):
            own = torch.zeros_like(norm.running_mean)
            self.register_buffer(name, own, persistent=False)
        self.train(norm.training)

    def _check_input_dim(self, input: Tensor) -> None:
        """Let sums of linear layers, (N, features), pass, too."""

    def forward(self, x: Tensor) -> Tensor:
        """Return the values of the activation; in training, and for a gradient, batch norm."""
        if x.dtype != torch.float32:
            raise InputError(
                "thresholds are those of float32 sums",
                key="dtype",
                value=str(x.dtype).removeprefix("torch."),
                allowed="float32, without half() or bfloat16()",
            )
        shape = (-1, *[1] * (x.dim() - 2))
        if self.training or (torch.is_grad_enabled() and x.requires_grad):
            scaled = self._scaled[0]
            if scaled is not None:
                x = x * scaled.scale.view(shape) + scaled.bias.view(shape)
            out = super().forward(x)
            if self.training and not is_recorded():
                self.fold()  # a graph that is recorded later has what is there
            return out
        if not is_recorded():
            self.fold()
        on = x * self.flip.view(shape) >= self.edge.view(shape)
        low, _, high = self.values
        return low + (high - low) * on.to(x.dtype)

    def train(self, mode: bool = True) -> ThresholdNorm:
        """Fold when training ends, as PyTorch's `eval` says."""
        super().train(mode)
        if not mode:
            self.fold()
        return self

    def _apply(self, fn: Callable[[Tensor], Tensor], recurse: bool = True) -> ThresholdNorm:
        """Move or cast, then fold anew: thresholds that a cast has rounded are none."""
        super()._apply(fn, recurse)  # type: ignore[no-untyped-call]
        if hasattr(self, "_folded"):
            self._folded = ()
            self.fold()
        return self

    def _load_from_state_dict(self, *given: Any, **named: Any) -> None:
        super()._load_from_state_dict(*given, **named)
        if hasattr(self, "_folded"):  # not while it is made
            self.fold()

    @torch.no_grad()
    def fold(self) -> None:
        """Compute the thresholds where something that they depend on has changed."""
        scaled = self._scaled[0]
        more = () if scaled is None else (scaled.scale, scaled.bias)
        own = (self.weight, self.bias, self.running_mean, self.running_var, *more)
        state = tuple(n for each in own if each is not None for n in (id(each), each._version))
        if state == self._folded:
            return
        slope, level = self.line()
        flat, is_on = slope == 0, self.values[1] == self.values[2]  # at the threshold it is on
        flip = torch.where(slope < 0, -1.0, 1.0)
        edge = -flip * level / torch.where(flat, 1.0, slope)
        near = edge.float()
        over = torch.nextafter(near, torch.full_like(near, torch.inf))
        inside = near.double() >= edge if is_on else near.double() > edge
        # The least float32 at which it is on: no sum is between it and the threshold.
        near = torch.where(inside, near, over)
        always = (level > 0) | ((level == 0) & is_on)
        never = torch.where(always, -torch.inf, torch.inf).to(near.dtype)
        self.edge.copy_(torch.where(flat, never, near))
        self.flip.copy_(flip)
        self._folded = state

    def line(self) -> tuple[Tensor, Tensor]:
        """Return slope and constant of batch norm over a whole sum, float64."""
        mean, variance = cast(Tensor, self.running_mean), cast(Tensor, self.running_var)
        slope = 1 / (variance.double() + self.eps).sqrt()
        if self.affine:
            slope = slope * self.weight.double()
        level = -slope * mean.double()
        if self.affine:
            level = level + self.bias.double()
        scaled = self._scaled[0]
        if scaled is None:
            return slope, level
        return slope * scaled.scale.double(), level + slope * scaled.bias.double()

    def extra_repr(self) -> str:
        """Return what stands between the parentheses of its repr."""
        low, _, high = self.values
        return f"{self.num_features}, a threshold each: {low:g} or {high:g}"


@torch.no_grad()
def fold(model: nn.Module) -> nn.Module:
    """Replace batch norm by thresholds where it is between sums and a binary activation.

    Looked for within every ``Sequential``; max-pooling may come before it. Each is compared with
    batch norm at all whole sums.

    Parameters
    ----------
    model : Module
        Changed in place, and returned.

    Raises
    ------
    InputError
        Batch norm whose numbers are no threshold: not finite, or beyond float32.
    """
    for sequence in [each for each in model.modules() if isinstance(each, nn.Sequential)]:
        before: SubArrayLayer | Scaled | None = None
        pooled = False
        for place, module in enumerate(sequence):
            if isinstance(module, SubArrayLayer | Scaled):
                before, pooled = module, False
            elif isinstance(module, nn.BatchNorm1d | nn.BatchNorm2d) and before is not None:
                after = sequence[place + 1] if place + 1 < len(sequence) else None
                values = step_values(after)
                if values is not None:
                    sequence[place] = _thresholds(module, values, before, pooled)
                before = None
            elif isinstance(module, _PASSED):
                pooled = pooled or isinstance(module, nn.MaxPool2d)
            else:
                before = None
    return model


def _thresholds(
    norm: Norm, values: tuple[float, float, float], before: SubArrayLayer | Scaled, pooled: bool
) -> ThresholdNorm:
    if isinstance(before, SubArrayLayer):
        found, inputs = ThresholdNorm(norm, values), before.inputs
    elif pooled and bool((before.scale <= 0).any()):  # the greatest sum is not the greatest output
        return ThresholdNorm(norm, values)
    else:
        found, inputs = ThresholdNorm(norm, values, before), before.layer.inputs
        before.folded = True  # it gives bare sums from now on
    _check(found, norm, inputs)
    return found


def _check(found: ThresholdNorm, norm: Norm, inputs: int) -> None:
    """Compare thresholds with batch norm at all whole sums; its rounding alone may differ."""
    mean = cast(Tensor, norm.running_mean)
    sums = torch.arange(-inputs, inputs + 1.0, device=mean.device)[:, None].expand(-1, len(mean))
    scaled = found._scaled[0]
    given = sums if scaled is None else sums * scaled.scale + scaled.bias
    image = (..., None, None) if isinstance(norm, nn.BatchNorm2d) else (...,)
    training = norm.training, found.training
    norm.eval(), found.eval()
    score = norm(given.contiguous()[image]).reshape(sums.shape)
    on = found(sums.contiguous()) == found.values[2]
    norm.train(training[0]), found.train(training[1])
    slope, level = found.line()
    slack = _SLACK * ((slope * sums).abs() + (slope * mean).abs() + level.abs())
    wrong = torch.where(on, score < -slack, score > slack) | ~score.isfinite()
    if bool(wrong.any()):
        raise InputError(
            "batch norm is no threshold of its sums",
            key="filter",
            value=int(torch.nonzero(wrong)[0, 1]),
            allowed="finite numbers that float32 resolves",
        )


def step_values(module: nn.Module | None) -> tuple[float, float, float] | None:
    """Return what a binary activation is below, at and above 0; None: it is something else."""
    if module is None or any(True for _ in module.parameters()):
        return None
    sizes = torch.tensor([1e-30, 1e-6, 0.3, 1.0, 5.0, 1e4])
    try:
        with torch.no_grad():
            found: Any = module(torch.cat([-sizes, sizes, torch.zeros(1)]).view(1, 1, 1, -1))
    except (RuntimeError, TypeError, ValueError, IndexError):
        return None
    if not isinstance(found, Tensor) or found.numel() != 2 * len(sizes) + 1:
        return None
    below, above, zero = found.flatten().tensor_split([len(sizes), 2 * len(sizes)])
    low, high, at = float(below[0]), float(above[0]), float(zero)
    steps = bool((below == low).all()) and bool((above == high).all())
    if steps and (low, high) in ((-1.0, 1.0), (0.0, 1.0)) and at in (low, high):
        return low, at, high
    return None
