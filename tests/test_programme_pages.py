"""What `programme_pages` promises: the whole programme over time, each drawing with its words and numbers."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from generator import programme_pages, urls
from tests.support import pages
from tests.support.repository import toy
from tests.test_history_pages import two_sets
from tests.test_site import HOSTILE, planned, story


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    return planned(story(tmp_path_factory.mktemp("story") / "r"))


@pytest.fixture(scope="module")
def sets(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    return planned(two_sets(tmp_path_factory.mktemp("sets") / "r"))


def test_the_front_page_leads_to_each_suite_over_time(built: dict[str, bytes]) -> None:
    targets = {target for _, target in pages.links(built[urls.FRONT])}
    assert {urls.HISTORY, urls.suite_history("toy")} <= targets


def test_each_drawing_has_a_title_a_description_and_the_same_sentence_beside_it(built: dict[str, bytes]) -> None:
    root = pages.tree(built[urls.suite_history("toy")])
    drawn = [one for one in root.iter("{http://www.w3.org/2000/svg}svg") if one.get("class") == "drawing"]
    assert len(drawn) == 4, "capability and compliance of all, alpha and beta"
    words = pages.text(built[urls.suite_history("toy")])
    for one in drawn:
        title, text = (one.findtext(f"{{http://www.w3.org/2000/svg}}{name}") for name in ("title", "desc"))
        assert title
        assert text
        assert text in words.replace(title, "")
        assert one.get("role") == "img"


def test_the_table_holds_what_the_drawings_show(sets: dict[str, bytes]) -> None:
    words = pages.text(sets[urls.suite_history("toy")])
    rows = (
        "2026-01-12 Kelp Mesh v1.1.0 v2 1 full, pass full, pass",
        "2026-01-10 Kelp Mesh v1.0.0 v1 1 partial, fail full, pass",
        "2026-01-02 Kelp Mesh v0.9.0 v1 1 full, pass full, pass",
    )
    places = [words.index(row) for row in rows]
    assert places == sorted(places)


def test_the_numbers_behind_the_drawings_of_all_stand_in_a_table(sets: dict[str, bytes]) -> None:
    words = pages.text(sets[urls.suite_history("toy")])
    assert "From Meshes Cells full partial none unknown pass incomplete fail not tested n/a" in words
    rows = ("2026-01-12 1 2 2 0 0 0 2 0 0 0 0", "2026-01-10 1 2 1 1 0 0 1 0 1 0 0", "2026-01-02 1 2 2 0 0 0 2 0 0 0 0")
    places = [words.index(row) for row in rows]
    assert places == sorted(places)


def test_a_change_of_the_test_set_breaks_the_lanes_and_says_why(
    sets: dict[str, bytes], built: dict[str, bytes]
) -> None:
    page = sets[urls.suite_history("toy")]
    assert "The test set changed: v1 from 2026-01-02, v2 from 2026-01-12." in pages.text(page)
    assert "another test set, so not compared" in pages.text(page)
    assert page.count(b'class="break"') == 5, "both drawings of all, two lanes, and the key"
    assert "The test set changed" not in pages.text(built[urls.suite_history("toy")])


def test_these_pages_show_no_text_of_robots(built: dict[str, bytes]) -> None:
    for path in (urls.HISTORY, urls.suite_history("toy")):
        assert HOSTILE not in pages.text(built[path])


def test_a_long_history_is_cut_and_says_so(
    sets: dict[str, bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(programme_pages, "MAX_CHANGES", 2)
    monkeypatch.setattr(programme_pages, "MAX_MOMENTS", 2)
    words = pages.text(planned(two_sets(tmp_path / "r"))[urls.suite_history("toy")])
    assert words.count("These are the newest 2 of 3") == 2
    assert "These are" not in pages.text(sets[urls.suite_history("toy")])


def test_a_date_before_every_run_has_no_history_and_leads_to_none(tmp_path: Path) -> None:
    early = planned(two_sets(tmp_path / "r"), datetime(2020, 1, 1, tzinfo=UTC))
    assert "there is no history" in pages.text(early[urls.HISTORY])
    assert pages.broken_links(early) == []


def test_a_programme_without_results_has_an_empty_history(tmp_path: Path) -> None:
    empty = planned(toy(tmp_path / "r"))
    assert "there is no history" in pages.text(empty[urls.HISTORY])
    assert urls.suite_history("toy") not in empty
