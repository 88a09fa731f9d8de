"""How values read in English, on pages and on the command line; one phrase for one thing."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Final

from markupsafe import Markup, escape

from generator import terminal, urls
from generator.almanac import Age
from generator.judgements import Cell, Step, Verdict
from generator.markup import fill
from generator.records import UNKNOWN_VERSION, Record, Recorded
from generator.terms import Role, State

MAX_TEXT: Final = 600
"""Characters of a robot's text that a page shows; the whole text stands in the raw YAML."""

_WORD: Final = 8
"""Characters between two places where a name may break; more places would only make pages heavier."""

MEANINGS: Final = {
    "full": "every test is implemented",
    "partial": "a proven portion is implemented",
    "none": "not implemented",
    "unknown": "the evidence does not say",
    "pass": "all that applies was tested and passed",
    "fail": "at least one test failed",
    "incomplete": "some passed, some were not tested",
    "not tested": "nothing passed and nothing failed",
    "n/a": "not implemented, so nothing to comply with",
}

_remembered: Final = functools.lru_cache(maxsize=1 << 14)
"""For what is asked again and again: the same runs, tests and moments stand on many pages and in many files."""

_PRECISE: Final = timedelta(days=2)
"""Bounds no wider than this stand for one stated date whose time zone is not known."""


@_remembered
def slug(text: str) -> str:
    """Give an id for headings and classes."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")


def canonical(page: str) -> str:
    """Give the public address of a page below the base URL: folders end in a slash."""
    return page.removesuffix(urls.FRONT)


def link(url: str) -> Markup:
    """Make an https address a link, and show any other text as text."""
    if not url.startswith("https://"):
        return escape(url)
    return fill('<a href="{0}" rel="noopener noreferrer nofollow">{1}</a>', url, _bare(url))


def _bare(url: str) -> str:
    text = url.removeprefix("https://")
    return text if len(text) <= 70 else f"{text[:40]}…{text[-28:]}"


def capped(text: str) -> str:
    """Cut a text of unknown length."""
    return text if len(text) <= MAX_TEXT else f"{text[:MAX_TEXT]}…"


@_remembered
def day(moment_: datetime) -> str:
    """Write the date, in UTC."""
    return moment_.astimezone(UTC).strftime("%Y-%m-%d")


@_remembered
def moment(moment_: datetime) -> str:
    """Write date and time to the minute, in UTC."""
    return moment_.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")


@_remembered
def timestamp(moment_: datetime) -> str:
    """Write a moment for programs, as RFC 3339 has it, in UTC."""
    return moment_.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def run_date(record: Record) -> str:
    """Say when a run took place, no more exactly than is known."""
    known = record.finished_at or record.started_at
    if known:
        return moment(known)
    if record.not_before and record.not_after:
        if record.not_after - record.not_before <= _PRECISE and record.recorded and record.recorded.date:
            return f"{record.recorded.date}, as recorded"
        return f"between {day(record.not_before)} and {day(record.not_after)}"
    return f"reported {day(record.issued_at)}"


def run_day(record: Record) -> str:
    """Give the day of a run for a label, no more exactly than is known."""
    known = record.finished_at or record.started_at
    if known:
        return day(known)
    if record.not_before and record.not_after:
        if record.not_after - record.not_before <= _PRECISE and record.recorded and record.recorded.date:
            return record.recorded.date[:10]
        return f"{day(record.not_before)} or later"
    return day(record.issued_at)


def run_time(record: Record) -> str:
    """Give the moment of a run for a label where one is known, in UTC; a source's local time only as its day."""
    known = record.finished_at or record.started_at
    return moment(known) if known else run_day(record)


def further(title: str, id_: str) -> str:
    """Give what a title says beyond the id that stands before it: nothing where the id ends with it."""
    return "" if id_.endswith(title) else title


def varied(variant: tuple[tuple[str, str], ...]) -> tuple[str, ...]:
    """Name what a variant has of its own: without what is the default, and saying what is unknown."""
    return tuple(f"{name} {value}" if value == "unknown" else value for name, value in variant if value != "default")


def begun(start: datetime, record: Record) -> str:
    """Say when a run began to stand, no more exactly than is known when it took place."""
    return run_day(record) if start == record.taken_at else day(start)


def counted(count: int, word: str) -> str:
    """Write a number with its noun, which takes an s for all but one."""
    return f"{count} {word}" if count == 1 else f"{count} {word}s"


