"""Whatever bytes arrive: a state, a finding or a stop, and never anything else."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from generator import arrival, evidence, settings, succession, terminal, trust
from generator.arrival import Against, Pair
from generator.documents import MAX_BYTES
from generator.findings import Finding, Stop
from generator.model import Blob
from generator.terms import State
from tests.support import papers
from tests.support.papers import PROJECT, ROBOT

SCHEMAS = settings.schemas(lambda path: (PROJECT / path).read_bytes())
PATH = "results/kelp/v1.0.0/toy-run-0001.yaml"
many = hypothesis_settings(derandomize=True, deadline=None, max_examples=250)

scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=20)
    | st.sampled_from(["none", "latest", "unknown", "*", "\u202e", "a\nb", "x" * 5000, "sha256:" + "0" * 64])
)
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=8,
)


def places(data: Any, where: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Give every place in a document at which something else could stand."""
    children = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    return [where, *(place for key, child in children for place in places(child, (*where, key)))]


@st.composite
def mutants(draw: st.DrawFn, make: Callable[[], Any]) -> Any:
    """A valid document in which one to three places hold something else, or nothing."""
    data = make()
    for _ in range(draw(st.integers(1, 3))):
        where = draw(st.sampled_from(places(data)))
        if not where:
            continue
        holder = data
        for key in where[:-1]:
            holder = holder[key]
        if draw(st.booleans()) and isinstance(holder, dict):
            del holder[where[-1]]
        else:
            holder[where[-1]] = draw(values)
    return data


def written(data: Any) -> bytes:
    return json.dumps(data, ensure_ascii=draws_ascii(data)).encode("utf-8", "surrogatepass")


def draws_ascii(data: Any) -> bool:
    """Write half of the documents with escapes, and half with the characters themselves."""
    return len(repr(data)) % 2 == 0


def registered() -> Against:
    accounts = settings.document("x", papers.written(papers.registry()), SCHEMAS["ServiceAccounts"]).document
    tests = settings.document("x", papers.SUITE, SCHEMAS["Suite"]).document
    assert accounts
    assert tests
    registry, (suite, _) = settings.registry(accounts)[0], settings.suite(tests)
    assert registry
    return Against(
        registry=registry,
        suites={suite.digest: suite},
        schema=SCHEMAS["Result"],
        contents=lambda _blob_id, _limit: b"",
        run_ids=set(),
        digests=set(),
    )


AGAINST = registered()


def state_of(content: bytes, sidecar: bytes) -> State:
    files = {"1": content, "2": sidecar}
    against = Against(
        registry=AGAINST.registry,
        suites=AGAINST.suites,
        schema=AGAINST.schema,
        contents=lambda blob_id, limit: files[blob_id] if len(files[blob_id]) <= limit else len(files[blob_id]),
        run_ids=set(),
        digests=set(),
    )
    pair = Pair(path=PATH, result=Blob(mode="100644", id="1"), sidecar=Blob(mode="100644", id="2"))
    return arrival.judge(pair, against).state


@many
@given(mutants(papers.result))
def test_a_mutated_result_that_is_validly_signed_gets_a_state(data: Any) -> None:
    content = written(data)
    state = state_of(content, ROBOT.sign(content))
    if state is State.VERIFIED:
        document = settings.document(PATH, content, SCHEMAS["Result"]).document
        assert document
        assert document.data["run_id"] == "toy-run-0001"


@many
@given(st.binary(max_size=400), st.binary(max_size=400))
def test_any_bytes_as_result_and_sidecar_get_a_state_that_does_not_count(content: bytes, sidecar: bytes) -> None:
    assert not state_of(content, sidecar).counts
    assert not state_of(content, ROBOT.sign(content)).counts


def read_registry(content: bytes) -> succession.Read:
    tree = {"registry/service-accounts.yaml": Blob(mode="100644", id="1")}
    return succession.read(tree, SCHEMAS["ServiceAccounts"], lambda _id, _limit: content)


@many
@given(mutants(papers.registry))
def test_a_mutated_registry_is_read_or_refused(data: Any) -> None:
    read = read_registry(written(data))
    assert (read.registry is None) == bool(read.findings)


@many
@given(st.binary(max_size=MAX_BYTES // 512))
def test_any_bytes_as_registry_are_refused(content: bytes) -> None:
    assert read_registry(content).registry is None


@many
@given(mutants(papers.suite))
def test_a_mutated_suite_is_read_or_refused(data: Any) -> None:
    reading = settings.document("schema/suites/toy/v1.yaml", written(data), SCHEMAS["Suite"])
    if reading.document:
        settings.suite(reading.document)
    else:
        assert reading.findings


@many
@given(mutants(papers.programme))
def test_a_mutated_programme_is_read_or_stops_with_findings(data: Any) -> None:
    findings: tuple[Finding, ...] | None = None
    try:
        settings.programme(lambda _path: written(data), SCHEMAS)
    except Stop as stop:
        findings = stop.findings
    assert findings != ()


@many
@given(st.binary(max_size=300), st.binary(max_size=100), st.binary(max_size=100))
def test_any_commit_is_described(body: bytes, author: bytes, signature: bytes) -> None:
    publisher = AGAINST.registry.publishers[0]
    for commit in (body, b"author " + author + b"\ngpgsig " + signature + b"\n " + signature + b"\n\n" + body):
        assert evidence.step(commit, commit, publisher).detail


@many
@given(st.binary(max_size=200))
def test_any_bytes_as_checkpoint_are_read_or_stop(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    path = Path(tmp_path_factory.getbasetemp()) / "checkpoint.json"
    path.write_bytes(content)
    with contextlib.suppress(Stop):
        trust.read(path)


@many
@given(st.text())
def test_any_text_is_one_printable_line_and_any_path_is_ascii(text: str) -> None:
    assert terminal.plain(text).isprintable()
    assert terminal.shown_path(text).isascii()
    assert "\n" not in terminal.shown_path(text)
