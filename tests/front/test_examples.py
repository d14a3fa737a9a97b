"""Every public function has an example, and it does what it says."""

from __future__ import annotations

import doctest
import inspect

import pytest

import sram_spice as ss

pytestmark = pytest.mark.slow

PLAIN = {"InputError", "SimulatorError", "RunWarning", "Lut", "__version__", "nn"}
NAMES = [name for name in ss.__all__ if name not in PLAIN]


def examples(found):
    finder = doctest.DocTestFinder(recurse=False)
    tests = finder.find(found, globs={})
    if inspect.isclass(found):
        tests += [
            t
            for _, m in inspect.getmembers(found, inspect.isfunction)
            for t in finder.find(m, globs={})
        ]
    return [test for test in tests if test.examples]


@pytest.mark.parametrize("name", [*NAMES, "the package"])
def test_the_example_runs(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    found = ss if name == "the package" else getattr(ss, name)
    tests = examples(found)
    assert tests, f"{name} has no example"
    for test in tests:
        said = []
        runner = doctest.DocTestRunner(
            optionflags=doctest.NORMALIZE_WHITESPACE | doctest.IGNORE_EXCEPTION_DETAIL
        )
        runner.run(test, out=said.append)
        assert not runner.failures, "".join(said)
