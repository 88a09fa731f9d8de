"""JUnit XML of any program, as drafts: a mapping says which test of the suite each case is.

No standard exists; read are the dialects of pytest, Maven Surefire, go-junit-report, Ginkgo, GoogleTest
and what resembles them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from generator import excerpts, xmlreader
from generator.drafts import Draft, Imported, Known, Source
from generator.findings import Finding, shortened
from generator.formats import steps, suites, times
from generator.model import Suite
from generator.records import Conditions, Notice, Reported
from generator.terms import Outcome
from generator.xmlreader import Element

_CHILDREN: Final = (("failure", Outcome.FAILED), ("error", Outcome.ERROR), ("skipped", Outcome.SKIPPED))
"""What an element inside a case says, the worst first."""
_WORDS: Final = {
    **dict.fromkeys(("failed", "failure", "panicked"), Outcome.FAILED),
    **dict.fromkeys(("error", "errored", "timedout", "interrupted", "aborted"), Outcome.ERROR),
    **dict.fromkeys(("skipped", "pending", "notrun", "suppressed", "disabled", "ignored"), Outcome.SKIPPED),
}
"""What the attributes `status` and `result` say where no element does (Ginkgo, GoogleTest)."""
_EMPTY_WORDS: Final = frozenset({"", "failed", "failure", "error", "skipped"})
"""Messages that say no more than their element does; the text beside them does (go-junit-report)."""
_FLAKY: Final = ("flakyFailure", "flakyError")
_BY_WEIGHT: Final = (Outcome.FAILED, Outcome.ERROR, Outcome.PASSED)
_SHOWN: Final = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class _Case:
    """One case: the names under which a mapping may have it, and how it went."""

    line: int
    names: tuple[str, ...]
    outcome: Outcome
    message: str
    duration: float | None
    flaky: bool


def drafts(source: Source, known: Known) -> Imported:
    """Give the run that a report tells of. Raises nothing."""
    root, findings = xmlreader.read(source.path, source.content)
    if root is None:
        return Imported(findings=findings)
    cases = [_case(case) for suite in suites.below(root) for case in suite.named("testcase")]
    if root.tag not in suites.TAGS or not cases:
        wrong = "the report holds no test case" if root.tag in suites.TAGS else "this is no JUnit XML"
        fix = "name the right format; JUnit XML begins with testsuites or testsuite"
        return Imported(findings=(_finding("import-source", source.path, root.line, wrong, fix),))
    reading = _Report(source.path, root, cases, known)
    draft = reading.draft()
    if draft is None or reading.findings:
        return Imported(findings=steps.listed(reading.findings))
    return Imported(drafts=(excerpts.fitted(draft),))


def _case(element: Element) -> _Case:
    name, of_class = (element.attributes.get(key, "").strip() for key in ("name", "classname"))
    outcome, message = _outcome(element)
    return _Case(
        line=element.line,
        names=(f"{of_class}/{name}", name) if of_class else (name,),
        outcome=outcome,
        message=message,
        duration=times.seconds(element.attributes.get("time", "")),
        flaky=any(element.named(*_FLAKY)),
    )


def _outcome(element: Element) -> tuple[Outcome, str]:
    for tag, outcome in _CHILDREN:
        child = next(element.named(tag), None)
        if child is not None:
            message = child.attributes.get("message", "").strip()
            return outcome, message if message.lower() not in _EMPTY_WORDS else child.text or message
    words = (element.attributes.get(key, "").strip().lower() for key in ("status", "result"))
    return next((_WORDS[word] for word in words if word in _WORDS), Outcome.PASSED), ""


class _Report:
    """One report on its way to a draft."""

    def __init__(self, path: str, root: Element, cases: Sequence[_Case], known: Known) -> None:
        self.path = path
        self.root = root
        self.cases = cases
        self.known = known
        self.findings: list[Finding] = []
        self.notices: list[Notice] = []

    def draft(self) -> Draft | None:
        """Give the run as a draft, or None; the findings say what is wrong with it."""
        self._totals()
        suite = self._suite()
        if suite is None:
            return None
        by_test = self._sorted(suite)
        self._tell_liberties(by_test)
        started, finished = suites.span(self.root)
        return Draft(
            label=self.path,
            suite=suite,
            started_at=started,
            finished_at=finished,
            observations=steps.in_order(suite, (_observation(test, cases) for test, cases in by_test.items())),
            notices=tuple(self.notices),
        )

    def _suite(self) -> Suite | None:
        """Give the suite that was told, or the only one that has a test for every case."""
        if self.known.told:
            return self.known.told
        found = [suite for _, suite in sorted(self.known.suites.items()) if self._fits(suite)]
        if len(found) == 1:
            return found[0]
        self.findings.append(steps.undecided(self.path, self.root.line, found))
        return None

    def _fits(self, suite: Suite) -> bool:
        tests = self._tests(suite)
        found = [self._test(tests, case) for case in self.cases]
        return any(found) and all(test == "" or test in tests for test in found)

    def _tests(self, suite: Suite) -> dict[str, str]:
        """Give the test ids by the names that hold without a mapping: their own, and the programme's aliases."""
        ids = {assertion.id: assertion.id for assertion in suite.assertions}
        return ids | dict(self.known.aliases.tests if self.known.aliases.suite == suite.id else ())

    def _test(self, tests: dict[str, str], case: _Case) -> str | None:
        """Give the test that a case is, an empty text where the mapping leaves it out, None if neither."""
        mapping = self.known.mapping
        for name in case.names:
            if name in mapping:
                return mapping[name]
        return next((tests[name] for name in case.names if name in tests), None)

    def _sorted(self, suite: Suite) -> dict[str, list[_Case]]:
        """Sort the cases by the test that each is a part of."""
        tests, by_test, left_out = self._tests(suite), dict[str, list[_Case]](), 0
        ids = {assertion.id for assertion in suite.assertions}
        for case in self.cases:
            test = self._test(tests, case)
            if test in ids:
                by_test.setdefault(test or "", []).append(case)
            elif test == "":
                left_out += 1
            else:
                self._unmapped(suite, case, test)
        if left_out:
            self._notice("cases-left-out", f"the mapping leaves out {left_out} of {len(self.cases)} cases")
        if not by_test and not self.findings:
            fix = "name the right file or the right suite"
            message = f"no case is a test of suite {suite.id} {suite.version}"
            self.findings.append(_finding("import-unmapped", self.path, self.root.line, message, fix))
        return by_test

    def _unmapped(self, suite: Suite, case: _Case, test: str | None) -> None:
        where = f"suite {suite.id} {suite.version}"
        if test is None:
            message = f"case {shortened(case.names[0], 160)} has no place in {where}"
            fix = "add it to the mapping file; an empty text leaves it out"
        else:
            message = f"the mapping gives case {shortened(case.names[0], 160)} as {test}, which {where} lacks"
            fix = "correct the mapping, or name the suite version that was run"
        self.findings.append(_finding("import-unmapped", self.path, case.line, message, fix))

    def _totals(self) -> None:
        """Find suites that say that something failed where nothing did, or the other way round."""
        for suite in suites.below(self.root):
            stated = [suite.attributes.get(name, "") for name in ("failures", "errors")]
            count = sum(int(number) for number in stated if number.isascii() and number.isdigit() and len(number) < 10)
            own = any(_failed(case) for case in suite.named("testcase"))
            inside = own or (
                count > 0 and any(_failed(c) for one in suites.below(suite) for c in one.named("testcase"))
            )
            if (count > 0 and not inside) or (count == 0 and any(stated) and own):
                shown = "one" if own else "none"
                name = shortened(suite.attributes.get("name", ""))
                self._contradiction(suite.line, f"suite {name} counts failed cases as {count} and shows {shown}")

    def _contradiction(self, line: int, message: str) -> None:
        if self.known.lenient:
            self._notice("totals-differ", message)
        else:
            fix = "run the harness again, or keep both sides in a notice with --lenient"
            self.findings.append(_finding("import-contradiction", self.path, line, message, fix))

    def _tell_liberties(self, by_test: dict[str, list[_Case]]) -> None:
        names = {name for case in self.cases for name in case.names}
        if unused := sorted(self.known.mapping.keys() - names):
            shown = ", ".join(shortened(name) for name in unused[:_SHOWN])
            self._notice("mapping-unused", f"{len(unused)} names of the mapping are no case of the report: {shown}")
        flaky = [test for test, cases in by_test.items() if any(case.flaky for case in cases)]
        if flaky:
            self._notice("flaky", f"passed only after they had failed: {', '.join(flaky)}")
        stamps = (suite.attributes.get("timestamp", "") for suite in suites.below(self.root))
        if any(stamp and times.moment(stamp) is None for stamp in stamps):
            self._notice("time-unread", "a time of the report has no zone or another form, and was not read")

    def _notice(self, name: str, message: str) -> None:
        self.notices.append(Notice(name=name, message=message))


