"""Kernels compiled by numba, kept for the next process where that is possible."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar, cast

from sram_spice.errors import InputError
from sram_spice.results.cache import cache_folder

Kernel = TypeVar("Kernel", bound=Callable[..., Any])


def compiled(function: Kernel, **options: Any) -> Kernel:
    """Compile a kernel without the GIL, so that threads run it side by side.

    It is kept where numba keeps it: in $NUMBA_CACHE_DIR, beside its source, or in the user's cache.
    Where none of them can be written (an installation for many users, a container, a batch node),
    in the cache folder of sram-spice; where that cannot, either, it is compiled by each process.

    Parameters
    ----------
    function : callable
    **options
        Of ``numba.njit``.

    Raises
    ------
    ModuleNotFoundError
        Numba is not installed.
    """
    if _has_place(function):
        try:
            return _jit(function, cache=True, **options)
        except RuntimeError:  # numba has found none
            pass
    try:
        with _kept_in(cache_folder("kernels")):
            return _jit(function, cache=True, **options)
    except (RuntimeError, OSError, InputError):
        return _jit(function, cache=False, **options)


def _has_place(function: Callable[..., Any]) -> bool:
    """Whether numba may look for a place: without a home it makes a folder `~` where it stands."""
    named = os.environ.get("NUMBA_CACHE_DIR") or os.environ.get("XDG_CACHE_HOME")
    if named or os.path.expanduser("~") != "~":
        return True
    source = Path(function.__code__.co_filename).parent
    beside = source / "__pycache__"
    if beside.exists():
        return beside.is_dir() and os.access(beside, os.W_OK)
    return os.access(source, os.W_OK)


def _jit(function: Kernel, **options: Any) -> Kernel:
    from numba import njit

    return cast(Kernel, njit(nogil=True, **options)(function))


@contextmanager
def _kept_in(folder: Path) -> Iterator[None]:
    """Let numba keep the kernels of this block in a folder.

    Raises
    ------
    PermissionError
        Others could put code there: what numba keeps is unpickled.
    """
    folder.mkdir(parents=True, exist_ok=True)
    found = folder.stat()
    if found.st_uid != os.geteuid() or found.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        raise PermissionError(f"{folder} is not this user's alone")
    from numba import config as numba_config

    config = cast(Any, numba_config)
    before = config.CACHE_DIR
    config.CACHE_DIR = str(folder)
    try:
        yield
    finally:
        config.CACHE_DIR = before
