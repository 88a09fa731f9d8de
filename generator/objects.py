"""Many git objects at once: ids in, bytes out, through processes that stay open."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from typing import IO, Any, Final, TypeAlias

Start: TypeAlias = Callable[[str], Any]
"""Starts `git cat-file` in one of its ways, with pipes for its standard input and output."""

_ASKED: Final = 200
"""Ids in one question: few enough to fit into a pipe, so that asking never waits for the answer."""
_CHUNK: Final = 1 << 16


def tokens(stream: IO[bytes]) -> Iterator[bytes]:
    """Split what a git command says with `-z`."""
    rest = b""
    while chunk := stream.read(_CHUNK):
        *whole, rest = (rest + chunk).split(b"\0")
        yield from whole


class Objects:
    """Reads objects by full id; what git does not have, or cannot read, is None."""

    def __init__(self, start: Start) -> None:
        self._start = start
        self._processes: dict[str, Any] = {}

    def headers(self, ids: Sequence[str]) -> list[tuple[str, int] | None]:
        """Give (kind, size) of each object."""
        return [header and header[:2] for header in self._answers("--batch-check", ids)]

    def read(self, ids: Sequence[str]) -> list[tuple[str, bytes] | None]:
        """Give (kind, bytes) of each object, whatever its size."""
        return [found and (found[0], found[2]) for found in self._answers("--batch", ids)]

    def blobs(self, ids: Sequence[str], limit: int) -> list[bytes | None]:
        """Give the bytes of each blob of at most `limit` bytes; None for anything else."""
        return [found[2] if found and found[0] == "blob" else None for found in self._answers("--batch", ids, limit)]

    def _answers(
        self, how: str, ids: Sequence[str], limit: int | None = None
    ) -> Iterator[tuple[str, int, bytes] | None]:
        for start in range(0, len(ids), _ASKED):
            asked = ids[start : start + _ASKED]
            answers = list[tuple[str, int, bytes] | None]()
            try:
                process: Any = self._processes.get(how) or self._start(how)
                self._processes[how] = process
                process.stdin.write("".join(f"{object_id}\n" for object_id in asked).encode())
                process.stdin.flush()
                while len(answers) < len(asked):
                    answers.append(_answer(process.stdout, limit, with_bytes=how == "--batch"))
            except (OSError, EOFError):
                # A broken object ends the process, and so do we with one that is too large. Which
                # one it was is found out one by one.
                self._end(how)
                if len(asked) > 1:
                    yield from (answer for one in asked for answer in self._answers(how, [one], limit))
                    continue
                answers = [None]
            yield from answers

    def _end(self, how: str) -> None:
        """End a git process in the middle of whatever it says; what goes wrong at its end is of no interest."""
        process = self._processes.pop(how, None)
        if process:
            for stream in (process.stdout, process.stdin):
                with contextlib.suppress(Exception):
                    stream.close()
            process.wait()

    def close(self) -> None:
        """End the processes."""
        for how in list(self._processes):
            self._end(how)


def _answer(stream: Any, limit: int | None, *, with_bytes: bool) -> tuple[str, int, bytes] | None:
    header = stream.readline().split()
    if not header:
        raise EOFError
    if len(header) != 3:
        return None
    kind, size = header[1].decode(), int(header[2])
    if limit is not None and size > limit:
        raise EOFError
    content = stream.read(size + 1) if with_bytes else b""
    if with_bytes and len(content) <= size:
        raise EOFError
    return kind, size, content[:-1]
