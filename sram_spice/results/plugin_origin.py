"""Where plug-ins come from: distribution, version, and what their files hold."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from functools import lru_cache
from importlib.metadata import EntryPoint, entry_points
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from sram_spice import registry
from sram_spice.registry import Registry

OWN = "sram_spice"
COMPILED = ("__pycache__",)


def plugins_in(data: Mapping[str, Any]) -> dict[str, Mapping[str, str]]:
    """Return the origin of every plug-in that a design names, by the key that names it.

    Parameters
    ----------
    data : dict
        A design, or some of its keys, as JSON has it.
    """
    kinds = [one for one in vars(registry).values() if isinstance(one, Registry)]
    found = {}
    for kind in sorted(kinds, key=lambda one: one.key):
        value: Any = data
        for part in kind.key.split("."):
            value = value.get(part) if isinstance(value, Mapping) else None
        if isinstance(value, str):
            found[kind.key] = origin_of(kind, value)
    return found


@lru_cache  # looks at every installed distribution; not to be written to
def origin_of(kind: Registry, name: str) -> Mapping[str, str]:
    """Return the origin of a plug-in: entry, distribution, version, hash of its files.

    Of those that come along only the entry: their version and their source are the package's.
    """
    entry = next(iter(entry_points(group=kind.group, name=name)), None)
    if entry is None:
        return {}
    if entry.module.partition(".")[0] == OWN:
        return {"entry": entry.value}
    # The version of a tree that is installed to be edited stays while its files change.
    return {
        "entry": entry.value,
        "distribution": entry.dist.name if entry.dist else "",
        "version": entry.dist.version if entry.dist else "",
        "source": _source(entry),
    }


def _source(entry: EntryPoint) -> str:
    """Return the hash of the package or file that a plug-in is in, its neighbours included."""
    parts = entry.module.split(".")
    for count in range(1, len(parts) + 1):
        try:
            spec = find_spec(".".join(parts[:count]))
        except (ImportError, ValueError):
            return ""
        if spec is None:
            return ""
        if spec.origin is not None:
            file = Path(spec.origin)
            home = file.parent if spec.submodule_search_locations else file
            return tree_sha256([home], home.parent)
    return ""  # a namespace: nothing of it is the plug-in's


def tree_sha256(homes: Iterable[Path], root: Path) -> str:
    """Return the hash of all files in some folders (or of files), with their names below `root`."""
    digest = hashlib.sha256()
    for home in homes:
        paths = home.rglob("*") if home.is_dir() else [home]
        for path in sorted(paths):
            if path.is_file() and not set(path.parts) & set(COMPILED):
                name = path.relative_to(root).as_posix().encode()
                content = path.read_bytes()
                digest.update(b"%d %s %d\n" % (len(name), name, len(content)))
                digest.update(content)
    return digest.hexdigest()
