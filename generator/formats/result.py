"""Our own format: a schema-valid Result document as one record."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from generator.model import Document
from generator.records import Conditions, Notice, Observation, Record, Recorded, RecordedSpecification
from generator.terms import Capability, Outcome


def records(document: Document) -> tuple[Record, ...]:
    """Give the one record of a Result document that fits schema/result.schema.json."""
    data: dict[str, Any] = document.data
    run, environment = data["run"], data["environment"]
    record = Record(
        run_id=data["run_id"],
        publisher=data["publisher"],
        issued_at=datetime.fromisoformat(data["issued_at"]),
        mesh=data["mesh"]["id"],
        mesh_version=data["mesh"]["version"],
        suite=data["suite"]["id"],
        suite_version=data["suite"]["version"],
        suite_digest=data["suite"]["digest"],
        kubernetes=environment["kubernetes"],
        platform=environment.get("platform", ""),
        variant=tuple(sorted(data.get("variant", {}).items())),
        harness=data["harness"]["name"],
        harness_version=data["harness"]["version"],
        status=run["status"],
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
    return Observation(
        test=data["test"],
        outcome=Outcome(data["outcome"]),
        claim=Capability(data["capability"]) if "capability" in data else None,
        conditions=Conditions(**data["conditions"]) if "conditions" in data else None,
        duration=data.get("duration"),
        message=data.get("message", ""),
    )


def _recorded(data: dict[str, Any]) -> Recorded:
    names = ("id", "date", "mesh_name", "mesh_version", "status", "cases", "percentage", "note")
    return Recorded(
        **{name: data.get(name, "") for name in names},
        specifications=tuple(_recorded_specification(item) for item in data.get("specifications", ())),
    )


def _recorded_specification(data: dict[str, Any]) -> RecordedSpecification:
    names = ("api_version", "assertions", "duration", "failed_step", "reason", "capability", "status")
    return RecordedSpecification(specification=data["specification"], **{name: data.get(name, "") for name in names})
