"""Reports of kuttl, JSON or XML, by step or by test, as drafts; steps after a failure did not run.

Source: kudobuilder/kuttl, pkg/report/report.go (earlier internal/report), and pkg/test/case.go.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from generator import excerpts, jsonreader, xmlreader
from generator.drafts import Draft, Imported, Known, Source
from generator.findings import Finding, shortened
from generator.formats import steps, suites, times
from generator.jsonreader import Node
from generator.model import Assertion, Suite
from generator.records import Notice, Reported
from generator.terms import Outcome
from generator.xmlreader import Element

_SETUP: Final = "setup"
_STEP: Final = "step "
_FIX: Final = "name the right format; a report of kuttl begins with testsuites"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Test:
    """One kuttl test, by either granularity: its cases are steps, or it is one case itself."""

    name: str
    line: int
    cases: tuple[Element, ...]
    by_step: bool


def drafts(source: Source, known: Known) -> Imported:
    """Give the run that a report tells of. Raises nothing."""
    root, findings = _root(source)
    if root is None:
        return Imported(findings=findings)
    reading = _Report(source.path, root, known)
    draft = reading.draft()
    if draft is None or reading.findings:
        return Imported(findings=steps.listed(reading.findings))
    return Imported(drafts=(excerpts.fitted(draft),))


def _root(source: Source) -> tuple[Element | None, tuple[Finding, ...]]:
    """Read XML or JSON into the same elements."""
    if source.content.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] == b"<":
        reading = xmlreader.read(source.path, source.content)
        root, findings = reading.root, reading.findings
    else:
        node, findings = jsonreader.read(source.path, source.content)
        root = _element("testsuites", node) if node else None
    if root is None:
        return None, findings
    strange = root.tag not in {"testsuites", "testsuite"} or not (root.children or root.attributes)
    wrong = "this is no report of kuttl" if strange else _strange(root)
    return (None, (_finding("import-source", source.path, root.line, wrong, _FIX),)) if wrong else (root, ())


def _strange(root: Element) -> str:
    """Say what in a report kuttl would not write, so that nothing else passes for it."""
    cases = [case for test in _tests(root) for case in test.cases]
    if not cases and not any(root.named("failure")):
        return "the report holds no test"
    if any(child.tag == "skipped" for case in cases for child in case.children):
        return "a case was skipped, which kuttl never says: the format may be junit"
    return ""


def _element(tag: str, node: Node) -> Element:
    """Give a JSON object as the element that XML would have: its texts are attributes, the rest children."""
    texts = {name: value.text for name, value in node.fields.items() if value.kind == "text"}
    inner = [
        _element(name, item)
        for name, value in node.fields.items()
        if value.kind != "text"
        for item in (value.items if value.kind == "list" else (value,))
    ]
    text = texts.pop("text", "")
    return Element(tag=tag, line=node.line, attributes=texts, text=text, children=tuple(inner))


class _Report:
    """One report on its way to a draft."""

    def __init__(self, path: str, root: Element, known: Known) -> None:
        self.path = path
        self.root = root
        self.known = known
        self.findings: list[Finding] = []
        self.notices: list[Notice] = []
        self.tests = tuple(_tests(root))

    def draft(self) -> Draft | None:
        """Give the run as a draft, or None; the findings say what is wrong with it."""
        suite = self._suite()
        self._totals()
        if suite is None:
            return None
        observations = steps.in_order(suite, self._observations(suite))
        broken = next(self.root.named("failure"), None)
        if broken is not None:
            self._notice("harness-failure", f"the harness failed beside the tests: {_said(broken)}")
        started, finished = suites.span(self.root)
        return Draft(
            label=self.path,
            suite=suite,
            harness="kuttl",
            harness_version=_property(self.root, "kuttl.version"),
            status="completed" if broken is None else "aborted",
            phase="" if broken is None else "running" if self.tests else "starting",
            started_at=started,
            finished_at=finished,
            observations=observations,
            notices=(*self.notices, *steps.presence_only(observations)),
        )

    def _notice(self, name: str, message: str) -> None:
        self.notices.append(Notice(name=name, message=message))

    def _contradiction(self, line: int, message: str) -> None:
        """Refuse what contradicts itself, or note it where the past is to be excused."""
        if self.known.lenient:
            self._notice("totals-differ", message)
        else:
            fix = "run the harness again, or keep both sides in a notice with --lenient"
            self.findings.append(_finding("import-contradiction", self.path, line, message, fix))

    def _twice(self, what: str, line: int) -> None:
        fix = "import one run at a time"
        self.findings.append(_finding("import-contradiction", self.path, line, f"{what} stands twice", fix))

    def _suite(self) -> Suite | None:
        found = steps.candidates(self.known, [test.name for test in self.tests])
        if len(found) == 1:
            return found[0]
        named = ((test.name, test.line) for test in self.tests)
        self.findings.extend(steps.undetermined(self.path, self.root.line, self.known, named, found))
        return None

    def _totals(self) -> None:
        """Hold the number of failures that the report states against those that it shows."""
        shown = sum(_failure(case) is not None for test in self.tests for case in test.cases)
        stated = self.root.attributes.get("failures", "")
        if stated and stated != str(shown):
            self._contradiction(self.root.line, f"the report states {shortened(stated)} failures and shows {shown}")

    def _observations(self, suite: Suite) -> Iterator[Reported]:
        seen = set[str]()
        for test in self.tests:
            name = steps.specification(self.known, suite, test.name)
            if not name:
                self.findings.append(steps.unmapped(self.path, test.line, f"test {shortened(test.name)}", suite))
            elif name in seen:
                self._twice(f"test {shortened(test.name)}", test.line)
            else:
                yield from self._steps(suite, name, test) if test.by_step else self._test(suite, name, test.cases[0])
            seen.add(name)

    def _test(self, suite: Suite, name: str, case: Element) -> tuple[Reported, ...]:
        """Give the steps of a test of which the report only says where it failed."""
        assertions, failure = suite.of(name), _failure(case)
        if failure is None:
            return tuple(steps.went_by(assertion) for assertion in assertions)
        label = steps.failed_in(failure.attributes.get("message", "")) or steps.failed_in(failure.text)
        if not label:
            return self._unprepared(assertions, name, failure)
        if self._place(suite, name, label, case.line) is None:
            return ()
        return steps.until(assertions, label, _said(failure))

    def _steps(self, suite: Suite, name: str, test: _Test) -> Iterator[Reported]:
        seen = set[str]()
        for case in test.cases:
            label, failure = case.attributes.get("name", "").strip(), _failure(case)
            if label == _SETUP:
                yield from self._unprepared(suite.of(name), name, failure) if failure is not None else ()
                continue
            assertion = self._place(suite, name, label.removeprefix(_STEP).strip(), case.line)
            if assertion is None:
                continue
            if assertion.id in seen:
                self._twice(f"step {shortened(label)} of {name}", case.line)
                continue
            seen.add(assertion.id)
            # Written after the whole test, so that it is 0.000 since v0.17: no time is better than a wrong one.
            duration = times.seconds(case.attributes.get("time", "")) or None
            if failure is None:
                yield steps.went_by(assertion, duration)
            else:
                said = _said(failure)
                yield Reported(test=assertion.id, outcome=Outcome.FAILED, duration=duration, message=said)

    def _place(self, suite: Suite, name: str, label: str, line: int) -> Assertion | None:
        found = next((assertion for assertion in suite.of(name) if assertion.step == label), None)
        if found is None:
            self.findings.append(steps.unmapped(self.path, line, f"step {shortened(label)} of {name}", suite))
        return found

    def _unprepared(self, assertions: tuple[Assertion, ...], name: str, failure: Element) -> tuple[Reported, ...]:
        """Give what is known when the test was not even set up: the first step met an error, no other ran."""
        self._notice("setup-failed", f"{name} failed before its first step: {_said(failure)}")
        return tuple(Reported(test=a.id, outcome=Outcome.ERROR, message=_said(failure)) for a in assertions[:1])


def _tests(element: Element) -> Iterator[_Test]:
    """Give the tests in a report: a suite whose cases are steps is one, any other case is one itself."""
    cases = tuple(element.named("testcase"))
    names = [case.attributes.get("name", "").strip() for case in cases]
    if cases and all(name == _SETUP or name.startswith(_STEP) for name in names):
        yield _Test(name=element.attributes.get("name", ""), line=element.line, cases=cases, by_step=True)
    else:
        for case, name in zip(cases, names, strict=True):
            yield _Test(name=name, line=case.line, cases=(case,), by_step=False)
    for child in element.named("testsuite"):
        yield from _tests(child)


def _failure(case: Element) -> Element | None:
    return next(case.named("failure", "error"), None)


def _said(failure: Element) -> str:
    """Give the words of a failure: the error where there is one, else where it happened."""
    return failure.text or failure.attributes.get("message", "") or "The source says nothing more."


def _property(root: Element, name: str) -> str:
    lists = [properties for element in (root, *root.named("testsuite")) for properties in element.named("properties")]
    found = (one.attributes for properties in lists for one in properties.named("property"))
    return next((one.get("value", "") for one in found if one.get("name") == name), "")


def _finding(rule: str, path: str, line: int, message: str, fix: str) -> Finding:
    return Finding(rule=rule, path=path, line=line, message=message, fix=fix)
