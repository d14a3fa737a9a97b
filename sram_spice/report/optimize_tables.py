"""Names of the columns of points.csv and front.csv, beside varied keys and numbers."""

from __future__ import annotations

from typing import Final

POINTS: Final = "points.csv"
FRONT: Final = "front.csv"
RECORD: Final = "optimize.json"
FIGURE: Final = "front"
DESIGNS: Final = "front"  # folder

KEPT, BROKEN, NOT_ALLOWED = "kept", "broken", "not allowed"
REFUSED, NO_VALUE, LOST = "refused", "no value", "lost"
FAILED: Final = (REFUSED, LOST)  # points that were not evaluated, though the design is allowed
WORDS: Final = {
    KEPT: "keeps all constraints",
    BROKEN: "breaks a constraint",
    NOT_ALLOWED: "keys contradict each other",
    REFUSED: "cannot be simulated",
    NO_VALUE: "an objective has no value",
    LOST: "its processes were lost",
}
