"""A folder holds the results of one design.

Files of another design are removed before the first file of a new one is written, or the new run is
refused where that would destroy a long run. Files that no command is recorded to have made are
never touched.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from sram_spice.atomic import told_of_files
from sram_spice.design import Design
from sram_spice.errors import InputError
from sram_spice.results.folder_record import (
    ACCESSES,
    CHARACTERIZE,
    FILE,
    MEASURE,
    MLSA,
    OPTIMIZE,
    SIGNOFF,
    SWEEP,
    TRANSFER,
    Owned,
    folder_design,
    inside,
    joined,
    read_owned,
    removed,
    write_owned,
)
from sram_spice.wording import count

NAMES_SAID = 12
# Commands whose files a command may remove when they are of another design: what it makes anew
# itself, and what follows from that. A sweep is a folder of its own.
MAY_REMOVE = {
    CHARACTERIZE: (CHARACTERIZE, MLSA, TRANSFER),
    MLSA: (CHARACTERIZE, MLSA, TRANSFER),
    ACCESSES: (MLSA, TRANSFER),
    TRANSFER: (TRANSFER,),
    MEASURE: (MEASURE, TRANSFER),
    SWEEP: (SWEEP,),
    SIGNOFF: (SIGNOFF,),
    OPTIMIZE: (OPTIMIZE,),
}

ALONE = {
    SWEEP: "a sweep",
    SIGNOFF: "a sign-off",
    OPTIMIZE: "a search",
}  # in a folder without others


@contextmanager
def owned(
    folder: Path,
    command: str,
    design: Design,
    say: Callable[[str], None],
    whole: bool = True,
) -> Iterator[None]:
    """Make a command the owner of the files that it writes in this block.

    Before the first of them, what other commands have left of another design is removed. At the
    end, so is what an earlier call of the same command has left and this one has not made again.

    Parameters
    ----------
    folder : Path
        Exists and is locked.
    command : str
    design : Design
    say : callable
        Gets a sentence on what was removed.
    whole : bool
        The command makes all its files anew; otherwise its earlier ones stay.

    Raises
    ------
    InputError
        The folder holds results of another design that the command may not remove.
    """
    change = _Change(folder, command, design, say)
    change.check()
    try:
        with told_of_files(change.written):
            yield
        if whole:
            change.remove_earlier()
    finally:
        change.record()


@contextmanager
def more_files(folder: Path, command: str) -> Iterator[None]:
    """Add what is written in this block to the files that a command is recorded to have made."""
    files: list[str] = []
    try:
        with told_of_files(lambda path: files.extend(inside(folder, path))):
            yield
    finally:
        entries = read_owned(folder) if (folder / FILE).exists() else []
        taken = {name for entry in entries for name in entry.files}
        for number, entry in enumerate(entries):
            if entry.command == command and set(files) - taken:
                entries[number] = replace(
                    entry, files=joined(entry.files, [n for n in files if n not in taken])
                )
                write_owned(folder, entries)
                break


@dataclass
class _Change:
    """One command at work in a folder; others within it may write there, too."""

    folder: Path
    command: str
    design: Design
    say: Callable[[str], None]
    made: dict[str, None] = field(default_factory=dict)  # in their order
    complete: bool = False

    @property
    def family(self) -> str:
        return MLSA if self.command == ACCESSES else self.command

    def check(self) -> None:
        """Refuse the command where it would have to remove what it may not."""
        for entry in self._stale():
            if entry.command not in MAY_REMOVE[self.command]:
                alone = next((c for c in (self.command, entry.command) if c in ALONE), None)
                why = (
                    f"{ALONE[alone]} has a folder of its own" if alone else "this is another design"
                )
                raise InputError(
                    f"the folder holds results of `sram-spice {entry.command}`, and {why}",
                    key="-o",
                    value=str(self.folder),
                    allowed="another folder, or an empty one",
                )

    def written(self, path: Path) -> None:
        """Hear of a file that is about to be written."""
        for name in inside(self.folder, path):
            if not self.made:
                self._remove_others()
            self.made[name] = None

    def remove_earlier(self) -> None:
        """Remove what this command has left before and has not made again."""
        if not self.made:
            return
        entries, own = read_owned(self.folder), self._hash(self.family)
        others = {n for e in entries if e.command != self.family for n in e.files}
        for entry in entries:
            if entry.command == self.family:
                whose = f"an earlier {self.command}" if entry.design == own else "another design"
                left = [n for n in entry.files if n not in self.made and n not in others]
                self._remove(left, whose)
        self.complete = True

    def record(self) -> None:
        """Write down what was made; also when the command was interrupted."""
        if not self.made:
            return
        entries = read_owned(self.folder)
        others = [entry for entry in entries if entry.command != self.family]
        # A page that two commands write stays the first one's.
        taken = {name for entry in others for name in entry.files}
        mine = [name for name in self.made if name not in taken]
        own = Owned(self.family, self._hash(self.family))
        earlier = []
        for entry in entries if not self.complete else ():
            if entry.command == self.family and entry.design == own.design:
                own = entry
            elif entry.command == self.family:  # what is left of it is still of its design
                left = tuple(name for name in entry.files if name not in mine)
                earlier.append(replace(entry, files=left))
        write_owned(self.folder, [*others, *earlier, replace(own, files=joined(own.files, mine))])

    def _stale(self) -> list[Owned]:
        """Return what is in the folder that is not of this design."""
        return [
            entry
            for entry in read_owned(self.folder)
            if entry.design != self._hash(entry.command)
            or (entry.command != self.family and {entry.command, self.family} & set(ALONE))
        ]

    def _remove_others(self) -> None:
        entries = read_owned(self.folder)
        gone = [e for e in self._stale() if e.command != self.family]
        self._remove([name for entry in gone for name in entry.files], "another design")
        # Also where nothing is gone: manifests that stand for a record may be written over.
        if entries:
            write_owned(self.folder, [entry for entry in entries if entry not in gone])

    def _remove(self, names: Sequence[str], whose: str) -> None:
        gone = [name for name in names if removed(self.folder, name)]
        if gone:
            more = f" and {len(gone) - NAMES_SAID} more" if len(gone) > NAMES_SAID else ""
            files = count(len(gone), "file")
            self.say(f"removed {files} of {whose}: {', '.join(gone[:NAMES_SAID])}{more}")

    def _hash(self, command: str) -> str:
        return folder_design(command, self.design)
