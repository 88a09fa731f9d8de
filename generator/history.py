"""Git to values: the first-parent main line as transitions, oldest first, and bytes by object id."""

from __future__ import annotations

import contextlib
import copy
import functools
import hashlib
import os
import re
import stat
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, TypeAlias

from generator import objects, plumbing, stretches
from generator.findings import Stop
from generator.model import Blob, Change, Transition
from generator.plumbing import unverifiable

_OBJECT_ID: Final = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
WORK_TREE: Final = "the work tree"
"""What stands for the commit of files that are not committed yet."""
_LAST_SECOND: Final = 253402300799
"""9999-12-31T23:59:59Z: commit dates are free text, and datetime ends here."""

_PARTIAL: Final = r"^(extensions\.partialclone|remote\..*\.(promisor|partialclonefilter))$"


Line: TypeAlias = tuple[tuple[str, str, datetime], ...]
"""(commit, first parent or empty, committer time) for each commit, oldest first."""


class Repository:
    """A git repository seen from one commit; every answer comes from the object database."""

    def __init__(self, root: Path, revision: str = "HEAD") -> None:
        """Open the repository whose top folder is `root` and resolve `revision` once.

        Raises `Stop` when it is no repository, has no such commit, or its history is not complete
        (DESIGN section 3, step 1).
        """
        self.root = root
        self._git = plumbing.Plumbing(root)
        self._objects = objects.Objects(lambda how: self._git.start("cat-file", how))
        self._preflight()
        self.head = self._resolve(revision)

    def at(self, revision: str) -> Repository:
        """Give the same repository seen from another commit; who closes one has closed both."""
        other = copy.copy(self)
        vars(other).pop("main_line", None)
        other.head = self._resolve(revision)
        return other

    def _resolve(self, revision: str) -> str:
        try:
            return self._git.text("rev-parse", "--verify", "--end-of-options", f"{revision}^{{commit}}")
        except Stop as stop:
            raise unverifiable(f"{self.root} has no commit {revision!r}") from stop

    def _preflight(self) -> None:
        answer = self._git.text("rev-parse", "--is-shallow-repository", "--git-common-dir", "--show-prefix")
        shallow, *folder, prefix = answer.split("\n")
        if prefix:
            raise unverifiable(f"{self.root} is not the top folder of its git repository")
        if shallow != "false":
            raise unverifiable("the clone is shallow", fix="git fetch --unshallow")
        common = self.root / "\n".join(folder)
        if (common / "info" / "grafts").exists():
            raise unverifiable("grafts rewrite the history", fix="remove .git/info/grafts")
        if self._git.bytes("for-each-ref", "--count=1", "refs/replace/"):
            raise unverifiable("replace refs rewrite the history", fix="git replace --delete, then verify again")
        partial = any((common / "objects" / "pack").glob("*.promisor"))
        if partial or not self._git.done("config", "--get-regexp", _PARTIAL).returncode:
            raise unverifiable("the clone is partial", fix="clone again without --filter")

    @functools.cached_property
    def main_line(self) -> Line:
        """Give the main line from the root to the head."""
        return self._line(self.head)

    def line_after(self, commit: str) -> Line | None:
        """Give what came after a commit, a full id, on the main line; None where it is not on it."""
        try:
            line = self._line(self.head, f"^{commit}")
        except Stop:
            return None
        return line if (line[0][1] if line else self.head) == commit else None

    def _line(self, *range_: str) -> Line:
        listing = self._git.text("rev-list", "--first-parent", "--reverse", "--parents", "--timestamp", *range_)
        steps = []
        for row in listing.splitlines():
            seconds, commit, *parents = row.split(" ")
            steps.append((commit, parents[0] if parents else "", _when(seconds)))
        return tuple(steps)

    @property
    def committed_at(self) -> datetime:
        """Give the committer time of the head."""
        return _when(self._git.text("rev-list", "--max-count=1", "--timestamp", self.head).partition(" ")[0])

    def transitions(
        self, line: Line | None = None, wanted: Callable[[str], bool] = lambda _: True
    ) -> Iterator[Transition]:
        """Stream the main line or its end, oldest first: each commit's tree against its first parent's.

        Of the changes only those at `wanted` paths are given. Git is fed explicit (commit, first parent)
        pairs, so merges, squashes and evil merges all come out as plain changes. Paths that are not UTF-8
        carry surrogate escapes.
        """
        line = self.main_line if line is None else line
        times = {commit: when for commit, _, when in line}
        present = set(self._paths(line[0][1])) if line and line[0][1] else set[str]()
        told = stretches.compared(self._git, [(commit, parent) for commit, parent, _ in line])
        with contextlib.closing(told):
            for commit, changes in _grouped(told, present, wanted):
                yield Transition(commit=commit, committed_at=times[commit], changes=changes)

    def since_fork(self, base: str) -> tuple[Change, ...]:
        """Give what the head changed since it left the line of `base`, a full commit id."""
        return self._changes(self._git.text("merge-base", base, self.head), self.head)

    def commits_since(self, base: str) -> list[str]:
        """Give every commit that the head brings and `base`, a full commit id, lacks."""
        return self._git.text("rev-list", self.head, f"^{base}").split()

    def changes_of(self, commit: str) -> tuple[Change, ...]:
        """Give what one commit changed against each of its parents."""
        return self._changes("-m", "--root", "--no-commit-id", commit)

    def _changes(self, *compared: str) -> tuple[Change, ...]:
        tokens = iter(self._git.bytes(*stretches.DIFFERENCE, *compared).split(b"\0"))
        return tuple(_change(meta, _path(next(tokens))) for meta in tokens if meta)

    def content(self, blob_id: str, limit: int) -> bytes | int:
        """Give the bytes of a blob, or only its size when it has more than `limit` bytes."""
        if not _OBJECT_ID.fullmatch(blob_id):
            raise ValueError(f"{blob_id!r} is not an object id")
        header = self._objects.headers([blob_id])[0]
        if header and header[0] != "blob":
            raise unverifiable(f"object {blob_id} is not a blob")
        if header and header[1] > limit:
            return header[1]
        found = self._objects.read([blob_id])[0] if header else None
        if found is None:
            raise unverifiable(f"object {blob_id} is missing")
        return found[1]

    def small_blobs(self, ids: Sequence[str], limit: int) -> list[bytes | None]:
        """Give the bytes of many blobs of at most `limit` bytes; None for what is anything else."""
        return self._objects.blobs(ids, limit)

    def commits(self, ids: Sequence[str]) -> list[bytes]:
        """Give the raw bytes of commit objects; nothing for one that is missing or something else.

        A merge may name anything as its second parent, and the main line does not go there.
        """
        if not all(map(_OBJECT_ID.fullmatch, ids)):
            raise ValueError("not all of these are object ids")
        return [found[1] if found and found[0] == "commit" else b"" for found in self._objects.read(ids)]

    def tree(self, *paths: str) -> dict[str, Blob]:
        """Give every path of the head's tree, or of what stands at `paths` or below them."""
        listing = self._git.bytes("ls-tree", "-r", "-z", "--full-tree", self.head, "--", *paths)
        found = {}
        for row in listing.split(b"\0"):
            if row:
                meta, _, path = row.partition(b"\t")
                mode, _, blob_id = meta.decode().split(" ")
                found[_path(path)] = Blob(mode=mode, id=blob_id)
        return found

    def _paths(self, commit: str) -> Iterator[str]:
        listing = self._git.bytes("ls-tree", "-r", "-z", "--full-tree", "--name-only", commit)
        return map(_path, listing.split(b"\0")[:-1])

    def close(self) -> None:
        """End the git processes that serve objects."""
        self._objects.close()


