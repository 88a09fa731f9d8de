"""Looks ahead along the main line and has pairs examined before the walk asks: the same answers, sooner.

What is foreseen is never a judgement and may be wrong: the walk asks by object ids, and whatever
nobody knows yet it finds out alone.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from typing import Final, NamedTuple, TypeAlias

from generator import machine, sshsig, urls
from generator.arrival import REGULAR, RESULT_PATH
from generator.documents import MAX_BYTES
from generator.examination import Examined
from generator.findings import Stop
from generator.model import Blob, Transition
from generator.schemas import Schema
from generator.workers import Gone, Parcel, Worker

Blobs: TypeAlias = Callable[[Sequence[str], int], Sequence[bytes | None]]
"""Gives the bytes of many blobs of at most the limit; None for what is anything else."""
Key: TypeAlias = tuple[str, str, str]
"""Path, and the object ids of the result and of its sidecar."""

LEAST: Final = 500
"""Pairs below which starting workers costs more than they save."""
_AT_ONCE: Final = 32
"""Pairs in one message to a worker."""
_DEEP: Final = 3
"""Messages that may wait at each worker."""
_LONGEST: Final = 10_000
"""Transitions that may wait for the walk."""


class _Flight(NamedTuple):
    worker: Worker
    keys: tuple[Key, ...]


class Foresight:
    """Feeds the walk with transitions while workers examine what the next ones bring.

    `trusted` gives the raw keys of the registry in force. As long as a transition that touches the
    registry waits, nothing behind it is examined: the keys are those that the walk will ask for.
    """

    def __init__(
        self,
        blobs: Blobs,
        schema: Schema,
        trusted: Callable[[], AbstractSet[bytes]],
        *,
        count: int | None = None,
        least: int | None = None,
    ) -> None:
        self._blobs = blobs
        self._schema = schema
        self._trusted = trusted
        self._count = machine.cores() if count is None else count
        self._least = LEAST if least is None else least
        self.has: Callable[[str, str, str], bool] = lambda *_: False
        """Says what need not be examined, because somebody else will tell it."""
        self.bare = False
        """Whether nobody wants to hear more than what judgements rest on."""
        self._workers: list[Worker] = []
        self._standing: dict[str, tuple[Blob | None, Blob | None]] = {}
        self._queue: deque[tuple[Transition, tuple[Key, ...]]] = deque()
        self._unsent: deque[Key] = deque()
        self._expected: set[Key] = set()
        self._flights: deque[_Flight] = deque()
        self._ready: dict[Key, Examined] = {}

    def ahead(self, transitions: Iterable[Transition]) -> Iterator[Transition]:
        """Pass transitions through in their order, a little later than they come."""
        for transition in self._until_stopped(transitions):
            if isinstance(transition, Stop):
                # What came before might have stopped the walk for a reason of its own.
                yield from self._passed(0)
                raise transition
            decides = any(change.path.startswith(f"{urls.REGISTRY_FOLDER}/") for change in transition.changes)
            if decides:
                yield from self._passed(0)
            keys = tuple(key for key in self._foreseen(transition) if not self.has(*key))
            self._queue.append((transition, keys))
            self._expected.update(keys)
            self._unsent.extend(keys)
            if not decides:
                self._dispatch()
            yield from self._passed(0 if decides else self._room())
        yield from self._passed(0)

    @staticmethod
    def _until_stopped(transitions: Iterable[Transition]) -> Iterator[Transition | Stop]:
        try:
            yield from transitions
        except Stop as stop:
            yield stop

    def _room(self) -> int:
        return self._least if not self._workers else len(self._workers) * _DEEP * _AT_ONCE

    def _passed(self, room: int) -> Iterator[Transition]:
        while self._queue and (not room or len(self._expected) > room or len(self._queue) > _LONGEST):
            transition, keys = self._queue.popleft()
            yield transition
            if self._trusted():
                for key in keys:
                    self._expected.discard(key)
                    self._ready.pop(key, None)

    def _foreseen(self, transition: Transition) -> Iterator[Key]:
        touched = dict[str, None]()
        for change in transition.changes:
            if change.path.startswith(f"{urls.RESULTS}/"):
                owner = change.path.removesuffix(".sig")
                result, sidecar = self._standing.get(owner, (None, None))
                self._standing[owner] = (change.blob, sidecar) if owner == change.path else (result, change.blob)
                touched[owner] = None
        for owner in touched:
            result, sidecar = self._standing[owner]
            if result and sidecar and result.mode == sidecar.mode == REGULAR and RESULT_PATH.fullmatch(owner):
                yield owner, result.id, sidecar.id

    def known(self, path: str, result: str, sidecar: str) -> Examined | None:
        """Give what was found out about a pair, waiting for it where needed; None where nobody looks at it."""
        key = (path, result, sidecar)
        while key in self._expected and key not in self._ready:
            self._dispatch(partly=True)
            if not self._flights:
                break
            self._land()
        self._expected.discard(key)
        return self._ready.pop(key, None)

    def _dispatch(self, *, partly: bool = False) -> None:
        """Send what waits to workers that have room; start them once there is enough for them."""
        trusted = self._trusted()
        if not trusted or not (self._workers or self._started()):
            return
        while len(self._unsent) >= (1 if partly else _AT_ONCE):
            waiting = [sum(flight.worker is worker for flight in self._flights) for worker in self._workers]
            if not waiting or min(waiting) >= _DEEP:
                return
            self._send(self._workers[waiting.index(min(waiting))], trusted)

    def _started(self) -> bool:
        if self._count < 2 or len(self._expected) < self._least:
            return False
        try:
            while len(self._workers) < self._count:
                self._workers.append(Worker(self._schema, bare=self.bare))
        except Gone:
            self._count = 0
        return bool(self._workers)

    def _send(self, worker: Worker, trusted: AbstractSet[bytes]) -> None:
        keys = [self._unsent.popleft() for _ in range(min(_AT_ONCE, len(self._unsent)))]
        keys = [key for key in keys if key in self._expected]
        results = self._blobs([result for _, result, _ in keys], MAX_BYTES)
        sidecars = self._blobs([sidecar for _, _, sidecar in keys], sshsig.MAX_BYTES)
        parcels = dict[Key, Parcel]()
        for key, content, sidecar in zip(keys, results, sidecars, strict=True):
            if content is None or sidecar is None:
                self._expected.discard(key)
            else:
                parcels[key] = Parcel(key[0], content, sidecar)
        if not parcels:
            return
        self._flights.append(_Flight(worker, tuple(parcels)))
        try:
            worker.send(list(parcels.values()), trusted)
        except Gone:
            self._lost(worker)

    def _land(self) -> None:
        worker, keys = self._flights[0]
        try:
            examined = worker.receive([path for path, _, _ in keys])
        except Gone:
            self._lost(worker)
            return
        self._flights.popleft()
        self._ready.update(zip(keys, examined, strict=True))

    def _lost(self, worker: Worker) -> None:
        """Do without a worker: the walk examines what it had, and nobody takes its place."""
        worker.end()
        self._count = 0
        self._workers.remove(worker)
        for flight in self._flights:
            if flight.worker is worker:
                self._expected.difference_update(flight.keys)
        self._flights = deque(flight for flight in self._flights if flight.worker is not worker)

    def close(self) -> None:
        """End the workers."""
        while self._workers:
            self._workers.pop().end()
