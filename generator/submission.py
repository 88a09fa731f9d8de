"""Git writing: results as one commit on a new branch of a remote, past the user's branch, index and files."""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final, cast

import git

from generator.findings import Stop

SUBMITTED: Final = "submitted"
ALREADY_SUBMITTED: Final = "already-submitted"
ALREADY_PUBLISHED: Final = "already-published"

_MODE: Final = "100644"
_LOCAL: Final = {
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_COUNT": "0",
}
"""What is made here depends on no user's configuration; only talking to a remote does."""

_SETTINGS: Final = (
    ("safe.directory", "*"),
    ("core.hooksPath", os.devnull),
    ("core.fsmonitor", "false"),
    ("core.splitIndex", "false"),
    ("i18n.commitEncoding", "UTF-8"),
)
_MISLEADING: Final = ("GIT_COMMON_DIR", "GIT_DIR", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY", "GIT_WORK_TREE")
"""Variables that point git elsewhere; hooks set some of them."""

_SECRET: Final = re.compile(r"(?<=://)[^/@\s]+@")
_NOISE: Final = re.compile(r"To |hint:|error: failed to push|Everything up-to-date|$")
_PERSON: Final = re.compile(r"[^\x00-\x1f\x7f<>]*[^\x00-\x1f\x7f<>\s.,:;'\"\\][^\x00-\x1f\x7f<>]*")
"""A name or address that git writes down as it stands: a line with something in it besides punctuation."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Where a submission goes: what the branch `branch` starts from, and the remote that gets it."""

    root: Path
    remote: str
    base: str
    push_to: str
    branch: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Author:
    """Who a commit names as its author and committer, and when; evidence, and never proof."""

    name: str
    email: str
    when: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """What became of it: `state`, and the commit at the head of the branch, or of the base when published."""

    state: str
    commit: str


def author(name: str, email: str, when: datetime) -> Author:
    """Give the author of a commit; raise `Stop` when nobody is named, or not in a form that git keeps."""
    for what, value in (("name", name), ("email", email)):
        if not value:
            raise Stop(f"the commit needs the robot's {what}: give --{what}, or identity.{what} in a --robot file")
        if not _PERSON.fullmatch(value):
            raise Stop(f"{value!r} cannot be the {what} of an author in git")
    return Author(name=name, email=email, when=when)


def fetch_base(target: Target) -> str:
    """Fetch the base branch, into no reference, and give its commit.

    Raises `Stop` when a name is none that git has, or the remote cannot be reached or lacks the branch.
    """
    if misleading := [name for name in _MISLEADING if name in os.environ]:
        raise Stop(f"{', '.join(misleading)} would mislead git: unset {' '.join(misleading)}")
    for branch in (target.base, target.branch):
        if _local(target.root, "check-ref-format", f"refs/heads/{branch}", fails=True)[0]:
            raise Stop(f"{branch!r} cannot be the name of a branch: name it with --base or --branch")
    found = _head(target.root, target.remote, target.base)
    if not found:
        raise Stop(
            f"{_shown(target.remote)} has no branch {target.base!r}: name the one that results go to with --base"
        )
    return found


def submit(target: Target, base: str, files: Mapping[str, bytes], who: Author, message: str) -> Submission:
    """Put exactly `files`, bytes by path, on top of the commit `base`, and push that as the new branch.

    A branch that holds just these files already is left as it is, and so are files that stand at the
    base. Raises `Stop` when the branch holds anything else or the push is refused; then nothing changed.
    """
    standing = _standing(target.root, base, tuple(files))
    blobs = {path: _blob(target.root, content) for path, content in files.items()}
    blobs = {path: blob for path, blob in blobs.items() if standing.get(path) != blob}
    if not blobs:
        return Submission(state=ALREADY_PUBLISHED, commit=base)
    there = _head(target.root, target.push_to, target.branch)
    if there:
        changed = _changed(target.root, base, there)
        if changed == blobs:
            return Submission(state=ALREADY_SUBMITTED, commit=there)
        what = "other bytes of the same results" if changed.keys() == blobs.keys() else "something else on it"
        raise Stop(
            f"{_shown(target.push_to)} has a branch {target.branch!r} with {what}, and no branch is ever "
            "overwritten: let it be merged or removed there, or name another with --branch"
        )
    made = _commit(target.root, base, {path: files[path] for path in blobs}, who, message)
    _push(target, made)
    return Submission(state=SUBMITTED, commit=made)


def addresses(root: Path, remote: str) -> tuple[str, ...]:
    """Give the addresses that a remote goes by, without passwords: as configured, and as git rewrites it."""
    status, configured, _ = _local(root, "config", "--get", f"remote.{remote}.url", fails=True)
    _, rewritten, _ = _remote(root, "ls-remote", "--get-url", "--", remote)
    known = (remote if status else configured.splitlines()[-1], rewritten)
    return tuple(dict.fromkeys(map(_shown, known)))


def _head(root: Path, remote: str, branch: str) -> str:
    """Give the commit of a remote's branch, fetched; nothing when it has no such branch."""
    if not remote or remote.startswith("-"):
        raise Stop(f"{remote!r} cannot be the name of a remote")
    name = f"refs/heads/{branch}"
    status, listed, error = _remote(root, "ls-remote", "--", remote, name)
    if status:
        raise Stop(f"{_shown(remote)} cannot be read: {_reason(error)}")
    commits = [row.split("\t")[0] for row in listed.splitlines() if row.endswith(f"\t{name}")]
    if not commits:
        return ""
    quiet = ("--quiet", "--no-tags", "--no-write-fetch-head", "--no-prune", "--no-recurse-submodules", "--refmap=")
    status, _, error = _remote(root, "fetch", *quiet, "--", remote, name)
    if status:
        raise Stop(f"the branch {branch!r} of {_shown(remote)} cannot be fetched: {_reason(error)}")
    return commits[0]


def _blob(root: Path, content: bytes, *options: str) -> str:
    return _local(root, "hash-object", *options, "--no-filters", "--stdin", stdin=content)[1]


def _standing(root: Path, commit: str, paths: tuple[str, ...]) -> dict[str, str]:
    """Give the blobs at paths in a commit's tree, where they are regular files."""
    listed = _local(root, "ls-tree", "-r", "-z", "--full-tree", commit, "--", *paths)[1]
    rows = (row.partition("\t") for row in listed.split("\0") if row)
    return {path: meta.split(" ")[2] for meta, _, path in rows if meta.startswith(f"{_MODE} ")}


def _changed(root: Path, base: str, commit: str) -> dict[str, str]:
    """Give the blobs by path that a branch brings to its base; an empty id for all but a new regular file."""
    status, fork, _ = _local(root, "merge-base", base, commit, fails=True)
    if status:
        return {}
    options = ("-r", "-z", "--raw", "--no-renames", "--no-abbrev")
    tokens = iter(_local(root, "diff-tree", *options, fork, commit)[1].split("\0"))
    found = {}
    for meta in tokens:
        if meta:
            before, mode, _, blob, _ = meta.split(" ")
            found[next(tokens)] = blob if (before, mode) == (":000000", _MODE) else ""
    return found


def _commit(root: Path, base: str, files: Mapping[str, bytes], who: Author, message: str) -> str:
    with tempfile.TemporaryDirectory() as folder:
        index = {"GIT_INDEX_FILE": str(Path(folder) / "index")}
        _local(root, "read-tree", base, more=index)
        for path, content in sorted(files.items()):
            entry = f"{_MODE},{_blob(root, content, '-w')},{path}"
            _local(root, "update-index", "--add", "--cacheinfo", entry, more=index)
        tree = _local(root, "write-tree", more=index)[1]
    seconds = f"{int(who.when.timestamp())} +0000"
    person = {"NAME": who.name, "EMAIL": who.email, "DATE": seconds}
    named = {f"GIT_{role}_{part}": value for role in ("AUTHOR", "COMMITTER") for part, value in person.items()}
    return _local(root, "commit-tree", tree, "-p", base, "-F", "-", stdin=message.encode(), more=named)[1]


def _push(target: Target, commit: str) -> None:
    name = f"refs/heads/{target.branch}"
    # The empty lease lets the remote decide, in one step, that no such branch is there yet.
    options = ("--no-follow-tags", "--no-signed", "--recurse-submodules=no", f"--force-with-lease={name}:")
    status, _, error = _remote(target.root, "push", *options, "--", target.push_to, f"{commit}:{name}")
    if status:
        raise Stop(f"{_shown(target.push_to)} did not take the branch {target.branch!r}: {_reason(error)}")


def _reason(error: str) -> str:
    lines = [line.strip() for line in error.splitlines() if not _NOISE.match(line.strip())]
    return _shown("; ".join(lines)) or "git gives no reason"


def _shown(text: str) -> str:
    """Give a text without the name and password that an address in it may hold."""
    return _SECRET.sub("", text)


def _local(
    root: Path, *command: str, stdin: bytes = b"", more: Mapping[str, str] | None = None, fails: bool = False
) -> tuple[int, str, str]:
    """Run git on the object database; raise `Stop` when it fails, unless it may."""
    with tempfile.TemporaryFile() as given:
        given.write(stdin)
        given.seek(0)
        answer = _run(root, command, _SETTINGS, env={**_LOCAL, **(more or {})}, istream=cast("Any", given))
    if answer[0] and not fails:
        raise Stop(f"git {command[0]} failed: {_reason(answer[2])}")
    return answer


def _remote(root: Path, *command: str) -> tuple[int, str, str]:
    """Run git as the user would, with their ways to reach a remote and to prove who they are."""
    return _run(root, command, _SETTINGS[:1])


def _run(
    root: Path, command: tuple[str, ...], settings: tuple[tuple[str, str], ...], **more: Any
) -> tuple[int, str, str]:
    flags = [word for name, value in settings for word in ("-c", f"{name}={value}")]
    answer = git.Git(root).execute(
        ["git", *flags, *command],
        with_extended_output=True,
        with_exceptions=False,
        strip_newline_in_stdout=True,
        **more,
    )
    return cast("tuple[int, str, str]", answer)
