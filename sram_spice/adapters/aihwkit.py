"""Format `aihwkit`: a Python module with the configuration of AIHWKit, and the table beside it.

The module needs AIHWKit and sram-spice with its extra `aihwkit`.
"""

from __future__ import annotations

from pathlib import Path

from sram_spice.adapters.adapter import ExportOptions
from sram_spice.adapters.python_module import check_module_path
from sram_spice.atomic import write_text
from sram_spice.lut import Lut

_MODULE = '''"""AIHWKit computes through the lookup table beside this file (AMPLIFIER amplifier):

    model = convert_to_analog(model, rpu_config())
"""

from pathlib import Path

from sram_spice.adapters.aihwkit_tile import rpu_config as config_of
from sram_spice.lut import Lut

TABLE = Path(__file__).with_suffix(".nc")


def rpu_config(mismatch="access", padding_value=None):
    """Return the configuration; mismatch is "none", "access" or "column".

    padding_value: what the word lines of padded pixels of a convolution get, -1.0 or +1.0 (8T);
    AIHWKit pads with 0, a word line that is off, which only a 6T cell has.
    """
    return config_of(Lut.load(TABLE), mismatch, padding_value)
'''


def write_aihwkit(lut: Lut, path: Path, options: ExportOptions) -> list[Path]:
    """Write PATH.py and, beside it, PATH.nc.

    Raises
    ------
    InputError
        PATH is no name of a Python module, or conditions are still open.
    """
    lut.check_one_point()
    check_module_path(path)
    table = path.with_suffix(".nc")
    lut.save(table)
    write_text(path, _MODULE.replace("AMPLIFIER", lut.amplifier))
    return [path, table]
