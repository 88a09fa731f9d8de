"""Copies of this process that share its work: each sees all that stood in memory, and sends back what it made.

Only where the system copies processes safely and there are processors to spare. Whatever goes wrong in a copy is
no trouble of its own: this process then does everything itself, and meets the trouble where it would have anyway.
"""

from __future__ import annotations

import contextlib
import gc
import itertools
import mmap
import os
import pickle
import select
import signal
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator, Sequence
from typing import IO, Final, Generic, NoReturn, TypeAlias, TypeVar

from generator import machine

_T = TypeVar("_T")
Count: TypeAlias = Callable[[], object]
"""What a task calls whenever it has finished one more of its files."""
Task: TypeAlias = Callable[[Count], _T]
Tell: TypeAlias = Callable[[int], None]
_LENGTH: Final = 8
_PATIENCE: Final = 0.1
"""Seconds between two looks at what the copies have made."""
_NUMBER: Final = 2
"""Bytes of the number of a task."""


def silent(_done: int) -> None:
    """Tell nobody."""


def shared(tasks: Sequence[Task[_T]], *, count: int | None = None, tell: Tell = silent) -> list[_T]:
    """Give what each task gives, in their order; `count` is the number of processes, as many as help by default.

    `tell` hears now and then how many files all of them have made. A task may raise anything, and then so
    does this, as if there was one process; what it gives must be fit for pickling.
    """
    helpers = min(machine.cores() if count is None else count, len(tasks)) - 1
    made = _together(tasks, helpers, tell) if helpers > 0 and _can() else None
    return _alone(tasks, tell) if made is None else made


@contextlib.contextmanager
def meanwhile(task: Callable[[], _T]) -> Iterator[Callable[[], _T]]:
    """Let a copy do a task while the block lasts; what this gives waits for it, once.

    Where there is no copy, or it did not come out well, the task is done when it is asked for.
    """
    copy = _copied(task) if machine.cores() > 1 and _can() else None

    def outcome() -> _T:
        if copy:
            with contextlib.suppress(Exception):
                os.read(copy.fileno(), 1)
                return next(copy.left())[1]
        return task()

    try:
        yield outcome
    finally:
        if copy:
            copy.end()


def _copied(task: Callable[[], _T]) -> _Copy[_T] | None:
    numbers = _numbers(1)
    try:
        return _Copy([lambda _: task()], numbers, _Tally(1), 0)
    except OSError:
        return None
    finally:
        os.close(numbers)


def _alone(tasks: Sequence[Task[_T]], tell: Tell) -> list[_T]:
    done = itertools.count(1)
    return [task(lambda: tell(next(done))) for task in tasks]


def _can() -> bool:
    """Say whether a copy would be whole: other threads do not come along, and elsewhere the system forbids it."""
    return sys.platform == "linux" and threading.active_count() == 1


def _together(tasks: Sequence[Task[_T]], helpers: int, tell: Tell) -> list[_T] | None:
    """Do all tasks with copies; None when it did not come out well."""
    numbers = _numbers(len(tasks))
    # Nothing that stands is searched for cycles again, or every copy would touch and so copy it all.
    gc.freeze()
    copies: list[_Copy[_T]] = []
    tally = _Tally(helpers + 1)
    try:
        copies += (_Copy(tasks, numbers, tally, place) for place in range(1, helpers + 1))
        found = dict(_done(tasks, numbers, lambda: tell(tally.count(0))))
        for copy in copies:
            while not select.select([copy], [], [], _PATIENCE)[0]:
                tell(tally.total)
            found.update(copy.left())
        return [found[number] for number in range(len(tasks))]
    except Exception:  # noqa: BLE001 - a task that cannot be done says so again when this process does it alone
        return None
    finally:
        for copy in copies:
            copy.end()
        os.close(numbers)
        gc.unfreeze()


def _numbers(count: int) -> int:
    """Give a pipe of numbers, of which whoever is free takes the next: written at once, read by one at a time."""
    numbers, put = os.pipe()
    os.write(put, b"".join(number.to_bytes(_NUMBER) for number in range(count)))
    os.close(put)
    return numbers


def _done(tasks: Sequence[Task[_T]], numbers: int, made: Count) -> Iterator[tuple[int, _T]]:
    while taken := os.read(numbers, _NUMBER):
        number = int.from_bytes(taken)
        yield number, tasks[number](made)


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


class _Copy(Generic[_T]):
    """One copy of this process, at work until no task is left.

    What it made it leaves in a file without a name, task by task, so that neither of the two holds it meanwhile.
    """

    def __init__(self, tasks: Sequence[Task[_T]], numbers: int, tally: _Tally, place: int) -> None:
        self._file = tempfile.TemporaryFile()  # noqa: SIM115 - it is closed at the end
        # Nothing is ever written: the other end closes when the copy ends, however it does.
        self._ended, lasting = os.pipe()
        self._process = os.fork()
        if self._process == 0:
            _work(tasks, numbers, self._file, lambda: tally.count(place))
        os.close(lasting)

    def fileno(self) -> int:
        """Give the descriptor that can be read from once it has ended."""
        return self._ended

    def left(self) -> Iterator[tuple[int, _T]]:
        """Give the number of each task that it did, and what came of it, after it has ended."""
        self._file.seek(0)
        with contextlib.suppress(EOFError):
            while True:
                yield pickle.load(self._file)  # noqa: S301 - this very program wrote it, and nobody else could

    def end(self) -> None:
        """End it at once, if it has not ended: it holds nothing that anybody needs."""
        os.close(self._ended)
        self._file.close()
        with contextlib.suppress(OSError):
            os.kill(self._process, signal.SIGKILL)
        os.waitpid(self._process, 0)


def _work(tasks: Sequence[Task[_T]], numbers: int, file: IO[bytes], made: Count) -> NoReturn:
    """Be a copy; never comes back."""
    # Ctrl-C reaches all, and the first process ends the others. Nothing may be printed twice.
    with contextlib.suppress(BaseException):
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        for done in _done(tasks, numbers, made):
            pickle.dump(done, file, pickle.HIGHEST_PROTOCOL)
        file.flush()
    os._exit(0)
