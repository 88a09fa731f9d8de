"""What `almanac` promises: a result is as old as the worse of its date and its test set's version says."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator import ledger, urls, wording
from generator.almanac import Age, Almanac
from generator.judgements import Entry
from generator.model import FreshnessPolicy, MinorsPolicy
from generator.terms import Freshness
from tests.support import pages, papers
from tests.support.papers import result
from tests.support.repository import Repository, basis, pair, toy
from tests.support.strategies import EPOCH, entry, suite
from tests.test_site import planned

BY_AGE = FreshnessPolicy(fresh=30, ageing=60, stale=90)
BOTH = FreshnessPolicy(fresh=30, ageing=60, stale=90, minors=(("toy", MinorsPolicy(fresh=2, ageing=3)),))
KNOWN = {"toy": ((2, 0), (1, 6), (1, 5), (1, 4))}
ORDER = [Freshness.FRESH, Freshness.AGEING, Freshness.STALE, Freshness.ARCHIVED]


def taken(version: str) -> Entry:
    return entry(suite(("alpha", 0, 1), version=version), run=0)


def age(version: str, days: int = 0, policy: FreshnessPolicy = BOTH) -> Age:
    return Almanac(as_of=EPOCH + timedelta(days=days), policy=policy, known=KNOWN).age(taken(version))


@pytest.mark.parametrize(
    ("version", "state", "newer", "left"),
    [
        ("v2.0", Freshness.FRESH, 0, 2),
        ("v2.1.7", Freshness.FRESH, 0, 2),
        ("v1.6.3", Freshness.FRESH, 1, 1),
        ("1.5", Freshness.AGEING, 2, 1),
        ("v1.4", Freshness.STALE, 3, None),
        ("v0.9", Freshness.STALE, 4, None),
    ],
)
def test_a_result_of_today_is_as_old_as_its_test_set(
    version: str, state: Freshness, newer: int, left: int | None
) -> None:
    found = age(version)
    assert (found.state, found.newer, found.left, found.by_version) == (state, newer, left, True)
    assert found.aged_by_version is (state is not Freshness.FRESH)


@pytest.mark.parametrize(
    ("version", "days", "state"),
    [
        ("v2.0", 45, Freshness.AGEING),
        ("v1.5", 45, Freshness.AGEING),
        ("v1.4", 45, Freshness.STALE),
        ("v2.0", 91, Freshness.ARCHIVED),
        ("v1.4", 91, Freshness.ARCHIVED),
    ],
)
def test_the_worse_of_the_two_policies_counts(version: str, days: int, state: Freshness) -> None:
    assert age(version, days).state is state


def test_what_aged_by_version_lapses_on_the_date_that_makes_it_older_still() -> None:
    assert age("v2.0").until == EPOCH + timedelta(days=30)
    assert age("v1.5").until == EPOCH + timedelta(days=60)
    assert age("v1.4").until == EPOCH + timedelta(days=90)
    assert age("v1.4", 91).until is None


def test_a_suite_without_a_policy_by_version_and_a_version_without_minors_age_by_date_alone() -> None:
    for found in (age("v1.4", policy=BY_AGE), age("nightly")):
        assert (found.state, found.by_version, found.left) == (Freshness.FRESH, False, None)
    assert age("v1.4", -1).state is Freshness.UNKNOWN


@given(st.sampled_from(["v2.0", "v1.6", "v1.5", "v1.4"]), st.integers(-2, 120))
def test_a_policy_by_version_never_makes_younger_and_the_date_of_lapse_is_exact(version: str, days: int) -> None:
    found, alone = age(version, days), age(version, days, BY_AGE)
    if alone.state is Freshness.UNKNOWN:
        assert found.state is Freshness.UNKNOWN
        return
    assert ORDER.index(found.state) >= ORDER.index(alone.state)
    if found.until:
        then = Almanac(as_of=found.until, policy=BOTH, known=KNOWN)
        later = Almanac(as_of=found.until + timedelta(seconds=1), policy=BOTH, known=KNOWN)
        assert then.freshness(taken(version)) is found.state
        assert later.freshness(taken(version)) is not found.state


def test_ages_read_as_words() -> None:
    assert wording.lapse(age("v2.0")) == "until 2026-01-31 or 2 more minor versions"
    assert wording.lapse(age("v1.6", 31)) == "until 2026-03-02 or 2 more minor versions"
    assert wording.lapse(age("v1.5")) == "2 minor versions behind, until 2026-03-02 or 1 more minor version"
    assert wording.lapse(age("v1.4", 61)) == "until 2026-04-01"
    assert wording.lapse(age("v1.4", 91)) == ""
    assert wording.lapse(age("v1.4", policy=BY_AGE)) == "until 2026-01-31"


VERSIONS = ("v1.0", "v1.1", "v1.2", "v1.3", "v1.4-rc1")


def programme(root: Path) -> Repository:
    """A programme with four minor versions and a pre-release, and a result of today with each."""
    repository = Repository(root).start()
    policy = {"fresh": 30, "ageing": 60, "stale": 90, "minors": {"toy": {"fresh": 2, "ageing": 3}}}
    repository.commit(basis() | {"meshmark.yaml": papers.written(papers.programme(freshness=policy))})
    for number, version in enumerate(VERSIONS, 1):
        content = papers.written(papers.suite(version=version, title=f"Toy {version}"))
        told = {"id": "toy", "version": version, "digest": papers.digest(content)}
        files = pair(result(version=f"v{number}.0.0", run_id=f"toy-run-000{number}", suite=told))
        repository.commit({f"schema/suites/toy/{version}.yaml": content})
        repository.commit(files)
    return repository


@pytest.fixture(scope="module")
def aged(tmp_path_factory: pytest.TempPathFactory) -> Repository:
    return programme(tmp_path_factory.mktemp("aged") / "r")


def test_the_suites_of_the_commit_say_which_minors_are_current(aged: Repository) -> None:
    book = ledger.read(aged.root)
    almanac = Almanac.of(book, datetime.fromisoformat("2026-01-03T00:00:00Z"))
    states = {found.suite.version: almanac.freshness(found).value for found in book.entries}
    assert states == {"v1.0": "stale", "v1.1": "ageing", "v1.2": "fresh", "v1.3": "fresh", "v1.4-rc1": "fresh"}
    assert almanac.minors("toy") == ("v1.3", "v1.2", "v1.1")


def test_cells_badges_tables_and_api_show_it(aged: Repository) -> None:
    files = planned(aged, datetime.fromisoformat("2026-01-03T00:00:00Z"))
    old = pages.text(files[urls.mesh_version("kelp", "v2.0.0")])
    assert "ageing 2 minor versions behind, until 2026-03-03 or 1 more minor version" in old
    assert "the 2 newest minor versions it is at best fresh" in pages.text(files[urls.METHOD])
    assert "The newest minor versions here are v1.3, v1.2, v1.1" in pages.text(files[urls.METHOD])
    rows = files[urls.MATRIX_CSV].decode().splitlines()
    assert {row.split(",")[4]: row.split(",")[19] for row in rows[1:]}["v1.0"] == "stale"
    told = json.loads(files[f"{urls.api_run('kelp', 'v2.0.0', 'toy-run-0002')}.json"])
    assert told["freshness_by_version"]["newer_minors"] == 2


def test_a_badge_loses_its_colour_when_the_test_set_is_long_superseded(tmp_path: Path) -> None:
    repository = toy(tmp_path / "r")
    policy = {"fresh": 30, "ageing": 60, "stale": 90, "minors": {"toy": {"fresh": 1, "ageing": 1}}}
    repository.commit({"meshmark.yaml": papers.written(papers.programme(freshness=policy))})
    content = papers.written(papers.suite(version="v1.0", title="Toy v1.0"))
    repository.commit({"schema/suites/toy/v1.0.yaml": content})
    told = {"id": "toy", "version": "v1.0", "digest": papers.digest(content)}
    repository.commit(pair(result(suite=told)))
    as_of = datetime.fromisoformat("2026-01-03T00:00:00Z")
    assert b"stale" not in planned(repository, as_of)[f"{urls.badge('kelp')}.svg"]
    repository.commit({"schema/suites/toy/v1.1.yaml": papers.written(papers.suite(version="v1.1"))})
    assert b"pass 4/4, stale" in planned(repository, as_of)[f"{urls.badge('kelp')}.svg"]