class WorkTree:
    """Files on disk, seen as blobs that git would make of them without any filter."""

    def __init__(self, root: Path, object_id_length: int) -> None:
        self.root = root
        self._hash = "sha1" if object_id_length == 40 else "sha256"
        self._files: dict[str, Path] = {}

    def tree(self, folders: Iterable[str]) -> dict[str, Blob]:
        """Give every file below the folders (or the files themselves), links not followed."""
        found: dict[str, Blob] = {}
        for folder in folders:
            for path in self._walk(self.root / folder):
                name = _path(os.fsencode(path.relative_to(self.root).as_posix()))
                found[name] = self._blob(path)
        return found

    def _walk(self, start: Path) -> Iterator[Path]:
        if start.is_symlink() or start.is_file():
            yield start
        elif start.is_dir():
            for child in sorted(start.iterdir()):
                yield from self._walk(child)

    def _blob(self, path: Path) -> Blob:
        status = path.lstat()
        content = self._bytes(path)
        blob_id = hashlib.new(self._hash, b"blob %d\0" % len(content) + content, usedforsecurity=False).hexdigest()
        self._files[blob_id] = path
        mode = "120000" if stat.S_ISLNK(status.st_mode) else "100755" if status.st_mode & stat.S_IXUSR else "100644"
        return Blob(mode=mode, id=blob_id)

    @staticmethod
    def _bytes(path: Path) -> bytes:
        return os.fsencode(path.readlink()) if path.is_symlink() else path.read_bytes()

    def over(self, otherwise: Callable[[str, int], bytes | int]) -> Callable[[str, int], bytes | int]:
        """Give a reader of blobs that knows the files seen by `tree` and asks `otherwise` for others."""

        def content(blob_id: str, limit: int) -> bytes | int:
            path = self._files.get(blob_id)
            if path is None:
                return otherwise(blob_id, limit)
            found = self._bytes(path)
            return len(found) if len(found) > limit else found

        return content


def difference(before: Mapping[str, Blob], after: Mapping[str, Blob]) -> tuple[Change, ...]:
    """Give the changes that lead from one tree to another, sorted by path."""
    paths = sorted(before.keys() | after.keys())
    return tuple(Change(path=path, blob=after.get(path)) for path in paths if before.get(path) != after.get(path))


def _when(seconds: str) -> datetime:
    return datetime.fromtimestamp(min(int(seconds), _LAST_SECOND), UTC)


def _grouped(
    tokens: Iterator[bytes], present: set[str], wanted: Callable[[str], bool]
) -> Iterator[tuple[str, tuple[Change, ...]]]:
    commit, changes = "", list[Change]()
    for token in tokens:
        if token.startswith(b":"):
            path = _path(next(tokens))
            _place(token, path, present)
            if wanted(path):
                changes.append(_change(token, path))
            continue
        if commit:
            yield commit, tuple(changes)
        commit, changes = token.decode(), []
    if commit:
        yield commit, tuple(changes)


def _change(meta: bytes, path: str) -> Change:
    _, mode, _, blob_id, status = meta.decode().split(" ")
    return Change(path=path, blob=None if status == "D" else Blob(mode=mode, id=blob_id))


def _place(meta: bytes, path: str, present: set[str]) -> None:
    """Keep the paths that are `present` in a tree up to date.

    A tree that has a path twice is no tree that git makes, and its readers disagree about the file.
    """
    if meta.startswith(b":000000 ") == (path in present):
        raise unverifiable(f"{path!r} stands twice in a tree", fix="git fsck names the tree")
    (present.discard if meta.endswith(b" D") else present.add)(path)


def _path(raw: bytes) -> str:
    return raw.decode("utf-8", "surrogateescape")
