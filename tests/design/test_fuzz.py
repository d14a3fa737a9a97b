"""Whatever the input: a design or an InputError, never another exception."""

from __future__ import annotations

import copy
import tomllib
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sram_spice.design import Design, design_from_dict, load_design
from sram_spice.design.load import apply_override
from sram_spice.errors import InputError

from .valid import CONTRACT, toml

VALID = tomllib.loads(CONTRACT)
KEYS = sorted({key for section in VALID.values() if isinstance(section, dict) for key in section})
FUZZ = settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)

text = st.text(max_size=30)
keys = st.one_of(st.sampled_from([*VALID, *KEYS, "extra", ""]), text)
scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    text,
    st.sampled_from([10**400, -0.0, 2**63, "ptm65", "8t_xnor", "6t", "load", b"bytes", 1j]),
    st.dates(),
)
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=3),
    max_leaves=5,
)
mutations = st.lists(
    st.tuples(st.sampled_from(sorted(VALID)), st.one_of(st.none(), keys), values),
    min_size=1,
    max_size=4,
)


def outcome(action: Callable[[], Design]) -> Design | None:
    """The design, or None when it is refused with a message."""
    try:
        return action()
    except InputError as error:
        if not str(error).strip():
            raise
        return None


def mutated(changes: list[tuple[str, str | None, Any]]) -> dict[str, Any]:
    data = copy.deepcopy(VALID)
    for section, key, value in changes:
        if key is None or not isinstance(data.get(section), dict):
            data[section] = value
        else:
            data[section][key] = value
    return data


@FUZZ
@given(changes=mutations)
def test_mutated_data(changes):
    design = outcome(lambda: design_from_dict(mutated(changes), file="fuzz.toml"))
    if design is not None:  # what is accepted has no silent conversions in it
        again = design_from_dict(design.model_dump(mode="json"))
        assert again == design
        assert again.column.rows >= 1


@FUZZ
@given(data=st.one_of(values, st.dictionaries(st.one_of(st.integers(), st.none(), text), values)))
def test_data_of_any_kind(data):
    outcome(lambda: design_from_dict(data))


toml_values = st.recursive(
    st.one_of(st.booleans(), st.integers(), st.floats(), text),
    lambda inner: st.lists(inner, max_size=3),
    max_leaves=4,
)


@FUZZ
@given(
    changes=st.lists(
        st.tuples(st.sampled_from(sorted(VALID)), keys, toml_values), min_size=1, max_size=4
    )
)
def test_mutated_toml(tmp_path, changes):
    path = tmp_path / "fuzz.toml"
    path.write_bytes(toml(mutated(changes)).encode("utf-8", "surrogatepass"))
    outcome(lambda: load_design(path))


@FUZZ
@given(
    cut=st.tuples(st.integers(0, len(CONTRACT)), st.integers(0, 40)),
    new=st.one_of(st.binary(max_size=20), text.map(lambda t: t.encode("utf-8", "replace"))),
)
def test_damaged_toml(tmp_path, cut, new):
    start, length = cut
    whole = CONTRACT.encode()
    path = tmp_path / "fuzz.toml"
    path.write_bytes(whole[:start] + new + whole[start + length :])
    outcome(lambda: load_design(path))


known_keys = st.sampled_from(
    [f"{section}.{key}" for section in VALID if section != "name" for key in VALID[section]]
)
override_keys = st.one_of(known_keys, st.lists(keys, max_size=3).map(".".join))
override_values = st.one_of(
    text,
    st.integers().map(str),
    st.floats().map(repr),
    st.sampled_from(["9" * 5000, "[" * 3000, "{" * 3000, "{a.b=1, a=2}", '"""', "\x00", "1\nx=2"]),
)
overrides = st.one_of(
    text, st.tuples(override_keys, override_values).map(lambda pair: "=".join(pair))
)


@FUZZ
@given(items=st.lists(overrides, min_size=1, max_size=4))
def test_any_overrides(items):
    def action() -> Design:
        data = copy.deepcopy(VALID)
        for item in items:
            apply_override(data, item)
        return design_from_dict(data)

    design = outcome(action)
    if design is not None:
        assert design_from_dict(design.model_dump(mode="json")) == design


@FUZZ
@given(name=st.text(max_size=80))
def test_a_name_is_a_file_name_and_a_title(name):
    design = outcome(lambda: design_from_dict({**VALID, "name": name}))
    if design is not None:
        assert name.isascii()
        assert not set(name) & set("/\\ \n\r\t\"'`$;&|<>*?")
        assert not name.startswith((".", "-"))
        assert 0 < len(name) <= 64


@pytest.mark.parametrize("good", ["a", "A-1_b.c", "x" * 64, "8t"])
def test_names_that_are_allowed(good):
    assert design_from_dict({**VALID, "name": good}).name == good
