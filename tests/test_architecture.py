"""The rules of the house: imports flow downhill, files stay small, nothing unsafe is called."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "sram_spice"
# Each room may import from itself and from those before it.
ORDER = (
    "errors",
    "atomic",
    "untrusted",
    "registry",
    "statistics",
    "execution",
    "design",
    "simulation",
    "technology",
    "generators",
    "workload",
    "mlsa",
    "column",
    "results",
    "amplifier",
    "measurements",
    "table_model",
    "lut",
    "nn",
    "adapters",
    "report",
    "runs",
    "front",
    "cli",
)
# Rooms that may import less than what comes before them.
ONLY = {
    "errors": set(),
    "atomic": set(),
    "untrusted": set(),
    "registry": {"errors"},
    "execution": {"errors"},
    "simulation": {"errors", "execution"},  # nothing of SRAM in there
    "workload": {"errors", "untrusted", "design"},
    "mlsa": {"errors", "workload"},  # pure numerics on tables
}
# Packages that only some rooms may know.
KEPT_IN = {
    "PySpice": {"simulation", "generators"},
    "typer": {"cli"},
    "rich": {"front", "cli"},
    "matplotlib": {"report", "lut"},  # Lut.plot
    "torch": {"nn", "adapters"},
    "aihwkit": {"adapters"},
    "jinja2": {"report", "adapters"},
    "xarray": {"lut", "table_model"},  # others have Lut
    "pydantic": {"design", "results", "report", "runs"},
    "subprocess": {"simulation", "runs"},
    "distributed": {"execution"},
}
# multiprocessing pickles, too, but only between a run and its own workers: docs/security.md.
FORBIDDEN_MODULES = {
    *("pickle", "cPickle", "_pickle", "cloudpickle", "dill", "joblib", "shelve", "marshal"),
    *("yaml", "ruamel", "imp", "pty", "pdb", "code", "codeop"),
}
# By their last name, whoever it is that has them: pandas, numpy, torch, os, subprocess ...
FORBIDDEN_METHODS = {
    *("read_pickle", "to_pickle", "getoutput", "getstatusoutput", "popen", "system", "startfile"),
    *("execl", "execle", "execlp", "execv", "execve", "execvp", "execvpe"),
    *("spawnl", "spawnlp", "spawnv", "spawnve", "spawnvp", "create_subprocess_shell"),
}
FORBIDDEN_CALLS = {
    "eval",
    "exec",
    "compile",
    "__import__",
    "os.system",
    "os.popen",
    "os.chdir",
    "yaml.load",
    "tempfile.mktemp",
}
LONGEST = 300
LONGER: dict[str, str] = {}  # file: why it cannot be shorter

FILES = sorted(PACKAGE.rglob("*.py"))
BESIDE = sorted(
    p for room in ("scripts", "examples", "benchmarks") for p in (ROOT / room).rglob("*.py")
)


def relative(path: Path) -> str:
    return path.relative_to(PACKAGE).as_posix()


def room_of(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def nodes(path: Path) -> Iterator[ast.AST]:
    return ast.walk(tree(path))


def imports(path: Path) -> Iterator[tuple[int, str]]:
    """Line and full name of every module a file imports, also within functions."""
    for node in nodes(path):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno}: relative import"
            assert node.module is not None
            if node.module == "sram_spice":
                yield from ((node.lineno, f"sram_spice.{alias.name}") for alias in node.names)
            else:
                yield node.lineno, node.module


def rooms_imported(path: Path) -> Iterator[tuple[int, str]]:
    for line, module in imports(path):
        parts = module.split(".")
        if parts[0] == "sram_spice" and parts[1:] not in ([], ["__version__"]):
            yield line, parts[1]


def test_every_room_has_its_place():
    found = {room_of(path) for path in FILES} - {"__init__"}
    assert found <= set(ORDER)
    assert "simulation" in found


@pytest.mark.parametrize("path", FILES, ids=relative)
def test_imports_flow_downhill(path):
    room = room_of(path)
    # The package itself is the front door: it imports what it offers when that is asked for.
    above = set(ORDER) if room == "__init__" else set(ORDER[: ORDER.index(room)])
    allowed = ONLY.get(room, above) | {room}
    wrong = [f"line {line}: {name}" for line, name in rooms_imported(path) if name not in allowed]
    assert not wrong


@pytest.mark.parametrize("path", FILES, ids=relative)
def test_packages_stay_in_their_rooms(path):
    for line, module in imports(path):
        rooms = KEPT_IN.get(module.split(".")[0])
        assert rooms is None or room_of(path) in rooms, f"line {line}: {module}"


@pytest.mark.parametrize("path", FILES, ids=relative)
def test_files_are_short(path):
    lines = len(path.read_text(encoding="utf-8").splitlines())
    assert lines < LONGEST or relative(path) in LONGER


def unsafe(tree: ast.AST) -> list[str]:
    """What a file does that no file here may do: run text as code, unpickle, use a shell."""
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            names = [a.name for a in node.names] if isinstance(node, ast.Import) else [node.module]
            found += [n for n in names if n.split(".")[0] in FORBIDDEN_MODULES]
            if isinstance(node, ast.ImportFrom):
                found += [a.name for a in node.names if a.name in FORBIDDEN_METHODS]
        if isinstance(node, ast.Attribute) and node.attr in FORBIDDEN_METHODS:
            found.append(node.attr)
        if not isinstance(node, ast.Call):
            continue
        name = ast.unparse(node.func)
        keywords = {word.arg: ast.unparse(word.value) for word in node.keywords}
        if name in FORBIDDEN_CALLS:
            found.append(name)
        if keywords.get("shell", "False") != "False":
            found.append("shell")
        if keywords.get("allow_pickle", "False") != "False":
            found.append("allow_pickle")
        if name in ("np.load", "numpy.load") and "allow_pickle" not in keywords:
            found.append("np.load without allow_pickle=False")
        if name == "torch.load" and keywords.get("weights_only") != "True":
            found.append("torch.load without weights_only=True")
    return found


@pytest.mark.parametrize("path", [*FILES, *BESIDE], ids=lambda p: p.relative_to(ROOT).as_posix())
def test_nothing_unsafe_is_called(path):
    assert not unsafe(tree(path))


@pytest.mark.parametrize(
    "text",
    [
        "import pickle",
        "import os, marshal as m",
        "from yaml import safe_load",
        "from subprocess import getoutput",
        "import multiprocessing.pool, shelve",
        "subprocess.run('ls', shell=True)",
        "subprocess.run('ls', shell=on)",
        "os.system('ls')",
        "run = os.popen",
        "np.load(path)",
        "np.load(path, allow_pickle=True)",
        "numpy.load(path, None, allow_pickle=yes)",
        "pandas.read_pickle(path)",
        "frame.to_pickle(path)",
        "torch.load(path)",
        "eval('1')",
        "def f():\n    exec(text)",
        "os.execvp(a, b)",
        "asyncio.create_subprocess_shell(x)",
    ],
)
def test_what_is_unsafe_is_found(text):
    assert unsafe(ast.parse(text))


@pytest.mark.parametrize("path", FILES, ids=relative)
def test_nothing_is_printed(path):
    calls = (ast.unparse(node.func) for node in nodes(path) if isinstance(node, ast.Call))
    assert "print" not in calls, "the command line has a console"


@pytest.mark.parametrize("path", FILES, ids=relative)
def test_every_module_says_what_it_is(path):
    assert ast.get_docstring(tree(path))


def test_tests_mirror_the_package():
    """A folder of tests is named like the room, or the room within a room, that it tests."""
    tests = ROOT / "tests"
    folders = {path.relative_to(tests).as_posix() for path in tests.rglob("*") if path.is_dir()}
    folders = {name for name in folders if "__pycache__" not in name}
    of_all_together = {"faults", "faults/inject"}
    rooms = {path.relative_to(PACKAGE).parent.as_posix() for path in FILES}
    assert folders - of_all_together <= rooms
    missing = rooms - folders - {"."}
    assert not missing, "a room without tests"


def test_architecture_page_names_every_room():
    page = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    for room in {room_of(path) for path in FILES} - {"__init__"}:
        assert f"`{room}" in page, room
