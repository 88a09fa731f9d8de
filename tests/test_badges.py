"""What `badges` promises: the words say it all, colour only repeats them, and nothing in them acts."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from generator import badges, chronicle
from generator.almanac import Age
from generator.chronicle import Line
from generator.judgements import Entry
from generator.terms import Freshness, Outcome
from tests.test_chronicle import FAILED, NEW, OLD, PASSED, run

SVG = "{http://www.w3.org/2000/svg}"
TITLES = {"kelp": 'Kelp <b> & "Mesh"'}


UNTIL = datetime(2026, 9, 30, tzinfo=UTC)


def aged(state: Freshness, **told: Any) -> Callable[[Entry], Age]:
    return lambda _entry: Age(state=state, until=UNTIL, **told)


FRESH = aged(Freshness.FRESH)


def line(*outcomes: Outcome, **changes: Any) -> Line:
    (made,) = chronicle.lines([run(OLD, 1, *outcomes, **changes)])
    return made


def by_path(*lines: Line, age: Callable[[Entry], Age] = FRESH) -> dict[str, badges.Badge]:
    return {badge.path: badge for badge in badges.badges(lines, TITLES, age)}


def test_there_is_a_badge_for_the_mesh_each_suite_and_each_specification_with_tests() -> None:
    assert sorted(by_path(line())) == [
        "badges/kelp/mesh",
        "badges/kelp/specifications/toy/alpha",
        "badges/kelp/suites/toy",
    ]


def test_a_variant_has_a_badge_of_its_own_that_names_it() -> None:
    found = by_path(line(variant=(("channel", "standard"), ("mode", "ambient"))))
    assert "standard ambient" in found["badges/kelp/suites/toy/channel-standard+mode-ambient"].label


@pytest.mark.parametrize(
    ("outcomes", "message", "mood"),
    [
        ((PASSED, PASSED), "full, pass 2/2", "good"),
        ((PASSED, FAILED), "partial, fail 1/2", "bad"),
        ((PASSED, Outcome.SKIPPED), "partial, incomplete 1/1, 1 untested", "partly"),
        ((FAILED, FAILED), "none, n/a, 2 not implemented", "quiet"),
        ((Outcome.UNKNOWN, Outcome.UNKNOWN), "capability unknown, not tested, 2 untested", "quiet"),
    ],
)
def test_a_badge_says_capability_and_compliance_in_words(
    outcomes: tuple[Outcome, ...], message: str, mood: str
) -> None:
    badge = by_path(line(*outcomes))["badges/kelp/suites/toy"]
    assert (badge.message, badge.mood) == (f"{message}, fresh until 2026-09-30", mood)


def test_no_badge_and_no_cell_of_the_matrix_leaves_out_what_was_not_tested() -> None:
    made = line(PASSED, Outcome.SKIPPED)
    assert by_path(made)["badges/kelp/mesh"].message.endswith(" incomplete 1/1, 1 untested")
    for output in badges.outputs([made], TITLES, FRESH):
        assert b"incomplete 1/1, 1 untested" in output.content, output.path


def test_the_words_of_a_badge_of_many_suites_are_drawn_to_their_end() -> None:
    message = " · ".join(f"Gateway API v1.{minor} incomplete 10/10, 92 untested" for minor in range(6))
    drawn = badges.svg(badges.Badge(path="badges/kelp/mesh", label="Kelp", message=message, mood="partly"))
    assert f">{message}</text>" in drawn


@pytest.mark.parametrize("state", [Freshness.STALE, Freshness.ARCHIVED])
def test_an_old_result_says_so_and_loses_its_colour(state: Freshness) -> None:
    badge = by_path(line(), age=aged(state))["badges/kelp/suites/toy"]
    assert badge.message == f"full, pass 2/2, {state.value}"
    assert badge.mood == "quiet"


def test_an_ageing_result_says_so_and_keeps_its_colour() -> None:
    found = by_path(line(), age=aged(Freshness.AGEING))
    assert found["badges/kelp/suites/toy"].message == "full, pass 2/2, ageing"
    assert found["badges/kelp/mesh"].message.endswith(" pass 2/2, ageing")
    assert {badge.mood for badge in found.values()} == {"good"}


def test_a_fresh_result_says_how_long_it_stays_so_by_date_and_by_version() -> None:
    found = by_path(line(), age=aged(Freshness.FRESH, by_version=True, left=1))
    for path in ("badges/kelp/suites/toy", "badges/kelp/specifications/toy/alpha"):
        assert found[path].message == "full, pass 2/2, fresh until 2026-09-30 or 1 more minor version"


def test_the_badge_of_a_mesh_says_the_age_of_each_suite_that_is_not_fresh() -> None:
    (newer,) = chronicle.lines([run(NEW, 1)])
    suites = line(), replace(newer, suite="other")
    states = {OLD.version: Freshness.AGEING, NEW.version: Freshness.FRESH}
    found = by_path(*suites, age=lambda entry: Age(state=states[entry.suite.version], until=UNTIL))
    parts = found["badges/kelp/mesh"].message.split(" · ")
    assert sorted(part.partition("pass")[2] for part in parts) == [" 2/2, ageing", " 3/3"]


def test_the_newest_test_set_stands_on_the_badge() -> None:
    lines = chronicle.lines([run(OLD, 2), run(NEW, 1), run(NEW, 1, FAILED, mesh="moss")])
    assert "Toy v10" in by_path(*lines)["badges/kelp/suites/toy"].label


def test_the_badge_service_gets_its_document_and_the_svg_says_the_same() -> None:
    files = {output.path: output.content for output in badges.outputs([line(PASSED, FAILED)], TITLES, FRESH)}
    document = json.loads(files["badges/kelp/suites/toy.json"])
    assert set(document) == {"schemaVersion", "label", "message", "color"}
    assert (document["schemaVersion"], document["color"]) == (1, "red")
    root = ET.fromstring(files["badges/kelp/suites/toy.svg"])  # noqa: S314 - our own drawing
    title = root.find(f"{SVG}title")
    assert title is not None
    assert title.text == root.get("aria-label") == f"{document['label']}: {document['message']}"
    assert "".join(t.text or "" for t in root.iter(f"{SVG}text")) == document["label"] + document["message"]


def test_every_drawing_is_well_formed_and_holds_nothing_that_acts_or_loads() -> None:
    for output in badges.outputs([line(PASSED, FAILED)], TITLES, FRESH):
        if output.path.endswith(".svg"):
            ET.fromstring(output.content)  # noqa: S314 - our own drawing
            assert not re.search(rb"<script|<b>|\bon[a-z]+=|href|url\(|@import", output.content)


def test_the_small_matrix_tells_every_specification_with_provenance_and_age() -> None:
    files = {output.path: output.content for output in badges.outputs([line(PASSED, FAILED)], TITLES, FRESH)}
    root = ET.fromstring(files["badges/kelp/matrix.svg"])  # noqa: S314 - our own drawing
    words = " ".join(t.text or "" for t in root.iter(f"{SVG}text"))
    description = root.find(f"{SVG}desc")
    assert description is not None
    for part in ("Alpha", "partial", "fail 1/2", "verified, fresh", "v1.1.0"):
        assert part in words
    assert "Alpha: partial, passed 1 of 2 tested" in (description.text or "")


def contrast(colour: str) -> float:
    """The contrast of white on a colour, as WCAG 2.2 defines it."""
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 1.05 / (0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05)


@pytest.mark.parametrize("colour", sorted(badges._COLOURS.values()))
def test_white_words_are_legible_on_every_colour(colour: str) -> None:
    assert contrast(colour) >= 4.5
