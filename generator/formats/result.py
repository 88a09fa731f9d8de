"""Our own format: a schema-valid Result document as one record."""

from __future__ import annotations

import functools
from datetime import datetime
from sys import intern
from typing import Any

from generator.model import Document
from generator.records import Conditions, Notice, Observation, Record, Recorded, RecordedSpecification
from generator.terms import Capability, Outcome


def records(document: Document) -> tuple[Record, ...]:
    """Give the one record of a Result document that fits schema/result.schema.json.

    A large programme holds millions of observations of few tests, so equal texts are one object.
    """
    data: dict[str, Any] = document.data
    run, environment = data["run"], data["environment"]
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
        observations=tuple(_observation(item) for item in data["results"]),
    )
    return (record,)


def _time(data: dict[str, Any], name: str) -> datetime | None:
    return datetime.fromisoformat(data[name]) if name in data else None


def _observation(data: dict[str, Any]) -> Observation:
    if len(data) == 2:
        return _bare(data["test"], data["outcome"])
    return Observation(
        test=intern(data["test"]),
        outcome=Outcome(data["outcome"]),
        claim=Capability(data["capability"]) if "capability" in data else None,
        conditions=Conditions(**data["conditions"]) if "conditions" in data else None,
        duration=data.get("duration"),
        message=data.get("message", ""),
    )


@functools.lru_cache(maxsize=4096)
def _bare(test: str, outcome: str) -> Observation:
    return Observation(test=intern(test), outcome=Outcome(outcome))


def _recorded(data: dict[str, Any]) -> Recorded:
    names = ("id", "date", "mesh_name", "mesh_version", "status", "cases", "percentage", "note")
    return Recorded(
        **{name: data.get(name, "") for name in names},
        specifications=tuple(_recorded_specification(item) for item in data.get("specifications", ())),
    )


def _recorded_specification(data: dict[str, Any]) -> RecordedSpecification:
    names = ("api_version", "assertions", "duration", "failed_step", "reason", "capability", "status")
    return RecordedSpecification(specification=data["specification"], **{name: data.get(name, "") for name in names})
