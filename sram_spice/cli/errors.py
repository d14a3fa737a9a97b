"""From what goes wrong to one message and an exit code."""

from __future__ import annotations

import functools
import os
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
NOT_READ = 141  # as the shell says of a program whose output nobody reads any more
LONGEST = 2000  # characters of a message
P = ParamSpec("P")


def handled(command: Callable[P, int]) -> Callable[P, None]:
    """Turn a command that returns its exit code into one that ends with it.

    Errors of the project become one message on stderr; Ctrl-C and SIGTERM end with 130, a closed
    pipe (``| head -1``) with 141.
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
            code = command(*args, **kwargs)
        if sys.stdout is not None:
            sys.stdout.flush()  # here, where a closed pipe can be answered
        return code
    except BrokenPipeError:
        _write_to_nowhere()
        return NOT_READ
    except SystemExit as error:  # what rich makes of a closed pipe
        if not isinstance(error.__context__, BrokenPipeError):
            raise
        return NOT_READ
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
    except UnicodeEncodeError as error:
        text = error.object[max(0, error.start - 40) : error.end + 40]
        say_error(f"{text!r} cannot be written in this locale; try it with PYTHONUTF8=1")
        return WRONG_INPUT
    finally:
        signal.signal(signal.SIGTERM, previous)


def _write_to_nowhere() -> None:
    """Let what is still written to a closed pipe, at the latest when Python ends, be lost."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, AttributeError):  # closed pipe; no stream at all
            if stream is not None:
                os.dup2(nowhere, stream.fileno())


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
