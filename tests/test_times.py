"""What `formats.times` promises: spans and moments as other programs write them, or nothing."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from generator.formats import times


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("2m11.25s", 131.25),
        ("56.782066391s", 56.782066),
        ("1h2m3.5s", 3723.5),
        ("300ms", 0.3),
        ("12\u00b5s", 0.000012),
        ("0s", 0.0),
        ("3.50", 3.5),
        ("0.000", 0.0),
        ("1,234.5", 1234.5),
        (" 7 ", 7.0),
    ],
)
def test_a_span_is_read_in_seconds(text: str, seconds: float) -> None:
    assert times.seconds(text) == seconds


@pytest.mark.parametrize("text", ["", "-1s", "1.s", "s", "1d", "1,23", "1e3", "NaN", "inf", "5 s", "\u0665s", "1s" * 9])
def test_what_is_no_span_is_nothing(text: str) -> None:
    assert times.seconds(text) is None


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2021-08-03T00:57:12+05:30", datetime(2021, 8, 2, 19, 27, 12, tzinfo=UTC)),
        ("2021-08-03T00:57:12Z", datetime(2021, 8, 3, 0, 57, 12, tzinfo=UTC)),
        ("2020-10-14 20:14:48.123456789 +0530 IST m=+0.012", datetime(2020, 10, 14, 14, 44, 48, 123456, tzinfo=UTC)),
        ("2000-01-01T00:00:00.00000000+00:00", datetime(2000, 1, 1, tzinfo=UTC)),
    ],
)
def test_a_moment_is_read_in_utc(text: str, moment: datetime) -> None:
    assert times.moment(text) == moment


@pytest.mark.parametrize(
    "text",
    [
        "",
        "yesterday",
        "2021-08-03",
        "2021-08-03T00:57:12",
        "2021-02-30T00:00:00Z",
        "0001-01-01T00:00:00Z",
        "0001-01-01T00:00:00+14:00",
    ],
)
def test_what_is_no_moment_is_nothing(text: str) -> None:
    assert times.moment(text) is None


@given(st.text(max_size=40) | st.from_regex(times._GO, fullmatch=True) | st.from_regex(times._DURATION, fullmatch=True))
@hypothesis_settings(derandomize=True, deadline=None, max_examples=300)
def test_any_text_is_a_span_a_moment_or_nothing(text: str) -> None:
    span, moment = times.seconds(text), times.moment(text)
    assert span is None or span >= 0
    assert moment is None or moment.tzinfo is UTC
