"""Runs git in one folder, deaf to the user's and the system's configuration and to replaced objects."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Final

from generator.findings import Finding, Stop

ENVIRONMENT: Final[Mapping[str, str]] = {
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
    "LANGUAGE": "C",
    "LC_ALL": "C",
}
_MISLEADING: Final = ("GIT_COMMON_DIR", "GIT_DIR", "GIT_GRAFT_FILE")
"""Variables that make git look at another repository or another past; hooks set some of them."""


def heed_environment() -> None:
    """Raise `Stop` when the environment would make git look at another repository."""
    if misleading := [name for name in _MISLEADING if name in os.environ]:
        raise unverifiable(f"{', '.join(misleading)} would mislead git", fix=f"unset {' '.join(misleading)}")


def unverifiable(message: str, fix: str = "") -> Stop:
    """Give the `Stop` for a repository that cannot be read as a whole."""
    return Stop(message, [Finding(rule="unverifiable", message=message, fix=fix)])


class Plumbing:
    """Asks git about the repository in one folder."""

    def __init__(self, root: Path) -> None:
        """Raise `Stop` when the environment would make git look at another repository."""
        heed_environment()
        self._root = root
        self._environment = {**os.environ, **ENVIRONMENT}

    def start(
        self, *command: str, given: IO[bytes] | int = subprocess.PIPE, said: IO[bytes] | int = subprocess.PIPE
    ) -> subprocess.Popen[bytes]:
        """Start a command that takes what it is `given`, and leaves what it has to say in `said`."""
        try:
            return subprocess.Popen(  # noqa: S603 - no shell; what callers hand over are ids and fixed words
                ["git", *command],  # noqa: S607 - git from PATH
                cwd=self._root,
                env=self._environment,
                stdin=given,
                stdout=said,
                stderr=subprocess.DEVNULL,
            )
        except OSError as error:
            raise unverifiable(f"git cannot be run in {self._root}: {error.strerror}") from error

    def done(self, *command: str) -> subprocess.CompletedProcess[bytes]:
        """Run a command to its end, however it ends."""
        try:
            return subprocess.run(  # noqa: S603 - as above
                ["git", *command],  # noqa: S607 - as above
                cwd=self._root,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                check=False,
            )
        except OSError as error:
            raise unverifiable(f"git cannot be run in {self._root}: {error.strerror}") from error

    def bytes(self, *command: str) -> bytes:
        """Give what a command says; raise `Stop` with git's reason when it fails."""
        done = self.done(*command)
        if done.returncode:
            reason = done.stderr.decode("utf-8", "replace").strip()
            raise unverifiable(reason or f"git {' '.join(command)} gave no answer in {self._root}")
        return done.stdout

    def text(self, *command: str) -> str:
        """Give the same as text, without the end of its last line."""
        return self.bytes(*command).decode("utf-8", "surrogateescape").removesuffix("\n")
