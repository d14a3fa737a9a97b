# `make run` and `make test` set up all they need by themselves.
VENV ?= .venv
PYTHON ?= python3
BIN := $(VENV)/bin
# The tests run on all cores (tests/conftest.py); each process needs one thread.
ONE_THREAD := OPENBLAS_NUM_THREADS=1 OMP_NUM_THREADS=1
PYTEST = $(ONE_THREAD) $(BIN)/python -m pytest -n auto --dist loadgroup
export VENV PYTHON

.PHONY: run quick test check lowest setup reference bench faults accuracy witness docs example format clean

run:  ## characterize the 8T column and say where the report is
	@scripts/setup.sh run
	$(BIN)/sram-spice characterize circuits/xnor_8t.toml -o out/xnor_8t_64

quick: setup  ## between edits: all but what is marked slow; 3 processor-minutes, 100 s on two idle cores
	$(PYTEST) -m 'not slow'

test: setup  ## all tests, on the real simulator; some 14 minutes on two cores
	$(PYTEST)

check: setup  ## formatter, linter, type checker
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

lowest:  ## the whole way with the lowest versions that pyproject.toml allows; some two minutes
	@scripts/lowest.sh

reference: setup  ## write netlists/ and results/ of the reference designs anew
	$(BIN)/python scripts/reference.py

bench: setup  ## how fast the simulator is driven and codes are drawn, against bare loops in the same run
	$(BIN)/python benchmarks/bench.py
	$(BIN)/python benchmarks/bench_margins.py
	$(ONE_THREAD) $(BIN)/python benchmarks/bench_table.py
	$(ONE_THREAD) $(BIN)/python benchmarks/bench_lut.py
	$(ONE_THREAD) $(BIN)/python -m benchmarks.bench_nn
	$(ONE_THREAD) $(BIN)/python -m benchmarks.bench_sweep
	$(ONE_THREAD) $(BIN)/python -m benchmarks.bench_point

faults: setup  ## write docs/faults.md: what is lost when workers, disks and simulators fail
	$(ONE_THREAD) $(BIN)/python -m tests.faults

accuracy: setup  ## write docs/table_accuracy.md: the table engine against full SPICE
	$(ONE_THREAD) $(BIN)/python scripts/table_accuracy.py

witness: setup  ## write docs/witness.md: the same circuits on a second simulator
	$(ONE_THREAD) $(BIN)/python scripts/witness.py

docs: setup  ## the site, in site/; warnings are errors
	$(BIN)/python scripts/examples_in_docs.py
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build

example: setup  ## binary networks through the lookup tables: docs/example_digits.md and its figure
	$(ONE_THREAD) $(BIN)/python examples/digits.py

format: setup
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

setup:
	@scripts/setup.sh

clean:
	rm -rf out build site .pytest_cache .mypy_cache .ruff_cache .hypothesis
