"""What `folding` promises: small programmes are told in full, large ones fold what is superseded, by content alone."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from generator import chronicle, conformance, folding, ledger, originals, recount, site, urls
from generator.findings import Stop
from generator.judgements import Assessment, Entry, Output
from generator.records import Observation
from generator.terms import Outcome
from tests.support import pages, papers, strategies
from tests.support.papers import PROJECT, result
from tests.support.repository import Repository, pair, toy
from tests.test_site import AS_OF, planned

LIMIT = 5
RUNS = tuple(f"toy-run-{number:04}" for number in range(1, 9))
VERSIONS = ("v1.0.0", "v1.0.0", "v1.0.1", "v1.0.1", "v1.1.0", "v1.1.0", "v1.1.0", "v1.1.0")


def programme() -> dict[str, bytes]:
    return {"meshmark.yaml": papers.written(papers.programme(site={"fold_above": LIMIT}))}


def growing(root: Path, runs: int) -> Repository:
    """A mesh that is run again and again: at the sixth run it is larger than its programme tells in full."""
    repository = toy(root)
    repository.commit(dict(programme()))
    add(repository, 0, runs)
    return repository


def add(repository: Repository, first: int, last: int) -> None:
    for number in range(first, last):
        run = {"status": "completed", "finished_at": f"2026-01-{number + 1:02}T10:00:00Z"}
        outcomes = papers.outcomes(A_2="failed") if number == 2 else papers.outcomes()
        paper = result(version=VERSIONS[number], run_id=RUNS[number], run=run, results=outcomes)
        paper["issued_at"] = f"2026-01-{number + 1:02}T11:00:00Z"
        repository.commit(pair(paper))


@pytest.fixture(scope="module")
def crossing(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, bytes], dict[str, bytes]]:
    """The same programme just below its limit, and with one run more."""
    repository = growing(tmp_path_factory.mktemp("crossing") / "r", LIMIT)
    before = planned(repository)
    add(repository, LIMIT, LIMIT + 1)
    return before, planned(repository)


@pytest.fixture(scope="module")
def grown(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    return planned(growing(tmp_path_factory.mktemp("grown") / "r", len(RUNS)))


def entries(repository: Repository) -> tuple[Entry, ...]:
    return ledger.read(repository.root).entries


def run_page(number: int) -> str:
    return urls.run("kelp", VERSIONS[number - 1], RUNS[number - 1])


def row(files: dict[str, bytes], number: int) -> str:
    """Give the words of a run's row in the page of its version."""
    tree = pages.tree(files[urls.mesh_version("kelp", VERSIONS[number - 1])])
    found = [one for one in tree.iter(f"{pages.XHTML}tr") if one.get("id") == urls.row(RUNS[number - 1])]
    assert len(found) == 1
    return " ".join(" ".join(found[0].itertext()).split())


def test_a_mesh_at_its_limit_is_told_in_full(crossing: tuple[dict[str, bytes], dict[str, bytes]]) -> None:
    before, _ = crossing
    for number in range(1, LIMIT + 1):
        assert b'id="provenance"' in before[run_page(number)]
    assert "folded" not in "".join(pages.text(one) for path, one in before.items() if path.startswith("meshes/"))


def test_with_one_run_more_what_is_superseded_is_folded_and_what_stands_stays(
    crossing: tuple[dict[str, bytes], dict[str, bytes]],
) -> None:
    _, after = crossing
    full = {number for number in range(1, 7) if b'id="provenance"' in after[run_page(number)]}
    assert full == {4, 6}, "the newest of v1.0, and the newest of v1.1"


def test_the_address_of_a_folded_run_leads_to_its_row(grown: dict[str, bytes]) -> None:
    forward = grown[run_page(3)]
    assert len(forward) < 700
    assert b'content="0; url=../index.html#run-toy-run-0003"' in forward
    assert "failed: A-2" in row(grown, 3)
    assert "robot" in row(grown, 3)


def test_every_link_of_a_site_with_folded_runs_leads_somewhere(grown: dict[str, bytes]) -> None:
    assert pages.broken_links(grown) == []
    for path, html in grown.items():
        if path.endswith(".html"):
            pages.ids(html)


def test_the_files_of_a_folded_run_stay_where_they_were(
    crossing: tuple[dict[str, bytes], dict[str, bytes]],
) -> None:
    before, after = crossing
    for path in (path for path in before if path.startswith("results/")):
        assert after[path] == before[path]
    folded = urls.result("kelp", "v1.0.0", RUNS[0])
    targets = {target for _, target in pages.links(after[urls.mesh_version("kelp", "v1.0.0")])}
    assert {f"../../../{folded}", f"../../../{folded}.sig"} <= targets


