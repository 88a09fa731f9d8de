"""What `excerpts` promises: whatever a foreign file says, a result can hold it, and says what was done to it."""

from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from generator import assembly, excerpts, settings
from generator.assembly import Told
from generator.drafts import Draft
from generator.records import Notice, Recorded, RecordedSpecification, Reported
from generator.terms import Outcome
from tests.support import foreign
from tests.support.papers import PROJECT

SUITE = foreign.TOY["toy", "v1"]
TOLD = Told(
    audience="https://example.org/conformance",
    now=datetime(2026, 1, 2, tzinfo=UTC),
    publisher="archive",
    mesh="kelp",
    mesh_version="1.20",
    kubernetes="v1.33.1",
    harness="toy-runner",
    harness_version="3",
    transcribed_from=("https://example.org/old",),
)
SCHEMA = settings.schema(lambda name: (PROJECT / name).read_bytes(), "Result")
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=30) | st.sampled_from(
    ["x" * 5000, "\x1b[31mred\x1b[0m"]
)


def seen(message: str) -> Draft:
    return Draft(label="x", suite=SUITE, observations=(Reported(test="T-1", outcome=Outcome.FAILED, message=message),))


def test_a_plain_text_stays_as_it_is_but_for_blanks_around_it() -> None:
    found = excerpts.fitted(seen("  two\r\nlines\twith a tab, \u00e9 and \u2192 \n"))
    assert found.observations[0].message == "two\nlines\twith a tab, \u00e9 and \u2192"
    assert found.notices == ()


def test_colours_and_invisible_characters_are_left_out_with_a_notice() -> None:
    found = excerpts.fitted(seen("\x1b[1;31mno\x1b[0m \u202eevil\u202c\x00"))
    assert found.observations[0].message == "no evil"
    assert [notice.name for notice in found.notices] == ["text-cleaned"]


def test_a_text_without_end_is_cut_with_a_notice() -> None:
    found = excerpts.fitted(seen("x" * 9999))
    assert len(found.observations[0].message) == 4000
    assert found.observations[0].message.endswith("x\u2026")
    assert [notice.name for notice in found.notices] == ["text-cut"]


def test_secrets_and_private_addresses_are_taken_out_with_a_notice() -> None:
    found = excerpts.fitted(seen("Get http://10.244.0.7:8080/metrics: connection refused"))
    assert found.observations[0].message == "Get http://[a private address removed]:8080/metrics: connection refused"
    assert [notice.name for notice in found.notices] == ["text-redacted"]


def test_notices_that_were_there_stay() -> None:
    notice = Notice(name="flaky", message="T-1")
    draft = Draft(label="x", suite=SUITE, notices=(notice,))
    assert excerpts.fitted(draft).notices == (notice,)


@given(st.data())
@hypothesis_settings(derandomize=True, deadline=None, max_examples=200)
def test_whatever_a_source_says_fits_into_a_result(data: st.DataObject) -> None:
    fields = ("api_version", "assertions", "duration", "failed_step", "reason", "capability", "status")
    specification = RecordedSpecification(specification="traffic-toys", **{name: data.draw(texts) for name in fields})
    names = ("id", "date", "mesh_name", "mesh_version", "status", "cases", "percentage", "note")
    draft = Draft(
        label="x",
        suite=SUITE,
        status="aborted",
        phase=data.draw(texts),
        started_at=datetime(2026, 1, 1, tzinfo=UTC),
        harness=data.draw(texts),
        recorded=Recorded(**{name: data.draw(texts) for name in names}, specifications=(specification,)),
        observations=(Reported(test="T-1", outcome=Outcome.FAILED, message=data.draw(texts)),),
        notices=(Notice(name="flaky", message="x" + data.draw(texts)),),
    )
    fitted = excerpts.fitted(draft)
    assert excerpts.fitted(fitted) == fitted
    if not fitted.phase:
        return
    made = assembly.assemble(fitted, TOLD, "0" * 64)
    assert made.findings == ()
    assert settings.document(made.path, made.content, SCHEMA).findings == ()
