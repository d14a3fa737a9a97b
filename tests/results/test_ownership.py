"""A folder holds the results of one design: what is of another one goes, or the run is refused."""

from __future__ import annotations

import json
from contextlib import suppress

import pytest

from sram_spice.atomic import write_text
from sram_spice.errors import InputError
from sram_spice.results.folder_record import (
    ACCESSES,
    CHARACTERIZE,
    FILE,
    MEASURE,
    MLSA,
    SWEEP,
    TRANSFER,
    folder_design,
    read_owned,
)
from sram_spice.results.ownership import MAY_REMOVE, more_files, owned
from tests.runs.finished import small_design
from tests.technology.cards import NMOS, PMOS, card_file

COMMANDS = (CHARACTERIZE, MLSA, TRANSFER, MEASURE)


@pytest.fixture(scope="module")
def first():
    return small_design("8t_xnor")


@pytest.fixture(scope="module")
def second():
    return small_design("8t_xnor", "column.word_line_voltage=0.6")


def names(folder):
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def run(folder, command, design, *files, said=None, whole=True):
    """A command that writes some files."""
    folder.mkdir(exist_ok=True)
    with owned(folder, command, design, (said if said is not None else []).append, whole):
        for name in files:
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            write_text(folder / name, command)


def test_commands_of_one_design_live_together(tmp_path, first):
    said = []
    for _ in range(2):
        for command in COMMANDS:
            run(tmp_path, command, first, f"{command}.csv", said=said)
    assert names(tmp_path) == {FILE, *(f"{command}.csv" for command in COMMANDS)}
    assert said == []
    assert {e.command: e.files for e in read_owned(tmp_path)} == {
        command: (f"{command}.csv",) for command in COMMANDS
    }


def test_files_of_another_design_are_removed_and_named(tmp_path, first, second):
    """The folder of a design, characterized with another key: nothing of the first one stays."""
    said = []
    run(tmp_path, CHARACTERIZE, first, "levels.csv", "distributions.parquet")
    run(tmp_path, MLSA, first, "mlsa.json", "mlsa_codes.png")
    run(tmp_path, TRANSFER, first, "nominal_codes.csv")
    (tmp_path / "notes.txt").write_text("mine")
    (tmp_path / "mlsa_mine.csv").write_text("mine")
    run(tmp_path, CHARACTERIZE, second, "levels.csv", said=said)
    assert names(tmp_path) == {FILE, "levels.csv", "notes.txt", "mlsa_mine.csv"}
    assert sorted(said) == [
        "removed 1 file of another design: distributions.parquet",
        "removed 3 files of another design: mlsa.json, mlsa_codes.png, nominal_codes.csv",
    ]


def test_they_go_before_the_first_file_is_written(tmp_path, first, second):
    """The page of the new design shows what lies in its folder."""
    run(tmp_path, MLSA, first, "mlsa.json")
    with owned(tmp_path, CHARACTERIZE, second, print):
        assert (tmp_path / "mlsa.json").exists()
        (tmp_path / ".checkpoint").mkdir()
        write_text(tmp_path / ".checkpoint" / "samples", "")
        assert (tmp_path / "mlsa.json").exists(), "nothing of the new design is there yet"
        write_text(tmp_path / "levels.csv", "")
        assert not (tmp_path / "mlsa.json").exists()


def test_an_interrupted_run_loses_nothing_before_it_writes(tmp_path, first, second):
    run(tmp_path, CHARACTERIZE, first, "levels.csv")
    run(tmp_path, MLSA, first, "mlsa.json")
    before = read_owned(tmp_path)
    with suppress(KeyboardInterrupt), owned(tmp_path, CHARACTERIZE, second, print):
        raise KeyboardInterrupt
    assert names(tmp_path) == {FILE, "levels.csv", "mlsa.json"}
    assert read_owned(tmp_path) == before


def test_what_an_interrupted_run_has_left_is_known(tmp_path, first, second):
    run(tmp_path, CHARACTERIZE, first, "levels.csv", "lut.nc")
    with suppress(KeyboardInterrupt), owned(tmp_path, CHARACTERIZE, second, print):
        write_text(tmp_path / "levels.csv", "")
        write_text(tmp_path / "distributions.parquet", "")
        raise KeyboardInterrupt
    run(tmp_path, CHARACTERIZE, first, "levels.csv")
    assert names(tmp_path) == {FILE, "levels.csv"}


