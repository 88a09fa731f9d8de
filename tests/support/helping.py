"""Real workers that many tests share, for starting one takes longer than most stories."""

from __future__ import annotations

import atexit
from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from contextlib import contextmanager

import pytest

from generator import foresight, machine
from generator.examination import Examined
from generator.schemas import Schema
from generator.workers import Parcel, Worker

_IDLE: dict[tuple[bytes, bool], list[Worker]] = {}


@atexit.register
def _dismiss() -> None:
    for idle in _IDLE.values():
        while idle:
            idle.pop().end()


class Lent:
    """A worker that goes back to the others when nothing is owed any more."""

    examined = 0
    """Pairs that came back so far, from all."""

    def __init__(self, schema: Schema, *, bare: bool = False) -> None:
        self._idle = _IDLE.setdefault((schema.content, bare), [])
        self._worker = self._idle.pop() if self._idle else Worker(schema, bare=bare)
        self._owed = 0

    def send(self, parcels: Sequence[Parcel], trusted: AbstractSet[bytes]) -> None:
        self._owed += 1
        self._worker.send(parcels, trusted)

    def receive(self, paths: Sequence[str]) -> list[Examined]:
        found = self._worker.receive(paths)
        self._owed -= 1
        Lent.examined += len(found)
        return found

    def end(self) -> None:
        if self._owed:
            self._worker.end()
        else:
            self._idle.append(self._worker)


@contextmanager
def helped(least: int = 1) -> Iterator[None]:
    """Have pairs examined ahead by two workers, from the first few on and on any machine."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(foresight, "LEAST", least)
        patch.setattr(foresight, "Worker", Lent)
        patch.setattr(machine, "cores", lambda: 2)
        yield
