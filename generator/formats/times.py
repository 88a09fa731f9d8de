"""How other programs write moments and spans of time."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Final

_UNITS: Final = {"h": 3600.0, "m": 60.0, "s": 1.0, "ms": 1e-3, "us": 1e-6, "µs": 1e-6, "μs": 1e-6, "ns": 1e-9}
_PART: Final = re.compile(r"([0-9]{1,12}(?:\.[0-9]{1,12})?)(ns|us|µs|μs|ms|h|m|s)")
_DURATION: Final = re.compile(rf"(?:{_PART.pattern}){{1,6}}")
_DECIMAL: Final = re.compile(r"[0-9]{1,12}(?:\.[0-9]{1,12})?")
_THOUSANDS: Final = re.compile(r"[0-9]{1,3}(?:,[0-9]{3}){1,3}(?:\.[0-9]{1,12})?")
# Go's time.Time.String(): 2020-10-14 20:14:48.123456789 +0530 IST m=+0.012
_GO: Final = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})[T ]([0-9]{2}:[0-9]{2}:[0-9]{2})(\.[0-9]{1,9})? ?(Z|[+-][0-9]{2}:?[0-9]{2})(?: .*)?"
)


def seconds(text: str) -> float | None:
    """Give a span in seconds from `2m11.25s` (Go), `1.25` or `1,234.5`; None when it is none of these.

    The longest form is bounded, and nanoseconds are rounded to microseconds.
    """
    text = text.strip()
    if _DECIMAL.fullmatch(text):
        return round(float(text), 6)
    if _THOUSANDS.fullmatch(text):
        return round(float(text.replace(",", "")), 6)
    if _DURATION.fullmatch(text):
        return round(sum(float(number) * _UNITS[unit] for number, unit in _PART.findall(text)), 6)
    return None


def moment(text: str) -> datetime | None:
    """Give a moment in UTC from RFC 3339 or from Go's own form; None when it is neither.

    A time without a zone is no moment, and the zero time of Go (year 1) says that nobody set it. The
    last year of the calendar leaves no room to count on.
    """
    match = _GO.fullmatch(text.strip())
    if not match:
        return None
    day, time, fraction, zone = match.groups()
    zone = "+00:00" if zone == "Z" else zone if ":" in zone else f"{zone[:3]}:{zone[3:]}"
    try:
        found = datetime.fromisoformat(f"{day}T{time}{(fraction or '.0')[:7]}{zone}").astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return found if 1 < found.year < 9999 else None
