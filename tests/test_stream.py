"""What `stream` promises: each line counts for itself, and a stream that breaks off is still a run."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from generator import stream
from generator.drafts import Draft, Imported, Source
from generator.records import Conditions
from tests.support import foreign
from tests.support.papers import PROJECT

many = hypothesis_settings(derandomize=True, deadline=None, max_examples=300)
TESTS = [assertion.id for assertion in foreign.TOY["toy", "v1"].assertions]


def read(*lines: dict[str, Any] | str, told: str = "toy:v1", **more: Any) -> Imported:
    text = "".join(f"{line if isinstance(line, str) else json.dumps(line)}\n" for line in lines)
    return stream.drafts(Source(path="s", content=text.encode()), foreign.known(toy=True, told=told, **more))


def draft(*lines: dict[str, Any] | str, **more: Any) -> Draft:
    found = read(*lines, **more)
    assert found.findings == ()
    return found.drafts[0]


def said(found: Imported) -> list[tuple[int | None, str, str]]:
    return [(finding.line, finding.rule, finding.message) for finding in found.findings]


PASSED = [{"test": test, "outcome": "passed"} for test in TESTS]
END = {"end": "completed"}


def test_a_whole_run_is_told() -> None:
    found = draft(
        {"mesh": "Kelp Mesh", "mesh_version": "1.20", "harness": "toy-runner", "harness_version": "3"},
        {"test": "T-1", "outcome": "passed", "duration": 1.25},
        {"test": "D-2", "outcome": "failed", "capability": "partial", "message": "torn\u001b[0m", "duration": 1e-3},
        {"test": "T-3", "outcome": "skipped", "conditions": {"passed": 1, "failed": 0, "skipped": 2}},
        END,
    )
    assert (found.mesh, found.mesh_version, found.harness, found.harness_version) == (
        "Kelp Mesh",
        "1.20",
        "toy-runner",
        "3",
    )
    assert (found.status, found.phase) == ("completed", "")
    assert foreign.outcomes(found) == {"T-1": "passed", "T-3": "skipped", "D-2": "failed"}
    assert list(foreign.outcomes(found)) == ["T-1", "T-3", "D-2"]
    last = found.observations[2]
    assert (last.claim and last.claim.value, last.message, last.duration) == ("partial", "torn", 0.001)
    assert found.observations[1].conditions == Conditions(passed=1, failed=0, skipped=2)
    assert [notice.name for notice in found.notices] == ["text-cleaned"]


def test_the_stream_that_the_documentation_shows_is_one() -> None:
    shown = (PROJECT / "docs/importers.md").read_text("utf-8").split("```ndjson\n")[1].split("```")[0]
    found = draft(*shown.splitlines(), told="")
    assert foreign.outcomes(found) == {"T-1": "passed", "T-2": "failed", "T-3": "skipped"}
    assert found.status == "completed"


def test_a_stream_that_breaks_off_was_aborted_at_its_last_test() -> None:
    found = draft(*PASSED[:2])
    assert (found.status, found.phase) == ("aborted", TESTS[1])
    assert foreign.outcomes(found) == {"T-1": "passed", "T-2": "passed"}
    assert [notice.name for notice in found.notices] == ["broken-off"]


@pytest.mark.parametrize("lines", [[], ["", "  "], [{"mesh": "kelp"}]])
def test_a_stream_without_a_test_was_aborted_at_the_start(lines: list[Any]) -> None:
    found = draft(*lines)
    assert (found.status, found.phase, found.observations) == ("aborted", "start", ())


def test_a_harness_may_say_itself_that_it_gives_up() -> None:
    found = draft(PASSED[0], {"end": "aborted", "phase": "installing"})
    assert (found.status, found.phase, found.notices) == ("aborted", "installing", ())


BAD = [
    ("{", "import-source", "a key does not begin with a double quote"),
    ("[1]", "import-source", "the line is no JSON object"),
    ("\u00e9", "import-source", "'\u00e9' stands where a value should"),
    ('{"test": "T-1", "test": "T-2"}', "import-source", "key 'test' stands twice"),
    ({"test": "T-9", "outcome": "passed"}, "import-unmapped", "'T-9' is no test of suite toy v1"),
    ({"test": "T-1"}, "import-value", "'' is no outcome"),
    ({"test": "T-1", "outcome": "unknown"}, "import-value", "'unknown' is no outcome"),
    ({"test": "T-1", "outcome": ["passed"]}, "import-value", "outcome is no single value"),
    ({"test": "T-1", "outcome": "passed", "capability": "unknown"}, "import-value", "'unknown' is no capability"),
    ({"test": "T-1", "outcome": "passed", "duration": -1}, "import-value", "the duration '-1' is none"),
    ({"test": "T-1", "outcome": "passed", "duration": "soon"}, "import-value", "the duration 'soon' is none"),
    ({"test": "T-1", "outcome": "passed", "conditions": {"passed": 1}}, "import-value", "the conditions are not three"),
    ({"test": "T-1", "outcome": "passed", "colour": 1}, "import-value", "unknown field 'colour'"),
    ({"mesh": "kelp"}, "import-contradiction", "the run is introduced twice or too late"),
    ({"end": "done"}, "import-value", "'done' is no end"),
    ({"end": "aborted"}, "import-value", "an aborted run has a phase"),
    ({"end": "completed", "phase": "x"}, "import-value", "an aborted run has a phase"),
    ({}, "import-contradiction", "the run is introduced twice or too late"),
]


@pytest.mark.parametrize(("line", "rule", "message"), BAD, ids=[str(line) for line, _, _ in BAD])
def test_a_bad_line_is_told_and_stops_nothing(line: Any, rule: str, message: str) -> None:
    found = read(PASSED[0], PASSED[1], line, *PASSED[2:], END)
    ((at, its_rule, its_message),) = said(found)
    assert (at, its_rule) == (3, rule)
    assert its_message.startswith(message)
    assert foreign.outcomes(found.drafts[0]) == dict.fromkeys(TESTS, "passed")
    assert [notice.message for notice in found.drafts[0].notices] == ["1 of 7 lines were refused"]


def test_bytes_that_are_no_text_and_lines_without_end_are_bad_lines() -> None:
    long = b'{"test": "T-1", "message": "' + b"x" * stream.MAX_LINE + b'"}'
    content = b"\xff\n" + long + b"\n" + json.dumps(PASSED[0]).encode() + b"\r\n" + json.dumps(END).encode()
    found = stream.drafts(Source(path="s", content=content), foreign.known(toy=True, told="toy:v1"))
    assert [(line, rule) for line, rule, _ in said(found)] == [(1, "import-source"), (2, "import-source")]
    assert found.drafts[0].status == "completed"


def test_a_test_told_twice_counts_as_it_was_told_last() -> None:
    found = read(PASSED[0], {"test": "T-1", "outcome": "failed"}, END)
    assert said(found) == [(2, "import-contradiction", "T-1 was told already; this line counts")]
    assert foreign.outcomes(found.drafts[0]) == {"T-1": "failed"}
    assert [notice.name for notice in found.drafts[0].notices] == ["told-twice"]


def test_nothing_follows_the_end() -> None:
    found = read(PASSED[0], END, PASSED[1], END)
    assert [(line, rule) for line, rule, _ in said(found)] == [(3, "import-contradiction"), (4, "import-contradiction")]
    assert foreign.outcomes(found.drafts[0]) == {"T-1": "passed"}


def test_the_suite_may_stand_in_the_first_line() -> None:
    assert draft({"suite": "toy:v1"}, *PASSED, END, told="").suite.id == "toy"
    assert draft({"suite": "toy:v1"}, *PASSED, END).suite.id == "toy"
    other = replace(foreign.TOY["toy", "v1"], version="v2")
    known = replace(foreign.known(toy=True), told=other)
    ((_, rule, message),) = said(stream.drafts(Source(path="s", content=b'{"suite": "toy:v1"}'), known))
    assert (rule, message) == ("import-contradiction", "the stream is of suite toy:v1, and toy:v2 was told")
    assert said(read({"suite": "toy:v9"}, told=""))[0][1] == "import-unmapped"
    assert said(read(*PASSED, told=""))[0][1] == "import-untold"
    assert said(read(told=""))[0][1] == "import-untold"
    assert read(*PASSED, told="").drafts == ()


def test_a_mapping_gives_the_harness_its_own_names() -> None:
    assert foreign.outcomes(draft({"test": "TestToys", "outcome": "passed"}, mapping={"TestToys": "T-2"})) == {
        "T-2": "passed"
    }


def test_of_many_findings_the_first_are_told_and_the_rest_counted() -> None:
    found = read(*["x"] * 80, END)
    assert len(found.findings) == 50
    assert found.findings[-1].message.endswith("(and 30 more findings follow)")
    assert found.drafts[0].notices[0].message == "80 of 81 lines were refused"


def test_the_state_grows_line_by_line() -> None:
    known = foreign.known(toy=True, told="toy:v1")
    lines = [json.dumps(line).encode() for line in (*PASSED, END)]
    states = list(stream.fold(lines, stream.begin("s", known), known))
    assert [len(state.seen) for state in states] == [1, 2, 3, 4, 5, 5]
    assert states[2].counts == (("passed", 3),)
    assert (states[2].last, states[2].end, states[-1].end) == ("T-3", "", "completed")


def test_an_endless_stream_takes_no_longer_than_its_length() -> None:
    content = (json.dumps(PASSED[0]) + "\n").encode() * 120_000
    before = time.process_time()
    found = stream.drafts(Source(path="s", content=content), foreign.known(toy=True, told="toy:v1"))
    assert time.process_time() - before < 60
    assert len(found.findings) == 50


@given(st.binary(max_size=300))
@many
def test_any_bytes_give_a_draft(content: bytes) -> None:
    found = stream.drafts(Source(path="s", content=content), foreign.known(toy=True, told="toy:v1"))
    assert len(found.drafts) == 1


values = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=5)
    | st.sampled_from([*TESTS, "passed", "failed"])
)
fields = st.sampled_from(
    ["test", "outcome", "capability", "duration", "message", "conditions", "end", "phase", "mesh", "suite"]
)
lines = st.dictionaries(
    fields, values | st.lists(values, max_size=2) | st.dictionaries(st.text(max_size=3), values, max_size=2)
)


@given(st.lists(lines | st.sampled_from([*PASSED, END]), max_size=8))
@many
def test_any_lines_give_a_draft_that_a_result_can_hold(told: list[dict[str, Any]]) -> None:
    found = read(*told)
    (only,) = found.drafts
    assert only.status in {"completed", "aborted"}
    assert (only.status == "aborted") == bool(only.phase)
    assert set(foreign.outcomes(only)) <= set(TESTS)
