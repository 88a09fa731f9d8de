"""The site that the last build left in a folder: where it is made of the same and untouched, nothing is to do.

That is so of the whole site, and of each part of it. What is known of both stands in the cache, sealed by a key of
this user; whatever is broken, stale or sealed by somebody else is not there at all. Whether a file is what was
written there the disk tells and, where it cannot (after a copy, say), the bytes.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from generator import files, forking, seals, seed
from generator.files import Row
from generator.links import Link

if TYPE_CHECKING:
    from generator.judgements import Output

_GIT_HASHES: Final = {40: "sha1", 64: "sha256"}
"""How git names an object, by the length of the name."""
_OURS: Final = 32
_NOTHING: Final[Mapping[str, Any]] = {"parts": [], "originals": {}, "rows": {}}


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What a build printed, and its exit code."""

    lines: tuple[str, ...]
    code: int


class Part(NamedTuple):
    """A part that was checked as a whole: what it is made of, its files, and the links that lead out of it.

    `files` has a mark of the bytes of each, and `ages` what was told of the age of results, by their paths.
    """

    made_of: str
    files: Mapping[str, str]
    outward: tuple[Link, ...]
    ages: Mapping[str, str]


class Standing:
    """What stands in one folder; trouble with the disk only makes it forget."""

    def __init__(self, cache: Path, out: Path) -> None:
        """Look into `cache` for what the last build left in `out`."""
        self._out = out.resolve()
        name = hashlib.sha256(os.fsencode(self._out)).hexdigest()
        self._whole, self._pieces = (cache / "builds" / f"{name}.{kind}" for kind in ("json", "parts"))
        self._look: Callable[[], dict[str, Row]] = functools.partial(files.rows, self._out)

    def told(self, made_of: str) -> Told | None:
        """Give what was said, if all of the site is made of the same and nobody touched it since."""
        found = seals.read(self._whole)
        kept = json.loads(found) if found else {}
        if not kept or kept["made_of"] != made_of or kept["site"] != _digest_of(self.rows, self.rows):
            return None
        return Told(lines=tuple(kept["lines"]), code=kept["code"])

    @contextlib.contextmanager
    def looked_at(self) -> Iterator[None]:
        """Let a copy of this process look into the folder while the block lasts, if anybody is going to ask."""
        look = self._look
        if "rows" in vars(self) or not self._pieces.is_file():
            yield
            return
        try:
            with forking.meanwhile(look) as self._look:
                yield
        finally:
            self._look = look

    def part(self, made_of: str, age: Callable[[str], str]) -> Part | None:
        """Give a part that is made of the same, if every file of it is what was written, and every age still true.

        `age` tells that of the result at a path.
        """
        found = self._parts.get(made_of)
        if not found or any(age(path) != told for path, told in found.ages.items()):
            return None
        return found if self._intact(made_of, found.files) else None

    def originals(self, ids: Mapping[str, str]) -> frozenset[str]:
        """Give the paths at which the bytes of the very git objects stand that are named for them."""
        found = set[str]()
        for folder, asked in _by_folder(ids).items():
            known = self._kept["originals"].get(folder)
            if known == _digest_of(asked, asked) and self._untouched(folder, asked):
                found.update(asked)
            elif known:
                found.update(path for path, mark in asked.items() if self._same(path, mark))
        return frozenset(found)

    def content(self, path: str) -> bytes:
        """Give the bytes of a file; raise `OSError` when it has gone meanwhile."""
        return (self._out / path).read_bytes()

    def keep(
        self,
        parts: Sequence[Part],
        originals: Mapping[str, str],
        told: tuple[str, Told] | None,
        written: Iterable[str] | None = None,
    ) -> None:
        """Remember a build that has just been written, and what all of it was made of and said where that is known.

        If `written` names the files that are others now, all else is remembered as it was found before: what
        somebody touched meanwhile will not be taken for what was written.
        """
        rows = files.rows(self._out) if written is None else files.again(self.rows, self._out, written)
        folders = _by_folder(originals)
        groups = {part.made_of: part.files for part in parts} | folders
        kept = {
            "program": seals.program(),
            "parts": [
                (one.made_of, dict(one.files), [tuple(link) for link in one.outward], dict(one.ages)) for one in parts
            ],
            "originals": {folder: _digest_of(ids, ids) for folder, ids in folders.items()},
            "rows": {name: _digest_of(rows, group) for name, group in groups.items()},
        }
        seals.write(self._pieces, seals.told(kept))
        if told:
            made_of, said = told
            whole = {"made_of": made_of, "site": _digest_of(rows, rows), "lines": said.lines, "code": said.code}
            seals.write(self._whole, json.dumps(whole).encode())

    @functools.cached_property
    def rows(self) -> dict[str, Row]:
        """What stood in the folder when it was first looked at."""
        return self._look()

    @functools.cached_property
    def _kept(self) -> Mapping[str, Any]:
        found = seals.read(self._pieces)
        kept: Mapping[str, Any] = (seals.heard(found) if found else None) or _NOTHING
        # Another version may have kept it in another shape.
        return kept if kept.get("program") == seals.program() else _NOTHING

    @functools.cached_property
    def _parts(self) -> dict[str, Part]:
        told = self._kept["parts"]
        return {name: Part(name, marks, tuple(map(Link._make, out)), ages) for name, marks, out, ages in told}

    def _intact(self, name: str, group: Mapping[str, str]) -> bool:
        """Say whether files stand as they were left: what the disk does not vouch for, the bytes may."""
        return self._untouched(name, group) or all(self._same(path, mark) for path, mark in group.items())

    def _untouched(self, name: str, group: Iterable[str]) -> bool:
        known: str = self._kept["rows"].get(name, "")
        return known == _digest_of(self.rows, group)

    def _same(self, path: str, mark: str) -> bool:
        found = self.rows.get(path)
        if found is None or not files.is_plain(found):
            return False
        with contextlib.suppress(OSError):
            return _mark(self.content(path), len(mark)) == mark
        return False


