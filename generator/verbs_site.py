"""The verb that makes the site, and the steps of making it that `serve` repeats."""

from __future__ import annotations

import argparse
import contextlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from generator import console, standing, terminal, trust, urls
from generator.findings import Severity
from generator.standing import Standing, Told

if TYPE_CHECKING:
    from generator.judgements import Ledger
    from generator.ledger import Reader
    from generator.originals import Originals
    from generator.site import Draft, Site
    from generator.templating import Compiled

Read: TypeAlias = "tuple[Ledger, Originals]"
"""All that was read from a commit, and the files that are published as they are."""


def options(verb: argparse.ArgumentParser) -> None:
    """Add what says which site is made of what."""
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
    options(console.verb(verbs, "build", "Build the site from the results of the last commit.", run_build))


def run_build(arguments: argparse.Namespace) -> int:
    """Read, judge, plan and write; a quarantined result leaves the site publishable."""
    return Making(arguments).build()


class Making:
    """The making of one site, once or again and again."""

    def __init__(self, arguments: argparse.Namespace) -> None:
        self._arguments = arguments
        self._reader: Reader | None = None
        self._last: Read | None = None
        self._places: Mapping[str, str] = {}
        self._compiled: Compiled | None = None

    def build(self, drafted: Callable[[Draft], object] = lambda _: None) -> int:
        """Make the site, print what is wrong, and give the exit code; `drafted` hears of it before it is finished."""
        arguments = self._arguments
        made_of = _made_of(arguments) if arguments.cache else ""
        before = Standing(arguments.cache, out(arguments)) if arguments.cache else None
        told = before.told(made_of) if before else None
        if told is None:
            with before.looked_at() if before else contextlib.nullcontext():
                told, made, written = self._made(before, drafted)
            if before:
                # What changed meanwhile may have gone into the site, or not.
                known = (made_of, told) if made_of == _made_of(arguments) else None
                before.keep(made.parts, made.originals.ids, known, written)
        console.print_lines(told.lines)
        return told.code

    def _read(self) -> Read:
        """Read a commit once: a template that changes is no reason to judge the same history again."""
        from generator import ledger, originals, watching

        root, revision = console.root(self._arguments), console.revision(self._arguments)
        if self._last is None or self._last[0].head != watching.named(root, revision):
            self._reader = self._reader or ledger.Reader(root, trust.expected(self._arguments))
            book = self._reader.read(revision, console.watch)
            self._last = book, originals.at(root, book.head, (urls.REGISTRY_FOLDER, urls.RESULTS, urls.SCHEMAS))
        return self._last

    def _made(
        self, before: Standing | None, drafted: Callable[[Draft], object]
    ) -> tuple[Told, Site, frozenset[str] | None]:
        from generator import site, templating, writing

        book, files = self._read()
        as_of, past = self._arguments.as_of or book.committed_at, self._arguments.at is not None
        folder, templates = out(self._arguments), console.root(self._arguments) / urls.TEMPLATES
        compiled = self._compiled = self._compiled or templating.Compiled(self._arguments.cache)
        with console.progress("rendering") as tell:
            manner = site.Manner(past=past, tell=tell, standing=before, places=self._places, compiled=compiled)
            draft = site.Draft(book, files, as_of, templates, manner)
            drafted(draft)
            made = draft.finished()
        compiled.keep()
        self._places = {**self._places, **made.places}
        with console.progress("writing", len(made)) as tell:
            kept = made.kept | (before.originals(made.originals.ids) if before else frozenset())
            left = writing.Left(kept, before.rows if before else None)
            written = writing.write(made.made, folder, tell, made.originals, left)
        loud = [finding for finding in book.findings if finding.severity is not Severity.NOTICE]
        count = len(book.entries)
        total = f"{len(made)} files in {folder}; {count} {'result counts' if count == 1 else 'results count'}"
        lines = (*terminal.finding_lines(loud), f"{total}; {terminal.count_line(book.findings)}")
        return Told(lines=lines, code=console.code(book.findings)), made, written


def out(arguments: argparse.Namespace) -> Path:
    """Give the folder of the site."""
    return arguments.out or console.root(arguments) / urls.OUT


def _made_of(arguments: argparse.Namespace) -> str:
    """Give the digest of all that the site will be made of; raise `Stop` when the repository cannot be read."""
    from generator import watching

    root, published = console.root(arguments), arguments.published_checkpoint
    facts = (
        str(root),
        str(out(arguments)),
        watching.head(root, console.revision(arguments)),
        str(arguments.at is not None),
        str(arguments.as_of),
        str(arguments.trust_root),
        published.read_text(errors="replace") if published and published.is_file() else str(published),
    )
    return standing.made_of(facts, root / urls.TEMPLATES)
