"""Step 5 of provenance, pure: whether a new registry may take the place of the old one."""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import NamedTuple

from generator import documents, settings, sshsig, urls
from generator.arrival import REGULAR
from generator.examination import Contents
from generator.findings import Finding
from generator.model import Blob, Maintainer, Registry
from generator.schemas import Schema


@dataclass(frozen=True, slots=True, kw_only=True)
class Succession:
    """The registry that holds from now on (None before the first), and why another was refused."""

    registry: Registry | None
    findings: tuple[Finding, ...]


def judge(
    tree: Mapping[str, Blob], before: Registry | None, seen: AbstractSet[str], schema: Schema, contents: Contents
) -> Succession:
    """Judge the registry that stands in `tree` against the one `before` it.

    `tree` maps the paths below registry/ to their blobs; `seen` holds the main-line commits so far.
    The first registry answers to its own maintainers only. A refused one leaves the old in force.
    """
    registry, content, findings = read(tree, schema, contents)
    if registry is None:
        return Succession(registry=before, findings=findings)
    if before and registry.digest == before.digest:
        return Succession(registry=before, findings=())
    reasons = [] if before is None else list(_breaks(before, registry, seen))
    valid = signers(tree, content, contents)
    for version in filter(None, (before, registry)):
        signed = sum(1 for maintainer in version.maintainers if _has_signed(maintainer, valid))
        if signed < version.threshold:
            reasons.append(f"{signed} of {version.threshold} maintainers of version {version.version} have signed it")
    if reasons:
        return Succession(registry=before, findings=tuple(_refused(reason) for reason in reasons))
    return Succession(registry=registry, findings=())


class Read(NamedTuple):
    """A registry with its bytes, or None and why it cannot be read."""

    registry: Registry | None
    content: bytes
    findings: tuple[Finding, ...]


def read(tree: Mapping[str, Blob], schema: Schema, contents: Contents) -> Read:
    """Read the registry that stands in a tree."""
    blob = tree.get(urls.REGISTRY)
    if blob is None:
        return _unread("the registry is gone")
    if blob.mode != REGULAR:
        return _unread(f"the registry has mode {blob.mode}, not {REGULAR}")
    content = contents(blob.id, documents.MAX_BYTES)
    if isinstance(content, int):
        return _unread(f"the registry has {content} bytes, more than {documents.MAX_BYTES}")
    reading = settings.document(urls.REGISTRY, content, schema)
    if reading.document is None:
        return _unread("it is not a valid document", *reading.findings)
    registry, findings = settings.registry(reading.document)
    return Read(registry, content, ()) if registry else _unread("it contradicts itself", *findings)


def _unread(reason: str, *findings: Finding) -> Read:
    return Read(None, b"", (_refused(reason), *findings))


def _breaks(before: Registry, after: Registry, seen: AbstractSet[str]) -> list[str]:
    """Give the ways in which `after` does not continue `before`."""
    broken = []
    if after.version != before.version + 1:
        broken.append(f"version is {after.version}, not {before.version + 1}")
    if after.previous != before.digest:
        broken.append(f"previous is not {before.digest}, the digest of version {before.version}")
    if after.audience != before.audience:
        broken.append(f"the audience changed from {before.audience} to {after.audience}")
    if after.anchor not in seen:
        broken.append(f"anchor {after.anchor or 'none'} is not a commit of the main line before it")
    return broken


def signers(tree: Mapping[str, Blob], content: bytes, contents: Contents) -> dict[str, bytes]:
    """Give, by the name of the signature's file, the raw key that signed the registry's bytes."""
    valid = {}
    prefix, suffix = f"{urls.REGISTRY_SIGNATURES}/", ".sig"
    for path, blob in sorted(tree.items()):
        if not (path.startswith(prefix) and path.endswith(suffix) and blob.mode == REGULAR):
            continue
        sidecar = contents(blob.id, sshsig.MAX_BYTES)
        if isinstance(sidecar, int):
            continue
        try:
            signature = sshsig.parse(sidecar)
            sshsig.verify(signature, sshsig.REGISTRY_NAMESPACE, content)
        except sshsig.SignatureRefused:
            continue
        valid[path.removeprefix(prefix).removesuffix(suffix)] = signature.public
    return valid


def _has_signed(maintainer: Maintainer, valid: Mapping[str, bytes]) -> bool:
    return valid.get(maintainer.id) == maintainer.public


def _refused(reason: str) -> Finding:
    return Finding(
        rule="registry-invalid",
        path=urls.REGISTRY,
        message=reason,
        fix="restore the last accepted registry, or have its maintainers sign a proper next version",
    )
