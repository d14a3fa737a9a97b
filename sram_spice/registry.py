"""Plug-ins by name, found through entry points: cells, read-outs, sense amplifiers ..."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from importlib.metadata import entry_points

from sram_spice.errors import InputError

# A plug-in's name stands in decks and in names of files.
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}", re.ASCII)


@dataclass(frozen=True)
class Registry:
    """All plug-ins of one kind.

    Attributes
    ----------
    group : str
        Entry-point group, for example ``sram_spice.cells``.
    key : str
        The design key that names a plug-in of this kind; it stands in error messages.
    """

    group: str
    key: str

    def names(self) -> tuple[str, ...]:
        """Names of all registered plug-ins, sorted."""
        return _names(self.group)

    def check(self, name: str) -> str:
        """Return `name` when it is registered.

        Raises
        ------
        InputError
            When no plug-in has that name (the message lists the names that exist), or a package
            registered one that is no name of a file.
        """
        if name not in self.names():
            raise InputError(
                "no plug-in of this name", key=self.key, value=name, allowed=", ".join(self.names())
            )
        if not _NAME.fullmatch(name):
            raise InputError(
                "plug-in registered under a name that cannot be used",
                key=self.key,
                value=name,
                allowed="letters, digits, `_`, `.`, `-`",
            )
        return name

    def load(self, name: str) -> object:
        """Import and return the plug-in called `name`.

        Raises
        ------
        InputError
            When no plug-in has that name.
        """
        self.check(name)
        return _load(self.group, name)


@lru_cache
def _names(group: str) -> tuple[str, ...]:
    return tuple(sorted({entry.name for entry in entry_points(group=group)}))


@lru_cache
def _load(group: str, name: str) -> object:
    entry = next(iter(entry_points(group=group, name=name)))
    try:
        return entry.load()
    except Exception as error:  # a third party's code may fail in any way
        raise InputError(
            f"plug-in cannot be loaded: {type(error).__name__}: {error}",
            key=name,
            value=entry.value,
        ) from error


PROCESSES = Registry("sram_spice.processes", "technology.process")
CELLS = Registry("sram_spice.cells", "cell.topology")
READOUTS = Registry("sram_spice.readouts", "column.readout")
SENSE_AMPLIFIERS = Registry("sram_spice.sense_amplifiers", "sense_amplifier.topology")
REFERENCE_GENERATORS = Registry("sram_spice.reference_generators", "references.generator")
MEASUREMENTS = Registry("sram_spice.measurements", "measurement")
ADAPTERS = Registry("sram_spice.adapters", "--to")
