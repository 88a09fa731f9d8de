"""What an importer gives: one run as a foreign source tells it, before anybody fills its gaps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from generator.findings import Finding
from generator.model import Aliases, Data, Suite
from generator.records import Notice, Recorded, Reported

MAX_SOURCE: Final = 8 * 1024 * 1024
"""Bytes of a foreign file: harness output with its logs is larger than any result."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A foreign file: where it came from, for findings, and its bytes."""

    path: str
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What an importer may rest on: the suites, other programs' names for things, and the flags.

    `suites` is keyed by (id, version); `told` is the suite that the caller named, or None;
    `mapping` are the test ids by the names of a mapping file. `lenient` accepts what only the past
    excuses, and each time says so in a notice.
    """

    suites: Mapping[tuple[str, str], Suite]
    aliases: Aliases
    told: Suite | None = None
    mapping: Mapping[str, str] = field(default_factory=dict)
    lenient: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """One run as its source tells it; a text is empty and a time None where the source is silent.

    `label` says which run of which file this is. `mesh` and `mesh_version` are the source's own
    words, not yet ids. Tests that `observations` leaves out did not run.
    """

    label: str
    suite: Suite
    mesh: str = ""
    mesh_version: str = ""
    variant: tuple[tuple[str, str], ...] = ()
    harness: str = ""
    harness_version: str = ""
    status: str = "completed"
    phase: str = ""
    started_at: datetime | None = None
    finished_at: datetime | None = None
    recorded: Recorded | None = None
    observations: tuple[Reported, ...] = ()
    notices: tuple[Notice, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """The outcome of reading one file: the runs it tells of, and what is wrong with it."""

    drafts: tuple[Draft, ...] = ()
    findings: tuple[Finding, ...] = ()


Tree = Data
"""JSON-like data in which every scalar is text, as it stood in the file."""
