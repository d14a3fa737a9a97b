"""PySpice's shared binding of libngspice, made robust."""

from __future__ import annotations

import os

from PySpice.Spice.NgSpice.Shared import NgSpiceShared, ffi, ffi_string_utf8

EXIT_BY_NGSPICE = 86  # exit code of a worker whose libngspice asked to end the process


class SharedNgspice(NgSpiceShared):  # type: ignore[misc]
    """PySpice's binding without its reading of every message as a failure.

    PySpice raises on any line on stderr that does not begin with "Warning:", so that a harmless
    note on gmin stepping fails a good run. Here messages are only kept; what counts is checked on
    the solution itself.
    """

    @staticmethod
    def _send_char(message_c: object, _ngspice_id: int, user_data: object) -> int:
        self = ffi.from_handle(user_data)
        _, _, content = ffi_string_utf8(message_c).partition(" ")
        self._stdout.append(content)
        return 0

    @staticmethod
    def _exit(status: int, _unload: bool, _quit: bool, _id: int, _user_data: object) -> int:
        # Returning would let libngspice go on in an undefined state; the pool replaces the worker.
        os._exit(EXIT_BY_NGSPICE)