@pytest.mark.parametrize("command", MAY_REMOVE)
@pytest.mark.parametrize("there", [*COMMANDS, SWEEP])
def test_a_long_run_of_another_design_is_not_destroyed(tmp_path, first, second, command, there):
    run(tmp_path, there, first, "there.csv")
    if there in MAY_REMOVE[command]:
        run(tmp_path, command, second, "new.csv")
        assert names(tmp_path) == {FILE, "new.csv"}
        return
    with pytest.raises(InputError) as caught:
        run(tmp_path, command, second, "new.csv")
    text = str(caught.value)
    assert text.startswith(f"-o: the folder holds results of `sram-spice {there}`, and ")
    assert str(tmp_path) in text
    assert text.endswith("allowed: another folder, or an empty one")
    assert names(tmp_path) == {FILE, "there.csv"}


def test_a_quick_command_destroys_no_characterization():
    assert CHARACTERIZE not in MAY_REMOVE[TRANSFER] + MAY_REMOVE[MEASURE] + MAY_REMOVE[ACCESSES]
    assert not {MEASURE, SWEEP} & {*MAY_REMOVE[CHARACTERIZE], *MAY_REMOVE[MLSA]}


@pytest.mark.parametrize("command", COMMANDS)
def test_a_sweep_has_a_folder_of_its_own(tmp_path, first, command):
    """Also of the same design: it would have two pages, and two designs below points/."""
    run(tmp_path / "run", command, first, "one.csv")
    run(tmp_path / "sweep", SWEEP, first, "sweep.csv")
    for folder, wanted in ((tmp_path / "run", SWEEP), (tmp_path / "sweep", command)):
        with pytest.raises(InputError, match="a sweep has a folder of its own"):
            run(folder, wanted, first, "two.csv")


def test_a_narrower_call_leaves_nothing_of_the_wider_one(tmp_path, first):
    said = []
    run(tmp_path, MLSA, first, "mlsa.json", "mlsa_sensing.csv")
    run(tmp_path, ACCESSES, first, "mlsa.json", said=said)
    assert names(tmp_path) == {FILE, "mlsa.json"}
    assert said == ["removed 1 file of an earlier mlsa --nominal: mlsa_sensing.csv"]


def test_references_made_anew_keep_the_samples(tmp_path, first):
    other = small_design("8t_xnor", "mlsa.levels=2")
    run(tmp_path, CHARACTERIZE, first, "samples.parquet", "references.csv")
    run(tmp_path, MLSA, first, "mlsa.json")
    run(tmp_path, MEASURE, first, "measurements.csv")
    run(tmp_path, CHARACTERIZE, other, "references.csv", whole=False)
    assert names(tmp_path) == {FILE, "samples.parquet", "references.csv", "measurements.csv"}


@pytest.mark.parametrize(
    ("override", "kept"),
    [
        ("name=other", set(COMMANDS)),
        ("monte_carlo.samples=7", set(COMMANDS)),
        ("monte_carlo.seed=7", set(COMMANDS)),
        ("monte_carlo.engine=table", set(COMMANDS)),
        ("mlsa.levels=2", {MEASURE}),
        ("mlsa.input_probability=0.4", set()),
        ("mismatch.a_vt=2e-9", {TRANSFER}),
        ("conditions.vdd=0.9", set()),
        ("technology.corner=ff", set()),
    ],
)
def test_which_design_it_is(first, override, kept):
    """How closely it is looked at makes no other design; what a command does not use neither."""
    other = small_design("8t_xnor", override)
    same = {c for c in COMMANDS if folder_design(c, first) == folder_design(c, other)}
    assert same == kept


def test_an_edited_card_is_another_design(tmp_path):
    path = card_file(tmp_path, NMOS + PMOS)
    design = small_design("8t_xnor", f"technology.model={path}")
    before = folder_design(CHARACTERIZE, design)
    card_file(tmp_path, NMOS.replace("0.05", "0.06") + PMOS)
    assert folder_design(CHARACTERIZE, design) != before


def test_commands_within_commands_own_their_files(tmp_path, first, second):
    """`mlsa` characterizes first; a page that it draws again stays the page of the run."""
    run(tmp_path, CHARACTERIZE, first, "levels.csv", "report.html")
    said = []
    with owned(tmp_path, MLSA, second, said.append):
        run(tmp_path, CHARACTERIZE, second, "levels.csv", "report.html", said=said)
        write_text(tmp_path / "mlsa.json", "")
        with more_files(tmp_path, CHARACTERIZE):
            write_text(tmp_path / "report.html", "")
    assert said == []
    found = {e.command: e.files for e in read_owned(tmp_path)}
    assert found == {CHARACTERIZE: ("levels.csv", "report.html"), MLSA: ("mlsa.json",)}


