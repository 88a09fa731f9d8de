"""Git to values: the first-parent main line as transitions, oldest first, and bytes by object id."""

from __future__ import annotations

import functools
import hashlib
import os
import re
import stat
import subprocess
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any, Final, cast

import git

from generator import objects
from generator.findings import Finding, Stop
from generator.model import Blob, Change, Transition

_OBJECT_ID: Final = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_LAST_SECOND: Final = 253402300799
"""9999-12-31T23:59:59Z: commit dates are free text, and datetime ends here."""

_ENVIRONMENT: Final = {
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_TERMINAL_PROMPT": "0",
    # The caller named this folder; git's ownership guard could only be lifted by the user
    # configuration, which is ignored on purpose.
    "GIT_CONFIG_COUNT": "2",
    "GIT_CONFIG_KEY_0": "safe.directory",
    "GIT_CONFIG_VALUE_0": "*",
    # A commit-graph file can give a commit other parents than it has, and git believes it.
    "GIT_CONFIG_KEY_1": "core.commitGraph",
    "GIT_CONFIG_VALUE_1": "false",
}
_MISLEADING: Final = ("GIT_COMMON_DIR", "GIT_DIR", "GIT_GRAFT_FILE")
"""Variables that make git look at another repository or another past; hooks set some of them."""

_PARTIAL: Final = r"^(extensions\.partialclone|remote\..*\.(promisor|partialclonefilter))$"
_DIFFERENCE: Final = ("git", "diff-tree", "-r", "-z", "--raw", "--no-renames", "--no-abbrev")


def isolated(root: Path) -> git.Git:
    """Give git for the folder `root`, deaf to replaced objects and to the user's and the system's configuration.

    Raises `Stop` when the environment would make git look at another repository.
    """
    if misleading := [name for name in _MISLEADING if name in os.environ]:
        raise _unverifiable(f"{', '.join(misleading)} would mislead git", fix=f"unset {' '.join(misleading)}")
    found = git.Git(root)
    found.update_environment(**_ENVIRONMENT)
    return found


