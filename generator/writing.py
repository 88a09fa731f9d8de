"""The one place that writes a site: whole, or nothing at all, and never a file that stands already."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import stat
import tempfile
import threading
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Final, NamedTuple

from generator import files, forking
from generator.files import Row
from generator.findings import Stop
from generator.forking import Count, Tell, silent
from generator.judgements import Output
from generator.originals import NONE, Originals

MARKER: Final = ".meshmark"
"""A file in every folder that `write` made: only such a folder, or an empty one, is replaced."""

_NOTE: Final = Output(path=MARKER, content=b"This folder is replaced by `meshmark build`.\n")
_INTERRUPTS: Final = (signal.SIGINT, signal.SIGTERM)
_SHARE: Final = 4
"""Up to this part of the files, one in so many, it is quicker to put them into the old site than to make a new one."""
_AT_ONCE: Final = 2000
"""Files that one process writes before it looks for others."""
_ALONE: Final = 100_000
"""Files from which on a copy of this process would take more memory than its help is worth."""


class Left(NamedTuple):
    """What an earlier build left in a folder: `kept` stands there as it will, and `rows` tell of all that is there.

    Without rows the folder itself is looked at.
    """

    kept: frozenset[str] = frozenset()
    rows: Mapping[str, Row] | None = None


NOTHING: Final = Left()


def write(
    made: Sequence[Output],
    out: Path,
    tell: Tell = silent,
    originals: Originals = NONE,
    left: Left = NOTHING,
) -> frozenset[str] | None:
    """Put a site into `out`; what is new is written beside it first, and until that stands nothing is changed.

    Where much is new, or the folder is not as it was left, a whole new folder takes the place of the old one, with
    second links to files that keep their bytes. Else the new files take the places of the old ones in one go that
    no interrupt divides; only a power cut could, and the next build would mend that. What was `left` to be kept,
    files that were made or originals, stands there already. `tell` hears how many files were seen to. Gives the
    paths that were written or taken away, or None for a whole new folder. Raises `Stop` when `out` is neither
    empty nor a site that Meshmark wrote.
    """
    out = out.resolve()
    if out.exists() and not (out.is_dir() and ((out / MARKER).is_file() or not any(out.iterdir()))):
        raise Stop(f"{out} is not a site that meshmark wrote: empty it, or choose another --out")
    out.parent.mkdir(parents=True, exist_ok=True)
    standing = _standing(files.rows(out) if left.rows is None else left.rows)
    site = _Site((_NOTE, *made), originals, left.kept, out)
    asked = site.paths - left.kept
    stand = {output.path for output in site.some(asked) if _same(out, output)} if standing else set[str]()
    new = frozenset(asked - stand)
    gone = standing - site.paths
    mends = standing and len(new) + len(gone) <= len(site.paths) // _SHARE and not _in_the_way(new, standing)
    with tempfile.TemporaryDirectory(prefix=f".{out.name}-", dir=out.parent) as scratch:
        if mends:
            _mend(out, list(site.some(new)), gone, Path(scratch), tell)
        else:
            _replace(out, site, new, Path(scratch), tell)
    tell(len(site.paths) - 1)
    return new | gone if mends else None


class _Site:
    """All that is to be written; what is read from git stands in memory only while it is looked at."""

    def __init__(self, made: Sequence[Output], originals: Originals, kept: frozenset[str], out: Path) -> None:
        self._made = {output.path: output for output in made}
        self._originals = originals
        self._out = out
        self.paths = self._made.keys() | originals.ids.keys() | kept

    def some(self, paths: Collection[str]) -> Iterator[Output]:
        """Give the files at some paths, those of one folder behind each other."""
        ordered = sorted(paths)
        yield from (self._made[path] for path in ordered if path in self._made)
        read = self._originals.contents([path for path in ordered if path in self._originals.ids])
        yield from (Output(path=path, content=content) for path, content in read)
        for path in ordered:
            if path not in self._made and path not in self._originals.ids:
                yield Output(path=path, content=(self._out / path).read_bytes())


def _standing(rows: Mapping[str, Row]) -> frozenset[str]:
    """Give the files of the old site; none if anything in it is neither a plain file nor a folder that has some."""
    plain = frozenset(path for path, row in rows.items() if files.is_plain(row))
    return plain if rows.keys() == plain | {f"{folder}/" for folder in files.folders(plain)} else frozenset()


def _same(out: Path, output: Output) -> bool:
    path = f"{out}/{output.path}"
    with contextlib.suppress(OSError):
        known = os.lstat(path)
        if stat.S_ISREG(known.st_mode) and known.st_size == len(output.content):
            with open(path, "rb", buffering=0) as file:  # noqa: PTH123 - by the thousand, where a `Path` costs half of it
                return file.readall() == output.content
    return False


def _in_the_way(new: Collection[str], standing: frozenset[str]) -> bool:
    """Say whether a folder would have to take the place of a file, or a file that of a folder."""
    return not (files.folders(standing).isdisjoint(new) and standing.isdisjoint(files.folders(new)))


def _mend(out: Path, new: Sequence[Output], gone: Iterable[str], scratch: Path, tell: Tell) -> None:
    """Put files with other bytes into the old site, and take away what has no place in the new one."""
    for number, output in enumerate(new):
        (scratch / str(number)).write_bytes(output.content)
        tell(number)
    with _undivided():
        for number, output in enumerate(new):
            target = out / output.path
            target.parent.mkdir(parents=True, exist_ok=True)
            (scratch / str(number)).replace(target)
        for path in gone:
            (out / path).unlink(missing_ok=True)
        for folder in sorted({parent for path in gone for parent in (out / path).parents}, reverse=True):
            if out in folder.parents:
                # Where something is left, or somebody was quicker, there is nothing to do.
                with contextlib.suppress(OSError):
                    folder.rmdir()


@contextlib.contextmanager
def _undivided() -> Iterator[None]:
    """Let interrupts wait until the block has ended; a mask would not do, for other threads would take them."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    held = list[int]()
    before = {one: signal.signal(one, lambda number, _: held.append(number)) for one in _INTERRUPTS}
    try:
        yield
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)
        for number in held:
            signal.raise_signal(number)


