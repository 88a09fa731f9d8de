"""Suites from reports: every profile, level and feature that any report of a release names.

What comes out is a draft for people: titles, kinds and notes are theirs to add before the first
result refers to the file, for it never changes afterwards.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from generator.drafts import Source
from generator.findings import Finding, shortened
from generator.formats import report
from generator.formats.report import Report
from generator.model import Aliases

Paper = dict[str, Any]

_ID: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,38}")
_TEST: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}")


@dataclass(slots=True)
class _Release:
    """What the reports of one minor release name: specification id -> levels, and -> features."""

    count: int = 0
    releases: set[str] = field(default_factory=set)
    levels: dict[str, set[str]] = field(default_factory=dict)
    features: dict[str, set[str]] = field(default_factory=dict)


def suites(sources: Iterable[Source], aliases: Aliases, title: str) -> tuple[tuple[Paper, ...], tuple[Finding, ...]]:
    """Give one suite for each minor release, oldest name first, and what could not be read.

    Names are today's ones by the programme's aliases. A report whose release cannot be told from
    its content is left to the folder's name, and is a finding where that names none either.
    """
    found: dict[str, _Release] = {}
    findings = list[Finding]()
    for source in sources:
        read = report.read(source, aliases.levels or report.LEVELS)
        findings += read.findings
        if read.report is None:
            continue
        minor = report.minor(read.report.release) or report.folder_minor(source.path)
        if minor:
            _gather(found.setdefault(minor, _Release()), read.report, aliases)
        else:
            message = f"the release is {shortened(read.report.release)}"
            findings.append(_finding(source.path, "import-value", message, "put it into a folder vX.Y.Z/<project>/"))
    papers = []
    for minor, release in sorted(found.items()):
        findings += _unfit(release)
        papers.append(_suite(minor, release, aliases, title))
    return tuple(papers), tuple(findings)


def _gather(release: _Release, told: Report, aliases: Aliases) -> None:
    specifications, tests = dict(aliases.specifications), dict(aliases.tests)
    release.count += 1
    if report.minor(told.release):
        release.releases.add(told.release if told.release.startswith("v") else f"v{told.release}")
    for profile in told.profiles:
        specification = specifications.get(profile.name, profile.name.lower())
        levels = release.levels.setdefault(specification, set())
        features = release.features.setdefault(specification, set())
        for level in profile.levels:
            levels.add(level.key)
            features.update(tests.get(name, name) for name in (*level.supported, *level.unsupported))


def _unfit(release: _Release) -> Iterator[Finding]:
    for specification, features in sorted(release.features.items()):
        if not _ID.fullmatch(specification):
            message = f"profile {shortened(specification)} is no id"
            yield _finding("", "import-value", message, "name it under aliases in meshmark.yaml")
        for feature in sorted(features):
            if not _TEST.fullmatch(_test(specification, feature)):
                message = f"feature {shortened(feature)} is no part of a test id"
                yield _finding("", "import-value", message, "correct the report")


def _suite(minor: str, release: _Release, aliases: Aliases, title: str) -> Paper:
    said = ", ".join(sorted(release.releases)) or minor
    many = "1 report" if release.count == 1 else f"{release.count} reports"
    return {
        "apiVersion": "meshmark/v1",
        "kind": "Suite",
        "id": aliases.suite,
        "version": minor,
        "title": f"{title} {minor}",
        "summary": f"Each profile with its levels and with every feature that {many} on {said} name.",
        "specifications": [
            {"id": specification, "title": specification.upper(), "api_version": minor, "kinds": []}
            for specification in sorted(release.levels)
        ],
        "tests": list(_tests(release, aliases.levels or report.LEVELS)),
    }


def _tests(release: _Release, levels: Iterable[str]) -> Iterator[Mapping[str, str]]:
    for specification, present in sorted(release.levels.items()):
        profile = specification.upper()
        for level in levels:
            if level in present:
                sentence = f"Every {level} test of the profile {profile} that ran passes."
                yield _row(specification, level, f"{level.capitalize()} tests", sentence)
        for feature in sorted(release.features[specification]):
            yield _row(specification, feature, feature, f"The feature {feature} is supported in the profile {profile}.")


def _row(specification: str, step: str, title: str, asserts: str) -> Mapping[str, str]:
    return {
        "id": _test(specification, step),
        "specification": specification,
        "assertion": "capability",
        "title": title,
        "asserts": asserts,
        "step": step,
    }


def _test(specification: str, step: str) -> str:
    return f"{specification.upper()}.{step}"


def _finding(path: str, rule: str, message: str, fix: str) -> Finding:
    return Finding(rule=rule, path=path, message=message, fix=fix)
