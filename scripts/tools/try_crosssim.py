"""Run exported tables in CrossSim itself: `python scripts/tools/try_crosssim.py FOLDER`.

FOLDER is a checkout of github.com/sandialabs/cross-sim (no package registry has it). Needs the
extra `torch`. Every number is compared with plain numpy on the table, and with sram_spice.nn.
"""

from __future__ import annotations

import importlib.util
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import torch
from outcome import Outcome

from sram_spice.adapters import ExportOptions, export
from sram_spice.lut import Lut, ideal_lut
from sram_spice.nn import SubArrayConv2d, SumTable, bipolar, unipolar

RESULTS = Path(__file__).parents[2] / "results"
XNOR, HBNN = RESULTS / "xnor_8t_64", RESULTS / "hbnn_6t_64"
ROUNDED = {"rtol": 0, "atol": 2e-4}  # CrossSim computes in single precision


def exported(lut: Lut, folder: Path, name: str, n_active: int | None = None) -> Any:
    """Return the exported module of a table, imported."""
    path = folder / f"{name}.py"
    export(lut, "crosssim", path, ExportOptions(n_active))
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def quantized(lut: Lut, weight: Any, x: Any) -> Any:
    """Return what sub-arrays read without mismatch, level by level; NaN where data is lost.

    CrossSim makes arrays of one size where their number divides the inputs, else whole ones.
    """
    inputs = x.shape[0]
    arrays = -(-inputs // lut.rows)
    size = inputs // arrays if inputs % arrays == 0 else lut.rows
    total: Any = 0.0
    for start in range(0, inputs, size):
        inside = x[start : start + size]
        odd = (lut.rows - inside.shape[0]) % 2 if lut.always_active else 0
        sums = (weight[:, start : start + size] @ inside + odd).astype(int)
        active = lut.rows if lut.always_active else inside.sum(axis=0).astype(int)
        total = total + lut.decode(lut.quantize(sums, n_active=active)) - odd
    return total


def main() -> int:
    """Return the exit code: 0 where all checks hold."""
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    sys.path.insert(0, sys.argv[1])
    from simulator import AnalogCore, CrossSimParameters
    from simulator.algorithms.dnn.torch.convert import from_torch

    def parameters(module: Any) -> Any:
        params = CrossSimParameters()
        module.SramSpiceADC.configure(params)
        return params

    outcome, rng = Outcome(), np.random.default_rng(1)
    signs = lambda *shape: rng.choice([-1.0, 1.0], shape)  # noqa: E731
    xnor, hbnn = Lut.load(XNOR), Lut.load(HBNN)
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        eight, six = exported(xnor, folder, "eight"), exported(hbnn, folder, "six")
        exact = exported(ideal_lut(64, True), folder, "exact")
        for outputs, inputs in ((5, 64), (65, 64), (200, 64), (10, 150), (130, 191), (3, 45)):
            with outcome.check(f"8T, {inputs} inputs, {outputs} outputs: what the circuit reads"):
                weight, x = signs(outputs, inputs), signs(inputs, 7)
                eight.SramSpiceADC.SAMPLED = False
                found = AnalogCore(weight, parameters(eight)) @ x
                np.testing.assert_allclose(found, quantized(xnor, weight, x), **ROUNDED)
                one = AnalogCore(weight, parameters(eight)) @ x[:, 0]
                np.testing.assert_allclose(one, quantized(xnor, weight, x[:, :1])[:, 0], **ROUNDED)
            with outcome.check(f"6T, {inputs} inputs, {outputs} outputs: what the circuit reads"):
                x = rng.choice([0.0, 1.0], (inputs, 7))
                six.SramSpiceADC.SAMPLED = False
                found = AnalogCore(weight, parameters(six)) @ x
                np.testing.assert_allclose(found, quantized(hbnn, weight, x), **ROUNDED)
        with outcome.check("two tables side by side keep their own numbers"):
            weight, x = signs(9, 64), signs(64, 5)
            cores = [AnalogCore(weight, parameters(module)) for module in (exact, eight)]
            np.testing.assert_allclose(cores[0] @ x, weight @ x, **ROUNDED)
            np.testing.assert_allclose(cores[1] @ x, quantized(xnor, weight, x), **ROUNDED)
        eight.SramSpiceADC.SAMPLED = six.SramSpiceADC.SAMPLED = True
        np.random.seed(1)
        draws = 15_385  # a million of 65 sums
        weight = np.where(np.arange(64) < np.arange(65)[:, None], 1.0, -1.0)
        with outcome.check("8T: a million draws have the moments of the table"):
            found = AnalogCore(weight, parameters(eight)) @ np.ones((64, draws))
            mean, std = xnor.moments(np.arange(-64, 65, 2))
            assert (np.abs(found.mean(1) - mean) < 4.5 * std / np.sqrt(draws) + 1e-3).all()
        for active in (20, 45, 64):
            with outcome.check(f"6T, {active} rows active: draws have the table's moments"):
                x = np.tile(np.arange(64) < active, (draws, 1)).T.astype(float)
                found = AnalogCore(weight[: active + 1], parameters(six)) @ x
                mean, std = hbnn.moments(np.arange(-active, active + 1, 2), n_active=active)
                assert (np.abs(found.mean(1) - mean) < 4.5 * std / np.sqrt(draws) + 1e-3).all()
        eight.SramSpiceADC.SAMPLED = six.SramSpiceADC.SAMPLED = False

        def convolution(module: Any, lut: Lut, value: float) -> None:
            own = SubArrayConv2d(5, 70, 3, padding=1, padding_value=value)
            own.set_table(SumTable(lut, "none", no_code="nan"))
            plain = torch.nn.Conv2d(5, 70, 3, padding=1, bias=False)
            plain.weight.data = bipolar(own.weight.detach()).view_as(plain.weight)
            x = (bipolar if lut.always_active else unipolar)(torch.randn(2, 5, 6, 7))
            with torch.no_grad():
                found = from_torch(plain, parameters(module))(x)
                torch.testing.assert_close(found, own(x), equal_nan=True, **ROUNDED)

        with outcome.refused("8T convolution, padding=1: zeros are refused", "PADDING = -1.0"):
            convolution(eight, xnor, -1.0)
        for value in (-1.0, 1.0):
            with outcome.check(f"8T convolution, padding=1, PADDING = {value}: as sram_spice.nn"):
                eight.SramSpiceDAC.PADDING = value
                convolution(eight, xnor, value)
        eight.SramSpiceDAC.PADDING = None
        with outcome.check("6T convolution, padding=1: as sram_spice.nn"):
            convolution(six, hbnn, 0.0)
        with outcome.refused("Gaussian weights are refused", "weights +1 and -1 only"):
            AnalogCore(rng.normal(size=(5, 64)), parameters(eight)) @ signs(64)
        for text, key, value in (
            ("currents not subtracted in the array", "core.balanced.subtract_current_in_xbar", 0),
            ("a core without rows_max", "core.rows_max", 0),
            ("an ADC of other bits", "xbar.adc.mvm.bits", 8),
        ):
            with outcome.refused(f"{text}: refused", key):
                params = parameters(eight)
                *path, last = key.split(".")
                owner = params
                for name in path:
                    owner = getattr(owner, name)
                setattr(owner, last, bool(value) if last.startswith("subtract") else value)
                AnalogCore(signs(5, 64), params) @ signs(64)
        with outcome.refused("devices that are not ideal: refused", "infinite_on_off_ratio"):
            params = parameters(eight)
            params.xbar.device.infinite_on_off_ratio = False
            AnalogCore(signs(5, 64), params) @ signs(64)
        with outcome.check("the ADC alone, set by hand as of old, has its DAC"):
            params = CrossSimParameters()
            params.core.rows_max = eight.SramSpiceADC.ROWS
            params.xbar.device.infinite_on_off_ratio = True
            params.xbar.adc.mvm.model = eight.SramSpiceADC.__name__
            params.xbar.adc.mvm.bits = eight.SramSpiceADC.BITS
            weight, x = signs(70, 64), signs(64, 3)
            found = AnalogCore(weight, params) @ x
            np.testing.assert_allclose(found, quantized(xnor, weight, x), **ROUNDED)
        fixed = exported(hbnn, folder, "fixed", 24)
        with outcome.refused("6T for 24 active rows: others are refused", "for 24 active rows"):
            AnalogCore(signs(5, 64), parameters(fixed)) @ np.ones(64)
    return outcome.exit_code()


if __name__ == "__main__":
    sys.exit(main())
