"""A hash of all that a lookup table holds, so that a damaged one is told from a whole one."""

from __future__ import annotations

import hashlib
import json

import numpy as np
import xarray as xr

SEAL = "content_sha256"


def sealed(data: xr.Dataset) -> xr.Dataset:
    """Return the data set with the SHA-256 of its content as an attribute."""
    return data.assign_attrs({SEAL: content_sha256(data)})


def content_sha256(data: xr.Dataset) -> str:
    """Return the SHA-256 of all variables and attributes, but for the hash itself.

    Names, dimensions, shapes and values count, the order and width in which a file keeps them do
    not: numbers are hashed as little-endian doubles.
    """
    digest = hashlib.sha256()
    attributes = {str(k): _plain(v) for k, v in data.attrs.items() if k != SEAL}
    digest.update(json.dumps(attributes, sort_keys=True).encode())
    for name in sorted(map(str, data.variables)):
        found = data.variables[name]
        texts = {str(k): str(found.attrs.get(k)) for k in ("units", "long_name")}
        head = [name, list(map(str, found.dims)), list(found.shape), texts]
        digest.update(json.dumps(head, sort_keys=True).encode())
        values = found.to_numpy()
        if values.dtype.kind in "iufb":
            numbers = values.astype("<f8") + 0.0  # -0.0 and 0.0 are one number
            digest.update(np.where(np.isnan(numbers), np.nan, numbers).tobytes())
        else:
            digest.update(json.dumps(values.astype(str).tolist()).encode())
    return digest.hexdigest()


def _plain(value: object) -> str | int | float:
    if isinstance(value, np.integer | int):
        return int(value)
    if isinstance(value, np.floating | float):
        return float(value)
    return str(value)
