"""What `history_pages` promises: one test in every mesh, one version in every run, and only like beside like."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from generator import urls
from tests.support import pages, papers
from tests.support.papers import PROJECT, result
from tests.support.repository import Repository, pair, toy
from tests.test_site import HOSTILE, planned, story

SECOND = "schema/suites/toy/v2.yaml"


def second_suite() -> bytes:
    """A newer test set: one test gone, one test new, one under another id, and an alias to the old name."""
    tests = papers.suite()["tests"][:-1]
    tests[0] = tests[0] | {"aliases": [{"version": "v1", "test": "A-1"}]}
    tests[2] |= {"id": "B-9", "title": "Beta is there", "aliases": [{"version": "v1", "test": "B-1"}]}
    tests.append(tests[1] | {"id": "A-3", "title": "Test A-3"})
    return papers.written(papers.suite(version="v2", title="Toy v2", tests=tests))


def with_second_suite() -> dict[str, Any]:
    """What differs in a result that used the newer test set."""
    return {
        "suite": {"id": "toy", "version": "v2", "digest": papers.digest(second_suite())},
        "results": [{"test": test, "outcome": "passed"} for test in ("A-1", "A-2", "B-9", "A-3")],
    }


def two_sets(root: Path) -> Repository:
    """A mesh that passes, fails, and then meets a newer test set."""
    repository = toy(root)
    repository.commit({SECOND: second_suite()})
    repository.commit(pair(result(version="v0.9.0", run_id="toy-run-0001")))
    later = {"status": "completed", "finished_at": "2026-01-10T00:00:00Z"}
    failed = papers.outcomes(A_2="failed")
    repository.commit(pair(result(run_id="toy-run-0002", run=later, results=failed)))
    newest = with_second_suite() | {"run": {"status": "completed", "finished_at": "2026-01-12T00:00:00Z"}}
    repository.commit(pair(result(version="v1.1.0", run_id="toy-run-0003", **newest)))
    return repository


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    return planned(story(tmp_path_factory.mktemp("story") / "r"))


@pytest.fixture(scope="module")
def sets(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    return planned(two_sets(tmp_path_factory.mktemp("sets") / "r"))


def test_a_test_has_a_page_with_its_outcome_in_every_mesh(built: dict[str, bytes]) -> None:
    words = pages.text(built[urls.test("toy", "v1", "A-2")])
    for part in ("What A-2 says.", "Kelp Mesh", "ambient", "reed", "failed", "passed", "unknown", "transcribed"):
        assert part in words
    assert HOSTILE in words


def test_every_test_of_every_test_set_with_results_has_its_page(sets: dict[str, bytes]) -> None:
    for version, tests in (("v1", papers.TESTS), ("v2", ("A-1", "A-2", "B-9", "A-3"))):
        for test in tests:
            assert urls.test("toy", version, test) in sets


def test_the_page_of_a_test_leads_to_the_same_test_in_another_set(sets: dict[str, bytes]) -> None:
    targets = {target for _, target in pages.links(sets[urls.test("toy", "v2", "A-1")])}
    assert "../../v1/A-1/index.html" in targets


def test_a_test_set_shows_each_test_of_each_mesh_with_its_newest_run(built: dict[str, bytes]) -> None:
    root = pages.tree(built[urls.test_set("toy", "v1")])
    rows = root.findall(f".//{pages.XHTML}tbody/{pages.XHTML}tr")
    told = {
        "".join(row[0].itertext()).removesuffix(f"Test {''.join(row[0][0].itertext())}"): [
            "".join(cell.itertext()).strip() for cell in row[1:]
        ]
        for row in rows
    }
    assert told["A-2"] == ["failed", "n/a", "unknown"]
    assert told["A-1"] == ["passed", "n/a", "unknown"]


def test_a_specification_stands_apart_for_each_test_set(sets: dict[str, bytes]) -> None:
    words = pages.text(sets[urls.specification("toy", "alpha")])
    assert words.index("Toy v2") < words.index("Toy v1")
    assert "passed 3 of 3 tested" in words
    assert "passed 1 of 2 tested" in words


def test_the_version_of_a_mesh_has_a_page_with_its_runs_and_the_other_versions(built: dict[str, bytes]) -> None:
    page = built[urls.mesh_version("kelp", "v1.0.0")]
    assert "2 results count for this version" in pages.text(page)
    targets = {target for _, target in pages.links(page)}
    assert {"toy-run-0002/index.html", "toy-run-0003/index.html", "../v0.9.0/index.html"} <= targets


def test_the_transitions_page_lists_what_moved_and_since_when(built: dict[str, bytes]) -> None:
    words = pages.text(built[urls.TRANSITIONS])
    for part in ("1 regression", "A-2", "full, pass → partial, fail", "≤ v0.9.0"):
        assert part in words.replace("regression 1", "1 regression")


def test_a_mesh_page_begins_with_the_test_set_of_its_newest_run_whatever_its_version(tmp_path: Path) -> None:
    repository = two_sets(tmp_path / "r")
    assert re.findall(rb'<h2 id="(toy-v\d)', planned(repository)[urls.mesh("kelp")]) == [b"toy-v2", b"toy-v1"]
    again = {"status": "completed", "finished_at": "2026-01-14T00:00:00Z"}
    repository.commit(pair(result(version="v1.2.0", run_id="toy-run-0004", run=again)))
    headings = re.findall(rb'<h2 id="(toy-v\d)', planned(repository)[urls.mesh("kelp")])
    assert headings == [b"toy-v1", b"toy-v2"]


def test_no_two_runs_to_choose_from_read_alike(tmp_path: Path) -> None:
    repository = toy(tmp_path / "r")
    times = ("2026-01-10T01:00:00Z", "2026-01-10T02:00:00Z", "2026-01-10T02:00:00Z", "2026-01-12T02:00:00Z")
    for number, time in enumerate(times, 1):
        one = {"status": "completed", "finished_at": time}
        repository.commit(pair(result(run_id=f"toy-run-000{number}", run=one)))
    options = re.findall(r"<option[^>]*>([^<]*)<", planned(repository)[urls.COMPARE].decode())
    assert options == [
        "Kelp Mesh v1.0.0, v1, 2026-01-12",
        "Kelp Mesh v1.0.0, v1, 2026-01-10 02:00 UTC, toy-run-0003",
        "Kelp Mesh v1.0.0, v1, 2026-01-10 02:00 UTC, toy-run-0002",
        "Kelp Mesh v1.0.0, v1, 2026-01-10 01:00 UTC",
    ]


def test_no_heading_reads_as_if_a_mesh_were_called_unknown_or_default(tmp_path: Path) -> None:
    repository = toy(tmp_path / "r")
    variant = {"channel": "unknown", "mode": "default"}
    repository.commit(pair(result(version="v0.9.0", run_id="toy-run-0001", variant=variant)))
    later = {"status": "completed", "finished_at": "2026-01-10T00:00:00Z"}
    failed = papers.outcomes(A_2="failed")
    repository.commit(pair(result(run_id="toy-run-0002", run=later, results=failed, variant=variant)))
    made = planned(repository)
    comparison = urls.comparison("toy-run-0001", "toy-run-0002")
    for path in (urls.mesh("kelp"), comparison, urls.TRANSITIONS, urls.specification("toy", "alpha"), urls.COMPARE):
        words = pages.text(made[path])
        assert "channel unknown" in words, path
        assert not re.search(r"\bdefault\b|(?<!channel )unknown default", words), path


def test_nothing_moves_across_test_sets(sets: dict[str, bytes]) -> None:
    words = pages.text(sets[urls.TRANSITIONS])
    assert words.count("compare the runs") == 1
    assert "regression" in words
    assert "progression" not in words


def test_neighbouring_runs_are_compared_beforehand(sets: dict[str, bytes]) -> None:
    words = pages.text(sets[urls.comparison("toy-run-0001", "toy-run-0002")])
    assert "Newly failing Test From To A-2" in words
    assert "3 unchanged" in words.replace("unchanged 3", "3 unchanged")


def test_runs_of_different_test_sets_are_said_not_to_be_comparable(sets: dict[str, bytes]) -> None:
    words = pages.text(sets[urls.comparison("toy-run-0002", "toy-run-0003")])
    assert "Not comparable" in words
    assert "3 tests are in both sets, 1 of them under another id" in words
    assert "Renamed: 1 B-1 → B-9 Beta is there (before: Test B-1)" in words
    assert "Added: 1 Only in Toy v2. A-3 Test A-3" in words
    assert "Removed: 1 Only in Toy v1. B-2 Test B-2" in words
    assert "Newly" not in words


def test_the_chart_of_the_mesh_breaks_where_the_test_set_changes(sets: dict[str, bytes]) -> None:
    words = pages.text(sets[urls.mesh("kelp")])
    assert words.count("test set changed : not comparable") == 2
    assert "The test set changed: Toy v1 (4 tests), then Toy v2 (4 tests)." in words


def test_a_programme_without_results_has_these_pages_too(tmp_path: Path) -> None:
    empty = planned(toy(tmp_path / "r"))
    assert "Nothing moved yet" in pages.text(empty[urls.TRANSITIONS])
    assert "No mesh has two runs yet" in pages.text(empty[urls.COMPARE])


def test_every_link_and_anchor_leads_somewhere(sets: dict[str, bytes]) -> None:
    assert pages.broken_links(sets) == []


def test_an_assertion_is_at_most_four_steps_from_the_front_page(built: dict[str, bytes]) -> None:
    assert PROJECT.is_dir()
    reached, edge = {urls.FRONT}, {urls.FRONT}
    for _ in range(4):
        edge = {
            target
            for page in edge
            for _, link in pages.links(built[page])
            if (target := resolved(page, link)) in built and target.endswith("index.html")
        } - reached
        reached |= edge
    runs = {path for path in built if path.startswith("meshes/") and path.count("/") == 4}
    assert runs
    assert runs <= reached
    assert {path for path in built if path.startswith("tests/")} <= reached


def resolved(page: str, link: str) -> str:
    return str((Path("/") / Path(page).parent / link.partition("#")[0]).resolve()).removeprefix("/")


def two_clusters(root: Path) -> Repository:
    """A regression on a newer Kubernetes, one on the same, and a transcription that knows no version."""
    repository = toy(root)
    facts: tuple[dict[str, Any], ...] = (
        {"environment": {"kubernetes": "v1.28.3"}},
        {"environment": {"kubernetes": "v1.29.1"}, "results": papers.outcomes(A_2="failed")},
        {"environment": {"kubernetes": "v1.29.1"}, "results": papers.outcomes(A_2="failed", B_2="failed")},
    )
    for number, changes in enumerate(facts, 1):
        run = {"status": "completed", "finished_at": f"2026-01-0{number}T12:00:00Z"}
        repository.commit(pair(result(version=f"v{number}.0.0", run_id=f"toy-run-000{number}", run=run, **changes)))
    later = {"status": "completed", "finished_at": "2026-01-05T12:00:00Z"}
    old = papers.transcription(
        version="unknown", run_id="toy-run-0004", run=later, environment={"kubernetes": "unknown"},
        results=papers.outcomes(A_2="failed"),
    )  # fmt: skip
    repository.commit(pair(old, papers.ARCHIVIST))
    return repository


def test_a_transition_names_both_kubernetes_versions_where_they_differ(tmp_path: Path) -> None:
    files = planned(two_clusters(tmp_path / "r"))
    for path in (urls.TRANSITIONS, urls.mesh("kelp")):
        words = pages.text(files[path])
        assert "Kubernetes v1.28.3, then v1.29.1" in words
        assert "Kubernetes v1.29.1, then v1.29.1" not in words
    feed = files[urls.TRANSITIONS_FEED].decode()
    assert feed.count("The clusters differ: Kubernetes v1.28.3, then v1.29.1.") == 1
    moved = json.loads(files[f"{urls.API_TRANSITIONS}.json"])["transitions"]
    assert {(one["before"]["kubernetes"], one["after"]["kubernetes"]) for one in moved} == {
        ("v1.28.3", "v1.29.1"),
        ("v1.29.1", "v1.29.1"),
        ("v1.29.1", "unknown"),
    }


def test_a_run_of_an_unknown_version_moves_by_its_date_and_dates_no_support(tmp_path: Path) -> None:
    words = pages.text(planned(two_clusters(tmp_path / "r"))[urls.TRANSITIONS])
    assert "takes part here by its date, as “version unknown”, and nowhere in “supported since”" in words
    assert "version unknown 2026-01-05 12:00 UTC progression" in words
    since = words.partition("Supported since")[2]
    assert "Alpha ≤ v1.0.0" in since
    assert "unknown" not in since


def test_nothing_is_said_of_unknown_versions_where_there_are_none(built: dict[str, bytes]) -> None:
    assert "version unknown" not in pages.text(built[urls.TRANSITIONS])
