"""The files of a commit that are published as they are: known by path, and read when somebody asks for them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Final

from generator.history import Repository
from generator.objects import Objects
from generator.plumbing import Plumbing, unverifiable

_AT_ONCE: Final = 200
"""Files that are held in memory at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Originals:
    """Regular files of a repository: the object id of each, by path and sorted by it.

    A site with a hundred thousand results would not fit into memory with all of their bytes. Every reading
    starts a git process of its own, so copies of this process may read too.
    """

    root: Path
    ids: Mapping[str, str]

    def contents(self, paths: Iterable[str] | None = None) -> Iterator[tuple[str, bytes]]:
        """Give (path, bytes) of the files at `paths`, all of them by default; raise `Stop` when git lacks one."""
        asked = iter(self.ids if paths is None else paths)
        git = Plumbing(self.root)
        with closing(Objects(lambda how: git.start("cat-file", how))) as objects:
            while some := list(islice(asked, _AT_ONCE)):
                for path, found in zip(some, objects.read([self.ids[path] for path in some]), strict=True):
                    if found is None:
                        raise unverifiable(f"object {self.ids[path]} of {path} is missing")
                    yield path, found[1]

    def content(self, path: str) -> bytes:
        """Give the bytes of one file."""
        return next(content for _, content in self.contents([path]))

    def only(self, wanted: Callable[[str], bool]) -> Originals:
        """Give the same without the files at unwanted paths."""
        return replace(self, ids={path: id_ for path, id_ in self.ids.items() if wanted(path)})


def at(root: Path, revision: str, folders: Iterable[str]) -> Originals:
    """Give the regular files at or below `folders` in a commit; raise `Stop` when it cannot be read."""
    with closing(Repository(root, revision)) as repository:
        blobs = repository.tree(*folders)
    regular = {path: blob.id for path, blob in sorted(blobs.items()) if blob.mode.startswith("100")}
    return Originals(root=root, ids=regular)


NONE: Final = Originals(root=Path(), ids={})
"""No files at all."""
