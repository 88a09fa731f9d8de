"""The one place that writes a site: whole, or nothing at all, and never a file that stands already."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import stat
import tempfile
import threading
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final

from generator.findings import Stop
from generator.forking import Tell, silent
from generator.judgements import Output

MARKER: Final = ".meshmark"
"""A file in every folder that `write` made: only such a folder, or an empty one, is replaced."""

_NOTE: Final = Output(path=MARKER, content=b"This folder is replaced by `meshmark build`.\n")
_INTERRUPTS: Final = (signal.SIGINT, signal.SIGTERM)
_SHARE: Final = 4
"""Up to this part of the files, one in so many, it is quicker to put them into the old site than to make a new one."""


def write(outputs: Sequence[Output], out: Path, tell: Tell = silent) -> None:
    """Put a site into `out`; what is new is written beside it first, and until that stands nothing is changed.

    Where much is new, or the folder is not as it was left, a whole new folder takes the place of the old one, with
    second links to files that keep their bytes. Else the new files take the places of the old ones in one go that
    no interrupt divides; only a power cut could, and the next build would mend that. `tell` hears how many files
    were seen to. Raises `Stop` when `out` is neither empty nor a site that Meshmark wrote.
    """
    out = out.resolve()
    if out.exists() and not (out.is_dir() and ((out / MARKER).is_file() or not any(out.iterdir()))):
        raise Stop(f"{out} is not a site that meshmark wrote: empty it, or choose another --out")
    out.parent.mkdir(parents=True, exist_ok=True)
    site = (_NOTE, *outputs)
    standing = _standing(out)
    new = [output for output in site if not _same(out, output)] if standing else list(site)
    with tempfile.TemporaryDirectory(prefix=f".{out.name}-", dir=out.parent) as scratch:
        gone = standing - {output.path for output in site} if standing else frozenset()
        if standing and len(new) + len(gone) <= len(site) // _SHARE and not _in_the_way(new, gone, standing):
            _mend(out, new, gone, Path(scratch), tell)
        else:
            _replace(out, site, {output.path for output in new}, Path(scratch), tell)
    tell(len(outputs))


def _standing(out: Path) -> frozenset[str]:
    """Give the files of the old site; none if anything in it is no plain file or folder."""
    found = []
    for folder, folders, files in os.walk(out):
        below = os.path.relpath(folder, out)
        prefix = "" if below == "." else f"{below}/"
        if any(os.path.islink(f"{folder}/{name}") for name in (*folders, *files)):  # noqa: PTH114 - the same as below
            return frozenset()
        found += [f"{prefix}{name}" for name in files]
    return frozenset(found)


def _same(out: Path, output: Output) -> bool:
    path = f"{out}/{output.path}"
    with contextlib.suppress(OSError):
        known = os.lstat(path)
        if stat.S_ISREG(known.st_mode) and known.st_size == len(output.content):
            with open(path, "rb", buffering=0) as file:  # noqa: PTH123 - by the thousand, where a `Path` costs half of it
                return file.readall() == output.content
    return False


def _in_the_way(new: Sequence[Output], gone: Iterable[str], standing: frozenset[str]) -> bool:
    """Say whether a folder would have to take the place of a file, or a file that of a folder."""
    folders = {path[:place] for path in standing for place in _slashes(path)}
    files = standing | frozenset(gone)
    return any(one.path in folders or any(one.path[:at] in files for at in _slashes(one.path)) for one in new)


def _slashes(path: str) -> Iterator[int]:
    return (place for place, character in enumerate(path) if character == "/")


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
            (out / path).unlink()
        for folder in sorted({parent for path in gone for parent in (out / path).parents}, reverse=True):
            if out in folder.parents and not any(folder.iterdir()):
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


def _replace(out: Path, site: Sequence[Output], new: set[str], scratch: Path, tell: Tell) -> None:
    fresh, old = scratch / "fresh", scratch / "old"
    made = set[str]()
    for done, output in enumerate(site):
        folder = output.path.rpartition("/")[0]
        if folder not in made:
            (fresh / folder).mkdir(parents=True, exist_ok=True)
            made.add(folder)
        _put(f"{fresh}/{output.path}", output, None if output.path in new else f"{out}/{output.path}")
        tell(done)
    _swap(out, fresh, old)


def _put(target: str, output: Output, former: str | None) -> None:
    """Write a file, or let the one at `former`, which holds the same bytes, stand here too."""
    if former:
        with contextlib.suppress(OSError):
            os.link(former, target)
            return
    with open(target, "xb") as file:  # noqa: PTH123 - by the thousand, where a `Path` costs half of it
        file.write(output.content)


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
