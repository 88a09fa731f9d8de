"""What was found out before, on disk, sealed by a key of this user.

An entry is a pure function of what its key names, of the schema and of this program. Whatever is
broken, stale or sealed by somebody else is not there at all.
"""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import json
import sqlite3
from pathlib import Path
from typing import Any, Final

from generator import seals, transcript
from generator.examination import Examined, bare
from generator.schemas import Schema

_FILE: Final = "examined.sqlite3"


class Cache:
    """Entries by path and object ids; trouble with the disk only makes it forget."""

    def __init__(self, folder: Path, schema: Schema, seal: bytes | None = None, *, bare: bool = False) -> None:
        """Open the cache in `folder`, for pairs in full or `bare`; `seal` is the secret of who keeps it."""
        self._form = "bare" if bare else "whole"
        found = seals.secret() if seal is None else seal
        self._seal = found
        self._stamp = _stamp(schema)
        self._store = _opened(folder / _FILE) if found else None
        self._changed = False

    def has(self, path: str, result: str, sidecar: str) -> bool:
        """Say whether there seems to be an entry."""
        return bool(self._asked("SELECT 1 FROM kept WHERE id = ?", self._id(self._form, path, result, sidecar)))

    def known(self, path: str, result: str, sidecar: str) -> Examined | None:
        """Give what an authentic entry says about a pair."""
        values = self.recall(self._form, path, result, sidecar)
        return values and transcript.heard(path, values)

    def keep(self, path: str, result: str, sidecar: str, examined: Examined) -> None:
        """Remember what was found out to the end: a refusal, or a document that was read."""
        if examined.refusal or examined.reading:
            told = transcript.told(bare(examined) if self._form == "bare" else examined)
            self.remember(told, self._form, path, result, sidecar)

    def recall(self, *key: str) -> Any:
        """Give the values of an authentic entry, which have the shape in which they were remembered; else None."""
        entry = self._id(*key)
        row = self._asked("SELECT told, mac FROM kept WHERE id = ?", entry)
        if not row or not isinstance(row[0], bytes) or not isinstance(row[1], bytes):
            return None
        return seals.heard(row[0]) if hmac.compare_digest(row[1], self._mac(entry, row[0])) else None

    def remember(self, values: list[Any], *key: str) -> None:
        """Keep plain values under a key."""
        entry, told = self._id(*key), seals.told(values)
        row = (entry, self._stamp, told, self._mac(entry, told))
        self._asked("INSERT OR REPLACE INTO kept VALUES (?, ?, ?, ?)", *row)
        self._changed = True

    def forget(self, *key: str) -> None:
        """Drop what stands under a key, if anything does."""
        self._asked("DELETE FROM kept WHERE id = ?", self._id(*key))

    def close(self) -> None:
        """Write what is new, and drop what belongs to another schema or another version."""
        if self._changed:
            self._asked("DELETE FROM kept WHERE stamp != ?", self._stamp)
        if self._store:
            with contextlib.suppress(sqlite3.Error):
                self._store.commit()
            self._store.close()

    def _asked(self, question: str, *values: object) -> tuple[object, ...] | None:
        if self._store is None:
            return None
        try:
            row: tuple[object, ...] | None = self._store.execute(question, values).fetchone()
        except sqlite3.Error:
            self._store.close()
            self._store = None
            return None
        return row

    def _id(self, *key: str) -> str:
        return hashlib.sha256(json.dumps([self._stamp, *key]).encode()).hexdigest()

    def _mac(self, entry: str, told: bytes) -> bytes:
        return hmac.digest(self._seal, entry.encode() + b"\n" + told, "sha256")


def _opened(file: Path) -> sqlite3.Connection | None:
    """Open the store; one that is no store of ours gives way to a new one."""
    with contextlib.suppress(OSError):
        file.parent.mkdir(parents=True, exist_ok=True)
        for _ in range(2):
            store = sqlite3.connect(file, timeout=2)
            try:
                if _is_ours(store):
                    return store
            except sqlite3.OperationalError:
                # Somebody else is writing, or the disk refuses.
                store.close()
                return None
            except sqlite3.DatabaseError:
                pass
            store.close()
            file.unlink()
    return None


def _is_ours(store: sqlite3.Connection) -> bool:
    store.execute("PRAGMA trusted_schema = OFF")
    rows = store.execute("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL").fetchall()
    if not rows:
        store.execute(_TABLE)
    return not rows or rows == [(_TABLE,)]


_TABLE: Final = "CREATE TABLE kept (id TEXT PRIMARY KEY, stamp TEXT, told BLOB, mac BLOB)"


def _stamp(schema: Schema) -> str:
    """Give the digest of all that an entry depends on beside the bytes themselves."""
    return hashlib.sha256(schema.content + seals.program().encode()).hexdigest()