def version_text(record: Record) -> str:
    """Name the mesh version; an unknown one in words."""
    return "version unknown" if record.mesh_version == UNKNOWN_VERSION else record.mesh_version


def occasion(record: Record) -> str:
    """Name a run where there is little room: by its version, or by its day where that is unknown."""
    return run_day(record) if record.mesh_version == UNKNOWN_VERSION else record.mesh_version


def clusters(before: Record, after: Record) -> str:
    """Name both Kubernetes versions where two runs differ in them: then the mesh may not be what changed."""
    if before.kubernetes == after.kubernetes:
        return ""
    return f"Kubernetes {before.kubernetes}, then {after.kubernetes}"


def lapse(age: Age) -> str:
    """Say when a result will count as older, by date and by version, and that its version is what aged it."""
    said = [f"until {day(age.until)}"] if age.until else []
    said += [f"{age.left} more {_minors(age.left)}"] if age.left else []
    text = " or ".join(said)
    if age.by_version and age.aged_by_version:
        behind = f"{age.newer} {_minors(age.newer)} behind"
        return f"{behind}, {text}" if text else behind
    return text


def _minors(count: int) -> str:
    return "minor version" if count == 1 else "minor versions"


def trust(verdict: Verdict) -> str:
    """Name the provenance of a result; a transcription is never called more than that."""
    return "transcribed" if verdict.state is State.VERIFIED and verdict.role is Role.ARCHIVIST else verdict.state.value


def sentence(cell: Cell) -> str:
    """Say the tally with its denominator and its remainder."""
    tally = cell.tally
    tested = tally.passed + tally.failed
    parts = [f"passed {tally.passed} of {tested} tested" if tested else f"none of {tally.total} tested"]
    parts += [f"{tally.untested} not tested"] if tally.untested and tested else []
    parts += [f"{tally.none} not implemented"] if tally.none else []
    parts += [f"capability of {tally.unknown} unknown"] if tally.unknown else []
    return ", ".join(parts)


def standing(cell: Cell) -> str:
    """Say the compliance where there is little room, with its fraction and all that the fraction leaves out."""
    tally = cell.tally
    tested = tally.passed + tally.failed
    parts = [f"{cell.compliance.value} {tally.passed}/{tested}" if tested else cell.compliance.value]
    parts += [f"{tally.untested} untested"] if tally.untested else []
    parts += [f"{tally.none} not implemented"] if tally.none else []
    return ", ".join(parts)


def answer(step: Step) -> str:
    """Name the answer of a provenance step."""
    if not step.decides:
        return "shown only"
    return {True: "holds", False: "refused", None: "not reached"}[step.passed]


def stated(recorded: Recorded) -> tuple[tuple[str, str], ...]:
    """List what a source stated, as (label, text), in the order of the file."""
    names = ("id", "date", "mesh_name", "mesh_version", "status", "cases", "percentage")
    rows = [(name.replace("_", " "), getattr(recorded, name)) for name in names]
    for one in recorded.specifications:
        fields = ("api_version", "assertions", "duration", "failed_step", "reason", "capability", "status")
        rows += ((f"{one.specification}: {name.replace('_', ' ')}", getattr(one, name)) for name in fields)
    return tuple((label, text) for label, text in rows if text)


@_remembered
def breakable(text: str) -> Markup:
    """Let a long name break where its words begin; the text itself stays as it is, for whoever copies it."""
    parts = [""]
    for word in re.split(r"(?<=[a-z])(?=[A-Z])|(?<=\.)(?=[A-Za-z])", text):
        if len(parts[-1]) < _WORD:
            parts[-1] += word
        else:
            parts.append(word)
    return Markup("<wbr>").join(parts)


FILTERS: Final[dict[str, Callable[..., object]]] = {
    "breakable": breakable,
    "slug": slug,
    "canonical": canonical,
    "link": link,
    "capped": capped,
    "shown_path": terminal.shown_path,
    "day": day,
    "moment": moment,
    "run_date": run_date,
    "run_day": run_day,
    "occasion": occasion,
    "version_text": version_text,
    "clusters": clusters,
    "counted": counted,
    "begun": begun,
    "varied": varied,
    "further": further,
    "trust": trust,
    "lapse": lapse,
    "sentence": sentence,
    "answer": answer,
}
