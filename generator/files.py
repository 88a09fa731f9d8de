"""Files of a folder as the disk tells of them: whatever touches one changes its row."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple


class Row(NamedTuple):
    """Kind, size, times and place of a file on its disk."""

    mode: int
    size: int
    written: int
    changed: int
    node: int


_FOLDER = Row(0, 0, 0, 0, 0)


def rows(folder: Path) -> Iterator[tuple[str, Row]]:
    """Give the path below `folder` of all that is in it, with its row, in a fixed order; links are not followed.

    The path of a folder ends with a slash, and its row tells nothing.
    """
    return _rows(str(folder), "")


def _rows(folder: str, prefix: str) -> Iterator[tuple[str, Row]]:
    try:
        with os.scandir(folder) as found:
            entries = sorted(found, key=lambda entry: entry.name)
    except OSError:
        return
    for entry in entries:
        path = f"{prefix}{entry.name}"
        if entry.is_dir(follow_symlinks=False):
            yield f"{path}/", _FOLDER
            yield from _rows(entry.path, f"{path}/")
        else:
            seen = entry.stat(follow_symlinks=False)
            yield path, Row(seen.st_mode, seen.st_size, seen.st_mtime_ns, seen.st_ctime_ns, seen.st_ino)
