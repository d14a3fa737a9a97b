#!/bin/sh
# mypy of the environment that has the packages it reads: the active one, else .venv.
set -eu
cd "$(dirname "$0")/.."
for python in "${VIRTUAL_ENV:-.venv}/bin/python" "${VENV:-.venv}/bin/python" python3; do
    if "$python" -c 'import mypy, numpy, pandas, pydantic' 2>/dev/null; then
        exec "$python" -m mypy "$@"
    fi
done
echo "error: no environment with mypy; run scripts/setup.sh, or activate one with sram-spice[dev]" >&2
exit 1