def _replace(out: Path, site: _Site, new: frozenset[str], scratch: Path, tell: Tell) -> None:
    fresh, old = scratch / "fresh", scratch / "old"
    made = set[str]()
    stand = sorted(path for path in site.paths - new if _linked(out, fresh, path, made))
    remain = sorted(new | (site.paths - new).difference(stand))
    for path in remain:
        _folder(fresh, path, made)
    some = (remain[start : start + _AT_ONCE] for start in range(0, len(remain), _AT_ONCE))
    tasks = [partial(_put, fresh, site, paths) for paths in some]
    forking.shared(
        tasks, count=None if _AT_ONCE < len(remain) < _ALONE else 1, tell=lambda done: tell(len(stand) + done)
    )
    _swap(out, fresh, old)


def _put(fresh: Path, site: _Site, paths: Sequence[str], written: Count) -> None:
    for output in site.some(paths):
        with open(f"{fresh}/{output.path}", "wb") as file:  # noqa: PTH123 - by the thousand, where a `Path` costs half of it
            file.write(output.content)
        written()


def _linked(out: Path, fresh: Path, path: str, made: set[str]) -> bool:
    """Let a file that keeps its bytes stand in the new folder too, if the disk can do that."""
    _folder(fresh, path, made)
    with contextlib.suppress(OSError):
        os.link(f"{out}/{path}", f"{fresh}/{path}")
        return True
    return False


def _folder(fresh: Path, path: str, made: set[str]) -> None:
    """Make the folder of a file and those around it, as far as they are not `made`."""
    folder = path.rpartition("/")[0]
    if folder not in made:
        if folder:
            _folder(fresh, folder, made)
        os.mkdir(f"{fresh}/{folder}")  # noqa: PTH102 - by the thousand, where a `Path` costs half of it
        made.add(folder)


def _swap(out: Path, fresh: Path, old: Path) -> None:
    existed = out.exists()
    try:
        if existed:
            out.rename(old)
        fresh.rename(out)
    except BaseException:
        # An interrupt is no reason to be left without a site.
        if existed and not out.exists():
            old.rename(out)
        raise
    shutil.rmtree(old, ignore_errors=True)
