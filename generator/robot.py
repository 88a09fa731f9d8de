"""Reads `.meshmark-robot.yaml`: what a mesh's own repository tells about its results."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from generator import settings
from generator.findings import Stop
from generator.schemas import Schema

FILE: Final = ".meshmark-robot.yaml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Robot:
    """What a mesh's repository says once for all its runs; a text is empty where it says nothing."""

    publisher: str = ""
    mesh: str = ""
    platform: str = ""
    suite: str = ""
    suite_version: str = ""
    harness: str = ""
    harness_version: str = ""
    name: str = ""
    email: str = ""


def read(file: Path, schema: Schema) -> Robot:
    """Read the file; raise `Stop` with the findings when it is missing or not valid."""
    try:
        content = file.read_bytes()
    except OSError as error:
        raise Stop(f"{file} cannot be read: {error.strerror}") from error
    reading = settings.document(str(file), content, schema)
    if reading.document is None:
        raise Stop(f"{file} is not valid", reading.findings)
    data: dict[str, Any] = reading.document.data
    suite, harness, identity = (data.get(name, {}) for name in ("suite", "harness", "identity"))
    return Robot(
        publisher=data.get("publisher", ""),
        mesh=data.get("mesh", ""),
        platform=data.get("platform", ""),
        suite=suite.get("id", ""),
        suite_version=suite.get("version", ""),
        harness=harness.get("name", ""),
        harness_version=harness.get("version", ""),
        name=identity.get("name", ""),
        email=identity.get("email", ""),
    )
