#!/bin/sh
# The whole way with the lowest version of every direct dependency that pyproject.toml allows: a
# floor that does not hold is found here, not by somebody after an hour of simulation.
# PyTorch and AIHWKit are left out: their old wheels come with gigabytes of CUDA.
set -eu
cd "$(dirname "$0")/.."
root=$PWD
python=${PYTHON:-python3}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM

say() { printf '%s\n' "lowest: $*" >&2; }

say "installing the lowest versions into a temporary folder"
"$python" -m venv "$work/tools"
"$work/tools/bin/python" -m pip install --quiet --disable-pip-version-check uv
"$work/tools/bin/uv" venv --quiet --python "$python" "$work/venv"
"$work/tools/bin/uv" pip install --quiet --python "$work/venv/bin/python" \
    --resolution lowest-direct "$root[table,dask,optimize]"

export SRAM_SPICE_CACHE="$work/cache" OPENBLAS_NUM_THREADS=1 OMP_NUM_THREADS=1
PATH="$work/venv/bin:$PATH"
cd "$work" # so that the installed package is imported, not the clone
sram-spice doctor

small="--set column.rows=4 --set mlsa.levels=3 --set monte_carlo.samples=5"
smallest="--set column.rows=2 --set mlsa.levels=2 --set monte_carlo.samples=3"
cp "$root/circuits/xnor_8t.toml" spice.toml
# Without the amplifier at transistor level, which is most of the time.
sed -e '/^\[sense_amplifier\]/,/^$/d' -e 's/^engine = .*/engine = "table"/' \
    "$root/circuits/hbnn_6t.toml" >table.toml
say "characterize, both engines"
sram-spice characterize spice.toml -o spice $smallest
sram-spice characterize table.toml -o table $small

say "sweep, measure, references, report, export"
sram-spice sweep table.toml --over column.word_line_voltage=0.5,0.6 -o sweep $small
sram-spice measure table.toml --only hold_snm --only read_current -o margins $small
sram-spice references spice --quantization linear
sram-spice report spice
sram-spice export spice --to csv -o table.csv

say "the table in Python"
python - <<'PYTHON'
import numpy as np

import sram_spice as ss
from sram_spice.lut import Lut, ideal_lut

# In one process: starting it is most of the time.
FORMS = {
    "parquet": ".parquet",
    "json": ".json",
    "netcdf": ".nc",
    "neurosim": "",
    "crosssim": ".py",
    "verilog-a": ".va",
    "systemverilog": ".sv",
}
for form, ending in FORMS.items():
    assert ss.export("spice", form, f"exported{ending}", amplifier="ideal"), form

sums = np.array([-4, -2, 0, 2, 4])
ideal = ideal_lut(4, always_active=True)
assert np.array_equal(ideal.decode(ideal.quantize(sums)), sums)
for table in (Lut.load("table"), Lut.load("sweep").sel(word_line_voltage=0.6)):
    drawn = table.quantize(np.full(1000, 2), n_active=4, rng=1)
    expected = table.probability([2], n_active=4)[0]
    shares = np.bincount(drawn, minlength=expected.size) / drawn.size
    assert np.all(np.abs(shares - expected) < 0.1), (shares, expected)
PYTHON
say "all of it works"
