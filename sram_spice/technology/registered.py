"""The process that a design names."""

from __future__ import annotations

from functools import lru_cache

from sram_spice.errors import InputError
from sram_spice.registry import PROCESSES
from sram_spice.technology.card_file import CardFile
from sram_spice.technology.process import Process
from sram_spice.technology.process_faults import process_fault


def process_of(
    process: str | None, model: str, nmos: str | None = None, pmos: str | None = None
) -> Process:
    """Return the process of a design's technology section.

    Parameters
    ----------
    process : str or None
        Name of a registered process; None: `model` is the path of a card file.
    model : str
    nmos, pmos : str, optional
        Devices of a card file.

    Raises
    ------
    InputError
        No process of this name is registered, it cannot be loaded, or it lacks something.
    """
    if process is None:
        return CardFile(model, nmos, pmos)
    return registered_process(process)


@lru_cache(maxsize=64)
def registered_process(name: str) -> Process:
    """Return a registered process, with all that a process has to have.

    Raises
    ------
    InputError
        There is none of this name, or the first thing that is wrong with it.
    """
    plugin = PROCESSES.load(name)
    try:
        process = plugin() if isinstance(plugin, type) else plugin
    except Exception as error:  # a third party's code may fail in any way
        raise _refusal(name, f"cannot be made: {type(error).__name__}: {error}") from error
    fault = process_fault(process)
    if fault is not None:
        raise _refusal(name, fault)
    return process  # type: ignore[return-value]  # process_fault has looked


def _refusal(name: str, fault: str) -> InputError:
    return InputError(
        f"process cannot be used: {fault}",
        key=PROCESSES.key,
        value=name,
        allowed="what sram_spice.technology.Process says",
    )
