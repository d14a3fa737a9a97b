"""What linear and convolution layers share: rows of a layer in sub-arrays."""

from __future__ import annotations

from typing import Any, TypeVar

import torch
from torch import Tensor, nn

from sram_spice.errors import InputError
from sram_spice.lut import Amplifier, Lut
from sram_spice.lut.lookup import References
from sram_spice.nn.binary import bipolar
from sram_spice.nn.partial_sums import check_inputs, possible_inputs, through_table
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

    Notes
    -----
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
        self.register_buffer(
            "columns", torch.zeros(0, outputs, dtype=torch.int64), persistent=False
        )

    def set_table(self, table: SumTable | None, seed: int = 0) -> None:
        """Compute through this table from now on; None: exactly.

        Parameters
        ----------
        table : SumTable or None
        seed : int
            Chooses each column (mismatch "column").
        """
        self.table = None if table is None else table.to(self.weight.device)
        blocks = 0 if table is None else -(-self.inputs // table.rows)
        generator = torch.Generator().manual_seed(seed)
        samples = max(1, table.samples if table is not None else 1)
        columns = torch.randint(0, samples, (blocks, self.outputs), generator=generator)
        self.columns = columns.to(self.weight.device)

    def get_extra_state(self) -> dict[str, Any]:
        """Return the table and the samples of the columns, as a state_dict holds them."""
        table = None if self.table is None else self.table.content()
        return {"table": table, "columns": self.columns}

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

    def partial_sums(self, x: Tensor) -> Tensor:
        """Return the layer's sums.

        Parameters
        ----------
        x : Tensor, shape (..., inputs)
            +1 and -1 through an 8T table, 1 and 0 through a 6T table; also bool or whole numbers.

        Returns
        -------
        Tensor, shape (..., outputs)
            Without table exact whole numbers. The gradient is that of the exact sums.

        Raises
        ------
        InputError
            Other inputs, where `check` is on. A model that torch.export or ONNX has recorded gives
            NaN for them instead.
        """
        weight = bipolar(self.weight)
        if not x.is_floating_point():
            x = x.to(weight.dtype)
        if self.table is None:
            return x @ weight.T
        right: Tensor | None = None
        if self.check and is_recorded():  # a graph cannot raise: what it cannot read is NaN
            right = possible_inputs(x, self.table.always_active)
            x = torch.where(right, x, 1.0)
        elif self.check:
            check_inputs(x, self.table.always_active)
        with torch.no_grad():
            out = through_table(self.table, x, weight, self.columns)
            if right is not None:
                out = torch.where(right.all(dim=-1, keepdim=True), out, torch.nan)
        if not torch.is_grad_enabled():
            return out
        exact = x @ weight.T
        return out + (exact - exact.detach())  # in this order, the sum is `out` to the last bit


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
        Chooses the chip and its columns (mismatch "column"); every layer has its own columns.
    amplifier : {"real", "ideal"}, optional
        As of :class:`SumTable`.
    """
    table = None if lut is None else SumTable(lut, mismatch, references, no_code, amplifier, seed)
    layers = [layer for layer in model.modules() if isinstance(layer, SubArrayLayer)]
    for number, layer in enumerate(layers):
        layer.set_table(table, seed=seed * len(layers) + number)
    return model
