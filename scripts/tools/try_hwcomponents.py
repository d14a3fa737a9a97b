"""Run an exported component model in hwcomponents, and AccelForge where it is installed.

    sram-spice export results/xnor_8t_64 --to hwcomponents -o column.py
    python3.12 scripts/tools/try_hwcomponents.py column.py results/xnor_8t_64/mlsa_energy.csv

For a Python (3.12 or newer) that has hwcomponents; needs nothing of sram-spice. The mean energy is
compared with that of whole accesses in `mlsa_energy.csv` (over fewer levels: within 1 %).
"""

from __future__ import annotations

import csv
import importlib.metadata
import re
import sys
from pathlib import Path

from hwcomponents import get_model, get_models
from outcome import Outcome

AREA, CELL_LEAKAGE = 1e-10, 2.5e-8  # m^2 and A: sram-spice does not know them


def main() -> int:
    """Return the exit code: 0 where all checks hold."""
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    path, energies = map(Path, sys.argv[1:])
    outcome = Outcome()
    print("hwcomponents", importlib.metadata.version("hwcomponents"))
    component = re.search(r'component_name = \["(\w+)"\]', path.read_text(encoding="utf-8"))
    assert component is not None
    name = component[1]
    attributes = {"area": AREA, "cell_leakage": CELL_LEAKAGE}
    with energies.open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["mode"] == "parallel"]
    mean = next(float(r["energy_j"]) for r in rows if "as often as they occur" in r["average"])
    models = get_models(str(path))
    model = get_model(name, attributes, required_actions=["read", "compute"], models=models)
    rows_of_column = type(model).ROWS
    with outcome.check("mean energy of a read: that of whole accesses"):
        assert abs(model.read().energy / mean - 1) < 0.01
    with outcome.check("energy by value: all products +1 is the level of all rows"):
        every = model.read(input_probability=1.0, weight_probability=1.0)
        level = model.read_level(n_plus=rows_of_column, n_minus=0)
        assert abs(every.energy / level.energy - 1) < 1e-12
    with outcome.check("a multiply-accumulate is its share of a read"):
        assert abs(model.compute().energy * rows_of_column / model.read().energy - 1) < 1e-12
    with outcome.check("area and leakage are those given"):
        assert model.area == AREA
        leakage = rows_of_column * type(model).VDD * CELL_LEAKAGE
        assert abs(model.leak_power / leakage - 1) < 1e-12
    with outcome.check("without area and leakage there is no model"):
        try:
            get_model(name, {}, required_actions=["read"], models=models)
        except Exception as error:  # of a class of its own
            if "is missing: area" not in str(error):
                raise
        else:
            raise AssertionError("made")
    with outcome.check("energy scales as hwcomponents scales it"):
        before = model.read().energy
        model.scale_energy(0.5)
        assert abs(model.read().energy / before - 0.5) < 1e-12
    try:
        import accelforge
    except ImportError:
        print("AccelForge is not installed")
        return outcome.exit_code()
    print("accelforge", importlib.metadata.version("accelforge"))
    with outcome.check("AccelForge: energy, leakage and area of a compute component"):
        used = accelforge.arch.Compute(
            name="column",
            component_class=name,
            actions=[{"name": "compute", "latency": 1e-9, "throughput": 1}],
            extra_attributes_for_component_model=attributes,
        )
        used = used.calculate_action_energy(models).calculate_leak_power(models)
        used = used.calculate_area(models)
        assert abs(used.actions[0].energy * rows_of_column / mean - 1) < 0.01
        assert used.area == AREA
        assert abs(used.leak_power / leakage - 1) < 1e-12
    return outcome.exit_code()


if __name__ == "__main__":
    sys.exit(main())
