"""Atom feeds (RFC 4287): of all results, of each mesh, and of what moved between runs.

Ids are tag URIs (RFC 4151) made of the programme's address and of names that never change; dates
are those that publishers signed.
"""

from __future__ import annotations

import hashlib
import itertools
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final, TypeAlias, TypeVar
from urllib.parse import urlsplit

from markupsafe import Markup

from generator import urls, wording
from generator.chronicle import Line, Move
from generator.judgements import Assessment, Entry, Ledger, Output
from generator.markup import fill

MEDIA_TYPE: Final = "application/atom+xml"
MAX_ENTRIES: Final = 100
TAG_YEAR: Final = "2026"
"""RFC 4151 asks for a date at which the address was the programme's; it is part of every id, for ever."""


Place: TypeAlias = Callable[[Entry, str], str]
"""Where a run is told, or the part of it with an anchor: a path below the site's root."""

_Thing = TypeVar("_Thing")


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One entry of a feed; `page` is a path below the site's root, `name` its part of the id."""

    name: str
    title: str
    summary: str
    page: str
    updated: datetime


def outputs(
    ledger: Ledger, lines: Iterable[Line], log: Iterable[Move], titles: Mapping[str, str], place: Place
) -> Iterator[Output]:
    """Give the feeds of all meshes; `log` holds the moves of all lines, and `place` says where a run is told."""
    title = ledger.programme.title
    runs = itertools.chain.from_iterable(line.runs for line in lines)
    yield _feed(ledger, urls.SITE_FEED, title, urls.FRONT, _results(runs, titles, place))
    path, moved = urls.TRANSITIONS_FEED, _moved(log, titles, place)
    yield _feed(ledger, path, f"{title}: transitions", urls.TRANSITIONS, moved)


def of_meshes(
    ledger: Ledger, lines: Iterable[Line], log: Iterable[Move], titles: Mapping[str, str], place: Place
) -> Iterator[Output]:
    """Give the feed of each mesh of `lines`, with its results and what moved between them."""
    runs: dict[str, list[Assessment]] = defaultdict(list)
    moves: dict[str, list[Move]] = defaultdict(list)
    for line in lines:
        runs[line.mesh] += line.runs
    for move in log:
        moves[move.after.record.mesh].append(move)
    for mesh in sorted(runs):
        title = f"{ledger.programme.title}: {titles.get(mesh, mesh)}"
        items = _results(runs[mesh], titles, place) + _moved(moves[mesh], titles, place)
        yield _feed(ledger, urls.mesh_feed(mesh), title, urls.mesh(mesh), items)


def _results(some: Iterable[Assessment], titles: Mapping[str, str], place: Place) -> list[Item]:
    return [_result(run, titles, place) for run in _newest(some, lambda run: run.entry.record.issued_at)]


def _moved(some: Iterable[Move], titles: Mapping[str, str], place: Place) -> list[Item]:
    return [_move(move, titles, place) for move in _newest(some, lambda move: move.after.record.issued_at)]


def _newest(things: Iterable[_Thing], when: Callable[[_Thing], datetime]) -> list[_Thing]:
    """Give those that can be among the entries of a feed: as many as it holds, and what is as new as the last."""
    ordered = sorted(things, key=when, reverse=True)
    return [one for one in ordered if when(one) >= when(ordered[min(len(ordered), MAX_ENTRIES) - 1])]


def _result(run: Assessment, titles: Mapping[str, str], place: Place) -> Item:
    record, verdict = run.entry.record, run.entry.verdict
    variant = "".join(f", {value}" for value in wording.varied(record.variant))
    mesh = titles.get(record.mesh, record.mesh)
    return Item(
        name=f"result:{record.run_id}",
        title=f"{mesh} {wording.version_text(record)}: {run.entry.suite.title}{variant}",
        summary=(
            f"Capability {run.whole.capability.value}; compliance {run.whole.compliance.value}: "
            f"{wording.sentence(run.whole)}. Run: {wording.run_date(record)}. Provenance: {wording.trust(verdict)}."
        ),
        page=place(run.entry, ""),
        updated=record.issued_at,
    )


def _move(move: Move, titles: Mapping[str, str], place: Place) -> Item:
    record, change = move.after.record, move.change
    mesh = titles.get(record.mesh, record.mesh)
    under = wording.clusters(move.before.record, record)
    return Item(
        name=f"transition:{move.before.record.run_id}:{record.run_id}:{change.test}:{wording.slug(change.kind.value)}",
        title=f"{mesh} {wording.version_text(record)}: {change.kind.value}, {change.test}",
        summary=(
            f"{move.assertion.title}: {change.before} in {wording.version_text(move.before.record)}, "
            f"now {change.after}, with the same test set ({move.after.suite.title})."
            f"{f' The clusters differ: {under}.' if under else ''}"
        ),
        page=place(move.after, change.test),
        updated=record.issued_at,
    )


def tag(audience: str, name: str) -> str:
    """Give the id of something named `name` in the programme at the address `audience`.

    What a tag URI cannot hold is left out of the name and told apart by a digest.
    """
    parts = urlsplit(audience)
    path = parts.path.strip("/").replace("/", ":")
    safe = "".join(c if c.isascii() and (c.isalnum() or c in "-._:") else "-" for c in name)
    if safe != name:
        safe += f"-{hashlib.sha256(name.encode()).hexdigest()[:12]}"
    return f"tag:{parts.hostname},{TAG_YEAR}:" + ":".join(part for part in (path, safe) if part)


def _feed(ledger: Ledger, path: str, title: str, page: str, items: Iterable[Item]) -> Output:
    newest = sorted(items, key=lambda item: item.name)
    newest.sort(key=lambda item: item.updated, reverse=True)
    newest = newest[:MAX_ENTRIES]
    programme, audience = ledger.programme, ledger.registry.audience
    updated = newest[0].updated if newest else ledger.registry.issued_at
    entries = Markup().join(_entry(item, audience, programme.base_url) for item in newest)
    xml = fill(
        '<?xml version="1.0" encoding="utf-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en">\n'
        "<id>{id}</id>\n<title>{title}</title>\n<updated>{updated}</updated>\n<author><name>{author}</name></author>\n"
        '<link rel="self" type="{type}" href="{base}{path}"/>\n'
        '<link rel="alternate" type="text/html" href="{base}{page}"/>\n'
        "{entries}</feed>\n",
        id=tag(audience, f"feed:{path.removesuffix('.atom').replace('/', ':')}"),
        title=title,
        updated=wording.timestamp(updated),
        author=programme.title,
        type=MEDIA_TYPE,
        base=programme.base_url,
        path=path,
        page=wording.canonical(page),
        entries=entries,
    )
    return Output(path=path, content=xml.encode())


def _entry(item: Item, audience: str, base_url: str) -> Markup:
    page, _, anchor = item.page.partition("#")
    return fill(
        "<entry>\n<id>{id}</id>\n<title>{title}</title>\n<updated>{updated}</updated>\n"
        '<link rel="alternate" type="text/html" href="{page}"/>\n<summary>{summary}</summary>\n</entry>\n',
        id=tag(audience, item.name),
        title=item.title,
        updated=wording.timestamp(item.updated),
        page=f"{base_url}{wording.canonical(page)}" + (f"#{anchor}" if anchor else ""),
        summary=item.summary,
    )
