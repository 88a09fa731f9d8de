"""What a process and all that it starts take of memory, as it runs to its end: Linux tells, sample by sample."""

from __future__ import annotations

import contextlib
import subprocess
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

_EVERY = 0.05
"""Seconds between two looks."""


class Run(NamedTuple):
    """How many seconds a command took, and how many MB at most it and its children held at once."""

    seconds: float
    peak: int


def run(command: Sequence[str], folder: Path) -> Run:
    """Run a command to its end; what several processes share counts once (proportional set size).

    A process counts from the second look at it on: before it runs a program of its own, it has all memory of the
    one that started it (`vfork`), which would be counted twice.
    """
    start, peak, known = time.perf_counter(), 0, frozenset[int]()
    process = subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while process.poll() is None:
        family = frozenset(_family(process.pid))
        peak = max(peak, sum(map(_held, sorted(family & known))))
        known = family
        time.sleep(_EVERY)
    return Run(time.perf_counter() - start, peak // 1024)


def _family(process: int) -> Iterator[int]:
    yield process
    # It may end at any moment.
    with contextlib.suppress(OSError):
        for told in Path(f"/proc/{process}/task").glob("*/children"):
            for child in told.read_text().split():
                yield from _family(int(child))


def _held(process: int) -> int:
    """Give the KB that a process holds; nothing once it has ended."""
    try:
        rows = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return next((int(row.split()[1]) for row in rows if row.startswith("Pss:")), 0)
