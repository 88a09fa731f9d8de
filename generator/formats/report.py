"""Reads a ConformanceReport of the Gateway API family: what it states, and where its form is odd.

The form is that of the Go types in kubernetes-sigs/gateway-api conformance/apis/v1. Other projects
use the same kind with other level keys, so these are given by the caller.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from generator import documents
from generator.drafts import Source, Tree
from generator.findings import Finding, pointer, shortened
from generator.model import Document

LEVELS: Final = ("core", "extended")
"""The levels of Gateway API itself, for a programme that names no others."""

_RELEASE: Final = re.compile(r"v?([0-9]+\.[0-9]+)\.[0-9]+(?:-[0-9A-Za-z.-]+)?")
_FOLDER: Final = re.compile(r"(?:.*/)?v([0-9]+\.[0-9]+)(?:\.[0-9]+)?/[^/]+/[^/]+")
_NULL: Final = frozenset({"", "null", "~"})
_COUNT: Final = re.compile(r"[0-9]{1,6}")
_TOP: Final = ("apiVersion", "kind", "date", "gatewayAPIVersion", "gatewayAPIChannel", "mode", "implementation")
_PROFILES: Final = ("profiles", "profileReports")
_PROVISIONAL: Final = "succeededProvisionalTests"
_IMPLEMENTATION: Final = ("organization", "project", "url", "version", "contact")
_LISTS: Final = ("skippedTests", "failedTests", "supportedFeatures", "unsupportedFeatures")
_COUNTS: Final = ("Passed", "Failed", "Skipped")


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """One level of a profile: its stated result, its counts, and the names that it lists.

    `features` says whether the level lists features at all.
    """

    key: str
    result: str
    passed: int
    failed: int
    skipped: int
    skipped_tests: tuple[str, ...]
    failed_tests: tuple[str, ...]
    supported: tuple[str, ...]
    unsupported: tuple[str, ...]
    features: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """One profile under the name that the report gives it."""

    name: str
    summary: str
    levels: tuple[Level, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What a report states, every value as the text that stood there; empty where it is silent."""

    api_version: str
    release: str
    channel: str
    mode: str
    date: str
    organization: str
    project: str
    url: str
    version: str
    profiles: tuple[Profile, ...]
    provisional: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Oddity:
    """One place where a report has not today's form: a liberty to take by name, or to refuse."""

    name: str
    message: str
    line: int | None = None
    pointer: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """The outcome: the report or None, the oddities of its form, and what no leniency excuses."""

    report: Report | None
    oddities: tuple[Oddity, ...] = ()
    findings: tuple[Finding, ...] = ()


def read(source: Source, levels: Sequence[str]) -> Read:
    """Read a report whose levels stand under the keys `levels`. Raises nothing."""
    reading = documents.read_texts(source.path, source.content)
    if reading.document is None:
        return Read(report=None, findings=reading.findings)
    reader = _Reader(reading.document, levels)
    report = reader.report()
    return Read(
        report=None if reader.findings else report,
        oddities=tuple(reader.oddities),
        findings=tuple(reader.findings),
    )


def minor(release: str) -> str:
    """Give the minor release, such as v1.2 of v1.2.1; empty for what is no release."""
    found = _RELEASE.fullmatch(release)
    return f"v{found[1]}" if found else ""


def folder_minor(path: str) -> str:
    """Give the minor release that the path vX.Y.Z/<project>/<file> of a report names, or nothing."""
    found = _FOLDER.fullmatch(path)
    return f"v{found[1]}" if found else ""


