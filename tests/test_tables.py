"""What `tables` promises: forms that other programs read as their standards say, and no formula from a robot."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from generator import tables, urls
from generator.terms import Outcome
from tests.support import papers
from tests.support.papers import result
from tests.support.repository import pair, toy
from tests.test_chronicle import OLD, PASSED, run
from tests.test_site import HOSTILE, planned, story

BASE = "https://example.org/conformance/"
OUTCOMES = {"passed", "failed", "cantTell", "inapplicable", "untested"}


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    return planned(story(tmp_path_factory.mktemp("tables") / "r"))


def rows(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode(), newline=""), strict=True))


def test_the_matrix_holds_the_run_that_stands_for_each_mesh_and_variant(built: dict[str, bytes]) -> None:
    found = rows(built[urls.MATRIX_CSV])
    assert {(row["mesh"], row["mode"], row["specification"]) for row in found} == {
        (mesh, mode, specification)
        for mesh, mode in (("kelp", ""), ("kelp", "ambient"), ("reed", ""))
        for specification in ("all", "alpha", "beta")
    }
    kelp = next(row for row in found if (row["mesh"], row["mode"], row["specification"]) == ("kelp", "", "alpha"))
    assert (kelp["capability"], kelp["compliance"], kelp["passed"], kelp["tested"], kelp["percent"]) == (
        "partial", "fail", "1", "2", "50.00",
    )  # fmt: skip
    assert kelp["result"] in built


def test_the_results_of_a_mesh_hold_every_test_of_every_run(built: dict[str, bytes]) -> None:
    found = rows(built[urls.mesh_csv("kelp")])
    assert len(found) == 3 * len(papers.TESTS)
    failed = [row for row in found if row["outcome"] == "failed"]
    assert [(row["run_id"], row["test"], row["message"]) for row in failed] == [("toy-run-0002", "A-2", HOSTILE)]


def test_a_table_is_written_as_rfc_4180_has_it() -> None:
    content = tables.csv_bytes(("a", "b"), [('say "x"', "one\ntwo"), ("1,5", "")])
    assert content == b'a,b\r\n"say ""x""","one\ntwo"\r\n"1,5",\r\n'


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1"])
def test_no_text_is_left_that_a_spreadsheet_would_run(text: str) -> None:
    assert tables.harmless(text) == f"'{text}"
    assert tables.harmless(-1.5) == -1.5


@settings(derandomize=True, deadline=None)
@given(st.lists(st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\x00")), min_size=2, max_size=2)))
def test_whatever_goes_into_a_table_comes_out_again(written: list[list[str]]) -> None:
    content = tables.csv_bytes(("a", "b"), written).decode()
    read = list(csv.reader(io.StringIO(content, newline=""), strict=True))
    assert read[1:] == [[str(tables.harmless(text)) for text in row] for row in written]


def test_a_message_that_is_a_formula_reaches_the_table_disarmed(tmp_path: Path) -> None:
    repository = toy(tmp_path / "r")
    items = papers.outcomes()
    items[0] = items[0] | {"message": '=HYPERLINK("https://example.org","x")'}
    repository.commit(pair(result(results=items)))
    assert rows(planned(repository)[urls.mesh_csv("kelp")])[0]["message"].startswith("'=HYPERLINK")


def test_the_earl_report_asserts_every_test_with_the_terms_of_earl(built: dict[str, bytes]) -> None:
    report = json.loads(built[urls.mesh_earl("kelp")])
    assert report["@context"]["earl"] == "http://www.w3.org/ns/earl#"
    assert all(isinstance(value, str) for value in report["@context"].values())
    assert len(report["@graph"]) == 3 * len(papers.TESTS)
    ids = [one["@id"] for one in report["@graph"]]
    assert len(ids) == len(set(ids))
    for one in report["@graph"]:
        assert one["@type"] == "earl:Assertion"
        assert {"earl:assertedBy", "earl:subject", "earl:test", "earl:result", "earl:mode"} <= set(one)
        assert one["earl:result"]["earl:outcome"]["@id"].removeprefix("earl:") in OUTCOMES
        assert one["earl:mode"] == {"@id": "earl:automatic"}
    transcribed = json.loads(built[urls.mesh_earl("reed")])["@graph"]
    assert {one["earl:mode"]["@id"] for one in transcribed} == {"earl:unknownMode"}


@pytest.mark.parametrize(
    ("outcome", "told"),
    [
        (Outcome.PASSED, "passed"),
        (Outcome.FAILED, "failed"),
        (Outcome.ERROR, "cantTell"),
        (Outcome.UNKNOWN, "cantTell"),
        (Outcome.SKIPPED, "untested"),
        (Outcome.NOT_RUN, "untested"),
    ],
)
def test_every_outcome_has_its_earl_value(outcome: Outcome, told: str) -> None:
    assert tables.outcome(run(OLD, 1, PASSED, outcome).whole.assertions[1]) == told


def test_what_is_not_implemented_is_inapplicable() -> None:
    assert tables.outcome(run(OLD, 1, Outcome.FAILED).whole.assertions[1]) == "inapplicable"


def test_the_dataset_names_every_form_and_each_is_there(built: dict[str, bytes]) -> None:
    data = json.loads(built[urls.DATASET])
    assert (data["@context"], data["@type"]) == ("https://schema.org/", "Dataset")
    assert data["temporalCoverage"] == "2020-01-01/2026-01-05"
    for form in data["distribution"]:
        assert form["contentUrl"].removeprefix(BASE) in built


def test_the_sitemap_lists_every_page_and_robots_leads_to_it(built: dict[str, bytes]) -> None:
    root = ET.fromstring(built[urls.SITEMAP])  # noqa: S314 - our own list
    listed = [loc.text or "" for loc in root.iter("{http://www.sitemaps.org/schemas/sitemap/0.9}loc")]
    pages = {path for path in built if path.endswith("index.html")}
    assert {(url + "index.html").removeprefix(BASE) for url in listed} == pages
    assert listed == sorted(listed)
    assert f"Sitemap: {BASE}sitemap.xml\n".encode() in built[urls.ROBOTS]