def test_figures_drawn_later_belong_to_their_run(tmp_path, first, second):
    run(tmp_path, SWEEP, first, "sweep.csv")
    with more_files(tmp_path, SWEEP):
        write_text(tmp_path / "map.png", "")
    run(tmp_path, SWEEP, second, "sweep.csv")
    assert names(tmp_path) == {FILE, "sweep.csv"}


def test_folders_below_are_left_empty_and_go(tmp_path, first, second):
    run(tmp_path, MEASURE, first, "measurements.csv", "points/a/x.csv", "points/b/x.csv")
    (tmp_path / "points" / "b" / "mine.txt").write_text("")
    run(tmp_path, MEASURE, second, "measurements.csv")
    assert names(tmp_path) == {FILE, "measurements.csv", "points/b/mine.txt"}
    assert not (tmp_path / "points" / "a").exists()


def test_a_strangers_record_leads_nowhere(tmp_path, first, second):
    """Names in it may not leave the folder, over links neither."""
    outside = tmp_path / "outside.csv"
    outside.write_text("")
    folder = tmp_path / "run"
    run(folder, MLSA, first, "mlsa.json")
    (folder / "link").symlink_to(tmp_path)
    record = json.loads((folder / FILE).read_text())
    record[0]["files"] += ["../outside.csv", str(outside), "link/outside.csv", "", "."]
    (folder / FILE).write_text(json.dumps(record))
    run(folder, CHARACTERIZE, second, "levels.csv")
    assert outside.exists()
    assert not (folder / "mlsa.json").exists()


@pytest.mark.parametrize("text", ["", "{}", "[1]", '[{"command": 1}]', "\x00"])
def test_a_damaged_record_removes_nothing(tmp_path, first, second, text):
    run(tmp_path, MLSA, first, "mlsa.json")
    (tmp_path / FILE).write_text(text)
    run(tmp_path, CHARACTERIZE, second, "levels.csv")
    assert names(tmp_path) == {FILE, "mlsa.json", "levels.csv"}


def old_folder(folder, design, *files):
    """As a version without records has left it."""
    data = {"design": design.model_dump(mode="json")}
    for name in files:
        (folder / name).write_text("")
    for name in ("manifest.json", "mlsa.json"):
        (folder / name).write_text(json.dumps(data))


def test_a_folder_without_a_record_is_known_by_its_manifests(tmp_path, first, second):
    old_folder(tmp_path, first, "levels.csv", "distributions.parquet", "mlsa_codes.csv", "my.csv")
    run(tmp_path, CHARACTERIZE, first, "levels.csv", "manifest.json", whole=False)
    assert {"mlsa.json", "mlsa_codes.csv", "distributions.parquet"} < names(tmp_path)
    (tmp_path / FILE).unlink()
    said = []
    run(tmp_path, CHARACTERIZE, second, "levels.csv", "manifest.json", said=said)
    assert names(tmp_path) == {FILE, "levels.csv", "manifest.json", "my.csv"}
    assert "removed 2 files of another design: mlsa.json, mlsa_codes.csv" in said


def test_an_old_sweep_is_not_written_into(tmp_path, first):
    (tmp_path / "sweep.csv").write_text("")
    with pytest.raises(InputError, match="sram-spice sweep"):
        run(tmp_path, CHARACTERIZE, first, "levels.csv")


def test_old_measurements_are_known(tmp_path, first, second):
    one = {"design": first.model_dump(mode="json"), "notes": {"hold_snm": []}}
    (tmp_path / "measurements.json").write_text(json.dumps({"designs": [one]}))
    for name in ("hold_snm_samples.csv", "my_samples.csv"):
        (tmp_path / name).write_text("")
    run(tmp_path, CHARACTERIZE, first, "levels.csv")
    (tmp_path / FILE).unlink()
    with pytest.raises(InputError, match="sram-spice measure"):
        run(tmp_path, CHARACTERIZE, second, "levels.csv")
    run(tmp_path, MEASURE, second, "measurements.json")
    assert names(tmp_path) == {FILE, "levels.csv", "measurements.json", "my_samples.csv"}
