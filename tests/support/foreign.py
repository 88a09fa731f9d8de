"""Foreign files and what an importer makes of them, as data that stands beside them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from generator import settings
from generator.drafts import Draft, Imported, Known, Source
from generator.findings import Finding
from generator.formats.importers import IMPORTERS
from generator.model import Aliases, Suite
from tests.support.papers import PROJECT

FOLDER = PROJECT / "tests/examples/foreign"
EXPECTED = ".expected.json"
ALIASES = Aliases(suite="smi", specifications=(("traffic-spec", "traffic-specs"),))


def suite(path: Path) -> Suite:
    """Read one suite of this project or of the examples."""
    schema = settings.schema(lambda name: (PROJECT / name).read_bytes(), "Suite")
    document = settings.document(path.as_posix(), path.read_bytes(), schema).document
    assert document
    return settings.suite(document)[0]


SMI = {("smi", version): suite(PROJECT / f"schema/suites/smi/{version}.yaml") for version in ("v0.4.9", "v0.6.0")}
TOY = {("toy", "v1"): suite(FOLDER / "toy-v1.yaml")}


def known(*, told: str = "", toy: bool = False, **more: Any) -> Known:
    """Give what an importer may rest on; `told` is `id:version`."""
    suites = TOY if toy else SMI
    name, _, version = told.partition(":")
    return Known(suites=suites, aliases=ALIASES, told=suites[name, version] if told else None, **more)


def cases(kind: str) -> Iterator[Path]:
    """Give the foreign files of a format; each has its expectation beside it."""
    return (path for path in sorted((FOLDER / kind).iterdir()) if not path.name.endswith(EXPECTED))


def expectation(path: Path) -> dict[str, Any]:
    """Give what stands beside a foreign file: what to tell the importer, and what it makes of it."""
    data: dict[str, Any] = json.loads(path.with_name(path.name + EXPECTED).read_bytes())
    return data


def imported(kind: str, path: Path) -> dict[str, Any]:
    """Import a file as its expectation says, and give the outcome as data."""
    source = Source(path=path.name, content=path.read_bytes())
    return as_data(IMPORTERS[kind](source, known(**expectation(path)["known"])))


def as_data(outcome: Imported) -> dict[str, Any]:
    """Give an outcome as data, without what is empty."""
    found = {"drafts": [_draft(draft) for draft in outcome.drafts], "findings": list(map(_finding, outcome.findings))}
    return {name: value for name, value in found.items() if value}


def outcomes(draft: Draft) -> dict[str, str]:
    """Give the outcome of each test that a draft tells of."""
    return {seen.test: seen.outcome.value for seen in draft.observations}


def _draft(draft: Draft) -> dict[str, Any]:
    told = {name: getattr(draft, name) for name in ("label", "mesh", "mesh_version", "harness", "harness_version")}
    times = {name: getattr(draft, name) for name in ("started_at", "finished_at")}
    found = {
        **told,
        "suite": f"{draft.suite.id}:{draft.suite.version}",
        "status": draft.status,
        "phase": draft.phase,
        **{name: moment.isoformat() if moment else "" for name, moment in times.items()},
        "recorded": stated(draft),
        "outcomes": outcomes(draft),
        "claims": {seen.test: seen.claim.value for seen in draft.observations if seen.claim},
        "messages": {seen.test: seen.message for seen in draft.observations if seen.message},
        "durations": {seen.test: seen.duration for seen in draft.observations if seen.duration is not None},
        "conditions": {seen.test: asdict(seen.conditions) for seen in draft.observations if seen.conditions},
        "notices": [f"{notice.name}: {notice.message}" for notice in draft.notices],
    }
    return {name: value for name, value in found.items() if value}


def stated(draft: Draft) -> dict[str, Any]:
    """Give what the source stated of the run, without what it left out."""
    if draft.recorded is None:
        return {}
    data = asdict(draft.recorded)
    rows = [{name: text for name, text in row.items() if text} for row in data.pop("specifications")]
    return {name: text for name, text in data.items() if text} | ({"specifications": rows} if rows else {})


def _finding(finding: Finding) -> str:
    return f"{finding.path}:{finding.line or ''}: {finding.rule}: {finding.message}"


def main() -> None:
    """Write the expectations anew; what changed is then read by a person."""
    for kind in IMPORTERS:
        for path in cases(kind) if (FOLDER / kind).is_dir() else ():
            beside = path.with_name(path.name + EXPECTED)
            if not beside.exists():
                beside.write_text('{"known": {}}')
            told = expectation(path)["known"]
            data = {"known": told, **imported(kind, path)}
            beside.write_text(json.dumps(data, indent=1, ensure_ascii=True) + "\n")


if __name__ == "__main__":
    main()
