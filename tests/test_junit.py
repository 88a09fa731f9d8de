"""What `formats.junit` promises: every case is mapped, left out on purpose, or a finding."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from xml.sax.saxutils import quoteattr

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from generator import settings
from generator.drafts import Imported, Source
from generator.formats import junit
from tests.support import foreign
from tests.support.papers import PROJECT

many = hypothesis_settings(derandomize=True, deadline=None, max_examples=200)
DIALECTS = [path for path in foreign.cases("junit") if foreign.expectation(path).get("drafts")]


def read(content: bytes | str, **known: Any) -> Imported:
    source = Source(path="report.xml", content=content if isinstance(content, bytes) else content.encode())
    return junit.drafts(source, foreign.known(**{"toy": True} | known))


@pytest.mark.parametrize("path", list(foreign.cases("junit")), ids=lambda path: path.name)
def test_a_file_gives_what_stands_beside_it(path: Path) -> None:
    assert {"known": foreign.expectation(path)["known"], **foreign.imported("junit", path)} == foreign.expectation(path)


def test_the_mapping_that_the_documentation_shows_is_one() -> None:
    shown = (PROJECT / "docs/importers.md").read_text("utf-8").split("```yaml\n")[1].split("```")[0]
    schema = settings.schema(lambda name: (PROJECT / name).read_bytes(), "Mapping")
    document = settings.document("mapping.yaml", shown.encode(), schema).document
    assert document
    content = (foreign.FOLDER / "junit/pytest.xml").read_bytes()
    findings = read(content, told="toy:v1", mapping=document.data["tests"]).findings
    assert len(findings) == 3


INNER = {"passed": "", "failed": "<failure/>", "error": "<error/>", "skipped": "<skipped/>"}


@pytest.mark.parametrize(
    ("cases", "outcome", "conditions"),
    [
        (["passed", "passed"], "passed", (2, 0, 0)),
        (["passed", "skipped"], "passed", (1, 0, 1)),
        (["skipped", "skipped"], "skipped", (0, 0, 2)),
        (["passed", "error"], "error", (1, 1, 0)),
        (["error", "failed", "passed", "skipped"], "failed", (1, 2, 1)),
    ],
)
def test_of_several_cases_the_worst_decides_and_all_are_counted(
    cases: list[str], outcome: str, conditions: tuple[int, int, int]
) -> None:
    inner = "".join(f'<testcase name="T-1">{INNER[case]}</testcase>' for case in cases)
    (draft,) = read(f"<testsuite>{inner}</testsuite>").drafts
    (seen,) = draft.observations
    assert seen.outcome.value == outcome
    assert seen.conditions
    assert (seen.conditions.passed, seen.conditions.failed, seen.conditions.skipped) == conditions


def test_a_single_case_has_no_conditions() -> None:
    (draft,) = read('<testsuite><testcase name="T-1"/></testsuite>').drafts
    assert draft.observations[0].conditions is None


def test_the_class_and_the_name_together_go_before_the_name_alone() -> None:
    mapping = {"a/same": "T-1", "same": "T-2"}
    content = '<testsuite><testcase classname="a" name="same"/><testcase classname="b" name="same"/></testsuite>'
    (draft,) = read(content, mapping=mapping).drafts
    assert foreign.outcomes(draft) == {"T-1": "passed", "T-2": "passed"}


def test_of_many_messages_the_first_are_kept() -> None:
    inner = "".join(f'<testcase classname="c{n}" name="T-1"><failure message="m{n}"/></testcase>' for n in range(30))
    (draft,) = read(f"<testsuite>{inner}</testsuite>").drafts
    lines = draft.observations[0].message.splitlines()
    assert (lines[0], lines[-1], len(lines)) == ("T-1: m0", "(and 10 more)", 21)


def test_of_many_findings_the_first_are_told() -> None:
    inner = "".join(f'<testcase name="n{n}"/>' for n in range(80))
    found = read(f"<testsuite>{inner}</testsuite>", told="toy:v1").findings
    assert len(found) == 50
    assert found[-1].message.endswith("(and 30 more findings follow)")


@given(st.binary(max_size=200))
@many
def test_any_bytes_give_a_draft_or_findings(content: bytes) -> None:
    found = read(content)
    assert found.drafts or found.findings


@given(st.sampled_from(DIALECTS), st.data())
@many
def test_a_report_with_bytes_changed_gives_a_draft_or_findings(path: Path, data: st.DataObject) -> None:
    changed = bytearray(path.read_bytes())
    for _ in range(data.draw(st.integers(1, 3))):
        start = data.draw(st.integers(0, len(changed)))
        end = data.draw(st.integers(start, min(len(changed), start + 8)))
        changed[start:end] = data.draw(
            st.binary(max_size=8) | st.sampled_from([b"<failure/>", b'"', b"9" * 8, b"\xc2\xb2"])
        )
    known = foreign.expectation(path)["known"] | {"lenient": data.draw(st.booleans())}
    found = read(bytes(changed), **known)
    assert found.drafts or found.findings


names = st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff"), max_size=6)


@given(
    st.lists(st.tuples(names | st.sampled_from(["T-1", "D-2"]), st.sampled_from(list(INNER))), max_size=8), st.data()
)
@many
def test_no_case_is_lost(cases: list[tuple[str, str]], data: st.DataObject) -> None:
    inner = "".join(f"<testcase name={quoteattr(name)}>{INNER[kind]}</testcase>" for name, kind in cases)
    places = st.sampled_from(["", "T-1", "T-2", "D-1"])
    mapping = data.draw(st.dictionaries(st.sampled_from([name.strip() for name, _ in cases]), places)) if cases else {}
    found = read(f"<testsuite>{inner}</testsuite>", mapping=mapping, told="toy:v1")
    placed = [mapping.get(name.strip(), name.strip()) for name, _ in cases]
    known = {assertion.id for assertion in foreign.TOY["toy", "v1"].assertions}
    if found.drafts:
        assert set(placed) <= known | {""}
        counted = 0
        for seen in found.drafts[0].observations:
            parts = seen.conditions
            counted += parts.passed + parts.failed + parts.skipped if parts else 1
        assert counted == len([test for test in placed if test])
    else:
        assert found.findings