class _Reader:
    """Walks one report; every accessor takes the path to a node and reports what is wrong with it."""

    def __init__(self, document: Document, levels: Sequence[str]) -> None:
        self.document = document
        self.levels = levels
        self.findings: list[Finding] = []
        self.oddities: list[Oddity] = []

    def report(self) -> Report:
        top = self.document.data
        if top.get("kind") != "ConformanceReport":
            self.wrong(f"kind is {shortened(top.get('kind', ''))}", "give a file of kind ConformanceReport", ())
        key = next((name for name in _PROFILES if name in top), _PROFILES[0])
        if key != _PROFILES[0]:
            self.odd("profile-reports", f"the profiles stand under {key}", (key,))
        self.known(top, {*_TOP, key, _PROVISIONAL}, ())
        made = self.mapping(top.get("implementation", ""), ("implementation",))
        self.known(made, _IMPLEMENTATION, ("implementation",))
        profiles = self.sequence(top.get(key, ""), (key,))
        if not profiles:
            self.wrong("there is no profile", "run the suite with at least one profile", (key,))
        return Report(
            api_version=self.text(top, "apiVersion", ()),
            release=self.text(top, "gatewayAPIVersion", ()),
            channel=self.text(top, "gatewayAPIChannel", ()),
            mode=self.text(top, "mode", ()),
            date=self.text(top, "date", ()),
            organization=self.text(made, "organization", ("implementation",)),
            project=self.text(made, "project", ("implementation",)),
            url=self.text(made, "url", ("implementation",)),
            version=self.text(made, "version", ("implementation",)),
            profiles=tuple(self.profile(profile, (key, str(n))) for n, profile in enumerate(profiles)),
            provisional=self.names(top, _PROVISIONAL, ()),
        )

    def profile(self, node: Tree, where: tuple[str, ...]) -> Profile:
        data = self.mapping(node, where)
        self.known(data, {"name", "summary", *self.levels}, where)
        name = self.text(data, "name", where)
        if not name:
            self.wrong("the profile has no name", "name the profile", where)
        found = (self.level(key, data[key], (*where, key)) for key in self.levels if key in data)
        levels = tuple(level for level in found if level is not None)
        return Profile(name=name, summary=self.text(data, "summary", where), levels=levels)

    def level(self, key: str, node: Tree, where: tuple[str, ...]) -> Level | None:
        if isinstance(node, str) and node in _NULL:
            self.odd("other-serialisation", f"{key} is empty instead of left out", where)
            return None
        data = self.mapping(node, where)
        if "status" in data:
            self.odd("other-serialisation", f"result and statistics of {key} stand under status", (*where, "status"))
            inner = self.mapping(data["status"], (*where, "status"))
            data = {**inner, **{name: value for name, value in data.items() if name != "status"}}
        if "summary" in data:
            self.odd("level-summary", f"{key} has a summary of its own", (*where, "summary"))
        self.known(data, {"result", "statistics", "summary", *_LISTS}, where)
        passed, failed, skipped = self.counts(data.get("statistics", ""), (*where, "statistics"))
        skips, failures, supported, unsupported = (self.names(data, name, where) for name in _LISTS)
        level = Level(
            key=key,
            result=self.text(data, "result", where),
            passed=passed,
            failed=failed,
            skipped=skipped,
            skipped_tests=skips,
            failed_tests=failures,
            supported=supported,
            unsupported=unsupported,
            features="supportedFeatures" in data or "unsupportedFeatures" in data,
        )
        self.agrees(level, where)
        return level

    def counts(self, node: Tree, where: tuple[str, ...]) -> tuple[int, int, int]:
        data = self.mapping(node, where)
        exact = set(data) == set(_COUNTS)
        folded = data if exact else {name.capitalize(): value for name, value in data.items()}
        if set(folded) != set(_COUNTS) or len(folded) != len(data):
            self.wrong("the statistics are not Passed, Failed and Skipped", "give the three counts", where)
            return 0, 0, 0
        if not exact:
            self.odd("other-serialisation", f"the statistics are spelt {', '.join(sorted(data))}", where)
        values = [folded[name] for name in _COUNTS]
        texts = [value if isinstance(value, str) and _COUNT.fullmatch(value) else "" for value in values]
        if "" in texts:
            self.wrong("a count is no whole number below 1 000 000", "give the count", where)
            return 0, 0, 0
        passed, failed, skipped = (int(text) for text in texts)
        return passed, failed, skipped

    def agrees(self, level: Level, where: tuple[str, ...]) -> None:
        derived = "failure" if level.failed else "partial" if level.skipped else "success"
        if level.result != derived:
            message = f"{level.key} states {shortened(level.result)}, its statistics mean {derived}"
            self.odd("contradiction", message, where)
        for names, count, word in (
            (level.skipped_tests, level.skipped, "skipped"),
            (level.failed_tests, level.failed, "failed"),
        ):
            if len(names) != count:
                self.odd("contradiction", f"{level.key} counts {count} {word} tests and lists {len(names)}", where)

    def mapping(self, node: Tree, where: tuple[str, ...]) -> Mapping[str, Tree]:
        if isinstance(node, dict):
            return node
        self.wrong("a mapping is expected here", "write the fields of the report's form", where)
        return {}

    def sequence(self, node: Tree, where: tuple[str, ...]) -> Sequence[Tree]:
        if isinstance(node, list):
            return node
        if not isinstance(node, str) or node not in _NULL:
            self.wrong("a list is expected here", "write a list", where)
        return ()

    def text(self, data: Mapping[str, Tree], name: str, where: tuple[str, ...]) -> str:
        value = data.get(name, "")
        if isinstance(value, str):
            return value.strip()
        self.wrong(f"{name} is not one text", "write one value", (*where, name))
        return ""

    def names(self, data: Mapping[str, Tree], name: str, where: tuple[str, ...]) -> tuple[str, ...]:
        found = self.sequence(data.get(name, ""), (*where, name))
        texts = tuple(item for item in found if isinstance(item, str) and item)
        if len(texts) < len(found):
            self.wrong(f"{name} lists something that is no name", "list names only", (*where, name))
        return texts

    def known(self, data: Mapping[str, Tree], names: Collection[str], where: tuple[str, ...]) -> None:
        for name in sorted(set(data) - set(names)):
            self.odd("unknown-field", f"field {shortened(name)} has no meaning here and is left out", (*where, name))

    def odd(self, name: str, message: str, where: tuple[str, ...]) -> None:
        line = self.document.line(where)
        self.oddities.append(Oddity(name=name, message=message, line=line, pointer=pointer(where)))

    def wrong(self, message: str, fix: str, where: tuple[str, ...]) -> None:
        self.findings.append(
            Finding(
                rule="import-source",
                path=self.document.path,
                line=self.document.line(where),
                pointer=pointer(where),
                message=message,
                fix=fix,
            )
        )
