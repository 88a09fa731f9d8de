"""Copies of this process that share its work: each sees all that stood in memory, and sends back what it made.

Only where the system copies processes safely and there are processors to spare. Whatever goes wrong in a copy is
no trouble of its own: this process then does everything itself, and meets the trouble where it would have anyway.
"""

from __future__ import annotations

import contextlib
import gc
import itertools
import json
import mmap
import os
import select
import signal
import sys
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import IO, Final, NoReturn, TypeAlias

from generator import workers
from generator.judgements import Output

Task: TypeAlias = Callable[[], Iterable[Output]]
Tell: TypeAlias = Callable[[int], None]
_LENGTH: Final = 8
_PATIENCE: Final = 0.1
"""Seconds between two looks at what the copies have made."""
_NUMBER: Final = 2
"""Bytes of the number of a task."""


def silent(_done: int) -> None:
    """Tell nobody."""


def shared(tasks: Sequence[Task], *, count: int | None = None, tell: Tell = silent) -> list[list[Output]]:
    """Give what each task makes, in their order; `count` is the number of processes, as many as help by default.

    `tell` hears now and then how many files all of them have made. A task may raise anything, and then so
    does this, as if there was one process.
    """
    helpers = min(workers.cores() if count is None else count, len(tasks)) - 1
    made = _together(tasks, helpers, tell) if helpers > 0 and _can() else None
    return _alone(tasks, tell) if made is None else made


def _alone(tasks: Iterable[Task], tell: Tell) -> list[list[Output]]:
    made: list[list[Output]] = []
    count = itertools.count(1)
    for task in tasks:
        made.append([])
        for output in task():
            made[-1].append(output)
            tell(next(count))
    return made


def _can() -> bool:
    """Say whether a copy would be whole: other threads do not come along, and elsewhere the system forbids it."""
    return sys.platform == "linux" and threading.active_count() == 1


def _together(tasks: Sequence[Task], helpers: int, tell: Tell) -> list[list[Output]] | None:
    """Do all tasks with copies; None when it did not come out well."""
    # Whoever is free takes the next number out of one pipe: what was written at once is read by one reader at a time.
    numbers, put = os.pipe()
    os.write(put, b"".join(number.to_bytes(_NUMBER) for number in range(len(tasks))))
    os.close(put)
    # Nothing that stands is searched for cycles again, or every copy would touch and so copy it all.
    gc.freeze()
    copies: list[_Copy] = []
    tally = _Tally(helpers + 1)
    try:
        copies += (_Copy(tasks, numbers, tally, place) for place in range(1, helpers + 1))
        found = dict(_done(tasks, numbers, lambda: tell(tally.count(0))))
        for copy in copies:
            while not select.select([copy], [], [], _PATIENCE)[0]:
                tell(tally.total)
            found |= copy.sent()
        return [found[number] for number in range(len(tasks))]
    except Exception:  # noqa: BLE001 - a task that cannot be done says so again when this process does it alone
        return None
    finally:
        for copy in copies:
            copy.end()
        os.close(numbers)
        gc.unfreeze()


def _done(tasks: Sequence[Task], numbers: int, made: Callable[[], object]) -> Iterator[tuple[int, list[Output]]]:
    while taken := os.read(numbers, _NUMBER):
        number = int.from_bytes(taken)
        outputs = []
        for output in tasks[number]():
            outputs.append(output)
            made()
        yield number, outputs


class _Tally:
    """How many files each process has made, in memory that all of them share."""

    def __init__(self, processes: int) -> None:
        self._counts = memoryview(mmap.mmap(-1, processes * _LENGTH)).cast("Q")

    def count(self, place: int) -> int:
        """Count one more of the process at a place, and give the number of all."""
        self._counts[place] += 1
        return self.total

    @property
    def total(self) -> int:
        """The number of all."""
        return sum(self._counts)


class _Copy:
    """One copy of this process, at work until no task is left."""

    def __init__(self, tasks: Sequence[Task], numbers: int, tally: _Tally, place: int) -> None:
        given, answers = os.pipe()
        self._process = os.fork()
        if self._process == 0:
            os.close(given)
            _work(tasks, numbers, answers, lambda: tally.count(place))
        os.close(answers)
        self._given = os.fdopen(given, "rb")

    def fileno(self) -> int:
        """Give the descriptor that it answers through."""
        return self._given.fileno()

    def sent(self) -> dict[int, list[Output]]:
        """Wait for what it made; raise `EOFError` or `ValueError` when it did not end well."""
        header = json.loads(_exactly(self._given, int.from_bytes(_exactly(self._given, _LENGTH))))
        return {
            number: [Output(path=path, content=_exactly(self._given, size)) for path, size in files]
            for number, files in header
        }

    def end(self) -> None:
        """End it at once, if it has not ended: it holds nothing that anybody needs."""
        self._given.close()
        with contextlib.suppress(OSError):
            os.kill(self._process, signal.SIGKILL)
        os.waitpid(self._process, 0)


def _work(tasks: Sequence[Task], numbers: int, answers: int, made: Callable[[], object]) -> NoReturn:
    """Be a copy; never comes back."""
    code = 1
    # Ctrl-C reaches all, and the first process ends the others. Nothing may be printed twice.
    with contextlib.suppress(BaseException):
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        done = list(_done(tasks, numbers, made))
        header = json.dumps([(number, [(one.path, len(one.content)) for one in files]) for number, files in done])
        with os.fdopen(answers, "wb") as stream:
            stream.write(len(header).to_bytes(_LENGTH) + header.encode())
            stream.writelines(one.content for _, files in done for one in files)
        code = 0
    os._exit(code)


def _exactly(stream: IO[bytes], size: int) -> bytes:
    found = stream.read(size)
    if len(found) < size:
        raise EOFError
    return found
