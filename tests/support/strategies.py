"""Generators of the programme's nouns: suites, observations and entries that hang together."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from generator.judgements import Entry, Verdict
from generator.model import Assertion, Specification, Suite
from generator.records import Conditions, Given, Observation, Record
from generator.terms import AssertionKind, Capability, Outcome, State

EPOCH = datetime(2026, 1, 1, tzinfo=UTC)
_counts = st.integers(0, 3)

conditions = st.builds(Conditions, passed=_counts, failed=_counts, skipped=_counts)


def observations(test: str) -> st.SearchStrategy[Observation]:
    """Any observation of one test."""
    return st.builds(
        Observation,
        test=st.just(test),
        outcome=st.sampled_from(Outcome),
        claim=st.sampled_from([None, Capability.FULL, Capability.PARTIAL, Capability.NONE]),
        conditions=st.none() | conditions,
    )


def suite(*shape: tuple[str, int, int], version: str = "v1") -> Suite:
    """A suite from (specification, presence assertions, capability assertions)."""
    assertions = tuple(
        Assertion(
            id=f"{name}-{number}",
            specification=name,
            kind=AssertionKind.PRESENCE if number <= presence else AssertionKind.CAPABILITY,
            title=f"{name} {number}",
            asserts="It holds.",
            step="",
            scored=True,
            aliases=(),
        )
        for name, presence, capability in shape
        for number in range(1, presence + capability + 1)
    )
    return Suite(
        id="toy",
        version=version,
        digest=f"sha256:{version:0>64}",
        path=f"schema/suites/toy/{version}.yaml",
        title=f"Toy {version}",
        summary="For tests.",
        source="",
        scoring="",
        specifications=tuple(
            Specification(id=name, title=name.title(), api_version="v1", kinds=(), note="") for name, _, _ in shape
        ),
        assertions=assertions,
    )


SUITE = suite(("alpha", 1, 3), ("beta", 2, 2), ("empty", 0, 0))


def record(of: Suite, *seen: Observation, mesh: str = "kelp", run: int = 1, **changes: Any) -> Record:
    """A record of a suite; runs are a day apart."""
    when = EPOCH + timedelta(days=run)
    facts: dict[str, Any] = {
        "run_id": f"toy-run-{run:04}",
        "publisher": "robot",
        "issued_at": when,
        "mesh": mesh,
        "mesh_version": f"v1.{run}.0",
        "suite": of.id,
        "suite_version": of.version,
        "suite_digest": of.digest,
        "kubernetes": "v1.29.4",
        "platform": "",
        "variant": (),
        "harness": "toy",
        "harness_version": "v1",
        "status": "completed",
        "phase": "",
        "started_at": when,
        "finished_at": when,
        "not_before": None,
        "not_after": None,
        "url": "",
        "evidence": (),
        "transcribed_from": (),
        "recorded": None,
        "notices": (),
        "observations": seen,
        "given": given(seen),
    }
    return Record(**(facts | changes))


def given(seen: Iterable[Observation]) -> tuple[Given, ...]:
    """The plain values of observations."""
    return tuple(
        Given(
            one.test,
            one.outcome.value,
            one.claim.value if one.claim else "",
            dataclasses.astuple(one.conditions) if one.conditions else (),
        )
        for one in seen
    )


def entry(of: Suite, *seen: Observation, mesh: str = "kelp", run: int = 1, **changes: Any) -> Entry:
    """A verified entry of a suite."""
    facts = record(of, *seen, mesh=mesh, run=run, **changes)
    verdict = Verdict(
        path=f"results/{mesh}/{facts.mesh_version}/{facts.run_id}.yaml",
        state=State.VERIFIED,
        reason="",
        steps=(),
        commit="c" * 40,
        committed_at=facts.taken_at,
        registry_version=1,
    )
    return Entry(record=facts, suite=of, verdict=verdict)


def observed(of: Suite = SUITE) -> st.SearchStrategy[tuple[Observation, ...]]:
    """One observation for each test of a suite."""
    return st.tuples(*(observations(assertion.id) for assertion in of.assertions))


def entries(of: Suite = SUITE) -> st.SearchStrategy[Entry]:
    """Any entry of a few meshes and runs."""
    return st.builds(
        lambda seen, mesh, run, status: entry(of, *seen, mesh=mesh, run=run, status=status),
        observed(of),
        st.sampled_from(["kelp", "moss", "reed"]),
        st.integers(1, 9),
        st.sampled_from(["completed", "aborted"]),
    )
