"""What `drawings` promises: coordinates by whole numbers only, so that every machine draws the same."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup

from generator import drawings
from tests.support.strategies import SUITE


@pytest.mark.parametrize(
    ("part", "whole", "written"),
    [(0, 3, "0.00%"), (1, 3, "33.33%"), (2, 3, "66.66%"), (3, 3, "100.00%"), (1, 100_000, "0.00%")],
)
def test_a_share_is_truncated_never_rounded_up(part: int, whole: int, written: str) -> None:
    assert drawings.share(part, whole) == written


@given(st.integers(0, 1000), st.integers(1, 1000))
def test_a_share_says_no_more_than_it_is(part: int, whole: int) -> None:
    part = min(part, whole)
    told = float(drawings.share(part, whole).rstrip("%"))
    assert 0 <= 100 * part / whole - told < 0.01 + 1e-9


@pytest.mark.parametrize(
    ("title", "length", "headed"),
    [
        ("Example gateway v1.0.0 (fictitious)", 36, "Example gateway v1.0.0 (fictitious)"),
        ("Example gateway v1.0.0 (fictitious)", 22, "Example gatewa… v1.0.0"),
        ("Example gateway (fictitious)", 22, "Example gateway (fict…"),
        ("SMI v1.0.0 of a very long name", 22, "SMI… v1.0.0"),
    ],
)
def test_a_title_is_cut_before_its_version(title: str, length: int, headed: str) -> None:
    assert drawings.headed(replace(SUITE, title=title, version="v1.0.0"), length) == headed


def test_a_frame_names_and_describes_what_it_holds() -> None:
    framed = drawings.drawing("x", "A & B", "It <says>.", (Markup("<g/>"), 10))
    assert framed == (
        '<svg class="drawing" role="img" aria-labelledby="x-title x-text" width="100%" height="10">'
        '<title id="x-title">A &amp; B</title><desc id="x-text">It &lt;says&gt;.</desc>\n<g/></svg>'
    )
