"""Gateway API conformance reports as drafts: profiles are specifications, levels and features tests.

A report counts tests for each level of a profile and lists features; which feature a test belongs
to it does not say. So counts stand at the level's own test, and a feature is what is claimed of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

from generator import excerpts
from generator.drafts import Draft, Imported, Known, Source
from generator.findings import Finding, shortened
from generator.formats import report
from generator.formats.report import Level, Oddity, Profile, Report
from generator.model import Assertion, Suite
from generator.records import Conditions, Notice, Recorded, RecordedSpecification, Reported
from generator.terms import Capability, Outcome

HARNESS: Final = "gateway-api conformance suite"
_API_VERSION: Final = re.compile(r"[a-z0-9.-]+/v1")
_VERSION: Final = re.compile(r"v?[0-9]+(?:\.[0-9]+)*(?:[-+.][0-9A-Za-z.+-]+)?")
_MESSAGE: Final = 4000


def drafts(source: Source, known: Known) -> Imported:
    """Give the one run that a report tells of.

    The suite is the one of the report's minor release, or the one that the caller names. Where the
    report has not today's form there is a finding, or with `known.lenient` a notice.
    """
    found = report.read(source, known.aliases.levels or report.LEVELS)
    if found.report is None:
        return Imported(findings=found.findings)
    story = _Story(source=source, known=known, report=found.report, oddities=list(found.oddities))
    draft = story.tell()
    refused = [] if known.lenient else [_refusal(source, oddity) for oddity in story.oddities]
    findings = (*story.findings, *refused)
    return Imported(drafts=() if findings or draft is None else (draft,), findings=findings)


def _refusal(source: Source, oddity: Oddity) -> Finding:
    return Finding(
        rule="import-contradiction" if oddity.name == "contradiction" else "import-lenient",
        path=source.path,
        line=oddity.line,
        pointer=oddity.pointer,
        message=f"{oddity.name}: {oddity.message}",
        fix="correct the report; --lenient accepts it and writes a notice into the result",
    )


@dataclass(slots=True, kw_only=True)
class _Story:
    """One report on its way to a draft, with the oddities and findings met on the way."""

    source: Source
    known: Known
    report: Report
    oddities: list[Oddity]
    findings: list[Finding] = field(default_factory=list)

    def tell(self) -> Draft | None:
        self._form()
        suite = self._suite()
        if suite is None:
            return None
        observations = tuple(self._observations(suite))
        return excerpts.fitted(
            Draft(
                label=self.source.path,
                suite=suite,
                mesh=f"{self.report.organization}/{self.report.project}",
                mesh_version=self._version(),
                variant=(("channel", self.report.channel or "unknown"), ("mode", self.report.mode or "default")),
                harness=HARNESS,
                harness_version=self.report.release,
                finished_at=self._date(),
                recorded=self._recorded(),
                observations=observations,
                notices=tuple(self._notices()),
            )
        )

    def odd(self, name: str, message: str) -> None:
        self.oddities.append(Oddity(name=name, message=message))

    def wrong(self, rule: str, message: str, fix: str) -> None:
        self.findings.append(Finding(rule=rule, path=self.source.path, message=message, fix=fix))

    def _form(self) -> None:
        told = self.report
        if not _API_VERSION.fullmatch(told.api_version):
            self.odd("api-version", f"apiVersion is {shortened(told.api_version)}, not version v1 of its group")
        if not told.channel:
            self.odd("no-channel", "no channel is named; it is unknown")
        if not told.mode:
            self.odd("no-mode", "no mode is named; it is the default one")
        if not told.url.startswith("https://"):
            self.odd("url-form", f"the implementation's address is {shortened(told.url)}, not an https:// one")

    def _suite(self) -> Suite | None:
        minor, told = self._minor(), self.known.told
        if told is not None:
            if minor and told.version not in {minor, self.report.release}:
                message = f"the report is of {self.report.release}, but suite {told.id} {told.version} is named"
                self.wrong("import-contradiction", message, "name the suite version that was run")
            return told
        suite = self.known.suites.get((self.known.aliases.suite, minor))
        if suite is None:
            of = shortened(self.report.release)
            message = (
                f"there is no suite {self.known.aliases.suite} {minor or 'for this release'}; the report is of {of}"
            )
            self.wrong("import-unmapped", message, "name one with --suite, or make it with `meshmark suite derive`")
        return suite

    def _minor(self) -> str:
        release = self.report.release
        minor = report.minor(release)
        if minor and not release.startswith("v"):
            self.odd("release-form", f"the release is written {release}, without a v")
        if minor:
            return minor
        folder = report.folder_minor(self.source.path)
        if folder:
            message = f"the release is {shortened(release)}; the folder is taken to name it: {folder}"
            self.odd("release-from-folder", message)
        return folder

    def _version(self) -> str:
        version = self.report.version
        if version and not _VERSION.fullmatch(version):
            self.odd("version-form", f"the version is {shortened(version)}, which names no release")
        return version

    def _date(self) -> datetime | None:
        try:
            date = datetime.fromisoformat(self.report.date)
        except ValueError:
            date = None
        if date is None or date.tzinfo is None:
            self.odd("date-unusable", f"the date is {shortened(self.report.date)}, no time with a zone")
            return None
        return date.astimezone(UTC)

    def _observations(self, suite: Suite) -> Iterator[Reported]:
        names = dict(self.known.aliases.specifications)
        ids = {specification.id for specification in suite.specifications}
        seen = set[str]()
        for profile in self.report.profiles:
            specification = names.get(profile.name, profile.name.lower())
            if profile.name in names:
                self.odd("renamed-profile", f"profile {profile.name} is today's {specification.upper()}")
            if specification in seen:
                self.wrong("import-contradiction", f"profile {profile.name} stands twice", "keep one of them")
            elif specification not in ids:
                message = f"profile {shortened(profile.name)} is no specification of {suite.id} {suite.version}"
                self.wrong("import-unmapped", message, "add its name under aliases in meshmark.yaml")
            else:
                tests = {assertion.step: assertion for assertion in suite.of(specification)}
                yield from self._profile(profile, tests)
            seen.add(specification)

    def _profile(self, profile: Profile, tests: dict[str, Assertion]) -> Iterator[Reported]:
        for level in profile.levels:
            if level.key not in tests and (level.passed or level.failed or level.skipped):
                message = f"profile {profile.name} has no level {level.key} in the suite"
                self.wrong("import-unmapped", message, "name the suite version that was run")
            elif level.key in tests:
                yield _whole(level, tests[level.key].id)
            for feature, claimed in self._features(level):
                if feature not in tests:
                    self.odd("unknown-feature", f"the suite has no feature {shortened(feature)} in {profile.name}")
                else:
                    yield _claim(level, tests[feature], claimed)

    def _features(self, level: Level) -> Iterator[tuple[str, Capability | None]]:
        """Give each feature once with what is claimed of it; nothing where two lists disagree."""
        names = dict(self.known.aliases.tests)
        claims: dict[str, Capability | None] = {}
        lists = ((level.supported, Capability.FULL), (level.unsupported, Capability.NONE))
        for feature, claim in ((feature, claim) for features, claim in lists for feature in features):
            name = names.get(feature, feature)
            if name != feature:
                self.odd("renamed-feature", f"feature {feature} is today's {name}")
            if name in claims:
                self.odd(
                    "feature-twice",
                    f"feature {shortened(name)} is listed twice in {level.key}; lists that disagree claim nothing",
                )
            claims[name] = claim if claims.get(name, claim) is claim else None
        return iter(claims.items())

    def _recorded(self) -> Recorded:
        told, names = self.report, dict(self.known.aliases.specifications)
        return Recorded(
            id="",
            date=told.date[:64],
            mesh_name=f"{told.organization}/{told.project}"[:128],
            mesh_version=told.version[:128],
            status="",
            cases="",
            percentage="",
            note=f"The report's own address of the implementation: {told.url}"[:2000] if told.url else "",
            specifications=tuple(
                RecordedSpecification(
                    specification=names.get(profile.name, profile.name.lower()),
                    api_version="",
                    assertions="",
                    duration="",
                    failed_step="",
                    reason=profile.summary[:2000],
                    capability="",
                    status=", ".join(level.result for level in profile.levels)[:32],
                )
                for profile in told.profiles
            ),
        )

    def _notices(self) -> Iterator[Notice]:
        for oddity in self.oddities:
            yield Notice(name=oddity.name, message=oddity.message)
        if self.report.provisional:
            tests = ", ".join(self.report.provisional)
            yield Notice(name="provisional-tests", message=f"provisional tests that succeeded: {tests}"[:_MESSAGE])


def _whole(level: Level, test: str) -> Reported:
    """Give the level's own test: its counts, and the verdict that they mean.

    Source of the claims: tests that were skipped make a level partial, and one whose tests were all
    skipped is not implemented; skipped tests alone are no failure.
    """
    passed, failed, skipped = level.passed, level.failed, level.skipped
    outcome = Outcome.NOT_RUN
    if failed:
        outcome = Outcome.FAILED
    elif passed:
        outcome = Outcome.PASSED
    elif skipped:
        outcome = Outcome.SKIPPED
    claim = None
    if skipped and not failed:
        claim = Capability.PARTIAL if passed else Capability.NONE
    parts = [f"{word}: {', '.join(names)}" for word, names in _listed(level) if names]
    return Reported(
        test=test,
        outcome=outcome,
        claim=claim,
        conditions=Conditions(passed=passed, failed=failed, skipped=skipped),
        message="; ".join(parts)[:_MESSAGE],
    )


def _listed(level: Level) -> tuple[tuple[str, tuple[str, ...]], ...]:
    return ("failed", level.failed_tests), ("skipped", level.skipped_tests)


def _claim(level: Level, assertion: Assertion, claim: Capability | None) -> Reported:
    """Give a feature as it is claimed; it passed where every test of its level that ran passed.

    A level that skipped or failed tests does not say whose they were, one without tests proves
    nothing, and a feature that the suite marks as not scored was copied from another profile and
    never tested (kubernetes-sigs/gateway-api#3581).
    """
    tested = level.passed and not (level.failed or level.skipped) and assertion.scored
    outcome = Outcome.PASSED if tested and claim is Capability.FULL else Outcome.NOT_RUN
    return Reported(test=assertion.id, outcome=outcome, claim=claim)
