"""What every report in the manner of JUnit has: suites in suites, with times."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from generator.formats import times
from generator.xmlreader import Element

TAGS: Final = frozenset({"testsuites", "testsuite"})
"""What a report may begin with."""

_MONTH: Final = 31 * 24 * 3600
"""Seconds; no run is longer, and a nonsensical number must not leave the calendar."""


def below(element: Element) -> Iterator[Element]:
    """Give a suite and all suites in it, from the outside in."""
    yield element
    for child in element.named("testsuite"):
        yield from below(child)


def span(root: Element) -> tuple[datetime | None, datetime | None]:
    """Give when the first suite began and when the last one ended, as far as the report says."""
    starts, ends = list[datetime](), list[datetime]()
    for suite in below(root):
        started = times.moment(suite.attributes.get("timestamp", ""))
        length = times.seconds(suite.attributes.get("time", ""))
        if started is not None:
            starts.append(started)
            ends.extend([started + timedelta(seconds=length)] if length is not None and length < _MONTH else [])
    return min(starts, default=None), max(ends, default=None)
