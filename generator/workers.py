"""Other processes of this program that examine pairs: bytes in, what they say out, never a judgement.

A worker is a plain child with two pipes. It needs nothing of how this process was started, knows no
git and no registry, and ends when its pipes do, however this process ended.
"""

from __future__ import annotations

import contextlib
import gc
import json
import marshal
import os
import queue
import subprocess
import sys
import threading
from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from typing import IO, Any, Final, NamedTuple

from generator import examination, transcript
from generator.examination import Examined, examine
from generator.schemas import Schema

_START: Final = """
import gc, json, sys
sys.path[:], threshold = json.loads(sys.argv[1])
gc.set_threshold(*threshold)
from generator import workers
workers.serve()
"""
"""A worker finds modules where this process does, and looks for cycles as rarely."""
_LENGTH: Final = 8


class Parcel(NamedTuple):
    """A pair to examine: where the result stands, its bytes, and those of its sidecar."""

    path: str
    content: bytes
    sidecar: bytes


class Gone(Exception):  # noqa: N818 - it says what happened; its work is done elsewhere
    """A worker ended, or said something that cannot be understood."""


class Worker:
    """One child; what is sent comes back in its order."""

    def __init__(self, schema: Schema, *, bare: bool = False) -> None:
        """Start it, to tell everything or what judgements rest on; raise `Gone` when this machine cannot."""
        self._trusted: AbstractSet[bytes] | None = None
        try:
            self._process = subprocess.Popen(  # noqa: S603 - this very interpreter and program
                [sys.executable, "-P", "-c", _START, json.dumps([sys.path, gc.get_threshold()])],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                # Ctrl-C reaches this process alone, which then ends its children.
                start_new_session=True,
            )
        except OSError as error:
            raise Gone from error
        self._send({"schema": schema.path, "bare": bare, "sizes": [len(schema.content)]}, [schema.content])

    def send(self, parcels: Sequence[Parcel], trusted: AbstractSet[bytes]) -> None:
        """Hand over pairs, to be read if one of the raw keys `trusted` signed them; raise `Gone`."""
        header: dict[str, Any] = {"paths": [parcel.path for parcel in parcels]}
        if trusted != self._trusted:
            header["trusted"] = sorted(key.hex() for key in trusted)
            self._trusted = trusted
        parts = [part for parcel in parcels for part in (parcel.content, parcel.sidecar)]
        self._send(header | {"sizes": [len(part) for part in parts]}, parts)

    def _send(self, header: dict[str, Any], parts: Iterable[bytes]) -> None:
        try:
            _write(self._stdin, json.dumps(header).encode(), *parts)
        except OSError as error:
            raise Gone from error

    def receive(self, paths: Sequence[str]) -> list[Examined]:
        """Wait for what was sent first, which were pairs at `paths`; raise `Gone`."""
        try:
            # Quicker than JSON. This very program says it, and as the same user: nothing here is guarded from it.
            values = marshal.loads(_read(self._stdout))  # noqa: S302
            return [transcript.heard(path, value) for path, value in zip(paths, values, strict=True)]
        except (OSError, EOFError, ValueError, TypeError, KeyError) as error:
            raise Gone from error

    def end(self) -> None:
        """End it at once: it holds nothing that anybody needs."""
        self._process.kill()
        self._process.wait()
        for stream in (self._stdin, self._stdout):
            with contextlib.suppress(OSError):
                stream.close()

    @property
    def _stdin(self) -> IO[bytes]:
        assert self._process.stdin  # noqa: S101 - it was asked for
        return self._process.stdin

    @property
    def _stdout(self) -> IO[bytes]:
        assert self._process.stdout  # noqa: S101 - it was asked for
        return self._process.stdout


def serve() -> None:
    """Be a worker: examine what comes in through standard input until it ends."""
    given, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    # Nothing that a library prints may get between the answers.
    os.dup2(2, 1)
    tasks: queue.SimpleQueue[tuple[dict[str, Any], list[bytes]] | None] = queue.SimpleQueue()
    told: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
    # Both pipes are emptied whatever this process is at, so neither side ever waits for the other.
    threading.Thread(target=_take, args=(given, tasks), daemon=True).start()
    teller = threading.Thread(target=_tell, args=(answers, told), daemon=True)
    teller.start()
    for answer in _examined(iter(tasks.get, None)):
        told.put(answer)
    told.put(None)
    teller.join()


def _take(given: IO[bytes], tasks: queue.SimpleQueue[tuple[dict[str, Any], list[bytes]] | None]) -> None:
    try:
        while True:
            header = json.loads(_read(given))
            tasks.put((header, [_exactly(given, size) for size in header["sizes"]]))
    except (OSError, EOFError):
        tasks.put(None)


def _tell(answers: IO[bytes], told: queue.SimpleQueue[bytes | None]) -> None:
    # Whoever asked may have gone.
    with contextlib.suppress(OSError):
        for answer in iter(told.get, None):
            _write(answers, answer)


def _examined(tasks: Iterator[tuple[dict[str, Any], list[bytes]]]) -> Iterator[bytes]:
    header, parts = next(tasks, ({}, []))
    if not parts:
        return
    schema = Schema(header["schema"], parts[0])
    shown = examination.bare if header["bare"] else lambda one: one
    trusted = frozenset[bytes]()
    for header, parts in tasks:
        if "trusted" in header:
            trusted = frozenset(map(bytes.fromhex, header["trusted"]))
        found = (
            examine(path, content, sidecar, schema, trusted)
            for path, content, sidecar in zip(header["paths"], parts[::2], parts[1::2], strict=True)
        )
        yield marshal.dumps([transcript.told(shown(one)) for one in found])


def _write(stream: IO[bytes], message: bytes, *parts: bytes) -> None:
    stream.write(b"".join((len(message).to_bytes(_LENGTH), message, *parts)))
    stream.flush()


def _read(stream: IO[bytes]) -> bytes:
    return _exactly(stream, int.from_bytes(_exactly(stream, _LENGTH)))


def _exactly(stream: IO[bytes], size: int) -> bytes:
    found = stream.read(size)
    if len(found) < size:
        raise EOFError
    return found
