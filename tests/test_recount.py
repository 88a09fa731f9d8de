"""What `recount` promises: two paths to each figure, and a build that stops where they part."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings

from generator import conformance, ledger, recount, site
from generator.findings import Stop
from generator.judgements import Output
from generator.model import Suite
from generator.records import Observation
from tests.support import pages, strategies
from tests.support.papers import PROJECT
from tests.support.strategies import SUITE, entry
from tests.test_site import AS_OF, story

RUN = "api/v1/runs/kelp/v1.0.0/toy-run-0002.json"


@pytest.fixture(scope="module")
def outputs(tmp_path_factory: pytest.TempPathFactory) -> tuple[Output, ...]:
    repository = story(tmp_path_factory.mktemp("recount") / "r")
    book = ledger.read(repository.root)
    files = ledger.files(repository.root, book.head, ("registry", "results", "schema"))
    return site.plan(book, files, AS_OF, PROJECT / "site_templates")


def written(seen: tuple[Observation, ...]) -> dict[str, Any]:
    items = []
    for one in seen:
        item: dict[str, Any] = {"test": one.test, "outcome": one.outcome.value}
        if one.claim:
            item["capability"] = one.claim.value
        if one.conditions:
            item["conditions"] = dataclasses.asdict(one.conditions)
        items.append(item)
    return {"results": items}


def suite_paper(suite: Suite) -> dict[str, Any]:
    tests = [{"id": a.id, "specification": a.specification, "assertion": a.kind.value} for a in suite.assertions]
    return {"specifications": [{"id": one.id} for one in suite.specifications], "tests": tests}


@settings(derandomize=True, deadline=None, max_examples=400)
@given(strategies.observed())
def test_both_paths_come_to_the_same_figures(seen: tuple[Observation, ...]) -> None:
    figures = recount.recount(written(seen), suite_paper(SUITE))
    assessed = conformance.assess(entry(SUITE, *seen))
    for cell in (assessed.whole, *assessed.cells):
        tally = cell.tally
        capability = (tally.full, tally.partial, tally.none, tally.unknown)
        told = (*capability, tally.passed, tally.passed + tally.failed, tally.untested)
        assert figures[cell.specification.id if cell.specification else "all"] == told


def test_a_whole_site_is_counted_again(outputs: tuple[Output, ...]) -> None:
    assert recount.verify(outputs) == 7 * (4 * 3 + 3 * 3)


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
        ("results/kelp/v1.0.0/toy-run-0002.yaml", b'"failed",', b'"passed",'),
    ],
)
def test_a_figure_that_does_not_agree_with_the_file_stops_the_build(
    outputs: tuple[Output, ...], path: str, old: bytes, new: bytes
) -> None:
    with pytest.raises(Stop, match="when counted again"):
        recount.verify(changed(outputs, path, old, new))


def test_a_result_that_cannot_be_read_again_stops_the_build(outputs: tuple[Output, ...]) -> None:
    broken = changed(outputs, "results/kelp/v1.0.0/toy-run-0002.yaml", b"{", b"{{")
    with pytest.raises(Stop, match="cannot be read again"):
        recount.verify(broken)


def test_without_the_very_test_set_nothing_is_claimed_to_be_counted(outputs: tuple[Output, ...]) -> None:
    assert recount.verify(changed(outputs, "schema/suites/toy/v1.yaml", b"Toy v1", b"Toy v2")) == 0


def test_the_pages_show_the_figures_that_were_counted(outputs: tuple[Output, ...]) -> None:
    files = {output.path: output.content for output in outputs}
    run = json.loads(files[RUN])
    page = pages.text(files[run["page"]])
    for one in (run["summary"], *run["specifications"]):
        if one["tested"]:
            assert f"{one['passed']}/{one['tested']} passed" in page


def test_a_site_without_results_has_nothing_to_count(tmp_path: Path) -> None:
    assert recount.verify([Output(path=str(tmp_path.name), content=b"")]) == 0


def test_shares_of_the_work_are_together_the_whole(outputs: tuple[Output, ...]) -> None:
    whole = recount.verify(outputs)
    for shares in (2, 3, 50):
        assert sum(recount.verify(outputs, (share, shares)) for share in range(shares)) == whole


def test_what_was_counted_before_is_counted_again_only_for_the_matrix(outputs: tuple[Output, ...]) -> None:
    documents = frozenset(one.path for one in outputs if one.path.startswith("api/v1/"))
    again = recount.verify(outputs, counted_before=documents)
    assert 0 < again < recount.verify(outputs)
    for row in ("kelp,", "reed,"):
        content = next(one.content for one in outputs if one.path == "data/matrix.csv").decode()
        line = next(one for one in content.splitlines() if one.startswith(row) and ",all," in one)
        cells = line.split(",")
        cells[9] = str(int(cells[9]) + 1)
        wrong = changed(outputs, "data/matrix.csv", line.encode(), ",".join(cells).encode())
        with pytest.raises(Stop, match="when counted again"):
            recount.verify(wrong, counted_before=documents)