def test_the_document_of_the_version_tells_what_is_known_of_a_folded_run(grown: dict[str, bytes]) -> None:
    mesh = json.loads(grown["api/v1/meshes/kelp.json"])
    assert [(one["mesh_version"], one["runs"], one["folded"]) for one in mesh["versions"]] == [
        ("v1.1.0", 4, 3),
        ("v1.0.1", 2, 1),
        ("v1.0.0", 2, 2),
    ]
    version = json.loads(grown[mesh["versions"][1]["document"]])
    (group,) = version["groups"]
    assert [one["run_id"] for one in group["runs"]] == [RUNS[3]]
    (folded,) = group["folded"]
    assert folded["exceptions"] == [{"id": "A-2", "outcome": "failed", "capability": "unknown", "compliance": "fail"}]
    assert (folded["summary"]["passed"], folded["summary"]["tested"]) == (3, 4)
    assert papers.digest(grown[folded["result"]]) == folded["provenance"]["digest"]


def test_the_verdict_on_a_folded_run_is_where_provenance_says(grown: dict[str, bytes]) -> None:
    (kelp,) = json.loads(grown[urls.PROVENANCE])["meshes"]
    assert kelp["states"] == {"verified": 8}
    shard = json.loads(grown[kelp["document"]])
    told = len(shard["results"])
    assert told + sum(one["results"] for one in shard["folded"]) == 8
    for one in shard["folded"]:
        groups = json.loads(grown[one["document"]])["groups"]
        assert sum(len(group["folded"]) for group in groups) == one["results"]


def test_what_moved_between_folded_runs_is_told_and_leads_to_their_rows(grown: dict[str, bytes]) -> None:
    words = pages.text(grown[urls.TRANSITIONS])
    assert "regression" in words
    assert "progression" in words
    assert "compare the runs" not in words
    targets = {target for _, target in pages.links(grown[urls.TRANSITIONS])}
    assert "../meshes/kelp/v1.0.1/index.html#run-toy-run-0003" in targets
    feed = grown[urls.TRANSITIONS_FEED].decode()
    assert "meshes/kelp/v1.0.1/#run-toy-run-0003" in feed


def test_neighbours_with_pages_of_their_own_are_compared(grown: dict[str, bytes]) -> None:
    assert urls.comparison(RUNS[3], RUNS[7]) in grown
    assert "6 earlier ones are folded" in pages.text(grown[urls.COMPARE])


def test_the_sitemap_lists_no_page_that_only_leads_on(grown: dict[str, bytes]) -> None:
    listed = grown[urls.SITEMAP].decode()
    assert f"{RUNS[7]}/" in listed
    assert f"{RUNS[0]}/" not in listed


def test_folded_runs_are_counted_again_from_their_files(tmp_path: Path) -> None:
    repository = growing(tmp_path / "r", len(RUNS))
    book = ledger.read(repository.root)
    files = originals.at(repository.root, book.head, ("registry", "results", "schema"))
    evidence = recount.Evidence(
        results={entry.verdict.path: site._sheet(entry) for entry in book.entries},
        suites=dict(files.contents(["schema/suites/toy/v1.yaml"])),
    )
    outputs = list(site.plan(book, files, AS_OF, PROJECT / "site_templates"))
    assert recount.Recount(evidence).verify(outputs)
    path = f"{urls.api_version('kelp', 'v1.0.1')}.json"
    for old, new in ((b'"passed": 3', b'"passed": 4'), (b'"compliance": "fail"}', b'"compliance": "pass"}')):
        changed = [
            Output(path=one.path, content=one.content.replace(old, new)) if one.path == path else one for one in outputs
        ]
        assert changed != outputs
        with pytest.raises(Stop, match="when counted again"):
            recount.Recount(evidence).verify(changed)


def test_folding_asks_for_no_date_and_no_other_mesh(tmp_path: Path) -> None:
    repository = growing(tmp_path / "r", len(RUNS))
    alone = folding.folded(entries(repository), LIMIT)
    for number in range(3):
        paper = result(mesh="moss", run_id=f"moss-run-{number:04}", publisher="moss-robot")
        repository.commit(pair(paper, papers.OTHER_ROBOT))
    assert folding.folded(entries(repository), LIMIT) == alone == frozenset(RUNS) - {RUNS[3], RUNS[7]}
    assert folding.folded(entries(repository), len(RUNS)) == frozenset()


def test_a_run_that_broke_off_does_not_stand_for_its_version(tmp_path: Path) -> None:
    repository = growing(tmp_path / "r", 6)
    broken = {"status": "aborted", "phase": "running", "finished_at": "2026-01-04T18:00:00Z"}
    repository.commit(pair(result(version="v1.0.2", run_id="toy-run-broken", run=broken)))
    folded = folding.folded(entries(repository), LIMIT)
    assert "toy-run-broken" in folded
    assert RUNS[3] not in folded


