"""Where the pull request for a pushed branch is opened, and how: in a browser, with gh, or with git."""

from __future__ import annotations

import re
import shlex
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote

from generator.findings import Stop

_WEB: Final = re.compile(
    r"(?:(?:https?|ssh|git)://(?:[^@/]*@)?(?P<host>[\w.-]+)(?::\d+)?/|(?:[^@/:]+@)?(?P<scp>[\w.-]+):(?!/))"
    r"(?P<path>[\w./~-]+?)(?:\.git)?/?"
)
_ADDRESS: Final = re.compile(r"https://\S+")
_TIMEOUT: Final = 120
"""Seconds for gh, which talks to the forge a few times."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A repository on a forge: its host, and its path there, such as `owner/name`."""

    host: str
    path: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A pull request to be: from a branch of `source` into the branch `base` of `upstream`."""

    upstream: Place
    source: Place
    base: str
    branch: str
    title: str
    body: str


def place(addresses: Iterable[str]) -> Place | None:
    """Give the place that the first web or SSH address among these names; None for a folder."""
    for address in addresses:
        found = _WEB.fullmatch(address)
        if found:
            return Place(host=(found["host"] or found["scp"]).lower(), path=found["path"])
    return None


def page(request: Request) -> str:
    """Give the address at which GitHub opens the pull request."""
    repository = f"{request.upstream.host}/{request.upstream.path}"
    compared = "...".join(quote(name, safe="/:") for name in (request.base, _head(request)))
    return f"https://{repository}/compare/{compared}?expand=1"


def by_hand(address: str, branch: str) -> tuple[str, ...]:
    """Give the commands with which the maintainer of a bare repository takes a branch in."""
    return (f"git fetch {shlex.quote(address)} {shlex.quote(branch)}", "git merge --no-ff FETCH_HEAD")


def command(request: Request) -> tuple[str, ...]:
    """Give the command with which gh opens the pull request."""
    repository = f"{request.upstream.host}/{request.upstream.path}"
    where = ("--repo", repository, "--base", request.base, "--head", _head(request))
    return ("gh", "pr", "create", *where, "--title", request.title, "--body", request.body)


def open_with_gh(request: Request) -> str:
    """Open the pull request through gh and give its address, also when it is open already.

    Raises `Stop` when gh refuses; the branch is pushed by then, and the message says so.
    """
    try:
        done = subprocess.run(command(request), capture_output=True, check=False, timeout=_TIMEOUT)  # noqa: S603 - no shell, and each value is a word of its own
    except (OSError, subprocess.TimeoutExpired) as error:
        raise _unopened(request, str(error)) from error
    out, error_text = (text.decode("utf-8", "replace").strip() for text in (done.stdout, done.stderr))
    if done.returncode and "already exists" not in error_text:
        raise _unopened(request, "; ".join(error_text.split("\n")) or f"exit code {done.returncode}")
    found = _ADDRESS.findall(error_text if done.returncode else out)
    return found[-1] if found else page(request)


def _unopened(request: Request, reason: str) -> Stop:
    return Stop(
        f"the branch {request.branch!r} is pushed, but gh did not open the pull request: {reason}; {page(request)}"
    )


def _head(request: Request) -> str:
    """Give the branch as GitHub names it: behind the owner when it lies in a fork."""
    if request.source == request.upstream:
        return request.branch
    return f"{request.source.path.split('/')[0]}:{request.branch}"
