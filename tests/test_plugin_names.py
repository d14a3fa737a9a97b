"""No name of a plug-in is known outside its own file: what it can do, it says itself."""

from __future__ import annotations

import ast
from pathlib import Path

from sram_spice.registry import (
    CELLS,
    PROCESSES,
    READOUTS,
    REFERENCE_GENERATORS,
    SENSE_AMPLIFIERS,
    Registry,
)

PACKAGE = Path(__file__).parents[1] / "sram_spice"
FILES = sorted(PACKAGE.rglob("*.py"))
KINDS: tuple[Registry, ...] = (
    PROCESSES,
    CELLS,
    READOUTS,
    SENSE_AMPLIFIERS,
    REFERENCE_GENERATORS,
)
# Where such a word stands, and why: a default, a preset, or another meaning of it.
ALLOWED = {
    ("__init__.py", "load"): "ss.load",
    ("design/of_process.py", "ptm65"): "default of technology.process",
    ("design/model.py", "load"): "default of column.readout",
    ("design/sense_amplifier.py", "strongarm"): "default of sense_amplifier.topology",
    ("design/references.py", "ladder"): "default of references.generator",
    ("technology/card.py", "load"): "what a transistor does",
    ("runs/doctor.py", "8t_xnor"): "the known circuit",
    ("runs/checks.py", "load"): "preset of what a cell is checked with",
    ("runs/checks.py", "6t"): "preset of what a read-out is checked with",
    ("generators/pre_charger.py", "load"): "read-outs of the same bit lines, to be compared",
    ("generators/pre_charger.py", "divider"): "read-outs of the same bit lines, to be compared",
    ("generators/pre_charger.py", "discharge"): "read-outs of the same bit lines, to be compared",
    ("generators/sense_amplifier_bench.py", "load"): "name of a capacitor",
    ("table_model/load_table.py", "load"): "title of a deck",
    ("table_model/keys.py", "load"): "name of a table",
}


def names() -> dict[str, Path]:
    """Every name, and the file of its class."""
    found = {}
    for kind in KINDS:
        for name in kind.names():
            module = kind.load(name).__module__
            found[name] = PACKAGE.parent / (module.replace(".", "/") + ".py")
    return found


def constants(tree: ast.AST) -> set[str]:
    return {n.value for n in ast.walk(tree) if isinstance(n, ast.Constant) and type(n.value) is str}


def test_no_name_of_a_plug_in_outside_its_file():
    found = set()
    for path in FILES:
        place = path.relative_to(PACKAGE).as_posix()
        own = {name for name, home in names().items() if home == path}
        tree = ast.parse(path.read_text(encoding="utf-8"))
        found |= {(place, name) for name in (set(names()) - own) & constants(tree)}
    assert found == set(ALLOWED)


def test_no_name_is_compared_with():
    """Not even an allowed one: `readout == "load"` would be a case for a method."""
    known = set(names())
    wrong = [
        f"{path.relative_to(PACKAGE)}:{node.lineno}"
        for path in FILES
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Compare | ast.MatchValue) and constants(node) & known
    ]
    assert not wrong


def test_a_comparison_is_seen():
    (compare,) = ast.parse('x.readout == "load"').body
    assert constants(compare) & set(names())