PASSED = tuple(Observation(test=one.id, outcome=Outcome.PASSED) for one in strategies.SUITE.assertions)


def made(number: int, told: tuple[str, str, int, str, str]) -> Assessment:
    mesh, version, day, status, mode = told
    when = strategies.EPOCH + timedelta(days=day)
    facts: dict[str, Any] = {"mesh_version": version, "status": status, "variant": (("mode", mode),)}
    facts |= {"run_id": f"toy-run-{number:04}", "finished_at": when, "issued_at": when}
    return conformance.assess(strategies.entry(strategies.SUITE, *PASSED, mesh=mesh, **facts))


histories = st.lists(
    st.tuples(
        st.sampled_from(["kelp", "moss"]),
        st.sampled_from(["v1.0.0", "v1.0.1", "v1.1.0", "unknown"]),
        st.integers(0, 30),
        st.sampled_from(["completed", "completed", "aborted"]),
        st.sampled_from(["ambient", "sidecar"]),
    ),
    max_size=30,
)


@settings(derandomize=True, deadline=None, max_examples=150)
@given(histories, st.integers(5, 20))
def test_no_run_stands_folded_and_no_other_run_ever_unfolds_one(
    facts: list[tuple[str, str, int, str, str]], limit: int
) -> None:
    runs = [made(number, one) for number, one in enumerate(facts)]
    before = frozenset[str]()
    for count in range(len(runs) + 1):
        folded = folding.folded([run.entry for run in runs[:count]], limit)
        assert before <= folded
        before = folded
    assert folding.folded([run.entry for run in runs[::-1]], limit) == before
    every = chronicle.lines(runs)
    told = folding.told(every, before)
    for whole, part in zip(every, told, strict=True):
        assert [chronicle.standing(one.runs) for one in whole.segments] == [
            chronicle.standing(one.runs) for one in part.segments
        ]
        assert {one.entry.record.run_id for one in whole.runs} - before == {
            one.entry.record.run_id for one in part.runs
        }
    for mesh in ("kelp", "moss"):
        own = [run.entry.record.run_id for run in runs if run.entry.record.mesh == mesh]
        assert len(own) > limit or before.isdisjoint(own)
        assert not own or not before.issuperset(own)


@pytest.mark.parametrize(
    ("version", "minor"),
    [
        ("v1.2.3", "v1.2"),
        ("1.27", "1.27"),
        ("stable-2.10.0", "stable-2.10"),
        ("edge-24.1.1", "edge-24.1"),
        ("v1.2-rc1", "v1.2"),
        ("v12", "v12"),
        ("unknown", "unknown"),
    ],
)
def test_versions_of_one_minor_version_stand_together(version: str, minor: str) -> None:
    assert folding.minor(version) == minor


def test_the_page_of_a_test_tells_of_every_run_by_stretches(grown: dict[str, bytes]) -> None:
    words = pages.text(grown[urls.test("toy", "v1", "A-2")])
    assert "Kelp Mesh: 8 runs, 3 stretches" in words
    tree = pages.tree(grown[urls.test("toy", "v1", "A-2")])
    rows = [" ".join("".join(cell.itertext()) for cell in row) for row in tree.iter(f"{pages.XHTML}tr")]
    assert [row.split()[-4:-1] for row in rows[-3:]] == [
        ["5", "passed", "full"],
        ["1", "failed", "unknown"],
        ["2", "passed", "full"],
    ]


def test_runs_that_observed_the_same_hold_it_once_whatever_they_said(tmp_path: Path) -> None:
    repository = growing(tmp_path / "r", 3)
    for number in range(3, len(RUNS)):
        noted = [item | {"message": f"said by {number}", "duration": 0.5} for item in papers.outcomes()]
        run = {"status": "completed", "finished_at": f"2026-01-{number + 1:02}T10:00:00Z"}
        repository.commit(pair(result(version=VERSIONS[number], run_id=RUNS[number], run=run, results=noted)))
    book = ledger.read(repository.root)
    runs = {run.entry.record.run_id: run for run in book.assessments}
    one, other = (runs[name] for name in RUNS[4:6])
    assert one.entry.record.observations is other.entry.record.observations
    assert one.entry.record.given is other.entry.record.given
    assert one.whole.assertions is other.whole.assertions
    assert one.whole.entry is not other.whole.entry
    files = originals.at(repository.root, book.head, ("registry", "results", "schema"))
    built = {one.path: one.content for one in site.plan(book, files, AS_OF, PROJECT / "site_templates")}
    assert b"said by 7" in built[urls.run("kelp", VERSIONS[7], RUNS[7])]
