"""The commits of a line compared with their parents: a stretch at a time, by git processes of their own."""

from __future__ import annotations

import itertools
import tempfile
from collections import deque
from collections.abc import Generator, Iterable, Iterator, Sequence
from typing import Final

from generator import objects
from generator.plumbing import Plumbing, unverifiable

DIFFERENCE: Final = ("diff-tree", "-r", "-z", "--raw", "--no-renames", "--no-abbrev")
_LENGTH: Final = 2000
"""Commits of a stretch: it takes git longer to compare them than to start."""
_AHEAD: Final = 2
"""Stretches that are begun at once, the one that is read among them."""


def compared(git: Plumbing, pairs: Sequence[tuple[str, str]]) -> Generator[bytes, None, None]:
    """Give what git says of (commit, parent or nothing) pairs, in their order: a commit's id, then its changes.

    Raises `Stop` when git cannot compare some of them.
    """
    waiting = (pairs[start : start + _LENGTH] for start in range(0, len(pairs), _LENGTH))
    begun = deque[_Stretch]()
    try:
        begun.extend(_Stretch(git, some) for some in itertools.islice(waiting, _AHEAD))
        while begun:
            yield from begun[0].told()
            begun.popleft()
            begun.extend(_Stretch(git, some) for some in itertools.islice(waiting, 1))
    finally:
        for stretch in begun:
            stretch.end()


class _Stretch:
    """A git process that writes into a file: through a pipe it would wait for its reader at each commit."""

    def __init__(self, git: Plumbing, pairs: Iterable[tuple[str, str]]) -> None:
        self._said = tempfile.TemporaryFile()  # noqa: SIM115 - it is closed at the end
        with tempfile.TemporaryFile() as given:
            given.writelines(f"{commit} {parent}".rstrip().encode() + b"\n" for commit, parent in pairs)
            given.seek(0)
            self._process = git.start(*DIFFERENCE, "--stdin", "--always", "--root", given=given, said=self._said)

    def told(self) -> Iterator[bytes]:
        if self._process.wait():
            raise unverifiable("git cannot compare the trees of the main line", fix="git fsck says why")
        self._said.seek(0)
        yield from objects.tokens(self._said)
        self._said.close()

    def end(self) -> None:
        self._process.kill()
        self._process.wait()
        self._said.close()
