"""The rules of the house: imports flow downhill, packages stay in their rooms, nothing is unsafe.

A rule is one test, which names every line that breaks it. What ruff knows is ruff's: no `print`,
no relative import, a docstring for every module (pyproject.toml).
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "sram_spice"
# Each room may import from itself and from those before it.
ORDER = (
    "errors",
    "atomic",
    "untrusted",
    "wording",
    "registry",
    "statistics",
    "execution",
    "simulation",
    "technology",
    "design",
    "generators",
    "workload",
    "mlsa",
    "column",
    "results",
    "amplifier",
    "table_model",
    "measurements",
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
    "wording": set(),
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
    "pydantic": {"design", "generators", "measurements", "results", "report", "runs"},
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
FILES = sorted(PACKAGE.rglob("*.py"))
BESIDE = sorted(
    p for room in ("scripts", "examples", "benchmarks") for p in (ROOT / room).rglob("*.py")
)


def place(path: Path, line: int) -> str:
    return f"{path.relative_to(ROOT).as_posix()}:{line}"


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
        elif isinstance(node, ast.ImportFrom) and node.module is not None:
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


def test_imports_flow_downhill():
    wrong = []
    for path in FILES:
        room = room_of(path)
        # The package itself is the front door: it imports what it offers when that is asked for.
        above = set(ORDER) if room == "__init__" else set(ORDER[: ORDER.index(room)])
        allowed = ONLY.get(room, above) | {room}
        wrong += [
            f"{place(path, line)}: {name}"
            for line, name in rooms_imported(path)
            if name not in allowed
        ]
    assert not wrong


def test_packages_stay_in_their_rooms():
    wrong = [
        f"{place(path, line)}: {module}"
        for path in FILES
        for line, module in imports(path)
        if room_of(path) not in KEPT_IN.get(module.split(".")[0], {room_of(path)})
    ]
    assert not wrong


def unsafe(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """What a file does that no file here may do: run text as code, unpickle, use a shell.

    Stricter than ruff's `S`: by the last name of a function, whoever it is that has it.
    """
    for node in ast.walk(tree):
        for found in _unsafe(node):
            yield getattr(node, "lineno", 0), found


def _unsafe(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Import | ast.ImportFrom):
        names = [a.name for a in node.names] if isinstance(node, ast.Import) else [node.module]
        yield from (n for n in names if n and n.split(".")[0] in FORBIDDEN_MODULES)
        if isinstance(node, ast.ImportFrom):
            yield from (a.name for a in node.names if a.name in FORBIDDEN_METHODS)
    if isinstance(node, ast.Attribute) and node.attr in FORBIDDEN_METHODS:
        yield node.attr
    if not isinstance(node, ast.Call):
        return
    name = ast.unparse(node.func)
    keywords = {word.arg: ast.unparse(word.value) for word in node.keywords}
    if name in FORBIDDEN_CALLS:
        yield name
    if keywords.get("shell", "False") != "False":
        yield "shell"
    if keywords.get("allow_pickle", "False") != "False":
        yield "allow_pickle"
    if name in ("np.load", "numpy.load") and "allow_pickle" not in keywords:
        yield "np.load without allow_pickle=False"
    if name == "torch.load" and keywords.get("weights_only") != "True":
        yield "torch.load without weights_only=True"


def test_nothing_unsafe_is_called():
    wrong = [
        f"{place(path, line)}: {what}"
        for path in (*FILES, *BESIDE)
        for line, what in unsafe(tree(path))
    ]
    assert not wrong


UNSAFE = (
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
)


def test_what_is_unsafe_is_found():
    assert [text for text in UNSAFE if not list(unsafe(ast.parse(text)))] == []


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


def test_ruff_is_the_same_before_a_commit_and_in_the_environment():
    files = (ROOT / "pyproject.toml", ROOT / ".pre-commit-config.yaml")
    versions = [re.findall(r"\bruff==([\d.]+)", path.read_text(encoding="utf-8")) for path in files]
    assert len(versions[0]) == 1
    assert set(versions[1]) == set(versions[0])


def in_the_locale_s_encoding(node: ast.AST) -> bool:
    """Whether a call reads or writes text without saying that it is UTF-8."""
    if not isinstance(node, ast.Call):
        return False
    given = {keyword.arg for keyword in node.keywords}
    name = getattr(node.func, "attr", getattr(node.func, "id", ""))
    if name in {"run", "Popen", "check_output"}:
        return bool(given & {"text", "universal_newlines"})
    if "encoding" in given:
        return False
    # Path.read_text(encoding), Path.write_text(text, encoding); our own write_text is UTF-8.
    enough = {"read_text": 1, "write_text": 1 + isinstance(node.func, ast.Attribute)}
    if name in enough:
        return len(node.args) < enough[name]
    mode = getattr(node.args[-1], "value", None) if node.args else None
    return name == "open" and isinstance(mode, str) and set(mode) <= set("rwax+t")


def test_text_files_are_utf_8_in_every_locale():
    found = [
        place(path, node.lineno)
        for path in FILES + BESIDE
        for node in nodes(path)
        if in_the_locale_s_encoding(node)
    ]
    assert not found
