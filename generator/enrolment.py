"""The registry in the work tree: its next version, and who has to sign it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from generator import amendments, documents, ledger, settings, sshsig, succession, urls
from generator.amendments import RegistryData
from generator.findings import Stop
from generator.history import Repository, WorkTree
from generator.model import Document, Registry


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A registry in the work tree beside the accepted one: who signed it, and whose word is missing."""

    accepted: Registry
    current: Registry
    signed: tuple[str, ...]
    missing: tuple[str, ...]
    complete: bool


def standing(root: Path) -> Standing:
    """Read how the work tree's registry stands; raise `Stop` when it cannot be read."""
    with closing(Repository(root)) as repository:
        schemas = settings.schemas(ledger.files_of(repository.tree(), repository.content))
        work = WorkTree(root, len(repository.head))
        tree = work.tree([urls.REGISTRY_FOLDER])
        current, content, findings = succession.read(tree, schemas["ServiceAccounts"], work.over(repository.content))
        if current is None:
            raise Stop("the registry in the work tree cannot be read", findings)
        signers = succession.signers(tree, content, work.over(repository.content))
    accepted = _accepted(root)
    versions = (accepted, current)
    signed = {one.id for version in versions for one in version.maintainers if signers.get(one.id) == one.public}
    return Standing(
        accepted=accepted,
        current=current,
        signed=tuple(sorted(signed)),
        missing=tuple(sorted({one.id for version in versions for one in version.maintainers} - signed)),
        complete=all(
            sum(signers.get(one.id) == one.public for one in version.maintainers) >= version.threshold
            for version in versions
        ),
    )


def _accepted(root: Path) -> Registry:
    """Give the last accepted registry, which a half-signed next version on a branch leaves in force."""
    judgement = ledger.audit(root).judgement
    if judgement.registry is None:
        raise Stop("there is no accepted registry to continue", judgement.fatal)
    return judgement.registry


def amend(root: Path, change: Callable[[RegistryData], None], issued_at: datetime) -> Registry:
    """Write the next version of the registry with one change; older signatures over it are removed.

    A next version that already lies in the work tree, not yet accepted, is amended in place. Raises
    `Stop` when the result would not be a valid registry; then nothing is written.
    """
    with closing(Repository(root)) as repository:
        files = ledger.files_of(repository.tree(), repository.content)
        schema = settings.schemas(files)["ServiceAccounts"]
        accepted = _accepted(root)
        if not (root / urls.REGISTRY).is_file():
            raise Stop(f"{urls.REGISTRY} is not in the work tree: restore it with git checkout first")
        content = (root / urls.REGISTRY).read_bytes()
        reading = settings.document(urls.REGISTRY, content, schema)
        if reading.document is None:
            raise Stop("the registry in the work tree cannot be read", reading.findings)
        data = _next(reading.document, accepted, repository.head, issued_at)
    change(data)
    written = documents.write(data)
    reading = settings.document(urls.REGISTRY, written, schema)
    registry, findings = settings.registry(reading.document) if reading.document else (None, reading.findings)
    if registry is None:
        raise Stop("the registry would not be valid; nothing was written", findings)
    (root / urls.REGISTRY).write_bytes(written)
    for sidecar in (root / urls.REGISTRY_SIGNATURES).glob("*.sig"):
        sidecar.unlink()
    return registry


def _next(found: Document, accepted: Registry, head: str, issued_at: datetime) -> RegistryData:
    data: RegistryData = dict(found.data)
    if found.digest == accepted.digest:
        return amendments.following(data, accepted.digest, head, issued_at)
    if data["version"] == accepted.version + 1 and data["previous"] == accepted.digest:
        return amendments.following({**data, "version": accepted.version}, accepted.digest, head, issued_at)
    raise Stop(
        f"the registry in the work tree is version {data['version']}, which does not follow the accepted "
        f"version {accepted.version}: restore it with git checkout first"
    )


def sign(root: Path, key: Path) -> str:
    """Sign the work tree's registry with a maintainer's key, and give the maintainer's id.

    Raises `Stop` when the key is no maintainer's, or ssh-keygen cannot use it.
    """
    now = standing(root)
    content = (root / urls.REGISTRY).read_bytes()
    sidecar = sshsig.sign(content, key, sshsig.REGISTRY_NAMESPACE)
    public = sshsig.parse(sidecar).public
    people = {one.public: one.id for version in (now.accepted, now.current) for one in version.maintainers}
    if public not in people:
        raise Stop(f"{sshsig.fingerprint(public)} is not the key of a maintainer")
    target = root / urls.registry_signature(people[public])
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(sidecar)
    return people[public]
