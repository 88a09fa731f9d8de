"""What `recount` promises: two paths to each figure, and a build that stops where they part."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from hypothesis import given, settings

from generator import conformance, ledger, originals, recount, site
from generator.findings import Stop
from generator.judgements import Output
from generator.model import Suite
from generator.records import Observation
from generator.recount import Evidence, Recount
from tests.support import pages, strategies
from tests.support.papers import PROJECT
from tests.support.strategies import SUITE, entry
from tests.test_site import AS_OF, story

RUN = "api/v1/runs/kelp/v1.0.0/toy-run-0002.json"


class Built(NamedTuple):
    """A whole site, and what its figures are counted from."""

    outputs: tuple[Output, ...]
    evidence: Evidence


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    repository = story(tmp_path_factory.mktemp("recount") / "r")
    book = ledger.read(repository.root)
    files = originals.at(repository.root, book.head, ("registry", "results", "schema"))
    outputs = tuple(site.plan(book, files, AS_OF, PROJECT / "site_templates"))
    results = {entry.verdict.path: site._sheet(entry) for entry in book.entries}
    suites = {one.path: one.content for one in outputs if one.path.startswith("schema/suites/")}
    return Built(outputs, Evidence(results, suites))


@pytest.fixture(scope="module")
def outputs(built: Built) -> tuple[Output, ...]:
    return built.outputs


@pytest.fixture(scope="module")
def evidence(built: Built) -> Evidence:
    return built.evidence


def suite_paper(suite: Suite) -> dict[str, Any]:
    tests = [{"id": a.id, "specification": a.specification, "assertion": a.kind.value} for a in suite.assertions]
    return {"specifications": [{"id": one.id} for one in suite.specifications], "tests": tests}


@settings(derandomize=True, deadline=None, max_examples=400)
@given(strategies.observed())
def test_both_paths_come_to_the_same_figures(seen: tuple[Observation, ...]) -> None:
    figures = recount.recount(strategies.given(seen), suite_paper(SUITE))
    assessed = conformance.assess(entry(SUITE, *seen))
    for cell in (assessed.whole, *assessed.cells):
        tally = cell.tally
        capability = (tally.full, tally.partial, tally.none, tally.unknown)
        told = (*capability, tally.passed, tally.passed + tally.failed, tally.untested)
        assert figures[cell.specification.id if cell.specification else "all"] == told


def test_a_whole_site_is_counted_again(outputs: tuple[Output, ...], evidence: Evidence) -> None:
    assert Recount(evidence).verify(outputs) == 7 * (4 * 3 + 3 * 3)


def changed(outputs: tuple[Output, ...], path: str, old: bytes, new: bytes) -> list[Output]:
    (one,) = [output for output in outputs if output.path == path]
    assert old in one.content
    return [
        Output(path=path, content=one.content.replace(old, new, 1)) if output.path == path else output
        for output in outputs
    ]


@pytest.mark.parametrize(
    ("path", "old", "new"),
    [
        (RUN, b'"passed": 3', b'"passed": 4'),
        (RUN, b'"partial": 1', b'"partial": 0'),
        ("data/matrix.csv", b",fail,1,2,", b",fail,2,2,"),
    ],
)
def test_a_figure_that_does_not_agree_with_the_result_stops_the_build(
    outputs: tuple[Output, ...], evidence: Evidence, path: str, old: bytes, new: bytes
) -> None:
    with pytest.raises(Stop, match="when counted again"):
        Recount(evidence).verify(changed(outputs, path, old, new))


def test_a_result_that_gives_something_else_stops_the_build(outputs: tuple[Output, ...], evidence: Evidence) -> None:
    path = "results/kelp/v1.0.0/toy-run-0002.yaml"
    sheet = evidence.results[path]
    other = sheet._replace(given=tuple(one._replace(outcome="passed") for one in sheet.given))
    with pytest.raises(Stop, match="when counted again"):
        Recount(evidence._replace(results={**evidence.results, path: other})).verify(outputs)


def test_a_test_set_that_cannot_be_read_again_stops_the_build(outputs: tuple[Output, ...], evidence: Evidence) -> None:
    broken = b"{{"
    wrong = f"sha256:{hashlib.sha256(broken).hexdigest()}"
    results = {path: sheet._replace(digest=wrong) for path, sheet in evidence.results.items()}
    with pytest.raises(Stop, match="cannot be read again"):
        Recount(Evidence(results, dict.fromkeys(evidence.suites, broken))).verify(outputs)


def test_without_the_very_test_set_nothing_is_claimed_to_be_counted(
    outputs: tuple[Output, ...], evidence: Evidence
) -> None:
    assert Recount(evidence._replace(suites=dict.fromkeys(evidence.suites, b"a: b"))).verify(outputs) == 0


def test_the_pages_show_the_figures_that_were_counted(outputs: tuple[Output, ...]) -> None:
    files = {output.path: output.content for output in outputs}
    run = json.loads(files[RUN])
    page = pages.text(files[run["page"]])
    for one in (run["summary"], *run["specifications"]):
        if one["tested"]:
            assert f"{one['passed']}/{one['tested']} passed" in page


def test_a_site_without_results_has_nothing_to_count(tmp_path: Path) -> None:
    assert Recount(Evidence({}, {})).verify([Output(path=str(tmp_path.name), content=b"")]) == 0


def test_what_is_published_is_what_was_judged(tmp_path: Path) -> None:
    repository = story(tmp_path / "r")
    book = ledger.read(repository.root)
    files = originals.at(repository.root, book.head, ("registry", "results", "schema"))
    wrong = replace(files, ids={**files.ids, book.entries[0].verdict.path: "0" * 40})
    with pytest.raises(Stop, match="is not published as it was judged"):
        site.plan(book, wrong, AS_OF, PROJECT / "site_templates")


@pytest.mark.parametrize("mesh", ["kelp,", "reed,"])
def test_the_matrix_is_counted_again_without_any_document_of_a_run(
    outputs: tuple[Output, ...], evidence: Evidence, mesh: str
) -> None:
    matrix = [one for one in outputs if one.path == "data/matrix.csv"]
    assert 0 < Recount(evidence).verify(matrix) < Recount(evidence).verify(outputs)
    content = matrix[0].content.decode()
    line = next(one for one in content.splitlines() if one.startswith(mesh) and ",all," in one)
    cells = line.split(",")
    cells[9] = str(int(cells[9]) + 1)
    wrong = changed(outputs, "data/matrix.csv", line.encode(), ",".join(cells).encode())
    with pytest.raises(Stop, match="when counted again"):
        Recount(evidence).verify(wrong)
