"""A draft and what its source cannot know, made into a Result: pure, and never a silent default."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, Final

from generator import documents, urls
from generator.drafts import Draft
from generator.findings import Finding, shortened
from generator.records import UNKNOWN_VERSION, Notice, Recorded, Reported
from generator.scalars import BAD_VALUE
from generator.terms import Outcome

_VERSION: Final = re.compile(r"[0-9a-z][0-9a-z.+-]{0,63}")
_ID: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,38}")
_NAMELESS: Final = frozenset({"none", "latest", "unknown", "n/a", ""})
_MAX_RUN_ID: Final = 80
_FLAGS_ONLY: Final = frozenset({"--kubernetes", "--mesh-version"})
"""What differs from run to run has no place in the robot file."""

_MAX_MESSAGE: Final = 4000

REMARKS: Final = frozenset({"provisional-tests"})
"""Notices that are no liberties: what has no place elsewhere in a result."""

Paper = dict[str, Any]
"""A Result as data, its fields in the order of docs/formats.md."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What the caller tells about a run; a text is empty where nothing was told.

    `meshes` gives mesh ids by the names of other programs, in lower case; `released` the date of a
    suite version by (suite id, version), the earliest date that a run of it can have. Where no time of
    issue is told, a transcription is issued now, and a robot's result when its run ended, so that a
    job that is run again writes the same bytes.
    """

    audience: str
    now: datetime
    issued_at: datetime | None = None
    publisher: str = ""
    mesh: str = ""
    mesh_version: str = ""
    kubernetes: str = ""
    platform: str = ""
    harness: str = ""
    harness_version: str = ""
    url: str = ""
    evidence_url: str = ""
    transcribed_from: tuple[str, ...] = ()
    lenient: bool = False
    meshes: Mapping[str, str] = field(default_factory=dict)
    released: Mapping[tuple[str, str], datetime] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Assembled:
    """A Result at its derived path with the names of its notices, or what is missing for one."""

    path: str = ""
    content: bytes = b""
    notices: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()


def assemble(draft: Draft, told: Told, source_digest: str) -> Assembled:
    """Make a Result of a draft; `source_digest` is the SHA-256 of its source in hexadecimal.

    The run id is a pure function of the Result but for the time of issue, so that the same run
    imported twice lands on the same path.
    """
    work = _Assembly(draft=draft, told=told)
    mesh, version = work.mesh(), work.version()
    kubernetes = told.kubernetes or (UNKNOWN_VERSION if told.transcribed_from else "")
    harness = {"name": told.harness or draft.harness, "version": told.harness_version or draft.harness_version}
    work.needs("--publisher", told.publisher, "who publishes")
    work.needs("--kubernetes", kubernetes, "which Kubernetes version it ran on")
    work.needs("--harness", harness["name"] and harness["version"], "what ran the tests, and in which version")
    run, notices = work.run(), tuple(work.notices())
    if work.findings:
        return Assembled(findings=tuple(work.findings))
    paper: Paper = {
        "apiVersion": "meshmark/v1",
        "kind": "Result",
        "audience": told.audience,
        "run_id": "",
        "publisher": told.publisher,
        "issued_at": _time(work.issued_at()),
        "mesh": {"id": mesh, "version": version},
        "suite": {"id": draft.suite.id, "version": draft.suite.version, "digest": draft.suite.digest},
        "environment": _filled({"kubernetes": kubernetes, "platform": told.platform}),
        "variant": dict(draft.variant),
        "harness": harness,
        "run": run,
        "evidence": [{"url": told.evidence_url, "sha256": source_digest}] if told.evidence_url else [],
        "transcribed_from": list(told.transcribed_from),
        "recorded": _recorded(draft.recorded) if draft.recorded and told.transcribed_from else {},
        "notices": [{"name": notice.name, "message": notice.message} for notice in notices],
        "results": list(_results(draft, transcribed=bool(told.transcribed_from))),
    }
    paper = {name: value for name, value in paper.items() if value or name == "run_id"}
    paper["run_id"] = run_id(paper, source_digest)
    path = urls.result(mesh, version, paper["run_id"])
    return Assembled(path=path, content=documents.write(paper), notices=tuple(notice.name for notice in notices))


def run_id(paper: Paper, source_digest: str) -> str:
    """Give a run id that no other run has: suite, time, and a digest of all but the time of issue."""
    told = {name: value for name, value in paper.items() if name not in {"run_id", "issued_at"}}
    text = json.dumps([told, source_digest], sort_keys=True)
    suffix = hashlib.sha256(text.encode()).hexdigest()[:10]
    run = paper["run"]
    when = re.sub(r"[-:]|\.[0-9]+", "", run.get("finished_at") or run.get("started_at") or "undated").lower()
    front = f"{paper['suite']['id']}-{paper['suite']['version']}".replace("+", "-")
    return f"{front[: _MAX_RUN_ID - len(when) - len(suffix) - 2]}-{when}-{suffix}"


@dataclass(slots=True, kw_only=True)
class _Assembly:
    """One draft on its way to a Result, with what is found to be missing and what was done about it."""

    draft: Draft
    told: Told
    findings: list[Finding] = field(default_factory=list)
    liberties: list[Notice] = field(default_factory=list)

    def needs(self, flag: str, value: object, what: str) -> None:
        if not value:
            self._find(
                "import-untold",
                f"the source does not say {what}",
                f"give {flag}" if flag in _FLAGS_ONLY else f"give {flag}, or write it into .meshmark-robot.yaml",
            )

    def mesh(self) -> str:
        if self.told.mesh:
            return self.told.mesh
        stated = self.draft.mesh
        known = self.told.meshes.get(stated.lower(), "")
        if known:
            return known
        if not stated:
            self.needs("--mesh", "", "which mesh was tested")
            return ""
        derived = re.sub(r"[^a-z0-9]+", "-", stated.lower()).strip("-")[:39].rstrip("-")
        if self.told.lenient and _ID.fullmatch(derived):
            self._take("unlisted-mesh", f"{shortened(stated)} is no mesh of meshmark.yaml; it is called {derived} here")
            return derived
        fix = "give --mesh, or add the name to a mesh in meshmark.yaml (meshes[].names)"
        self._find("import-unmapped", f"{shortened(stated)} is no mesh of the programme", fix)
        return ""

    def version(self) -> str:
        if self.told.mesh_version:
            return self.told.mesh_version
        stated = self.draft.mesh_version
        folded = stated.lower()
        if folded in _NAMELESS:
            wrong = f"the source gives the mesh version as {shortened(stated)}" if stated else ""
        elif _VERSION.fullmatch(stated):
            return stated
        else:
            wrong = f"the mesh version {shortened(stated)} does not fit a path"
            if self.told.lenient and _VERSION.fullmatch(folded):
                self._take("version-case", f"{wrong}; it is written in lower case")
                return folded
        if self.told.transcribed_from and (self.told.lenient or not wrong):
            self._take("version-unknown", f"{wrong or 'the source names no mesh version'}; it counts as unknown")
            return UNKNOWN_VERSION
        if wrong:
            self._find("import-value", wrong, "give the exact version with --mesh-version")
        else:
            self.needs("--mesh-version", "", "which version of the mesh was tested")
        return ""

    def issued_at(self) -> datetime:
        ended = None if self.told.transcribed_from else self.draft.finished_at or self.draft.started_at
        return self.told.issued_at or ended or self.told.now

    def run(self) -> Paper:
        draft, told = self.draft, self.told
        run = {
            "status": draft.status,
            "phase": draft.phase,
            "started_at": _time(draft.started_at) if draft.started_at else "",
            "finished_at": _time(draft.finished_at) if draft.finished_at else "",
            "url": told.url,
        }
        if told.transcribed_from and not (draft.started_at or draft.finished_at):
            earliest = told.released.get((draft.suite.id, draft.suite.version))
            if earliest is None:
                fix = "add the release under bundles in meshmark.yaml: a run cannot be older than what it tests"
                self._find("import-untold", "the source has no date, and nothing bounds it", fix)
            else:
                run |= {"not_before": _time(earliest), "not_after": _time(self.issued_at())}
        return _filled(run)

    def notices(self) -> Iterator[Notice]:
        """Give one notice for each name, with all its messages."""
        messages: dict[str, list[str]] = {}
        for notice in (*self.draft.notices, *self.liberties):
            messages.setdefault(notice.name, []).append(notice.message)
        for name, found in sorted(messages.items()):
            shown = list(dict.fromkeys(found))
            while len(text := _joined(shown, len(found))) > _MAX_MESSAGE:
                shown.pop()
            yield Notice(name=name, message=text)

    def _take(self, name: str, message: str) -> None:
        self.liberties.append(Notice(name=name, message=BAD_VALUE.sub("", message)))

    def _find(self, rule: str, message: str, fix: str) -> None:
        self.findings.append(Finding(rule=rule, path=self.draft.label, message=message, fix=fix))


def _joined(shown: list[str], count: int) -> str:
    different = "; ".join(shown)
    return different if len(shown) == count or len(shown) == 1 else f"{different} ({count} in all)"


def _results(draft: Draft, *, transcribed: bool) -> Iterator[Paper]:
    """Give one item for each test of the suite, in its order; what was not observed did not run.

    Only a transcription may say that it does not know. What a robot's own harness ran and did not
    judge is a test that it skipped.
    """
    observed = {observation.test: observation for observation in draft.observations}
    for assertion in draft.suite.assertions:
        found = observed.get(assertion.id, Reported(test=assertion.id, outcome=Outcome.NOT_RUN))
        if found.outcome is Outcome.UNKNOWN and not transcribed:
            found = replace(found, outcome=Outcome.SKIPPED)
        parts = found.conditions
        item: Paper = {
            "test": found.test,
            "outcome": found.outcome.value,
            "capability": found.claim.value if found.claim else "",
            "conditions": {"passed": parts.passed, "failed": parts.failed, "skipped": parts.skipped} if parts else {},
            "message": found.message,
        }
        if found.duration is not None:
            item["duration"] = round(found.duration, 6)
        yield {name: value for name, value in item.items() if value not in ("", {})}


def _recorded(recorded: Recorded) -> Paper:
    names = ("id", "date", "mesh_name", "mesh_version", "status", "cases", "percentage", "note")
    parts = ("specification", "api_version", "assertions", "duration", "failed_step", "reason", "capability", "status")
    specifications = [_filled({name: getattr(one, name) for name in parts}) for one in recorded.specifications]
    found = _filled({name: getattr(recorded, name) for name in names})
    return found | ({"specifications": specifications} if specifications else {})


def _filled(texts: Mapping[str, str]) -> Paper:
    return {name: text for name, text in texts.items() if text}


def _time(moment: datetime) -> str:
    utc = moment.astimezone(UTC)
    return utc.strftime("%Y-%m-%dT%H:%M:%S") + (f".{utc.microsecond:06}" if utc.microsecond else "") + "Z"