def part(made_of: str, outputs: Iterable[Output], outward: tuple[Link, ...], ages: Mapping[str, str]) -> Part:
    """Describe a part that was made and checked."""
    return Part(made_of, {one.path: _mark(one.content, _OURS) for one in outputs}, outward, ages)


def made_of(facts: Iterable[str], templates: Path) -> str:
    """Give the digest of what a build is made of: `facts`, the files below `templates`, and this program itself.

    Raises `Stop` when the installation is not complete.
    """
    parts = [seals.program(), *facts]
    parts += (f"{path} {_digest(content)}" for path, content in sorted(seed.templates().items()))
    for path in sorted(templates.rglob("*")):
        with contextlib.suppress(OSError):
            if path.is_file():
                parts.append(f"{path.relative_to(templates)} {path.resolve()} {_digest(path.read_bytes())}")
    return _digest(json.dumps(parts).encode())


def _mark(content: bytes, length: int) -> str:
    """Give the mark of some bytes that has so many characters: git's where it is the name of an object, else ours."""
    if length in _GIT_HASHES:
        named = b"blob %d\0" % len(content) + content
        return hashlib.new(_GIT_HASHES[length], named, usedforsecurity=False).hexdigest()
    return hashlib.blake2b(content, digest_size=_OURS // 2).hexdigest()


def _by_folder(originals: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """Put together the files of a mesh, of which a new result changes some; and all others of one folder."""
    found: dict[str, dict[str, str]] = {}
    for path, object_id in originals.items():
        found.setdefault("/".join(path.split("/")[:2]), {})[path] = object_id
    return found


def _digest_of(told: Mapping[str, str], paths: Iterable[str]) -> str:
    """Give the digest of what is told of some paths; no path and no mark holds the character between them."""
    pairs = "\0".join([f"{path}\0{told.get(path)}" for path in sorted(paths)])
    return _digest(pairs.encode("utf-8", "surrogateescape"))


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