def _failed(case: Element) -> bool:
    return _outcome(case)[0] in {Outcome.FAILED, Outcome.ERROR}


def _observation(test: str, cases: Sequence[_Case]) -> Reported:
    """Put the cases of one test together: the worst decides, and all are counted where there are several."""
    found = [case.outcome for case in cases]
    outcome = next((one for one in _BY_WEIGHT if one in found), Outcome.SKIPPED)
    spans = [case.duration for case in cases if case.duration is not None]
    return Reported(
        test=test,
        outcome=outcome,
        conditions=_conditions(found) if len(cases) > 1 else None,
        duration=round(sum(spans), 6) if spans else None,
        message="\n".join(_messages(cases)),
    )


def _conditions(found: Sequence[Outcome]) -> Conditions:
    failed = sum(outcome in {Outcome.FAILED, Outcome.ERROR} for outcome in found)
    return Conditions(passed=found.count(Outcome.PASSED), failed=failed, skipped=found.count(Outcome.SKIPPED))


def _messages(cases: Sequence[_Case]) -> Iterator[str]:
    """Give what cases have to say, with their names where there are several."""
    said = [case for case in cases if case.message]
    for case in said[:_SHOWN]:
        yield f"{case.names[-1]}: {case.message}" if len(cases) > 1 else case.message
    if len(said) > _SHOWN:
        yield f"(and {len(said) - _SHOWN} more)"


def _finding(rule: str, path: str, line: int, message: str, fix: str) -> Finding:
    return Finding(rule=rule, path=path, line=line, message=message, fix=fix)
