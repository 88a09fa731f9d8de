"""The axis of time that drawings of a suite share: places along it, its ticks, and where the test set changed."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Final

from markupsafe import Markup

from generator import wording
from generator.drawings import share, shortened
from generator.markup import fill
from generator.timeline import Timeline

TOP: Final = 20
"""Pixels that the names of the ticks take."""

FOOT: Final = 20
"""Pixels that the names of the test sets take, where they stand below."""

APART: Final = 700
"""Hundredths of a percent between two labels that both find room."""

_QUARTERLY: Final = timedelta(days=550)


def begun(of: Timeline) -> dict[datetime, str]:
    """Say of each moment at which a run began to stand when that was, no more exactly than is known."""
    found: dict[datetime, str] = {}
    for change in of.changes:
        start = change.stretch.start
        said = wording.begun(start, change.stretch.run.entry.record)
        # One run with an exact date makes the moment exact, and its words are the shortest.
        found[start] = min(said, found.get(start, said), key=len)
    return found


def begun_at(of: Timeline, moment: datetime) -> str:
    """Say of one moment at which a run began to stand what `begun` says of it."""
    records = (change.stretch.run.entry.record for change in of.changes if change.stretch.start == moment)
    return min((wording.begun(moment, record) for record in records), key=len)


def place_of(of: Timeline, moment: datetime) -> int:
    """Give where a moment stands, in hundredths of a percent of the width."""
    whole = max(1, int((of.end - of.start).total_seconds()))
    return min(10_000, int((moment - of.start).total_seconds()) * 10_000 // whole)


def across(of: Timeline, moment: datetime) -> str:
    """Write where a moment stands, as a coordinate."""
    return share(place_of(of, moment), 10_000)


def width(of: Timeline, start: datetime, end: datetime) -> str:
    """Write how much of the width a time takes, as a length."""
    return share(place_of(of, end) - place_of(of, start), 10_000)


def ticks(of: Timeline, height: int) -> Markup:
    """Draw a line at the first day of each year, or of each quarter where the time is short, with its name."""
    body, last = Markup(), -2 * APART
    places = [(place_of(of, moment), name) for moment, name in _moments(of)]
    # A year is worth more than the month in which everything began.
    crowded = len(places) > 1 and places[1][0] < 2 * APART
    for place, name in places[crowded:]:
        body += fill('<line class="tick" x1="{0}" x2="{0}" y1="{1}" y2="{2}"/>', share(place, 10_000), TOP - 4, height)
        if place - last >= 2 * APART and place <= 9_300:
            body += fill('<text class="when axis" x="{}" y="12">{}</text>', share(place, 10_000), name)
            last = place
    return body


def _moments(of: Timeline) -> Iterator[tuple[datetime, str]]:
    short = of.end - of.start <= _QUARTERLY
    yield of.start, of.start.astimezone(UTC).strftime("%Y-%m")
    for year, month in itertools.product(range(of.start.year, of.end.year + 1), (1, 4, 7, 10) if short else (1,)):
        moment = datetime(year, month, 1, tzinfo=UTC)
        if of.start < moment < of.end:
            yield moment, f"{year}-{month:02}" if short else str(year)


def breaks(of: Timeline, base: int) -> Markup:
    """Draw an upright where a run with another test set first stood, with the set's version below `base`."""
    body, last = Markup(), -APART
    for suite, moment in of.sets:
        place = place_of(of, moment)
        if place:
            body += fill(
                '<g class="break"><line x1="{0}" x2="{0}" y1="{1}" y2="{2}"/></g>', share(place, 10_000), TOP, base
            )
        if place - last >= APART and place <= 9_500:
            body += fill(
                '<text class="when set" x="{}" y="{}">{}</text>',
                share(place, 10_000),
                base + 16,
                shortened(suite.version, 8),
            )
            last = place
    return body
