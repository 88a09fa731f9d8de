"""Reads what the programme is: its schemas, meshmark.yaml, the suites and the registry."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any, Final, TypeAlias

from generator import documents, sshsig, urls
from generator.documents import Reading
from generator.findings import Finding, Stop, pointer
from generator.model import (
    FOLD_ABOVE,
    Account,
    Aliases,
    Assertion,
    Bundle,
    Document,
    ExtraPage,
    FreshnessPolicy,
    Key,
    Maintainer,
    Mesh,
    MinorsPolicy,
    Programme,
    Publisher,
    Registry,
    Site,
    Specification,
    Suite,
)
from generator.schemas import Schema
from generator.terms import AssertionKind, KeyStatus, Role

KINDS: Final = ("Programme", "Result", "ServiceAccounts", "Suite")
OUTSIDE_KINDS: Final = ("Mapping", "Robot")
"""Kinds of files that stand elsewhere: nothing on the main line is held against their schemas."""

Schemas: TypeAlias = Mapping[str, Schema]


def schemas(read: Callable[[str], bytes | None]) -> Schemas:
    """Compile the JSON Schema of every kind; `read` gives the bytes at a path, or None.

    Raises `Stop` when one is missing or is not a schema.
    """
    return {kind: schema(read, kind) for kind in KINDS}


def schema(read: Callable[[str], bytes | None], kind: str) -> Schema:
    """Compile the JSON Schema of one kind; raise `Stop` when it is missing or is no schema."""
    path = urls.schema(kind)
    content = read(path)
    if content is None:
        raise Stop(f"{path} is missing: every programme carries the schemas of its files")
    return Schema(path, content)


def document(path: str, content: bytes, against: Schema) -> Reading:
    """Read a file as strict YAML and hold it against its schema."""
    reading = documents.read(path, content)
    if reading.document is None:
        return reading
    findings = against.findings(reading.document)
    return Reading(None if findings else reading.document, findings)


def programme(read: Callable[[str], bytes | None], known: Schemas) -> Programme:
    """Read meshmark.yaml; raise `Stop` with the findings when it cannot be used."""
    content = read(urls.PROGRAMME)
    if content is None:
        raise Stop(f"{urls.PROGRAMME} is missing: it names the programme")
    reading = document(urls.PROGRAMME, content, known["Programme"])
    if reading.document is None:
        raise Stop(f"{urls.PROGRAMME} is not valid", reading.findings)
    data: dict[str, Any] = reading.document.data
    return Programme(
        title=data["title"],
        summary=data["summary"],
        base_url=data["base_url"],
        repository=data.get("repository", ""),
        meshes=tuple(_mesh(m) for m in data["meshes"]),
        bundles=tuple(_bundle(b) for b in data.get("bundles", ())),
        aliases=tuple(_aliases(a) for a in data.get("aliases", ())),
        freshness=_freshness(data["freshness"]),
        site=_site(data.get("site", {})),
    )


def _freshness(data: dict[str, Any]) -> FreshnessPolicy:
    minors = sorted(data.get("minors", {}).items())
    return FreshnessPolicy(
        fresh=data["fresh"],
        ageing=data["ageing"],
        stale=data["stale"],
        minors=tuple((suite_id, MinorsPolicy(**limits)) for suite_id, limits in minors),
    )


def _site(data: dict[str, Any]) -> Site:
    colours = data.get("colours", {})
    return Site(
        logo=data.get("logo", ""),
        light=tuple(colours.get("light", {}).items()),
        dark=tuple(colours.get("dark", {}).items()),
        pages=tuple(ExtraPage(**page) for page in data.get("pages", ())),
        fold_above=data.get("fold_above", FOLD_ABOVE),
    )


def _mesh(data: dict[str, Any]) -> Mesh:
    return Mesh(id=data["id"], title=data["title"], url=data.get("url", ""), names=tuple(data.get("names", ())))


def _aliases(data: dict[str, Any]) -> Aliases:
    return Aliases(
        suite=data["suite"],
        specifications=tuple(data.get("specifications", {}).items()),
        tests=tuple(data.get("tests", {}).items()),
        levels=tuple(data.get("levels", ())),
    )


def _bundle(data: dict[str, Any]) -> Bundle:
    return Bundle(
        suite=data["suite"],
        version=data["version"],
        released=data["released"],
        api_versions=tuple(data["api_versions"].items()),
    )


def suite(source: Document) -> tuple[Suite, tuple[Finding, ...]]:
    """Give the suite that a schema-valid document describes, and what contradicts itself in it."""
    data: dict[str, Any] = source.data
    found = Suite(
        id=data["id"],
        version=data["version"],
        digest=source.digest,
        path=source.path,
        title=data["title"],
        summary=data.get("summary", ""),
        source=data.get("source", ""),
        scoring=data.get("scoring", ""),
        specifications=tuple(_specification(s) for s in data["specifications"]),
        assertions=tuple(_assertion(t) for t in data["tests"]),
    )
    return found, tuple(_suite_findings(source, found))


def _specification(data: dict[str, Any]) -> Specification:
    return Specification(
        id=data["id"],
        title=data["title"],
        api_version=data["api_version"],
        kinds=tuple(data["kinds"]),
        note=data.get("note", ""),
    )


def _assertion(data: dict[str, Any]) -> Assertion:
    return Assertion(
        id=data["id"],
        specification=data["specification"],
        kind=AssertionKind(data["assertion"]),
        title=data["title"],
        asserts=data["asserts"],
        step=data.get("step", ""),
        scored=data.get("scored", True),
        aliases=tuple((alias["version"], alias["test"]) for alias in data.get("aliases", ())),
    )


def _suite_findings(source: Document, found: Suite) -> Iterable[Finding]:
    if source.path != urls.suite(found.id, found.version):
        fix = f"move it to {urls.suite(found.id, found.version)}"
        yield _condition(source, ["id"], f"suite {found.id} {found.version} does not belong at this path", fix)
    specifications = {specification.id for specification in found.specifications}
    seen = set[str]()
    for index, assertion in enumerate(found.assertions):
        if assertion.id in seen:
            yield _condition(source, ["tests", str(index)], f"test {assertion.id} stands twice", "give it another id")
        seen.add(assertion.id)
        if assertion.specification not in specifications:
            message = f"specification {assertion.specification} is not listed"
            yield _condition(source, ["tests", str(index)], message, "list it under specifications")


def registry(source: Document) -> tuple[Registry | None, tuple[Finding, ...]]:
    """Give the registry that a schema-valid document describes, or what contradicts itself in it.

    A key belongs to one publisher or one maintainer only, and the threshold can be met.
    """
    data: dict[str, Any] = source.data
    try:
        found = Registry(
            digest=source.digest,
            audience=data["audience"],
            version=data["version"],
            previous=data["previous"],
            anchor=data.get("anchor", ""),
            issued_at=datetime.fromisoformat(data["issued_at"]),
            threshold=data["threshold"],
            maintainers=tuple(Maintainer(id=m["id"], public=sshsig.public_key(m["key"])) for m in data["maintainers"]),
            publishers=tuple(_publisher(name, p) for name, p in sorted(data["publishers"].items())),
            withdrawn=tuple((w["digest"], w["reason"]) for w in data.get("withdrawn", ())),
            reattested=tuple((r["digest"], r["reason"]) for r in data.get("reattested", ())),
        )
    except sshsig.SignatureRefused as refused:
        return None, (_condition(source, [], f"a key is {refused}", "paste the line of the .pub file"),)
    findings = tuple(_registry_findings(source, found))
    return None if findings else found, findings


def _publisher(name: str, data: dict[str, Any]) -> Publisher:
    account = data["account"]
    return Publisher(
        id=name,
        role=Role(data["role"]),
        account=Account(forge=account["forge"], login=account["login"], number=account.get("id", 0)),
        meshes=tuple(data["meshes"]),
        keys=tuple(
            Key(
                id=key["id"],
                public=sshsig.public_key(key["key"]),
                status=KeyStatus(key["status"]),
                last_good=key.get("last_good", ""),
            )
            for key in data["keys"]
        ),
    )


def _registry_findings(source: Document, found: Registry) -> Iterable[Finding]:
    owners = [(f"maintainer {m.id}", m.public) for m in found.maintainers]
    owners += [(f"publisher {p.id}", k.public) for p in found.publishers for k in p.keys]
    first: dict[bytes, str] = {}
    for owner, public in owners:
        if public in first:
            message = f"{owner} has the same key as {first[public]}"
            yield _condition(source, [], message, "give every owner a key of its own")
        first.setdefault(public, owner)
    if len({m.id for m in found.maintainers}) < len(found.maintainers):
        yield _condition(source, ["maintainers"], "a maintainer id stands twice", "name each maintainer once")
    if found.threshold > len(found.maintainers):
        message = f"threshold {found.threshold} is more than {len(found.maintainers)} maintainers"
        yield _condition(source, ["threshold"], message, "lower it or add maintainers")
    for publisher in found.publishers:
        if len({key.id for key in publisher.keys}) < len(publisher.keys):
            where = ["publishers", publisher.id, "keys"]
            yield _condition(source, where, "a key id stands twice", "give every key of a publisher its own id")


def _condition(source: Document, where: list[str], message: str, fix: str) -> Finding:
    return Finding(
        rule="schema-condition",
        path=source.path,
        line=source.line(where),
        pointer=pointer(where),
        message=message,
        fix=fix,
    )
