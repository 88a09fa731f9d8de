"""From foreign files to result files: reads what the programme knows, assembles, writes once."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from generator import assembly, originals, settings, urls
from generator.assembly import Assembled, Told
from generator.drafts import MAX_SOURCE, Imported, Known, Source
from generator.findings import Finding, Severity, Stop
from generator.model import Aliases, Programme, Suite
from generator.schemas import Schema

_FOLDERS: Final = (urls.PROGRAMME, urls.SCHEMAS, urls.REGISTRY)


@dataclass(frozen=True, slots=True, kw_only=True)
class Basis:
    """What the last commit of a programme says: its names, suites, audience and schemas."""

    programme: Programme
    audience: str
    suites: Mapping[tuple[str, str], Suite]
    result: Schema
    robot: Schema | None
    mapping: Schema | None

    def suite(self, suite_id: str, version: str) -> Suite:
        """Give a suite; raise `Stop` where the programme has none of that id and version."""
        found = self.suites.get((suite_id, version))
        if found is None:
            known = ", ".join(f"{name}:{number}" for name, number in sorted(self.suites)) or "none"
            raise Stop(f"no suite {suite_id}:{version} in the last commit; suites: {known}")
        return found

    def aliases(self, suite_id: str) -> Aliases:
        """Give the names that other programs use for the things of a suite."""
        return next((one for one in self.programme.aliases if one.suite == suite_id), Aliases(suite=suite_id))

    def told(self, told: Told) -> Told:
        """Add what the programme tells: its audience, the names of its meshes, the dates of releases."""
        return replace(
            told,
            audience=self.audience,
            meshes={name.lower(): mesh.id for mesh in self.programme.meshes for name in mesh.names},
            released={(b.suite, b.version): _midnight(b.released) for b in self.programme.bundles},
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of one foreign file: its results, and everything that is wrong with it."""

    source: str
    results: tuple[Assembled, ...]
    findings: tuple[Finding, ...]


def basis(root: Path) -> Basis:
    """Read the last commit of the programme at `root`; raise `Stop` when it cannot be used.

    The commit and not the work tree: a result names the digest of a suite that is on the main line.
    """
    files = dict(originals.at(root, "HEAD", _FOLDERS).contents())
    known = settings.schemas(files.get)
    registry = settings.document(urls.REGISTRY, files.get(urls.REGISTRY, b""), known["ServiceAccounts"])
    if registry.document is None:
        raise Stop(f"{urls.REGISTRY} is not valid", registry.findings)
    return Basis(
        programme=settings.programme(files.get, known),
        audience=str(registry.document.data["audience"]),
        suites={(suite.id, suite.version): suite for suite in _suites(files, known["Suite"])},
        result=known["Result"],
        robot=settings.schema(files.get, "Robot") if urls.schema("Robot") in files else None,
        mapping=settings.schema(files.get, "Mapping") if urls.schema("Mapping") in files else None,
    )


def _suites(files: Mapping[str, bytes], schema: Schema) -> Iterator[Suite]:
    for path, content in files.items():
        if path.startswith(f"{urls.SUITES}/") and path.endswith(".yaml"):
            reading = settings.document(path, content, schema)
            if reading.document is None:
                raise Stop(f"{path} is not valid", reading.findings)
            suite, findings = settings.suite(reading.document)
            if findings:
                raise Stop(f"{path} is not valid", findings)
            yield suite


def _midnight(date: str) -> datetime:
    return datetime.fromisoformat(date).replace(tzinfo=UTC)


def read(path: Path) -> Source:
    """Read a foreign file; raise `Stop` when it cannot be read or is larger than `MAX_SOURCE` bytes."""
    try:
        with path.open("rb") as file:
            content = file.read(MAX_SOURCE + 1)
    except OSError as error:
        raise Stop(f"{path} cannot be read: {error.strerror}") from error
    if len(content) > MAX_SOURCE:
        raise Stop(f"{path} has more than {MAX_SOURCE} bytes: import the report, not its logs")
    return Source(path=path.as_posix(), content=content)


def readable(paths: Iterable[Path]) -> tuple[tuple[Source, ...], tuple[Finding, ...]]:
    """Read foreign files; one that cannot be read is a finding and does not stop the others."""
    sources, findings = list[Source](), list[Finding]()
    for path in paths:
        try:
            sources.append(read(path))
        except Stop as stop:
            fix = "name a file that can be read, and the report instead of its logs"
            findings.append(Finding(rule="import-source", path=path.as_posix(), message=stop.message, fix=fix))
    return tuple(sources), tuple(findings)


def imported(
    one: Source, importer: Callable[[Source, Known], Imported], known: Known, told: Told, schema: Schema
) -> Outcome:
    """Read a foreign file and assemble every run in it; the results fit `schema`, that of a Result."""
    return assembled(one.path, importer(one, known), hashlib.sha256(one.content).hexdigest(), told, schema)


def assembled(path: str, found: Imported, digest: str, told: Told, schema: Schema) -> Outcome:
    """Assemble every run that was found in a source; `digest` is its SHA-256 in hexadecimal."""
    results, findings = list[Assembled](), list(found.findings)
    for draft in found.drafts:
        made = assembly.assemble(draft, told, digest)
        wrong = made.findings or settings.document(made.path, made.content, schema).findings
        findings += wrong
        if not wrong:
            results.append(made)
    return Outcome(source=path, results=tuple(results), findings=tuple(findings))


def write(root: Path, outcomes: Iterable[Outcome]) -> tuple[tuple[str, ...], tuple[Finding, ...]]:
    """Write each result that is not there yet; give the paths of all that are there now, and findings.

    A run that is there with the same bytes is fine, so that a job may run again. Raises `Stop` when a
    file cannot be written.
    """
    written, findings = list[str](), list[Finding]()
    for source, made in ((outcome.source, made) for outcome in outcomes for made in outcome.results):
        file = root / made.path
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            with file.open("xb") as target:
                target.write(made.content)
        except FileExistsError:
            same = file.is_file() and file.read_bytes() == made.content
            findings.append(_exists(source, made.path, same=same))
            written += [made.path] if same else []
        except OSError as error:
            raise Stop(f"{made.path} cannot be written: {error.strerror}") from error
        else:
            written.append(made.path)
    return tuple(written), tuple(findings)


def _exists(source: str, path: str, *, same: bool) -> Finding:
    return Finding(
        rule="import-exists",
        severity=Severity.NOTICE if same else Severity.ERROR,
        path=source,
        message=f"this run is already at {path}, {'with the same bytes' if same else 'with other bytes'}",
        fix="nothing to do: a run is imported once",
    )
