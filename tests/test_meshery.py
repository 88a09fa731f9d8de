"""What `formats.meshery` promises: every shape of Meshery's results is read, and nothing is made up."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from generator import documents
from generator.drafts import Imported, Source
from generator.formats import meshery
from tests.support import foreign
from tests.support.papers import PROJECT

many = hypothesis_settings(derandomize=True, deadline=None, max_examples=200)
TRANSCRIBED = sorted(
    path for path in (PROJECT / "results").rglob("*.yaml") if b"failed_step" in path.read_bytes() and path.is_file()
)


def read(content: bytes | str, **known: Any) -> Imported:
    source = Source(path="run.json", content=content if isinstance(content, bytes) else content.encode())
    return meshery.drafts(source, foreign.known(**known))


@pytest.mark.parametrize("path", list(foreign.cases("meshery")), ids=lambda path: path.stem)
def test_a_file_gives_what_stands_beside_it(path: Path) -> None:
    assert {"known": foreign.expectation(path)["known"], **foreign.imported("meshery", path)} == foreign.expectation(
        path
    )


def as_meshery_wrote_it(recorded: dict[str, Any]) -> dict[str, Any]:
    """Give the record that a transcription tells of, in the form in which it was published."""
    names = {"cases": "cases_passed", "percentage": "passing_percentage"}
    run = {names.get(name, name): value for name, value in recorded.items() if name not in {"specifications", "note"}}
    details = [
        {
            "smi_specification": one["specification"].replace("specs", "spec"),
            "smi_version": one.get("api_version", ""),
            "time": one["duration"],
            "assertions": one["assertions"],
            "result": one.get("reason", "" if "failed_step" in one else "All test passed"),
            "reason": f"failed in step {one['failed_step']}" if "failed_step" in one else "",
            "capability": one.get("capability", ""),
            "status": one.get("status", ""),
        }
        for one in recorded["specifications"]
    ]
    return run | {"more_details": details[::-1]}


@pytest.mark.parametrize("path", TRANSCRIBED, ids=lambda path: path.stem)
def test_the_runs_transcribed_by_hand_come_out_the_same(path: Path) -> None:
    document = documents.read(str(path), path.read_bytes()).document
    assert document
    data: dict[str, Any] = document.data
    told = f"smi:{data['suite']['version']}" if "v0.3.0" in path.stem else ""
    found = read(json.dumps(as_meshery_wrote_it(data["recorded"])), told=told)
    assert found.findings == ()
    (draft,) = found.drafts
    by_hand = {item["test"]: (item["outcome"], item.get("message", "")) for item in data["results"]}
    specifications = {one["specification"] for one in data["recorded"]["specifications"]}
    expected = {a.id: by_hand[a.id] for a in draft.suite.assertions if a.specification in specifications}
    assert {seen.test: (seen.outcome.value, seen.message) for seen in draft.observations} == expected
    assert draft.suite.version == data["suite"]["version"]
    assert foreign.stated(draft) == {name: value for name, value in data["recorded"].items() if name != "note"}


def test_there_are_such_runs() -> None:
    assert len(TRANSCRIBED) >= 7


RUN = json.loads((foreign.FOLDER / "meshery/2021-envelope-of-the-provider.json").read_bytes())["results"][0]


@pytest.mark.parametrize("version", ["none", "None", "n/a", "N/A", "", " none ", None, "unknown"])
def test_a_version_that_is_none_is_no_version(version: str | None) -> None:
    (draft,) = read(json.dumps(RUN | {"mesh_version": version})).drafts
    assert draft.mesh_version == ""


@pytest.mark.parametrize("status", ["deploying", "installing", "connecting", "running", "deleting"])
def test_a_run_that_did_not_complete_was_aborted_there(status: str) -> None:
    (draft,) = read(json.dumps(RUN | {"status": status.upper()})).drafts
    assert (draft.status, draft.phase) == ("aborted", status)


def test_the_shape_around_a_run_makes_no_difference() -> None:
    plain = read(json.dumps(RUN))
    assert len(plain.drafts) == 1
    text = json.dumps(RUN)
    for wrapped in ([RUN], {"results": [RUN]}, {"page": 1, "results": [RUN]}, text, [text], {"details": text}):
        assert read(json.dumps(wrapped)) == plain
    assert read(b"\xef\xbb\xbf" + text.encode()) == plain
    assert read(json.dumps(RUN | {"more_details": json.dumps(RUN["more_details"])})) == plain


def test_the_order_of_the_details_makes_no_difference() -> None:
    turned = RUN | {"more_details": RUN["more_details"][::-1]}
    assert read(json.dumps(turned)) == read(json.dumps(RUN))


def test_wrapping_without_end_is_refused() -> None:
    text = json.dumps(RUN)
    for _ in range(5):
        text = json.dumps([text])
    (finding,) = read(text).findings
    assert finding.message == "results are wrapped too deeply"


def test_one_bad_run_does_not_hide_the_others() -> None:
    found = read(json.dumps([RUN, {"mesh_name": "x", "more_details": [{"smi_specification": "y"}]}, RUN | {"id": "2"}]))
    assert [draft.recorded.id for draft in found.drafts if draft.recorded] == [RUN["id"], "2"]
    assert [finding.rule for finding in found.findings] == ["import-unmapped"]


values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text(max_size=8)
    | st.sampled_from(["{}", "[1]", "traffic-split", "failed in step 4-"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(list(RUN)), inner, max_size=3),
    max_leaves=8,
)


@given(st.binary(max_size=200) | values.map(lambda value: json.dumps(value).encode()))
@many
def test_any_bytes_give_drafts_or_findings(content: bytes) -> None:
    found = read(content)
    assert found.drafts or found.findings


@given(st.data(), values)
@many
def test_a_run_with_anything_in_any_place_gives_drafts_or_findings(data: st.DataObject, value: Any) -> None:
    run = json.loads(json.dumps(RUN))
    holder = data.draw(st.sampled_from([run, *run["more_details"]]))
    holder[data.draw(st.sampled_from(list(holder)))] = value
    found = read(json.dumps(run), told=data.draw(st.sampled_from(["", "smi:v0.6.0"])), lenient=data.draw(st.booleans()))
    assert found.drafts or found.findings
    for draft in found.drafts:
        tests = [seen.test for seen in draft.observations]
        assert set(tests) <= {assertion.id for assertion in draft.suite.assertions}
        assert len(tests) == len(set(tests))
