"""Write the files of `examples/` anew into the pages that show them.

A page shows a file in a fence with `title="examples/..."`, so that it is read anywhere, on the site
or not.
"""

from __future__ import annotations

import re
from pathlib import Path

from sram_spice.atomic import write_text

ROOT = Path(__file__).parent.parent
_SHOWN = re.compile(r'^(```\w+ title="(examples/[^"]+)"\n).*?^```$', re.MULTILINE | re.DOTALL)


def with_examples(page: str) -> str:
    """Return a page with the files that it shows, as they are now."""

    def fence(found: re.Match[str]) -> str:
        return found[1] + (ROOT / found[2]).read_text(encoding="utf-8") + "```"

    return _SHOWN.sub(fence, page)


if __name__ == "__main__":
    for path in (ROOT / "docs").glob("*.md"):
        write_text(path, with_examples(path.read_text(encoding="utf-8")))
