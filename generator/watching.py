"""Notices that what a site is made of has changed: the commit, and files of the work tree."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import NamedTuple, TypeAlias

from generator import urls
from generator.findings import Stop
from generator.history import Repository
from generator.plumbing import Plumbing

Files: TypeAlias = frozenset[tuple[str, int, int]]
"""Path, size and time of change of each."""


class State(NamedTuple):
    """What stands in a programme's folder; an empty commit where there is none to read just now."""

    head: str
    templates: Files
    programme: Files


def head(root: Path, revision: str) -> str:
    """Give the commit that a revision means now; raise `Stop` when there is none, or none that can be read."""
    with closing(Repository(root, revision)) as repository:
        return repository.head


def state(root: Path, revision: str) -> State:
    """Give what stands in the folder now."""
    return State(
        head=named(root, revision),
        templates=frozenset(_seen(path) for path in (root / urls.TEMPLATES).rglob("*")),
        programme=frozenset([_seen(root / urls.PROGRAMME)]),
    )


def named(root: Path, revision: str) -> str:
    """Give the commit that a revision means, or nothing, without a look at what speaks against it: that costs more."""
    with contextlib.suppress(Stop):
        return Plumbing(root).text("rev-parse", "--verify", "--end-of-options", f"{revision}^{{commit}}")
    return ""


def _seen(path: Path) -> tuple[str, int, int]:
    with contextlib.suppress(OSError):
        found = path.stat()
        return str(path), found.st_size, found.st_mtime_ns
    return str(path), 0, 0


def changes(now: Callable[[], State], known: State, over: Callable[[], bool]) -> Iterator[tuple[State, State]]:
    """Look again and again; give what was known and what is new, once that stands still for one look.

    `over` waits between two looks, and says whether the last one was enough.
    """
    while not over():
        found = now()
        if found != known and found.head and not over() and now() == found:
            yield known, found
            known = found
