"""What the last build into a folder was made of and what it said: where all of it still holds, nothing is to do.

Like every cache of ours it is sealed by a key of this user, and whatever is broken, stale or sealed by
somebody else is not there at all.
"""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import json
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from generator import seals, seed

_LIBRARIES: Final = (
    "cryptography", "gitpython", "jinja2", "jsonschema", "jsonschema-rs", "markdown", "markupsafe", "plotly", "pyyaml",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What a build printed, and its exit code."""

    lines: tuple[str, ...]
    code: int


class Memory:
    """The last build into one folder; trouble with the disk only makes it forget."""

    def __init__(self, cache: Path, out: Path, made_of: str) -> None:
        """Look into `cache` for the last build into `out`; `made_of` is the digest of all that went into this one."""
        self._out = out.resolve()
        self._file = cache / "builds" / f"{hashlib.sha256(os.fsencode(self._out)).hexdigest()}.json"
        self._made_of = made_of
        self._seal = seals.secret()

    def told(self) -> Told | None:
        """Give what was said, if the site in the folder is made of the same and nobody touched it since."""
        try:
            kept = json.loads(self._file.read_bytes())
            told = {name: kept[name] for name in ("made_of", "site", "lines", "code")}
            holds = self._seal and hmac.compare_digest(bytes.fromhex(kept["mac"]), self._mac(told))
        except (OSError, ValueError, TypeError, KeyError, RecursionError):
            return None
        if not holds or told["made_of"] != self._made_of or told["site"] != standing(self._out):
            return None
        return Told(lines=tuple(told["lines"]), code=told["code"])

    def keep(self, told: Told) -> None:
        """Remember a build that has just been written."""
        if not self._seal:
            return
        kept = {"made_of": self._made_of, "site": standing(self._out), "lines": list(told.lines), "code": told.code}
        fresh = self._file.with_suffix(f".{os.getpid()}")
        with contextlib.suppress(OSError):
            self._file.parent.mkdir(parents=True, exist_ok=True)
            fresh.write_text(json.dumps(kept | {"mac": self._mac(kept).hex()}), encoding="utf-8")
            fresh.replace(self._file)

    def _mac(self, told: Mapping[str, Any]) -> bytes:
        return hmac.digest(self._seal, json.dumps(told, sort_keys=True).encode(), "sha256")


def made_of(facts: Iterable[str], templates: Path) -> str:
    """Give the digest of what a build is made of: `facts`, the files below `templates`, and this program itself.

    Raises `Stop` when the installation is not complete.
    """
    parts = [seals.program(_LIBRARIES), *facts]
    parts += (f"{path} {_digest(content)}" for path, content in sorted(seed.templates().items()))
    for path in sorted(templates.rglob("*")):
        with contextlib.suppress(OSError):
            if path.is_file():
                parts.append(f"{path.relative_to(templates)} {path.resolve()} {_digest(path.read_bytes())}")
    return _digest(json.dumps(parts).encode())


def standing(folder: Path) -> str:
    """Give a digest that changes with every touch of a file in a folder: by size, time and place on the disk."""
    digest = hashlib.sha256()
    for row in _entries(str(folder), ""):
        digest.update(os.fsencode(row))
    return digest.hexdigest()


def _entries(folder: str, name: str) -> Iterator[str]:
    try:
        with os.scandir(folder) as found:
            entries = sorted(found, key=lambda entry: entry.name)
    except OSError:
        return
    for entry in entries:
        path = f"{name}/{entry.name}"
        if entry.is_dir(follow_symlinks=False):
            yield f"{path}/\n"
            yield from _entries(entry.path, path)
        else:
            seen = entry.stat(follow_symlinks=False)
            yield f"{path} {seen.st_mode} {seen.st_size} {seen.st_mtime_ns} {seen.st_ctime_ns} {seen.st_ino}\n"


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
