"""From what goes wrong to one message and an exit code."""

from __future__ import annotations

import functools
import signal
import sys
import warnings
from collections.abc import Callable
from types import FrameType
from typing import ParamSpec

import typer
from rich.console import Console

from sram_spice.errors import RunWarning, SramSpiceError

DONE, SOME_FAILED, WRONG_INPUT, NO_SIMULATOR, INTERRUPTED = 0, 1, 2, 3, 130
LONGEST = 2000  # characters of a message
P = ParamSpec("P")


def handled(command: Callable[P, int]) -> Callable[P, None]:
    """Turn a command that returns its exit code into one that ends with it.

    Errors of the project become one message on stderr; Ctrl-C and SIGTERM end with 130.
    """

    @functools.wraps(command)
    def wrapper(*args: P.args, **kwargs: P.kwargs) -> None:
        raise typer.Exit(_outcome(command, *args, **kwargs))

    return wrapper


def _outcome(command: Callable[P, int], *args: P.args, **kwargs: P.kwargs) -> int:
    previous = signal.signal(signal.SIGTERM, _interrupt)
    try:
        with warnings.catch_warnings():  # the commands print them themselves
            warnings.simplefilter("ignore", RunWarning)
            return command(*args, **kwargs)
    except SramSpiceError as error:
        say_error(str(error))
        return error.exit_code
    except KeyboardInterrupt:
        say_error("interrupted; what was finished is kept, the same command continues")
        return INTERRUPTED
    except OSError as error:  # disk full, no permission: named, and nothing half-written
        name = error.filename2 or error.filename or "file"  # of a move, where it should have gone
        say_error(f"{name}: {error.strerror or error}")
        return WRONG_INPUT
    finally:
        signal.signal(signal.SIGTERM, previous)


def say_error(text: str) -> None:
    """Print one error message to stderr, on one line; the middle of a very long one is left out."""
    text = " ".join(text.split())
    # A name in a stranger's file may hold escape sequences that a terminal would obey.
    text = "".join(c if c.isprintable() else f"\\x{ord(c):02x}" for c in text)
    if len(text) > LONGEST:
        text = f"{text[: LONGEST // 2]} [...] {text[-LONGEST // 2 :]}"
    console = Console(stderr=True, highlight=False, soft_wrap=True)
    console.print("error: ", style="bold red", end="")
    console.print(text, markup=False)
    sys.stderr.flush()


def say_warning(text: str) -> None:
    """Print one warning to stderr."""
    console = Console(stderr=True, highlight=False, soft_wrap=True)
    console.print("warning: ", style="bold yellow", end="")
    console.print(text, markup=False)


def _interrupt(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt
