"""Our own format: a schema-valid Result document as one record."""

from __future__ import annotations

import functools
from datetime import datetime
from sys import intern
from typing import Any, Final

from generator.model import Document
from generator.records import Conditions, Given, Notice, Observation, Record, Recorded, RecordedSpecification, Words
from generator.terms import Capability, Outcome

_REMEMBERED: Final = 1 << 14
_PARTS: Final = ("passed", "failed", "skipped")


def records(document: Document) -> tuple[Record, ...]:
    """Give the one record of a Result document that fits schema/result.schema.json.

    A large programme holds millions of observations of few tests, so equal texts are one object.
    """
    data: dict[str, Any] = document.data
    run, environment = data["run"], data["environment"]
    given, observations = alike(tuple([_given(item) for item in data["results"]]))
    record = Record(
        run_id=data["run_id"],
        publisher=intern(data["publisher"]),
        issued_at=datetime.fromisoformat(data["issued_at"]),
        mesh=intern(data["mesh"]["id"]),
        mesh_version=intern(data["mesh"]["version"]),
        suite=intern(data["suite"]["id"]),
        suite_version=intern(data["suite"]["version"]),
        suite_digest=intern(data["suite"]["digest"]),
        kubernetes=intern(environment["kubernetes"]),
        platform=intern(environment.get("platform", "")),
        variant=tuple(sorted(data.get("variant", {}).items())),
        harness=intern(data["harness"]["name"]),
        harness_version=intern(data["harness"]["version"]),
        status=intern(run["status"]),
        phase=run.get("phase", ""),
        started_at=_time(run, "started_at"),
        finished_at=_time(run, "finished_at"),
        not_before=_time(run, "not_before"),
        not_after=_time(run, "not_after"),
        url=run.get("url", ""),
        evidence=tuple((item["url"], item["sha256"]) for item in data.get("evidence", ())),
        transcribed_from=tuple(data.get("transcribed_from", ())),
        recorded=_recorded(data["recorded"]) if "recorded" in data else None,
        notices=tuple(Notice(name=item["name"], message=item["message"]) for item in data.get("notices", ())),
        observations=observations,
        given=given,
    )
    return (record,)


def words(document: Document) -> dict[str, Words]:
    """Give what a Result document says about each test beside what is judged."""
    items: Any = document.data["results"]
    return {item["test"]: Words(item.get("duration"), item.get("message", "")) for item in items}


def _time(data: dict[str, Any], name: str) -> datetime | None:
    return datetime.fromisoformat(data[name]) if name in data else None


def _given(item: dict[str, Any]) -> Given:
    if len(item) == 2:
        return _one(item["test"], item["outcome"])
    parts = item.get("conditions")
    counts = tuple([parts[name] for name in _PARTS]) if parts else ()
    return _one(item["test"], item["outcome"], item.get("capability", ""), counts)


@functools.lru_cache(maxsize=_REMEMBERED)
def _one(test: str, outcome: str, capability: str = "", conditions: tuple[int, ...] = ()) -> Given:
    return Given(intern(test), intern(outcome), intern(capability), conditions)


@functools.lru_cache(maxsize=_REMEMBERED)
def _observation(given: Given) -> Observation:
    return Observation(
        test=given.test,
        outcome=Outcome(given.outcome),
        claim=Capability(given.capability) if given.capability else None,
        conditions=Conditions(**dict(zip(_PARTS, given.conditions, strict=True))) if given.conditions else None,
    )


@functools.lru_cache(maxsize=_REMEMBERED)
def alike(given: tuple[Given, ...]) -> tuple[tuple[Given, ...], tuple[Observation, ...]]:
    """Give the same object for all runs that observed the same."""
    return given, tuple(map(_observation, given))


def _recorded(data: dict[str, Any]) -> Recorded:
    names = ("id", "date", "mesh_name", "mesh_version", "status", "cases", "percentage", "note")
    return Recorded(
        **{name: data.get(name, "") for name in names},
        specifications=tuple(_recorded_specification(item) for item in data.get("specifications", ())),
    )


def _recorded_specification(data: dict[str, Any]) -> RecordedSpecification:
    names = ("api_version", "assertions", "duration", "failed_step", "reason", "capability", "status")
    return RecordedSpecification(specification=data["specification"], **{name: data.get(name, "") for name in names})