class Repository:
    """A git repository seen from one commit; every answer comes from the object database."""

    def __init__(self, root: Path, revision: str = "HEAD") -> None:
        """Open the repository whose top folder is `root` and resolve `revision` once.

        Raises `Stop` when it is no repository, has no such commit, or its history is not complete
        (DESIGN section 3, step 1).
        """
        self.root = root
        self._git = stock = isolated(root)
        self._objects = objects.Objects(
            lambda how: stock.execute(["git", *how], istream=subprocess.PIPE, as_process=True)
        )
        if self._ask("rev-parse", "--show-prefix"):
            raise _unverifiable(f"{root} is not the top folder of its git repository")
        self.head = self._resolve(revision)
        self._preflight()

    def _ask(self, *command: str) -> str:
        try:
            return str(self._git.execute(["git", *command]))
        except git.GitCommandError as error:
            reason = str(error.stderr).strip().removeprefix("stderr: ").strip("'\n ")
            raise _unverifiable(reason or f"git {' '.join(command)} gave no answer in {self.root}") from error

    def _resolve(self, revision: str) -> str:
        try:
            return self._ask("rev-parse", "--verify", "--end-of-options", f"{revision}^{{commit}}")
        except Stop as stop:
            raise _unverifiable(f"{self.root} has no commit {revision!r}") from stop

    def _preflight(self) -> None:
        if self._ask("rev-parse", "--is-shallow-repository") != "false":
            raise _unverifiable("the clone is shallow", fix="git fetch --unshallow")
        common = self.root / self._ask("rev-parse", "--git-common-dir")
        if (common / "info" / "grafts").exists():
            raise _unverifiable("grafts rewrite the history", fix="remove .git/info/grafts")
        if self._ask("for-each-ref", "--count=1", "refs/replace/"):
            raise _unverifiable("replace refs rewrite the history", fix="git replace --delete, then verify again")
        partial = any((common / "objects" / "pack").glob("*.promisor"))
        if partial or self._configured(_PARTIAL):
            raise _unverifiable("the clone is partial", fix="clone again without --filter")

    def _configured(self, pattern: str) -> bool:
        command = ["git", "config", "--get-regexp", pattern]
        return self._git.execute(command, with_extended_output=True, with_exceptions=False)[0] == 0

    @functools.cached_property
    def main_line(self) -> tuple[tuple[str, str, datetime], ...]:
        """Give (commit, first parent or empty, committer time) from the root to the head."""
        listing = self._ask("rev-list", "--first-parent", "--reverse", "--parents", "--timestamp", self.head)
        steps = []
        for row in listing.splitlines():
            seconds, commit, *parents = row.split(" ")
            when = datetime.fromtimestamp(min(int(seconds), _LAST_SECOND), UTC)
            steps.append((commit, parents[0] if parents else "", when))
        return tuple(steps)

    @property
    def committed_at(self) -> datetime:
        """Give the committer time of the head."""
        return self.main_line[-1][2]

    def transitions(self) -> Iterator[Transition]:
        """Stream the main line, oldest first: each commit's tree against its first parent's.

        One `diff-tree` is fed explicit (commit, first parent) pairs, so merges, squashes and evil
        merges all come out as plain changes. Paths that are not UTF-8 carry surrogate escapes.
        """
        times = {commit: when for commit, _, when in self.main_line}
        with tempfile.TemporaryFile() as pairs:
            pairs.writelines(f"{commit} {parent}".rstrip().encode() + b"\n" for commit, parent, _ in self.main_line)
            pairs.seek(0)
            process = self._git.execute(
                [*_DIFFERENCE, "--stdin", "--always", "--root"], istream=cast("Any", pairs), as_process=True
            )
            try:
                for commit, changes in _grouped(process.stdout):
                    yield Transition(commit=commit, committed_at=times[commit], changes=changes)
                process.wait()
            finally:
                objects.end(process)

    def since_fork(self, base: str) -> tuple[Change, ...]:
        """Give what the head changed since it left the line of `base`, a full commit id."""
        return self._changes(self._ask("merge-base", base, self.head), self.head)

    def commits_since(self, base: str) -> list[str]:
        """Give every commit that the head brings and `base`, a full commit id, lacks."""
        return self._ask("rev-list", self.head, f"^{base}").split()

    def changes_of(self, commit: str) -> tuple[Change, ...]:
        """Give what one commit changed against each of its parents."""
        return self._changes("-m", "--root", "--no-commit-id", commit)

    def _changes(self, *compared: str) -> tuple[Change, ...]:
        tokens = iter(self._git.execute([*_DIFFERENCE, *compared], stdout_as_string=False).split(b"\0"))
        return tuple(_change(meta, next(tokens)) for meta in tokens if meta)

    def content(self, blob_id: str, limit: int) -> bytes | int:
        """Give the bytes of a blob, or only its size when it has more than `limit` bytes."""
        if not _OBJECT_ID.fullmatch(blob_id):
            raise ValueError(f"{blob_id!r} is not an object id")
        header = self._objects.headers([blob_id])[0]
        if header and header[0] != "blob":
            raise _unverifiable(f"object {blob_id} is not a blob")
        if header and header[1] > limit:
            return header[1]
        found = self._objects.read([blob_id])[0] if header else None
        if found is None:
            raise _unverifiable(f"object {blob_id} is missing")
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

    def tree(self, commit_id: str = "") -> dict[str, Blob]:
        """Give every path of a commit's tree: the head's, unless another main-line commit is named."""
        command = ["git", "ls-tree", "-r", "-z", "--full-tree", commit_id or self.head]
        listing = self._git.execute(command, stdout_as_string=False)
        found = {}
        for row in listing.split(b"\0"):
            if row:
                meta, _, path = row.partition(b"\t")
                mode, _, blob_id = meta.decode().split(" ")
                found[_path(path)] = Blob(mode=mode, id=blob_id)
        return found

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


def _grouped(stream: IO[bytes]) -> Iterator[tuple[str, tuple[Change, ...]]]:
    commit, changes, present = "", list[Change](), set[str]()
    tokens = objects.tokens(stream)
    for token in tokens:
        if token.startswith(b":"):
            changes.append(_placed(token, next(tokens), present))
            continue
        if commit:
            yield commit, tuple(changes)
        commit, changes = token.decode(), []
    if commit:
        yield commit, tuple(changes)


def _change(meta: bytes, path: bytes) -> Change:
    _, mode, _, blob_id, status = meta.decode().split(" ")
    return Change(path=_path(path), blob=None if status == "D" else Blob(mode=mode, id=blob_id))


def _placed(meta: bytes, path: bytes, present: set[str]) -> Change:
    """Give a change of the tree whose paths are `present`, and keep them up to date.

    A tree that has a path twice is no tree that git makes, and its readers disagree about the file.
    """
    change = _change(meta, path)
    if meta.startswith(b":000000 ") == (change.path in present):
        raise _unverifiable(f"{change.path!r} stands twice in a tree", fix="git fsck names the tree")
    (present.add if change.blob else present.discard)(change.path)
    return change


def _path(raw: bytes) -> str:
    return raw.decode("utf-8", "surrogateescape")


def _unverifiable(message: str, fix: str = "") -> Stop:
    return Stop(message, [Finding(rule="unverifiable", message=message, fix=fix)])
