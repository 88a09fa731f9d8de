"""An `Examined` as plain JSON values, and back: what other processes tell, and what a cache keeps."""

from __future__ import annotations

from typing import Any

from generator.documents import Reading
from generator.examination import Examined
from generator.findings import Finding, Severity
from generator.model import Document
from generator.sshsig import Signature


def told(examined: Examined) -> list[Any]:
    """Give plain values from which `heard` makes the same again; strict YAML holds nothing that JSON lacks."""
    signature, reading = examined.signature, examined.reading
    return [
        examined.size,
        examined.digest,
        signature and [signature.public.hex(), signature.namespace, signature.value.hex()],
        examined.refusal,
        examined.sidecar_digest,
        reading and [reading.document and _document(reading.document), [told_finding(one) for one in reading.findings]],
        None if examined.misfits is None else [told_finding(one) for one in examined.misfits],
    ]


def heard(path: str, values: Any) -> Examined:
    """Make an `Examined` of the result at `path` from what was told.

    Raises `ValueError`, `TypeError` or `KeyError` for values of another shape.
    """
    size, digest, signature, refusal, sidecar_digest, reading, misfits = values
    return Examined(
        size=size,
        digest=digest,
        signature=signature and _signature(*signature),
        refusal=refusal,
        sidecar_digest=sidecar_digest,
        reading=reading and _reading(path, *reading),
        misfits=None if misfits is None else tuple(heard_finding(one) for one in misfits),
    )


def _document(document: Document) -> list[Any]:
    return [document.data, document.lines, document.digest]


def told_finding(finding: Finding) -> list[Any]:
    """Give plain values from which `heard_finding` makes the same again."""
    one = finding
    return [one.rule, one.message, one.severity.value, one.path, one.line, one.pointer, one.commit, one.fix]


def _signature(public: str, namespace: str, value: str) -> Signature:
    return Signature(public=bytes.fromhex(public), namespace=namespace, value=bytes.fromhex(value))


def _reading(path: str, document: list[Any] | None, findings: list[list[Any]]) -> Reading:
    read = None
    if document:
        data, lines, digest = document
        read = Document(path=path, data=data, lines=tuple(lines), digest=digest)
    return Reading(read, tuple(heard_finding(one) for one in findings))


def heard_finding(values: Any) -> Finding:
    """Make a finding of what was told."""
    rule, message, severity, path, line, pointer, commit, fix = values
    return Finding(
        rule=rule,
        message=message,
        severity=Severity(severity),
        path=path,
        line=line,
        pointer=pointer,
        commit=commit,
        fix=fix,
    )
