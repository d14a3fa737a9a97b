"""Starting the simulator without anybody's start-up file."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Iterator
from pathlib import Path


@contextlib.contextmanager
def no_start_up_commands() -> Iterator[None]:
    """Keep a libngspice that is loaded meanwhile from running a `.spiceinit`.

    Such a file may hold any command, also of the shell. ngspice takes the one of the working
    folder, which may be a stranger's, or else the one of the user's home, which would change
    numbers without a trace. It takes the first that it finds: here an empty one.
    """
    with tempfile.TemporaryDirectory(prefix="sram-spice-") as folder:
        (Path(folder) / ".spiceinit").write_text("* nothing\n", encoding="ascii")
        with contextlib.chdir(folder):
            yield
