"""The same content gives the same bytes: an office file repacked with fixed times."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from typing import Final

#: The first moment that a zip can name.
_WHEN: Final = (1980, 1, 1, 0, 0, 0)


def repack(content: bytes, replaced: Mapping[str, bytes] | None = None) -> bytes:
    """Return an office file in the same order with fixed times; entries of `replaced` get a new content."""
    new = replaced or {}
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as zipped:
        for name in old.namelist():
            entry = zipfile.ZipInfo(name, _WHEN)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = 0
            zipped.writestr(entry, new.get(name) or old.read(name))
    return out.getvalue()
