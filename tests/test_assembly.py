"""A result is made of what the source says and what the caller tells, and never of a guess."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import yaml
from hypothesis import given
from hypothesis import strategies as st

from generator import documents, settings, urls
from generator.assembly import Assembled, Told, assemble
from generator.drafts import Draft
from generator.records import Conditions, Notice, Recorded, RecordedSpecification, Reported
from generator.schemas import Schema
from generator.terms import Capability, Outcome
from tests.support.papers import AUDIENCE, PROJECT
from tests.support.strategies import suite

TOY = replace(suite(("alpha", 1, 1), ("beta", 1, 1)), digest=f"sha256:{0:064}")
RESULT = Schema(urls.schema("Result"), (PROJECT / urls.schema("Result")).read_bytes())
WHEN = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
TOLD = Told(
    audience=AUDIENCE,
    now=WHEN,
    publisher="kelp-robot",
    kubernetes="v1.29.4",
    meshes={"kelp project/kelp": "kelp"},
    released={("toy", "v1"): datetime(2025, 5, 1, tzinfo=UTC)},
)
ARCHIVE = replace(TOLD, publisher="archive", kubernetes="", transcribed_from=("https://example.org/old",))
DRAFT = Draft(
    label="report.yaml",
    suite=TOY,
    mesh="Kelp Project/Kelp",
    mesh_version="v1.20",
    harness="toy-harness",
    harness_version="1.20",
    finished_at=datetime(2026, 1, 2, 3, 0, tzinfo=UTC),
    observations=(
        Reported(test="alpha-1", outcome=Outcome.PASSED, duration=1.25),
        Reported(
            test="alpha-2", outcome=Outcome.FAILED, message="no", conditions=Conditions(passed=1, failed=2, skipped=0)
        ),
        Reported(test="beta-1", outcome=Outcome.NOT_RUN, claim=Capability.NONE),
    ),
)


def _paper(made: Assembled) -> dict[str, Any]:
    assert made.findings == ()
    assert settings.document(made.path, made.content, RESULT).findings == ()
    data: dict[str, Any] = yaml.safe_load(made.content)
    return data


def _said(made: Assembled) -> list[tuple[str, str]]:
    assert made.content == b""
    return [(finding.rule, finding.message) for finding in made.findings]


def test_a_whole_draft_becomes_a_valid_result_at_its_own_path() -> None:
    made = assemble(DRAFT, TOLD, "0" * 64)
    paper = _paper(made)
    assert made.path == f"results/kelp/v1.20/{paper['run_id']}.yaml"
    assert paper["run_id"].startswith("toy-v1-20260102t030000z-")
    assert paper["harness"] == {"name": "toy-harness", "version": "1.20"}
    assert paper["run"] == {"status": "completed", "finished_at": "2026-01-02T03:00:00Z"}
    assert "recorded" not in paper


def test_every_test_of_the_suite_is_named_and_what_was_not_observed_did_not_run() -> None:
    assert _paper(assemble(DRAFT, TOLD, "0" * 64))["results"] == [
        {"test": "alpha-1", "outcome": "passed", "duration": 1.25},
        {
            "test": "alpha-2",
            "outcome": "failed",
            "conditions": {"passed": 1, "failed": 2, "skipped": 0},
            "message": "no",
        },
        {"test": "beta-1", "outcome": "not-run", "capability": "none"},
        {"test": "beta-2", "outcome": "not-run"},
    ]


def test_a_robot_issues_a_result_when_its_run_ended_so_that_a_second_job_writes_the_same_bytes() -> None:
    later = replace(TOLD, now=datetime(2026, 1, 9, tzinfo=UTC))
    assert assemble(DRAFT, later, "0" * 64).content == assemble(DRAFT, TOLD, "0" * 64).content
    assert _paper(assemble(DRAFT, TOLD, "0" * 64))["issued_at"] == "2026-01-02T03:00:00Z"
    assert _paper(assemble(replace(DRAFT, finished_at=None), TOLD, "0" * 64))["issued_at"] == "2026-01-02T03:04:05Z"
    assert _paper(assemble(DRAFT, ARCHIVE, "0" * 64))["issued_at"] == "2026-01-02T03:04:05Z"


def test_the_run_id_does_not_depend_on_when_it_is_issued_but_on_all_else() -> None:
    first = assemble(DRAFT, TOLD, "0" * 64).path
    assert assemble(DRAFT, replace(TOLD, issued_at=datetime(2026, 2, 1, tzinfo=UTC)), "0" * 64).path == first
    others = (
        assemble(DRAFT, TOLD, "1" * 64),
        assemble(DRAFT, replace(TOLD, kubernetes="v1.30.0"), "0" * 64),
        assemble(replace(DRAFT, variant=(("mode", "a_b"),)), TOLD, "0" * 64),
        assemble(replace(DRAFT, variant=(("mode", "a-b"),)), TOLD, "0" * 64),
        assemble(replace(DRAFT, observations=()), TOLD, "0" * 64),
    )
    assert len({first, *(other.path for other in others)}) == 6


def test_what_nobody_tells_is_asked_for_all_at_once_with_the_flag_that_tells_it() -> None:
    silent = replace(DRAFT, mesh="", mesh_version="", harness="")
    made = assemble(silent, Told(audience=AUDIENCE, now=WHEN), "0" * 64)
    assert {rule for rule, _ in _said(made)} == {"import-untold"}
    flags = {finding.fix.split(",")[0].removeprefix("give ") for finding in made.findings}
    assert flags == {"--mesh", "--mesh-version", "--kubernetes", "--publisher", "--harness"}


def test_what_is_told_wins_over_what_the_source_says() -> None:
    told = replace(
        TOLD,
        mesh="moss",
        mesh_version="v9",
        harness="other",
        harness_version="2",
        platform="kind",
        url="https://example.org/r",
    )
    paper = _paper(assemble(DRAFT, told, "0" * 64))
    assert paper["mesh"] == {"id": "moss", "version": "v9"}
    assert paper["harness"] == {"name": "other", "version": "2"}
    assert paper["environment"] == {"kubernetes": "v1.29.4", "platform": "kind"}
    assert paper["run"]["url"] == "https://example.org/r"


def test_the_foreign_file_is_evidence_where_it_can_be_fetched() -> None:
    paper = _paper(assemble(DRAFT, replace(TOLD, evidence_url="https://example.org/report"), "a" * 64))
    assert paper["evidence"] == [{"url": "https://example.org/report", "sha256": "a" * 64}]


def test_a_mesh_that_is_not_listed_is_refused_and_named_after_itself_only_with_leave() -> None:
    stranger = replace(DRAFT, mesh="Nobody/Knows It")
    assert _said(assemble(stranger, TOLD, "0" * 64)) == [
        ("import-unmapped", "'Nobody/Knows It' is no mesh of the programme")
    ]
    paper = _paper(assemble(stranger, replace(TOLD, lenient=True), "0" * 64))
    assert paper["mesh"]["id"] == "nobody-knows-it"
    assert [notice["name"] for notice in paper["notices"]] == ["unlisted-mesh"]
    assert (
        _said(assemble(replace(DRAFT, mesh="日本"), replace(TOLD, lenient=True), "0" * 64))[0][0] == "import-unmapped"
    )


def test_a_version_that_names_nothing_is_never_published_by_a_robot() -> None:
    for version in ("latest", "none", "NONE", "https://example.org/pull/1"):
        for told in (TOLD, replace(TOLD, lenient=True)):
            assert _said(assemble(replace(DRAFT, mesh_version=version), told, "0" * 64))[0][0] == "import-value"


def test_a_transcription_may_say_that_the_version_is_unknown() -> None:
    for version, lenient in (("latest", True), ("", False)):
        paper = _paper(assemble(replace(DRAFT, mesh_version=version), replace(ARCHIVE, lenient=lenient), "0" * 64))
        assert paper["mesh"]["version"] == "unknown"
        assert [notice["name"] for notice in paper["notices"]] == ["version-unknown"]
    assert _said(assemble(replace(DRAFT, mesh_version="latest"), ARCHIVE, "0" * 64))[0][0] == "import-value"


def test_letter_case_of_a_version_is_folded_only_with_leave() -> None:
    shouting = replace(DRAFT, mesh_version="V1.2-RC1")
    assert _said(assemble(shouting, TOLD, "0" * 64))[0][0] == "import-value"
    paper = _paper(assemble(shouting, replace(TOLD, lenient=True), "0" * 64))
    assert (paper["mesh"]["version"], paper["notices"][0]["name"]) == ("v1.2-rc1", "version-case")


def test_a_transcription_without_a_date_lies_between_the_release_and_its_issue() -> None:
    undated = replace(DRAFT, finished_at=None)
    paper = _paper(assemble(undated, ARCHIVE, "0" * 64))
    assert (paper["run"]["not_before"], paper["run"]["not_after"]) == ("2025-05-01T00:00:00Z", "2026-01-02T03:04:05Z")
    assert "-undated-" in paper["run_id"]
    assert _said(assemble(undated, replace(ARCHIVE, released={}), "0" * 64))[0][0] == "import-untold"


def test_what_the_source_recorded_goes_into_a_transcription_and_into_nothing_else() -> None:
    one = RecordedSpecification(
        specification="alpha",
        api_version="",
        assertions="7",
        duration="",
        failed_step="",
        reason="",
        capability="",
        status="",
    )
    recorded = Recorded(
        id="",
        date="today",
        mesh_name="Kelp",
        mesh_version="",
        status="",
        cases="",
        percentage="",
        note="",
        specifications=(one,),
    )
    draft = replace(DRAFT, recorded=recorded)
    assert _paper(assemble(draft, ARCHIVE, "0" * 64))["recorded"] == {
        "date": "today",
        "mesh_name": "Kelp",
        "specifications": [{"specification": "alpha", "assertions": "7"}],
    }
    assert "recorded" not in _paper(assemble(draft, TOLD, "0" * 64))


def test_notices_of_one_name_are_one_notice_however_many_there_are() -> None:
    notices = tuple(Notice(name="odd", message=f"{'x' * 50} {n}") for n in range(200))
    same = tuple(Notice(name="same", message="again") for _ in range(3))
    paper = _paper(assemble(replace(DRAFT, notices=(*notices, *same)), TOLD, "0" * 64))
    odd, again = paper["notices"]
    assert odd["message"].endswith("(200 in all)")
    assert len(odd["message"]) <= 4000
    assert again == {"name": "same", "message": "again"}


def test_an_aborted_run_says_in_which_phase_and_keeps_its_fractions_of_a_second() -> None:
    draft = replace(
        DRAFT, status="aborted", phase="installing", started_at=datetime(2026, 1, 2, 3, 0, 0, 250000, tzinfo=UTC)
    )
    assert _paper(assemble(draft, TOLD, "0" * 64))["run"] == {
        "status": "aborted",
        "phase": "installing",
        "started_at": "2026-01-02T03:00:00.250000Z",
        "finished_at": "2026-01-02T03:00:00Z",
    }


@given(st.text(max_size=20), st.text(max_size=20))
def test_whatever_a_source_calls_the_mesh_there_is_a_result_or_a_finding(mesh: str, version: str) -> None:
    for told in (TOLD, replace(ARCHIVE, lenient=True)):
        made = assemble(replace(DRAFT, mesh=mesh, mesh_version=version), told, "0" * 64)
        assert bool(made.content) is not bool(made.findings)
        if made.content:
            assert documents.read(made.path, made.content).document is not None
            assert settings.document(made.path, made.content, RESULT).findings == ()


def test_a_name_with_invisible_characters_is_told_without_them() -> None:
    made = assemble(replace(DRAFT, mesh="kelp 9\U000e0100"), replace(TOLD, lenient=True), "0" * 64)
    assert _paper(made)["notices"] == [
        {"name": "unlisted-mesh", "message": "'kelp 9' is no mesh of meshmark.yaml; it is called kelp-9 here"}
    ]


def test_only_a_transcription_says_that_it_does_not_know_how_a_test_went() -> None:
    unjudged = Reported(test="alpha-1", outcome=Outcome.UNKNOWN, message="never scored")
    draft = replace(DRAFT, observations=(unjudged,))
    by_robot, by_archivist = (_paper(assemble(draft, told, "0" * 64))["results"][0] for told in (TOLD, ARCHIVE))
    assert by_robot == {"test": "alpha-1", "outcome": "skipped", "message": "never scored"}
    assert by_archivist == {"test": "alpha-1", "outcome": "unknown", "message": "never scored"}
