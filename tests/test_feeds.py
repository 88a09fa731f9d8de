"""What `feeds` promises: Atom that a strict reader takes, with ids that stay and dates that publishers signed."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from generator import feeds, urls
from tests.support.repository import toy
from tests.test_site import planned, story

ATOM = "{http://www.w3.org/2005/Atom}"
TAG = re.compile(r"tag:example\.org,2026:[A-Za-z0-9._:-]+")


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    return planned(story(tmp_path_factory.mktemp("feeds") / "r"))


def parsed(content: bytes) -> ET.Element:
    return ET.fromstring(content)  # noqa: S314 - our own feed


def only(element: ET.Element, name: str) -> str:
    """The text of a child that RFC 4287 wants exactly once."""
    (child,) = element.findall(f"{ATOM}{name}")
    assert child.text
    return child.text


FEEDS = (urls.SITE_FEED, urls.TRANSITIONS_FEED, urls.mesh_feed("kelp"), urls.mesh_feed("reed"))


@pytest.mark.parametrize("path", FEEDS)
def test_a_feed_is_what_rfc_4287_asks_for(built: dict[str, bytes], path: str) -> None:
    feed = parsed(built[path])
    assert feed.tag == f"{ATOM}feed"
    assert only(feed, "title")
    (author,) = feed.findall(f"{ATOM}author")
    assert only(author, "name") == "Toy programme"
    links = {link.get("rel"): link for link in feed.findall(f"{ATOM}link")}
    assert links["self"].get("href") == f"https://example.org/conformance/{path}"
    assert links["self"].get("type") == "application/atom+xml"
    for element in (feed, *feed.findall(f"{ATOM}entry")):
        assert TAG.fullmatch(only(element, "id"))
        assert datetime.strptime(only(element, "updated"), "%Y-%m-%dT%H:%M:%S%z").tzinfo == UTC
    for entry in feed.findall(f"{ATOM}entry"):
        assert only(entry, "title")
        assert only(entry, "summary")
        (link,) = entry.findall(f"{ATOM}link")
        assert (link.get("href") or "").startswith("https://example.org/conformance/meshes/")


@pytest.mark.parametrize("path", FEEDS)
def test_ids_are_unique_and_the_newest_comes_first(built: dict[str, bytes], path: str) -> None:
    feed = parsed(built[path])
    entries = feed.findall(f"{ATOM}entry")
    ids = [only(entry, "id") for entry in entries]
    assert len(ids) == len(set(ids))
    updated = [only(entry, "updated") for entry in entries]
    assert updated == sorted(updated, reverse=True)
    if updated:
        assert only(feed, "updated") == updated[0]


def test_entries_lead_to_pages_and_anchors_that_exist(built: dict[str, bytes]) -> None:
    for path in FEEDS:
        for entry in parsed(built[path]).findall(f"{ATOM}entry"):
            link = entry.find(f"{ATOM}link")
            assert link is not None
            page, _, anchor = (link.get("href") or "").removeprefix("https://example.org/conformance/").partition("#")
            assert f"{page}index.html" in built
            assert not anchor or f'id="{anchor}"'.encode() in built[f"{page}index.html"]


def test_the_feeds_hold_results_and_what_moved(built: dict[str, bytes]) -> None:
    titles = [only(entry, "title") for entry in parsed(built[urls.SITE_FEED]).findall(f"{ATOM}entry")]
    assert "Kelp Mesh v1.0.0: Toy v1, ambient" in titles
    assert "reed version unknown: Toy v1" in titles
    moved = [only(entry, "title") for entry in parsed(built[urls.TRANSITIONS_FEED]).findall(f"{ATOM}entry")]
    assert moved == ["Kelp Mesh v1.0.0: regression, A-2"]
    kelp = [only(entry, "id") for entry in parsed(built[urls.mesh_feed("kelp")]).findall(f"{ATOM}entry")]
    assert "tag:example.org,2026:conformance:transition:toy-run-0001:toy-run-0002:A-2:regression" in kelp, (
        "this id is for ever"
    )
    assert "tag:example.org,2026:conformance:result:toy-run-0002" in kelp, "this id is for ever"


def test_a_programme_without_results_has_valid_feeds_dated_by_its_registry(tmp_path: Path) -> None:
    built = planned(toy(tmp_path / "r"))
    for path in (urls.SITE_FEED, urls.TRANSITIONS_FEED):
        feed = parsed(built[path])
        assert feed.findall(f"{ATOM}entry") == []
        assert only(feed, "updated") == "2026-01-01T00:00:00Z"


def test_a_name_that_no_tag_can_hold_is_told_apart_by_a_digest() -> None:
    one, other = feeds.tag("https://example.org/a/b", "x y"), feeds.tag("https://example.org/a/b", "x?y")
    assert one.startswith("tag:example.org,2026:a:b:x-y-")
    assert one != other
    assert feeds.tag("https://example.org", "x") == "tag:example.org,2026:x"
