"""The fast column solver: tables from the simulator, columns by Kirchhoff's law."""

from sram_spice.table_model.cache import cached_tables
from sram_spice.table_model.certificate import (
    MOVING_BOUND,
    VOLTAGE_BOUND,
    Certificate,
    LevelCertificate,
    SolvedLevel,
    certify,
)
from sram_spice.table_model.engine import Block, TableEngine, is_static, table_engine
from sram_spice.table_model.solve import LevelSamples, solve_level
from sram_spice.table_model.status import STATUSES
from sram_spice.table_model.tables import ColumnTables, check_supported

__all__ = [
    "MOVING_BOUND",
    "STATUSES",
    "VOLTAGE_BOUND",
    "Block",
    "Certificate",
    "ColumnTables",
    "LevelCertificate",
    "LevelSamples",
    "SolvedLevel",
    "TableEngine",
    "cached_tables",
    "certify",
    "check_supported",
    "is_static",
    "solve_level",
    "table_engine",
]
