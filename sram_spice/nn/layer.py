"""What linear and convolution layers share: rows of a layer in sub-arrays."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import torch
from torch import Tensor, nn
from torch.nn.functional import conv2d, pad, unfold

from sram_spice.errors import InputError
from sram_spice.lut import Amplifier, Lut
from sram_spice.lut.lookup import References
from sram_spice.nn.binary import bipolar
from sram_spice.nn.packed import Patches, packed_sums
from sram_spice.nn.partial_sums import check_inputs, check_range, possible_inputs, through_table
from sram_spice.nn.recorded import is_recorded
from sram_spice.nn.table import Mismatch, NoCode, SumTable

EXTRA = "_extra_state"  # PyTorch's name of what get_extra_state returns
Model = TypeVar("Model", bound=nn.Module)


class SubArrayLayer(nn.Module):
    """A binary layer whose inputs are the rows of sub-arrays, its outputs their columns.

    Input i is row ``i % rows`` of sub-array ``i // rows``; partial sums are added up digitally.
    Rows that the last sub-array has left over:

    - 6T: their word lines stay low, they contribute nothing.
    - 8T: no row can be inactive. They are filled with pairs of a weight +1 and a weight -1 at input
      +1, which cancel; of an odd number one row with product +1 is left, and 1 is subtracted from
      the reconstructed sum.

    Attributes
    ----------
    weight : Parameter, shape (outputs, inputs)
        Real numbers for training; the cells hold their signs, +1 for 0.
    table : SumTable or None
        None: exact sums.
    columns : Tensor of int64, shape (sub-arrays, outputs)
        Which of the table's columns each column is (mismatch "column").
    seed : int
        Of the columns, and of the codes that are drawn (mismatch "access").
    image : int
        Number of the next image. A code that is drawn is a function of the seed, of the image's
        number and of the access: the same images in their order have the same codes, in batches of
        any size, on any number of threads, on any device. :meth:`restart` sets it.

    Notes
    -----
    On the CPU rows are packed into 64-bit words (:mod:`sram_spice.nn.packed`). Elsewhere, and where
    a graph is recorded, the same is done by operations of PyTorch, with the same result.

    A state_dict holds the table and its columns where there is one: a layer without a table that
    loads it computes through that table, too. What was saved without a table leaves a layer's table
    as it is.
    """

    columns: Tensor

    def __init__(self, inputs: int, outputs: int, check: bool = True) -> None:
        super().__init__()
        self.inputs, self.outputs, self.check = inputs, outputs, check
        self.weight = nn.Parameter(torch.empty(outputs, inputs).uniform_(-0.5, 0.5))
        self.table: SumTable | None = None
        self.patches = Patches()
        self.seed = self.image = 0
        self.recorder: Callable[[SubArrayLayer, Tensor], None] | None = None
        self.register_buffer(
            "columns", torch.zeros(0, outputs, dtype=torch.int64), persistent=False
        )

    def set_table(self, table: SumTable | None, seed: int | None = None) -> None:
        """Compute through this table from now on; None: exactly. The next image is number 0.

        Parameters
        ----------
        table : SumTable or None
        seed : int, optional
            Chooses each column (mismatch "column") and each code (mismatch "access"). Default: one
            of PyTorch's generator, so that layers differ.
        """
        self.seed = int(torch.randint(1 << 31, ())) if seed is None else seed
        self.restart()
        self.table = None if table is None else table.to(self.weight.device)
        blocks = 0 if table is None else -(-self.inputs // table.rows)
        generator = torch.Generator().manual_seed(self.seed)
        samples = max(1, table.samples if table is not None else 1)
        columns = torch.randint(0, samples, (blocks, self.outputs), generator=generator)
        self.columns = columns.to(self.weight.device)

    def restart(self, image: int = 0) -> None:
        """Let the next image be this one; what is drawn for it is drawn as for it before."""
        self.image = image

    def get_extra_state(self) -> dict[str, Any]:
        """Return the table and the samples of the columns, as a state_dict holds them."""
        table = None if self.table is None else self.table.content()
        return {"table": table, "columns": self.columns, "seed": self.seed}

    def set_extra_state(self, state: dict[str, Any]) -> None:
        """Take the table of a state_dict.

        Raises
        ------
        InputError
            The layer has another table, or there is something else in the state.
        """
        table, columns = SumTable.of_content(state["table"]), state["columns"]
        blocks = -(-self.inputs // table.rows)
        if columns.shape != (blocks, self.outputs):
            raise InputError(
                "the state is that of another layer",
                key="columns",
                value=tuple(columns.shape),
                allowed=f"({blocks}, {self.outputs})",
            )
        if self.table is not None and not self.table.is_same(table):
            raise InputError(
                "the state was saved with another table than this layer has",
                key="load_state_dict",
                allowed="with_table(model, None) before it, to take the state's table; or a state "
                "that was saved without one",
            )
        self.table = table.to(self.weight.device)
        self.columns = columns.to(self.weight.device)
        self.seed = int(state.get("seed", 0))  # what was saved before there were seeds has none
        self.restart()

    def extra_repr(self) -> str:
        """Return what stands between the parentheses of its repr."""
        return f"{self.inputs} inputs, {self.outputs} outputs, seed={self.seed}"

    def _save_to_state_dict(self, destination: Any, prefix: str, keep_vars: bool) -> None:
        super()._save_to_state_dict(destination, prefix, keep_vars)
        if self.table is None:
            del destination[prefix + EXTRA]

    def _load_from_state_dict(
        self,
        state_dict: Any,
        prefix: str,
        metadata: Any,
        strict: bool,
        missing: list[str],
        *more: Any,
    ) -> None:
        super()._load_from_state_dict(state_dict, prefix, metadata, strict, missing, *more)
        if prefix + EXTRA in missing:  # saved without a table
            missing.remove(prefix + EXTRA)

    def sums(self, images: Tensor) -> Tensor:
        """Return the layer's sums of images, a linear layer's being (N, inputs, 1, positions).

        Parameters
        ----------
        images : Tensor, shape (N, channels, height, width)
            +1 and -1 through an 8T table, 1 and 0 through a 6T table; also bool or whole numbers.

        Returns
        -------
        Tensor, shape (N, outputs, height', width')
            Without table exact whole numbers. The gradient is that of the exact sums.

        Raises
        ------
        InputError
            Other inputs, where `check` is on: a model that torch.export or ONNX has recorded gives
            NaN for them instead. Or numbers too short for the sums of so many inputs.
        """
        weight = bipolar(self.weight)
        if not images.is_floating_point():
            images = images.to(weight.dtype)
        check_range(images.dtype, self.inputs)
        if self.recorder is not None:
            self.recorder(self, images)
        if self.table is None:
            return self._exact(images, weight)
        self._check_edge(self.table)
        with torch.no_grad():
            out = self._looked_up(self.table, images, weight)
        if not torch.is_grad_enabled():
            return out
        exact = self._exact(images, weight)
        return out + (exact - exact.detach())  # in this order, the sum is `out` to the last bit

    def _check_edge(self, table: SumTable) -> None:
        value = self.patches.value
        possible = (-1.0, 1.0) if table.always_active else (0.0, 1.0)
        if any(self.patches.padding) and value not in possible:
            raise InputError(
                "inputs that the word lines of this cell cannot have",
                key="padding_value",
                value=value,
                allowed="-1, +1 (8T, XNOR)" if table.always_active else "0, 1 (6T, HBNN)",
            )

    def _exact(self, images: Tensor, weight: Tensor) -> Tensor:
        own, given = self.patches, images.dtype
        wide = torch.promote_types(given, torch.float32)
        images, weight = images.to(wide), weight.to(wide)
        with torch.autocast(images.device.type, enabled=False):  # its numbers do not hold the sums
            if own.is_linear or images.device.type != "cpu":  # cuDNN may transform, and round
                rows = self.rows_of(images)
                rows = rows.reshape(*rows.shape[:2], own.groups, self.inputs)
                cells = weight.view(own.groups, -1, self.inputs)
                out = torch.einsum("npgi,goi->npgo", rows, cells).flatten(2)
                return self._placed(out, images).to(given)
            kernel = weight.view(self.outputs, -1, *own.kernel)
            return conv2d(
                self._padded(images, own.value),
                kernel,
                stride=own.stride,
                dilation=own.dilation,
                groups=own.groups,
            ).to(given)

    def _padded(self, images: Tensor, value: float) -> Tensor:
        up, left = self.patches.padding
        return pad(images, (left, left, up, up), value=value) if up or left else images

    def _looked_up(self, table: SumTable, images: Tensor, weight: Tensor) -> Tensor:
        image = self.image
        if is_recorded() or images.device.type != "cpu":
            out = self._by_torch(table, images, weight)
        else:
            out = self._packed(table, images)
        if not is_recorded():
            self.image = image + len(images)
        return out

    def _packed(self, table: SumTable, images: Tensor) -> Tensor:
        wide = torch.promote_types(images.dtype, torch.float32)
        found = packed_sums(
            table,
            images.detach().to(wide).numpy(),
            (self.weight.detach() >= 0).numpy(),
            self.columns.numpy(),
            self.patches,
            self.seed,
            self.image,
        )
        if found is None:
            if self.check:
                check_inputs(images, table.always_active)
            return self._by_torch(table, images, bipolar(self.weight))
        return torch.from_numpy(found).to(images.dtype)

    def _by_torch(self, table: SumTable, images: Tensor, weight: Tensor) -> Tensor:
        right: Tensor | None = None
        if self.check and is_recorded():  # a graph cannot raise: what it cannot read is NaN
            right = possible_inputs(images, table.always_active)
            images = torch.where(right, images, 1.0)
        elif self.check:
            check_inputs(images, table.always_active)
        own = self.patches
        out = through_table(
            table,
            self.rows_of(images),
            weight,
            self.columns,
            own.groups,
            self.seed,
            self.image,
        )
        if right is not None:
            whole = self._rows(self._padded(right.to(images.dtype), 1.0)) == 1
            out = torch.where(whole.all(dim=-1, keepdim=True), out, torch.nan)
        return self._placed(out, images)

    def rows_of(self, images: Tensor) -> Tensor:
        """Return patches of images as rows of sub-arrays, (N, patches, groups * inputs)."""
        return self._rows(self._padded(images, self.patches.value))

    def _rows(self, padded: Tensor) -> Tensor:
        """Return patches as rows of sub-arrays, (N, patches, groups * inputs)."""
        own = self.patches
        if own.is_linear:
            return padded.flatten(2).transpose(1, 2)
        return unfold(padded, own.kernel, own.dilation, stride=own.stride).transpose(1, 2)

    def _placed(self, out: Tensor, images: Tensor) -> Tensor:
        """Return (N, patches, outputs) as (N, outputs, height', width')."""
        places = self.patches.positions(images.shape[2], images.shape[3])
        return out.transpose(1, 2).reshape(images.shape[0], self.outputs, *places)


def with_table(
    model: Model,
    lut: Lut | None,
    mismatch: Mismatch = "access",
    references: References = "own",
    no_code: NoCode = "refuse",
    seed: int = 0,
    amplifier: Amplifier | None = None,
) -> Model:
    """Let all sub-array layers of a model compute through one table; None: exactly.

    Parameters
    ----------
    model : Module
        Changed in place, and returned.
    lut : Lut or None
    mismatch, references, no_code
        As of :class:`SumTable`.
    seed : int
        Chooses the chip and its columns (mismatch "column"), and codes that are drawn; every layer
        has its own.
    amplifier : {"real", "ideal"}, optional
        As of :class:`SumTable`.
    """
    table = None if lut is None else SumTable(lut, mismatch, references, no_code, amplifier, seed)
    layers = [layer for layer in model.modules() if isinstance(layer, SubArrayLayer)]
    for number, layer in enumerate(layers):
        layer.set_table(table, seed=seed * len(layers) + number)
    return model
