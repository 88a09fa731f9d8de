"""What `formats.kuttl` promises: a step passed only if it was reported to, and what never ran is not failed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from generator.drafts import Draft, Imported, Source
from generator.formats import kuttl
from generator.terms import Outcome
from tests.support import foreign

many = hypothesis_settings(derandomize=True, deadline=None, max_examples=200)
BY_STEP = (foreign.FOLDER / "kuttl/by-step.xml").read_bytes()
BY_TEST = (foreign.FOLDER / "kuttl/by-test.json").read_bytes()


def read(content: bytes | str, **known: Any) -> Imported:
    source = Source(path="kuttl-test.xml", content=content if isinstance(content, bytes) else content.encode())
    return kuttl.drafts(source, foreign.known(**{"toy": True} | known))


def draft(content: bytes | str, **known: Any) -> Draft:
    found = read(content, **known)
    assert found.findings == ()
    return found.drafts[0]


@pytest.mark.parametrize("path", list(foreign.cases("kuttl")), ids=lambda path: path.name)
def test_a_file_gives_what_stands_beside_it(path: Path) -> None:
    assert {"known": foreign.expectation(path)["known"], **foreign.imported("kuttl", path)} == foreign.expectation(path)


def report(*steps: str, failing: str = "") -> str:
    """Write a report by step, as kuttl does: nothing follows the failing step."""
    cases = [f'<testcase name="step {step}"/>' for step in steps]
    if failing:
        cases.append(
            f'<testcase name="step {failing}"><failure message="failed in step {failing}">no</failure></testcase>'
        )
    inner = f'<testsuite name="traffic-access"><testcase name="setup"/>{"".join(cases)}</testsuite>'
    return f'<testsuites failures="{int(bool(failing))}"><testsuite name="s">{inner}</testsuite></testsuites>'


STEPS = [assertion.step for assertion in foreign.SMI["smi", "v0.6.0"].of("traffic-access")]


@pytest.mark.parametrize("count", range(len(STEPS) + 1))
def test_no_step_that_could_not_fail_is_ever_passed(count: int) -> None:
    failing = STEPS[count] if count < len(STEPS) else ""
    found = draft(report(*STEPS[:count], failing=failing), toy=False, told="smi:v0.6.0")
    unscored = {a.id for a in found.suite.assertions if not a.scored}
    assert {seen.test for seen in found.observations if seen.outcome is Outcome.PASSED}.isdisjoint(unscored)
    assert len(found.observations) == min(count + 1, len(STEPS))
    assert [notice.name for notice in found.notices] == (["presence-only"] if count > 2 else [])


@pytest.mark.parametrize("count", range(len(STEPS) + 1))
def test_both_granularities_tell_the_same(count: int) -> None:
    failing = STEPS[count] if count < len(STEPS) else ""
    message = f'<failure message="failed in step {failing}">no</failure>' if failing else ""
    case = f'<testcase name="traffic-access">{message}</testcase>'
    whole = f'<testsuites failures="{int(bool(failing))}"><testsuite name="s">{case}</testsuite></testsuites>'
    by_test = draft(whole, toy=False, told="smi:v0.6.0")
    by_step = draft(report(*STEPS[:count], failing=failing), toy=False, told="smi:v0.6.0")
    ran = {test: outcome for test, outcome in foreign.outcomes(by_test).items() if outcome != "not-run"}
    assert ran == foreign.outcomes(by_step)


def test_json_and_xml_tell_the_same() -> None:
    data = {
        "failures": 1,
        "testsuite": [
            {
                "name": "s",
                "timestamp": "2026-03-01T10:15:00Z",
                "time": "7.5",
                "testcase": [
                    {"name": "traffic-dolls", "failure": {"message": "failed in step 2-dress", "text": "torn"}},
                    {"name": "traffic-toys"},
                ],
            }
        ],
    }
    xml = (
        '<testsuites failures="1"><testsuite name="s" timestamp="2026-03-01T10:15:00Z" time="7.5">'
        '<testcase name="traffic-dolls"><failure message="failed in step 2-dress">torn</failure></testcase>'
        '<testcase name="traffic-toys"/></testsuite></testsuites>'
    )
    assert draft(json.dumps(data)) == draft(xml)


@given(st.binary(max_size=200))
@many
def test_any_bytes_give_a_draft_or_findings(content: bytes) -> None:
    found = read(content)
    assert found.drafts or found.findings


@given(st.sampled_from([BY_STEP, BY_TEST]), st.data())
@many
def test_a_report_with_bytes_changed_gives_a_draft_or_findings(content: bytes, data: st.DataObject) -> None:
    changed = bytearray(content)
    for _ in range(data.draw(st.integers(1, 3))):
        start = data.draw(st.integers(0, len(changed)))
        end = data.draw(st.integers(start, min(len(changed), start + 8)))
        changed[start:end] = data.draw(
            st.binary(max_size=8) | st.sampled_from([b"9999-12-31", b"999999999999", b"step ", b"{", b"]"])
        )
    found = read(bytes(changed), lenient=data.draw(st.booleans()))
    assert found.drafts or found.findings
    for one in found.drafts:
        tests = [seen.test for seen in one.observations]
        assert len(tests) == len(set(tests))


times = st.sampled_from(["", "1.5", "2m", "999999999999", "-1", "9998-12-31T23:59:59Z", "0001-01-01T00:00:00Z", "x"])
names = st.sampled_from(
    ["traffic-toys", "traffic-dolls", "setup", "step 1-crd", "step 2-block", "step ", "", "\u202ex"]
)
failures = st.none() | st.fixed_dictionaries(
    {},
    optional={
        "text": st.text(max_size=9),
        "message": st.sampled_from(["failed in step 1-crd", "failed in step ", "no"]),
    },
)
cases = st.fixed_dictionaries({"name": names}, optional={"failure": failures, "time": times, "skipped": st.just({})})
suites = st.recursive(
    st.fixed_dictionaries(
        {"name": names}, optional={"testcase": st.lists(cases, max_size=3), "timestamp": times, "time": times}
    ),
    lambda inner: st.fixed_dictionaries({"name": names, "testsuite": st.lists(inner, max_size=2)}),
    max_leaves=4,
)


@given(suites, st.booleans())
@many
def test_any_shape_of_suites_gives_a_draft_or_findings(suite: Any, lenient: bool) -> None:  # noqa: FBT001
    found = read(json.dumps({"testsuite": [suite]}), lenient=lenient, told="toy:v1")
    assert found.drafts or found.findings
