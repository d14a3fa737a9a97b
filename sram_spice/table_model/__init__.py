"""The fast column solver: tables from the simulator, columns by Kirchhoff's law."""

from sram_spice.table_model.blocks import Block
from sram_spice.table_model.cache import cached_tables, tables_folder
from sram_spice.table_model.certificate import (
    MOVING_BOUND,
    VOLTAGE_BOUND,
    Certificate,
    LevelCertificate,
    SolvedLevel,
    certify,
    compare,
)
from sram_spice.table_model.engine import TableEngine, is_static, table_engine
from sram_spice.table_model.solve import LevelSamples, solve_level
from sram_spice.table_model.spice_columns import SpiceColumns, spice_columns
from sram_spice.table_model.status import STATUSES, UNASKED
from sram_spice.table_model.tables import ColumnTables, check_supported

__all__ = [
    "MOVING_BOUND",
    "STATUSES",
    "UNASKED",
    "VOLTAGE_BOUND",
    "Block",
    "Certificate",
    "ColumnTables",
    "LevelCertificate",
    "LevelSamples",
    "SolvedLevel",
    "SpiceColumns",
    "TableEngine",
    "cached_tables",
    "certify",
    "check_supported",
    "compare",
    "is_static",
    "solve_level",
    "spice_columns",
    "table_engine",
    "tables_folder",
]
