"""What the scripts of this folder share: named checks, and what came of them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass
class Outcome:
    """Checks that were made on a tool, one line each."""

    failed: list[str] = field(default_factory=list)

    @contextmanager
    def check(self, text: str) -> Iterator[None]:
        """Print whether what is asserted inside holds."""
        try:
            yield
        except Exception as error:  # whatever the tool does: the other checks are made, too
            self.failed.append(text)
            print(f"FAILED  {text}: {type(error).__name__}: {error}")
        else:
            print(f"ok      {text}")

    @contextmanager
    def refused(self, text: str, words: str) -> Iterator[None]:
        """Print whether what is done inside is refused with a message that has these words."""
        with self.check(text):
            message = "nothing was refused"
            try:
                yield
            except ValueError as error:
                message = str(error)
            if words not in message:
                raise AssertionError(message)

    def exit_code(self) -> int:
        """Return 0 where all checks held, else 1."""
        print(f"{len(self.failed)} failed" if self.failed else "all hold")
        return 1 if self.failed else 0
