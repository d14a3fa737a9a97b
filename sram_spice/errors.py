"""The errors that a user can cause or meet, each with its exit code."""

from __future__ import annotations


class SramSpiceError(Exception):
    """Base of all errors that the command line turns into one clear message.

    Attributes
    ----------
    exit_code : int
        Exit code of the command line for this error (see the contract in ARCHITECTURE.md).
    """

    exit_code = 2


class InputError(SramSpiceError):
    """The input is wrong: a design file, an option, a card file, a table.

    Parameters
    ----------
    message : str
        What is wrong, one sentence.
    file : str, optional
        The file in which it stands.
    key : str, optional
        The key (``section.key``), column or line.
    value : object, optional
        The value that was found.
    allowed : str, optional
        What would have been allowed.
    """

    exit_code = 2

    def __init__(
        self,
        message: str,
        *,
        file: str | None = None,
        key: str | None = None,
        value: object = None,
        allowed: str | None = None,
    ) -> None:
        self.message = message
        self.file = file
        self.key = key
        self.value = value
        self.allowed = allowed
        super().__init__(str(self))

    def __str__(self) -> str:
        where = ": ".join(part for part in (self.file, self.key) if part)
        text = f"{where}: {self.message}" if where else self.message
        if self.value is not None:
            text += f" (got {self.value!r})"
        if self.allowed:
            text += f"; allowed: {self.allowed}"
        return text


class AmplifierError(InputError):
    """The sense amplifier, or what makes its references, does not work in this design.

    Its column does: a run goes on without what the amplifier would have read.
    """


class SimulatorError(SramSpiceError):
    """The simulator is missing or broken."""

    exit_code = 3


class RunWarning(UserWarning):
    """What a reader of a run's numbers has to know first: lost data, failed points, doubts."""
