"""The verb that makes a result of a run while it happens: record."""

from __future__ import annotations

import argparse
import hashlib
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any, BinaryIO, Final, NamedTuple

from generator import api, console, urls, verbs_import
from generator.findings import Finding, ordered

if TYPE_CHECKING:
    from generator.assembly import Told
    from generator.drafts import Imported, Known
    from generator.stream import Recording

_PATH: Final = "standard input"


_SILENT: Final = Finding(
    rule="import-source",
    path=_PATH,
    message="the stream ended before its first line; nothing was written",
    fix="pipe the harness into this command",
)
_BROKEN_OFF: Final = Finding(
    rule="import-source",
    path=_PATH,
    message="the stream ended without its end line; the result says that the run was aborted",
    fix='run again, or publish it as the aborted run that it is; a whole stream ends with {"end": "completed"}',
)


class _Heard(NamedTuple):
    """What came in: the state at the end, the digest of all bytes, and whether somebody broke it off.

    `hopeless` says why no result could be made of it, found out after the first line.
    """

    state: Recording
    digest: str
    interrupted: bool = False
    hopeless: tuple[Finding, ...] = ()


def add_record(verbs: Any) -> None:
    """Add the verb `record`."""
    verb = console.verb(verbs, "record", "Make a result file of a run while it happens.", run_record)
    verb.add_argument("--mapping", type=Path, metavar="FILE", help="which test of the suite each foreign test is")
    verbs_import.telling_options(verb)
    console.format_options(verb, urls.IMPORT_SCHEMA)
    verb.set_defaults(stop_report=api.stopped_import, source="record", lenient=False)


def run_record(arguments: argparse.Namespace) -> int:
    """Read the stream to its end, however it ends, and write the result of what it told."""
    from generator import importing

    root = console.root(arguments)
    basis = importing.basis(root)
    robot = verbs_import.robot_of(arguments, basis)
    known, told = verbs_import.known_of(arguments, basis, robot), verbs_import.telling(arguments, basis, robot)
    if missing := tuple(_missing(told)):
        return verbs_import.report((), missing, arguments.format)
    started = _now()
    heard = _listen(sys.stdin.buffer, known, told)
    if heard.hopeless or not heard.state.lines:
        return verbs_import.report((), heard.hopeless or (_SILENT,), arguments.format)
    finished = _now()
    # Nothing may be lost now: whoever interrupts again waits for a file to be written.
    with _answering(signal.SIGINT, signal.SIG_IGN):
        found = _timed(heard.state, started, finished)
        outcome = importing.assembled(_PATH, found, heard.digest, replace(told, now=finished), basis.result)
        written, findings = importing.write(root, [outcome])
    broken = () if heard.state.end else (_BROKEN_OFF,)
    code = verbs_import.report(written, ordered((*outcome.findings, *findings, *broken)), arguments.format)
    return console.INTERRUPTED if heard.interrupted else code


def _missing(told: Told) -> Iterator[Finding]:
    """Say what no stream can tell, before a run of an hour is lost for want of it."""
    for flag, value in (("--publisher", told.publisher), ("--kubernetes", told.kubernetes or told.transcribed_from)):
        if not value:
            fix = f"give {flag}, or write it into .meshmark-robot.yaml" if flag == "--publisher" else f"give {flag}"
            yield Finding(rule="import-untold", path=_PATH, message=f"a stream cannot tell {flag}", fix=fix)


def _listen(source: BinaryIO, known: Known, told: Told) -> _Heard:
    """Read lines until they end or somebody breaks it off, and show on a terminal how far it is."""
    from generator import stream

    state, digest = stream.begin(_PATH, known), hashlib.sha256()
    total = len(state.tests)
    try:
        # The end that a CI system or a closed terminal brings is an interrupt too.
        with _answering(signal.SIGTERM, _interrupt), _answering(signal.SIGHUP, _interrupt), console.live(total) as show:
            for line in _lines(source, stream.MAX_LINE + 1, digest.update):
                state = stream.advance(state, line, known)
                if state.lines == 1 and (hopeless := _hopeless(state, told)):
                    return _Heard(state, digest.hexdigest(), hopeless=hopeless)
                show(len(state.seen), _words(state))
                if state.end:
                    break
    except KeyboardInterrupt:
        return _Heard(state, digest.hexdigest(), interrupted=True)
    return _Heard(state, digest.hexdigest())


def _hopeless(state: Recording, told: Told) -> tuple[Finding, ...]:
    """Say what keeps the stream from ever becoming a result, before a run of an hour is lost for it."""
    from generator import assembly, stream

    draft = stream.draft(state)
    if draft is None:
        return stream.finished(state).findings
    return assembly.assemble(draft, told, "0" * 64).findings


def _words(state: Recording) -> str:
    counts = ", ".join(f"{number} {outcome}" for outcome, number in state.counts)
    wrong = f"; wrong: {state.wrong}" if state.wrong else ""
    return f"{state.last}: {counts}{wrong}" if state.last else f"waiting for the first test{wrong}"


def _timed(state: Recording, started: datetime, finished: datetime) -> Imported:
    from generator import stream

    found = stream.finished(state)
    drafts = tuple(replace(draft, started_at=started, finished_at=finished) for draft in found.drafts)
    return replace(found, drafts=drafts)


def _lines(source: BinaryIO, limit: int, passing: Callable[[bytes], object]) -> Iterator[bytes]:
    """Give lines of at most `limit` bytes as they come, passing all bytes on; the rest of a longer line is dropped."""
    while line := source.readline(limit):
        passing(line)
        rest = line
        while not rest.endswith(b"\n") and (rest := source.readline(limit)):
            passing(rest)
        yield line


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


@contextmanager
def _answering(number: signal.Signals, how: Any) -> Iterator[None]:
    """Answer a signal in another way for a while."""
    before = signal.signal(number, how)
    try:
        yield
    finally:
        signal.signal(number, before)


def _now() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)
