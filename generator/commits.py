"""Values to git: a new repository, written commit by commit with the people and dates that are given.

Everything goes through one `git fast-import`, so the same values make the same commit ids on every
machine, whatever the user's configuration says.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import git

from generator import plumbing
from generator.findings import Stop

BRANCH: Final = "main"

_MISLEADING: Final = ("GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY", "GIT_WORK_TREE")
"""Variables that would make git write elsewhere; hooks set some of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Who a commit names as its author or committer."""

    name: str
    email: str

    def __post_init__(self) -> None:
        """Refuse what git cannot write into a commit; raise `Stop`."""
        if not self.name.strip() or not self.email.strip() or set(self.name + self.email) & set("<>\n\r\0"):
            raise Stop(f"{self.name!r} <{self.email}> is no name and e-mail address for a commit")


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One commit to make.

    `files` gives the bytes of each path that changes against the first parent, None where it goes.
    """

    files: Mapping[str, bytes | None]
    message: str
    author: Person
    committer: Person
    when: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A commit that was made: its full id, and its mark in the stream."""

    id: str
    mark: int


class Scribe:
    """Writes a new repository; nothing but `finish` puts files into the work tree."""

    def __init__(self, root: Path) -> None:
        """Make `root`, which holds no repository, one with the branch main; raise `Stop` when git cannot."""
        if misleading := [name for name in _MISLEADING if name in os.environ]:
            raise Stop(f"{', '.join(misleading)} would mislead git: unset {' '.join(misleading)}")
        plumbing.heed_environment()
        self._git = git.Git(root)
        self._git.update_environment(**plumbing.ENVIRONMENT)
        self._ask("init", "--quiet", "--template=", "--object-format=sha1", f"--initial-branch={BRANCH}")
        command = ["git", "fast-import", "--quiet", "--done", "--date-format=raw"]
        self._stream: Any = self._git.execute(command, istream=subprocess.PIPE, as_process=True)
        self._count = 0

    def commit(self, step: Step, parent: Made | None = None, merged: Made | None = None) -> Made:
        """Make a commit on top of `parent`, as a merge of `merged` where one is given."""
        self._count += 1
        seconds = int(step.when.timestamp())
        lines = [f"commit refs/heads/{BRANCH}", f"mark :{self._count}"]
        for role, person in (("author", step.author), ("committer", step.committer)):
            lines.append(f"{role} {person.name} <{person.email}> {seconds} +0000")
        stream = ["\n".join(lines).encode() + b"\n", _data(f"{step.message.rstrip()}\n".encode())]
        stream += [f"from :{parent.mark}\n".encode()] if parent else []
        stream += [f"merge :{merged.mark}\n".encode()] if merged else []
        for path, content in sorted(step.files.items()):
            stream += (
                [f"D {path}\n".encode()] if content is None else [f"M 100644 inline {path}\n".encode(), _data(content)]
            )
        stream.append(f"get-mark :{self._count}\n".encode())
        return Made(id=self._tell(b"".join(stream)), mark=self._count)

    def _tell(self, commands: bytes) -> str:
        try:
            self._stream.stdin.write(commands)
            self._stream.stdin.flush()
            answer: str = self._stream.stdout.readline().decode().strip()
        except OSError:
            answer = ""
        if not answer:
            self._end()
            raise Stop(f"git fast-import gave no answer to commit {self._count}")
        return answer

    def finish(self) -> None:
        """End the stream and check out the last commit that was made, which is the head of main."""
        self._stream.stdin.write(b"done\n")
        self._stream.stdin.close()
        self._end()
        self._ask("reset", "--quiet", "--hard", BRANCH)

    def _end(self) -> None:
        try:
            self._stream.wait()
        except git.CommandError as error:
            raise Stop(f"git fast-import failed: {_reason(error)}") from error

    def _ask(self, *command: str) -> None:
        try:
            self._git.execute(["git", *command])
        except git.CommandError as error:
            raise Stop(f"git {command[0]} failed: {_reason(error)}") from error


@contextmanager
def vacant(*folders: Path) -> Iterator[None]:
    """Make folders that are absent or empty, and leave them as they were when the work in them fails.

    Raises `Stop` for one that is neither, and when the disk refuses.
    """
    for folder in folders:
        if folder.is_symlink() or (folder.exists() and not (folder.is_dir() and not any(folder.iterdir()))):
            raise Stop(f"{folder} is there already and not an empty folder: nothing is ever overwritten")
    existed = {folder for folder in folders if folder.exists()}
    try:
        for folder in folders:
            folder.mkdir(parents=True, exist_ok=True)
        yield
    except BaseException as error:
        for folder in folders:
            _empty(folder)
            if folder not in existed and folder.is_dir():
                folder.rmdir()
        if isinstance(error, OSError):
            raise Stop(f"{error.filename} cannot be written: {error.strerror}") from error
        raise


def _empty(folder: Path) -> None:
    for child in folder.iterdir() if folder.is_dir() else ():
        if child.is_dir() and not child.is_symlink():
            shutil.rmtree(child)
        else:
            child.unlink()


def configured(folder: Path, name: str = "", email: str = "") -> Person:
    """Give the person who commits: from the two texts, else from the environment, else from git's configuration.

    Raises `Stop` naming the flags when one of the two is nowhere.
    """
    found = {
        key: given or os.environ.get(f"GIT_AUTHOR_{key.upper()}") or _setting(folder, f"user.{key}")
        for key, given in (("name", name), ("email", email))
    }
    if missing := [f"--{key}" for key, value in found.items() if not value]:
        raise Stop(f"git does not know who commits: give {' and '.join(missing)}, or set user.name and user.email")
    return Person(**found)


def _setting(folder: Path, key: str) -> str:
    _, said, _ = git.Git(folder).execute(
        ["git", "config", "--get", key], with_extended_output=True, with_exceptions=False
    )
    return str(said).strip()


def _reason(error: git.CommandError) -> str:
    return str(error.stderr).strip().removeprefix("stderr: ").strip("'\n ")


def _data(content: bytes) -> bytes:
    return b"data %d\n%b\n" % (len(content), content)
