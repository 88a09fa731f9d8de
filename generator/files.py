"""Files of a folder as the disk tells of them: whatever touches one changes its row."""

from __future__ import annotations

import contextlib
import math
import os
import stat
from collections import deque
from collections.abc import Iterable, Mapping
from functools import partial
from pathlib import Path
from typing import Final, TypeAlias

from generator import forking
from generator.forking import Count

Row: TypeAlias = str
"""Whether it is a plain file, a folder or anything else; then kind, size, times and place of a file on its disk."""
_PLAIN: Final = "-"
_FOLDER: Final[Row] = "d"
_MANY: Final = 500
"""Folders that are left to be looked into when copies of this process are worth their start."""
_SHARES: Final = 16


def rows(folder: Path) -> dict[str, Row]:
    """Give the row of all that is in `folder`, by its path below; links are not followed.

    The path of a folder ends with a slash, and its row tells nothing. What cannot be looked into is empty.
    """
    waiting = deque([""])
    found = _look(folder, waiting, _MANY)
    # Neighbours are alike, so each share takes its part of them.
    shares = [list(waiting)[start::_SHARES] for start in range(min(len(waiting), _SHARES))]
    for some in forking.shared([partial(_below, folder, share) for share in shares]):
        found.update(some)
    return found


def _below(folder: Path, share: Iterable[str], _count: Count) -> dict[str, Row]:
    return _look(folder, deque(share))


def _look(folder: Path, waiting: deque[str], most: float = math.inf) -> dict[str, Row]:
    """Find what is in places of a folder that wait, and in the folders there, until none waits or so many do."""
    found: dict[str, Row] = {}
    while waiting and len(waiting) < most:
        place = waiting.popleft()
        with contextlib.suppress(OSError), os.scandir(f"{folder}/{place}") as entries:
            for entry in entries:
                path = f"{place}{entry.name}"
                if entry.is_dir(follow_symlinks=False):
                    found[f"{path}/"] = _FOLDER
                    waiting.append(f"{path}/")
                else:
                    found[path] = _row(entry.stat(follow_symlinks=False))
    return found


def again(before: Mapping[str, Row], folder: Path, changed: Iterable[str]) -> dict[str, Row]:
    """Give the rows of `folder`, which has no empty folders, if only the files at `changed` paths are not as `before`.

    What became of these the disk is asked.
    """
    rows = {path: row for path, row in before.items() if not path.endswith("/")}
    for path in changed:
        rows.pop(path, None)
        with contextlib.suppress(OSError):
            rows[path] = _row(os.lstat(f"{folder}/{path}"))
    return rows | dict.fromkeys((f"{folder}/" for folder in folders(rows)), _FOLDER)


def is_plain(row: Row) -> bool:
    """Say whether a row tells of a plain file."""
    return row.startswith(_PLAIN)


def folders(paths: Iterable[str]) -> set[str]:
    """Give every folder that is around one of some paths."""
    found = set[str]()
    for path in paths:
        folder = path.rpartition("/")[0]
        while folder and folder not in found:
            found.add(folder)
            folder = folder.rpartition("/")[0]
    return found


def _row(seen: os.stat_result) -> Row:
    kind = _PLAIN if stat.S_ISREG(seen.st_mode) else "?"
    return f"{kind} {seen.st_mode} {seen.st_size} {seen.st_mtime_ns} {seen.st_ctime_ns} {seen.st_ino}"
