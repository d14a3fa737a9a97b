"""The references on the page: the important sets open, the many others folded away."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from sram_spice.report.report_tables import Table, reference_matrix, reference_table
from sram_spice.report.run import Run
from sram_spice.wording import count

_LONGEST = 40  # lines of a table that is not folded
_LARGEST = 4000  # cells; more are in references.csv only


@dataclass(frozen=True)
class ReferenceTable:
    """A set of references, or several, with a heading.

    Attributes
    ----------
    heading : str
    table : Table or None
        None: too large for a page.
    folded : bool
        Whether a reader has to open it.
    """

    heading: str
    table: Table | None
    folded: bool


def reference_sets(run: Run) -> list[ReferenceTable]:
    """Return the sets of references: for all rows active, global, and the rest."""
    references, rows = run.references, run.design.column.rows
    own = references[references["n_active"] == rows]
    common = references[references["n_active"].isna()]
    rest = references[references["n_active"].notna() & (references["n_active"] != rows)]
    found = [_set(f"All {rows} rows active" if rows > 1 else "The row active", own)]
    if len(common):
        found.append(_set("Global: one set for any number of active rows", common))
    if len(rest):
        others = rest["n_active"].nunique()
        heading = f"The other {count(others, 'number')} of active rows"
        table = reference_matrix(rest) if len(rest) <= _LARGEST else None
        found.append(ReferenceTable(heading, table, True))
    return found


def _set(heading: str, references: pd.DataFrame) -> ReferenceTable:
    table = reference_table(references) if len(references) <= _LARGEST else None
    return ReferenceTable(heading, table, len(references) > _LONGEST)
