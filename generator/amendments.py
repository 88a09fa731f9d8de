"""Changes to the registry, pure: the data of one version in, the data of the next version out."""

from __future__ import annotations

import copy
from datetime import datetime
from typing import Any, TypeAlias

from generator.findings import Stop

RegistryData: TypeAlias = dict[str, Any]


def following(before: RegistryData, digest: str, anchor: str, issued_at: datetime) -> RegistryData:
    """Give the next version of a registry, still without any other change.

    `digest` is that of the version before, `anchor` a main-line commit that the signers see.
    """
    kept = {name: value for name, value in copy.deepcopy(before).items() if name not in _HEAD}
    head = {name: before[name] for name in ("apiVersion", "kind", "audience")}
    stamp = issued_at.strftime("%Y-%m-%dT%H:%M:%SZ")
    return {
        **head,
        "version": before["version"] + 1,
        "previous": digest,
        "anchor": anchor,
        "issued_at": stamp,
        **kept,
    }


_HEAD = frozenset({"apiVersion", "kind", "audience", "version", "previous", "anchor", "issued_at"})


def add_publisher(data: RegistryData, name: str, publisher: RegistryData) -> None:
    """Add a service account; raise `Stop` when its id is taken."""
    if name in data["publishers"]:
        raise Stop(f"publisher {name} is in the registry already: use add-key for another key")
    data["publishers"][name] = publisher


def add_key(data: RegistryData, name: str, key_id: str, line: str) -> None:
    """Give a publisher one more active key; raise `Stop` when the key id is taken."""
    keys = _publisher(data, name)["keys"]
    if any(key["id"] == key_id for key in keys):
        raise Stop(f"publisher {name} has a key {key_id} already: choose another id")
    keys.append({"id": key_id, "key": line, "status": "active"})


def retire_key(data: RegistryData, name: str, key_id: str) -> None:
    """Retire a key: what it signed stays, it signs nothing more."""
    _key(data, name, key_id)["status"] = "retired"


def revoke_key(data: RegistryData, name: str, key_id: str, last_good: str) -> None:
    """Declare a key compromised; what came after `last_good` (all, when it is empty) is suspect."""
    key = _key(data, name, key_id)
    key["status"] = "compromised"
    key.pop("last_good", None)
    if last_good:
        key["last_good"] = last_good


def list_digest(data: RegistryData, section: str, digest: str, reason: str) -> None:
    """Name a result's digest under `withdrawn` or `reattested`; raise `Stop` when it is there already."""
    listed = data.setdefault(section, [])
    if any(item["digest"] == digest for item in listed):
        raise Stop(f"{digest} is {section} already")
    listed.append({"digest": digest, "reason": reason})


def _publisher(data: RegistryData, name: str) -> RegistryData:
    if name not in data["publishers"]:
        raise Stop(f"no publisher {name}; known: {', '.join(sorted(data['publishers'])) or 'none'}")
    found: RegistryData = data["publishers"][name]
    return found


def _key(data: RegistryData, name: str, key_id: str) -> RegistryData:
    keys = _publisher(data, name)["keys"]
    found: RegistryData | None = next((key for key in keys if key["id"] == key_id), None)
    if found is None:
        raise Stop(f"publisher {name} has no key {key_id}; known: {', '.join(key['id'] for key in keys)}")
    return found
