"""Meshery's SMI conformance results, 2020 to today, as drafts: every run with its steps told apart."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from generator import excerpts
from generator.drafts import Draft, Imported, Known, Source
from generator.findings import Finding, shortened
from generator.formats import meshery_runs, steps, times
from generator.formats.meshery_runs import Detail, Run
from generator.model import Suite
from generator.records import Notice, Recorded, RecordedSpecification, Reported
from generator.terms import Outcome

_NO_VERSION: Final = frozenset({"", "none", "n/a", "na", "null", "nil", "unknown", "undefined", "-"})
_NEVER: Final = "The source does not say which step failed."
_SILENT: Final = "The source does not say how this went."


def drafts(source: Source, known: Known) -> Imported:
    """Give every run in a file: one object, a list, an envelope with `results`, or an event's text.

    A run with a finding has no draft. Raises nothing.
    """
    runs, found = meshery_runs.read(source.path, source.content)
    findings, made = list(found), list[Draft]()
    for number, run in enumerate(runs, 1):
        reading = _Reading(source.path, run, known)
        draft = reading.draft(number)
        findings.extend(reading.findings)
        if draft and not reading.findings:
            made.append(excerpts.fitted(draft))
    return Imported(drafts=tuple(made), findings=steps.listed(findings))


class _Reading:
    """One run on its way to a draft."""

    def __init__(self, path: str, run: Run, known: Known) -> None:
        self.path = path
        self.run = run
        self.known = known
        self.findings: list[Finding] = []
        self.notices: list[Notice] = []

    def _report(self, rule: str, line: int, message: str, fix: str) -> None:
        self.findings.append(Finding(rule=rule, path=self.path, line=line, message=message, fix=fix))

    def _notice(self, name: str, message: str) -> None:
        self.notices.append(Notice(name=name, message=message))

    def draft(self, number: int) -> Draft | None:
        """Give the run as a draft, or None; the findings say what is wrong with it."""
        suite = self._suite()
        if suite is None:
            return None
        observations, run = steps.in_order(suite, self._observations(suite)), self.run
        self._tell_liberties(suite)
        status = run.status.strip().lower() or "completed"
        return Draft(
            label=f"{self.path} ({run.mesh_name or 'a run'} {run.id or number})",
            suite=suite,
            mesh=run.mesh_name,
            mesh_version="" if run.mesh_version.strip().lower() in _NO_VERSION else run.mesh_version.strip(),
            harness="meshery",
            status="completed" if status == "completed" else "aborted",
            phase="" if status == "completed" else status,
            started_at=times.moment(run.date),
            recorded=self._recorded(suite),
            observations=observations,
            notices=(*self.notices, *steps.presence_only(observations)),
        )

    def _tell_liberties(self, suite: Suite) -> None:
        run = self.run
        if run.date and times.moment(run.date) is None:
            self._notice("date-unread", f"the date {shortened(run.date)} has another form")
        if not run.status.strip():
            self._notice("status-unstated", "a run without a status counts as completed")
        if run.unread:
            self._notice("fields-unread", f"fields that were not read: {', '.join(run.unread)}")
        if self.known.told and not all(self._agrees(suite, detail) for detail in run.details):
            stated = ", ".join(sorted({detail.api_version for detail in run.details}))
            self._notice("suite-told", f"the source states {stated}; {suite.id} {suite.version} was told")

    def _named(self, suite: Suite) -> list[str]:
        return [steps.specification(self.known, suite, detail.name) for detail in self.run.details]

    def _suite(self) -> Suite | None:
        """Decide which suite was run: what was told, else what the bundle or the API versions tell."""
        found = steps.candidates(self.known, [detail.name for detail in self.run.details])
        if self.known.told is None:
            found = [suite for suite in found if all(self._agrees(suite, detail) for detail in self.run.details)]
        if len(found) == 1:
            return found[0]
        named = ((detail.name, detail.line) for detail in self.run.details)
        self.findings.extend(steps.undetermined(self.path, self.run.line, self.known, named, found))
        return None

    def _agrees(self, suite: Suite, detail: Detail) -> bool:
        """Whether `v0.6.0/v1alpha4`, or `v1alpha1` alone, is what this suite tests."""
        bundle, _, api = detail.api_version.strip().lower().rpartition("/")
        if bundle:
            return bundle == suite.version
        name = steps.specification(self.known, suite, detail.name)
        versions = {one.id: one.api_version for one in suite.specifications}
        return not api or api == versions.get(name)

    def _observations(self, suite: Suite) -> Iterator[Reported]:
        seen = set[str]()
        for detail in self.run.details:
            name = steps.specification(self.known, suite, detail.name)
            if not name:
                self.findings.append(
                    steps.unmapped(self.path, detail.line, f"specification {shortened(detail.name)}", suite)
                )
            elif name in seen:
                fix = "keep one of them"
                self._report("import-contradiction", detail.line, f"specification {name} stands twice", fix)
            else:
                yield from self._specification(suite, name, detail)
            seen.add(name)

    def _specification(self, suite: Suite, name: str, detail: Detail) -> tuple[Reported, ...]:
        assertions = suite.of(name)
        if detail.step and detail.step not in {assertion.step for assertion in assertions}:
            what = f"step {shortened(detail.step)} of {name}"
            self.findings.append(steps.unmapped(self.path, detail.line, what, suite))
            return ()
        self._contradiction(name, detail)
        if detail.failed and not detail.step:
            self._notice("step-unstated", f"{name} failed, at a step that is not named")
            return tuple(self._unknown(a.id, f"{_NEVER} {detail.error}".strip()) for a in assertions)
        if detail.failed is None:
            self._notice("outcome-unstated", f"{name} neither passed nor failed")
            return tuple(self._unknown(a.id, _SILENT) for a in assertions)
        return steps.until(assertions, detail.step, detail.error)

    @staticmethod
    def _unknown(test: str, message: str) -> Reported:
        return Reported(test=test, outcome=Outcome.UNKNOWN, message=message)

    def _contradiction(self, name: str, detail: Detail) -> None:
        """Say when a specification is told to have passed and to have failed at a step."""
        if not (detail.step and detail.status.lower() in {"passed", "passing"}):
            return
        message = f"{name} is {detail.status} and failed in step {detail.step}"
        if self.known.lenient:
            self._notice("status-contradicted", f"{message}: the step was believed")
        else:
            fix = "correct it at its source, or believe the step with --lenient"
            self._report("import-contradiction", detail.line, message, fix)

    def _recorded(self, suite: Suite) -> Recorded:
        """Keep what the source states of the whole and of each specification, word for word."""
        run = self.run
        whole = f"The source states the capability of the whole run as {run.capability}." if run.capability else ""
        order = [one.id for one in suite.specifications]
        named = zip(self._named(suite), run.details, strict=True)
        stated = [_specification(name, detail) for name, detail in named if name]
        return Recorded(
            id=run.id,
            date=run.date,
            mesh_name=run.mesh_name,
            mesh_version=run.mesh_version,
            status=run.status,
            cases=run.cases,
            percentage=run.percentage,
            note=whole,
            specifications=tuple(sorted(stated, key=lambda one: order.index(one.specification))),
        )


def _specification(name: str, detail: Detail) -> RecordedSpecification:
    return RecordedSpecification(
        specification=name,
        api_version=detail.api_version,
        assertions=detail.assertions,
        duration=detail.duration,
        failed_step=detail.step,
        reason=detail.error if detail.failed else "",
        capability=detail.capability,
        status=detail.status,
    )
