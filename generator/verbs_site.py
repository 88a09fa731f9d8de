"""The verbs that make the site: build and serve."""

from __future__ import annotations

import argparse
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from generator import console, memory, printing, trust, urls
from generator.findings import Severity, Stop
from generator.memory import Memory, Told

if TYPE_CHECKING:
    from generator.judgements import Ledger
    from generator.originals import Originals
    from generator.watching import State

Read: TypeAlias = "tuple[Ledger, Originals]"
"""All that was read from a commit, and the files that are published as they are."""

_EVERY: Final = 0.3
"""Seconds between two looks at what a served site is made of."""


def _options(verb: argparse.ArgumentParser) -> None:
    verb.add_argument("--out", type=Path, metavar="DIR", help="where the site goes (default: public/)")
    verb.add_argument(
        "--as-of",
        type=console.moment,
        metavar="DATE",
        help="the date by which ages are computed (default: the date of the commit)",
    )
    console.past_option(verb)
    trust.add_options(verb)


def add_build(verbs: Any) -> None:
    """Add the verb `build`."""
    _options(console.verb(verbs, "build", "Build the site from the results of the last commit.", run_build))


def run_build(arguments: argparse.Namespace) -> int:
    """Read, judge, plan and write; a quarantined result leaves the site publishable."""
    return _build(arguments, lambda: _read(arguments))


def _build(arguments: argparse.Namespace, read: Callable[[], Read]) -> int:
    made_of = _made_of(arguments) if arguments.cache else ""
    kept = Memory(arguments.cache, _out(arguments), made_of) if arguments.cache else None
    told = kept.told() if kept else None
    if told is None:
        told = _made(arguments, read())
        # What changed meanwhile may have gone into the site, or not.
        if kept and made_of == _made_of(arguments):
            kept.keep(told)
    console.print_lines(told.lines)
    return told.code


def _out(arguments: argparse.Namespace) -> Path:
    return arguments.out or console.root(arguments) / urls.OUT


def _made_of(arguments: argparse.Namespace) -> str:
    """Give the digest of all that the site will be made of; raise `Stop` when the repository cannot be read."""
    from generator import watching

    root, published = console.root(arguments), arguments.published_checkpoint
    facts = (
        str(root),
        str(_out(arguments)),
        watching.head(root, console.revision(arguments)),
        str(arguments.at is not None),
        str(arguments.as_of),
        str(arguments.trust_root),
        published.read_text(errors="replace") if published and published.is_file() else str(published),
    )
    return memory.made_of(facts, root / urls.TEMPLATES)


def _read(arguments: argparse.Namespace) -> Read:
    from generator import ledger, originals

    root, revision = console.root(arguments), console.revision(arguments)
    book = ledger.read(root, revision, trust.expected(arguments), console.watch)
    return book, originals.at(root, book.head, (urls.REGISTRY_FOLDER, urls.RESULTS, urls.SCHEMAS))


def _made(arguments: argparse.Namespace, read: Read) -> Told:
    from generator import site, writing

    book, files = read
    as_of, past = arguments.as_of or book.committed_at, arguments.at is not None
    out, templates = _out(arguments), console.root(arguments) / urls.TEMPLATES
    with console.progress("rendering") as tell:
        made = site.plan(book, files, as_of, templates, site.Manner(past=past, tell=tell, cache=arguments.cache))
    with console.progress("writing", len(made)) as tell:
        writing.write(made.made, out, tell, made.originals)
    loud = [finding for finding in book.findings if finding.severity is not Severity.NOTICE]
    count = f"{len(made)} files in {out}; {len(book.entries)} results count; {printing.count_line(book.findings)}"
    return Told(lines=(*printing.finding_lines(loud), count), code=console.code(book.findings))


def add_serve(verbs: Any) -> None:
    """Add the verb `serve`."""
    verb = console.verb(verbs, "serve", "Build the site and show it on this machine.", run_serve)
    _options(verb)
    verb.add_argument("--port", type=int, default=8000, help="the port on 127.0.0.1 (default: 8000; 0: any)")


def run_serve(arguments: argparse.Namespace) -> int:
    """Build and serve; build again whenever something changed, until interrupted."""
    from generator import server, watching

    root, revision = console.root(arguments), console.revision(arguments)
    before = watching.state(root, revision)
    read = _rereading(arguments)
    code = _build(arguments, read)
    try:
        web = server.serve(_out(arguments), arguments.port, follow=True)
    except (OSError, OverflowError) as error:
        reason = getattr(error, "strerror", None) or error
        raise Stop(f"port {arguments.port} cannot be used ({reason}): choose another with --port") from error
    with server.beside(web):
        # A shell starts what runs behind it with this signal ignored.
        signal.signal(signal.SIGINT, signal.default_int_handler)
        print(f"the site is at http://127.0.0.1:{web.server_port}/ until Ctrl-C", flush=True)
        try:
            for known, found in watching.changes(lambda: watching.state(root, revision), before, _EVERY):
                code = _rebuilt(arguments, read, known, found, code)
                web.changed()
        except KeyboardInterrupt:
            print()
    return code


def _rereading(arguments: argparse.Namespace) -> Callable[[], Read]:
    """Give what reads a commit once: a template that changes is no reason to judge the same history again."""
    from generator import watching

    last: list[Read] = []

    def read() -> Read:
        if not last or last[0][0].head != watching.head(console.root(arguments), console.revision(arguments)):
            last[:] = [_read(arguments)]
        return last[0]

    return read


def _rebuilt(arguments: argparse.Namespace, read: Callable[[], Read], known: State, found: State, code: int) -> int:
    if known.programme != found.programme and known.head == found.head:
        print(f"{urls.PROGRAMME} changed: the site follows once that is committed", flush=True)
    if (known.head, known.templates) == (found.head, found.templates):
        return code
    try:
        code = _build(arguments, read)
    except Stop as stop:
        code = console.stopped(stop, arguments)
        print("the site stays as it was")
    sys.stdout.flush()
    return code
