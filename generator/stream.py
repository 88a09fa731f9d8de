"""A run told line by line while it happens: newline-delimited JSON folded into a draft."""

from __future__ import annotations

import functools
import io
import math
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Final, TypeVar

from generator import decoding, excerpts, jsonreader
from generator.drafts import Draft, Imported, Known, Source
from generator.findings import Finding, shortened
from generator.jsonreader import Node
from generator.model import Suite
from generator.records import Conditions, Notice, Reported
from generator.terms import Capability, Outcome

MAX_LINE: Final = 64 * 1024
"""Bytes of one line: an assertion with its message, not its log."""

MAX_LINES: Final = 100_000
_SAMPLE: Final = 50

_FIRST: Final = frozenset({"mesh", "mesh_version", "harness", "harness_version", "suite"})
_STEP: Final = frozenset({"test", "outcome", "capability", "duration", "message", "conditions"})
_LAST: Final = frozenset({"end", "phase"})
_OUTCOMES: Final = {one.value: one for one in Outcome if one is not Outcome.UNKNOWN}
_CLAIMS: Final = {one.value: one for one in Capability if one is not Capability.UNKNOWN}
_ENDS: Final = ("completed", "aborted")
_Term = TypeVar("_Term")
_NUMBER: Final = re.compile(r"[0-9]{1,15}(?:\.[0-9]{1,20})?(?:[eE][-+]?[0-9]{1,2})?")
_COUNT: Final = re.compile(r"[0-9]{1,9}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """What a stream has told so far; `last` is the test that it told of last, `end` how it ended.

    `refused` counts the lines that changed nothing, `wrong` all findings, of which only the first are
    kept.
    """

    path: str
    suite: Suite | None
    tests: frozenset[str] = frozenset()
    told: Mapping[str, str] = field(default_factory=dict)
    seen: Mapping[str, Reported] = field(default_factory=dict)
    twice: frozenset[str] = frozenset()
    last: str = ""
    end: str = ""
    phase: str = ""
    lines: int = 0
    refused: int = 0
    wrong: int = 0
    findings: tuple[Finding, ...] = ()

    @property
    def counts(self) -> tuple[tuple[str, int], ...]:
        """Give how many tests came to each outcome, in the order of the outcomes."""
        found = [seen.outcome for seen in self.seen.values()]
        return tuple((one.value, found.count(one)) for one in Outcome if one in found)


class _Refused(Exception):  # noqa: N818 - control flow: this line ends here, the stream goes on
    """One line is not taken: the rule, what is wrong, and how to mend it."""

    def __init__(self, rule: str, message: str, fix: str) -> None:
        super().__init__(message)
        self.rule = rule
        self.message = message
        self.fix = fix


def begin(path: str, known: Known) -> Recording:
    """Give the state before the first line; `path` is used in findings."""
    return _of_suite(Recording(path=path, suite=None), known.told)


def _of_suite(state: Recording, suite: Suite | None) -> Recording:
    tests = frozenset(assertion.id for assertion in suite.assertions) if suite else frozenset[str]()
    return replace(state, suite=suite, tests=tests)


def advance(state: Recording, line: bytes, known: Known) -> Recording:
    """Give the state after one more line. A line that is wrong is a finding and changes nothing else."""
    state = replace(state, lines=state.lines + 1)
    if not line.strip():
        return state
    try:
        return _applied(state, _node(state, line), known)
    except _Refused as refused:
        finding = Finding(
            rule=refused.rule, path=state.path, line=state.lines, message=refused.message, fix=refused.fix
        )
        return _with(replace(state, refused=state.refused + 1), finding)


def _with(state: Recording, finding: Finding) -> Recording:
    kept = (*state.findings, finding) if state.wrong < _SAMPLE else state.findings
    return replace(state, wrong=state.wrong + 1, findings=kept)


def _node(state: Recording, line: bytes) -> Node:
    if state.lines > MAX_LINES:
        raise _Refused("import-source", f"more than {MAX_LINES} lines", "tell of each assertion once")
    text = decoding.source(state.path, line, MAX_LINE)
    if isinstance(text, Finding):
        raise _Refused(text.rule, text.message, "write one line of JSON in UTF-8 for each assertion")
    reading = jsonreader.read_text(state.path, text.rstrip("\r\n"))
    if reading.root is None:
        raise _Refused("import-source", reading.findings[0].message, reading.findings[0].fix)
    if reading.root.kind != "mapping":
        raise _Refused("import-source", "the line is no JSON object", 'write {"test": ..., "outcome": ...}')
    return reading.root


def _applied(state: Recording, node: Node, known: Known) -> Recording:
    if state.end:
        raise _Refused("import-contradiction", "a line follows the end", "end the stream with its last line")
    names = node.fields.keys()
    for allowed, key in ((_STEP, "test"), (_LAST, "end"), (_FIRST, "")):
        if key in names or not key:
            if left := sorted(names - allowed):
                fix = f"write only {', '.join(sorted(allowed))}"
                raise _Refused("import-value", f"unknown field {shortened(left[0])}", fix)
            break
    if "test" in names:
        return _step(state, node, known)
    return _last(state, node) if "end" in names else _first(state, node, known)


def _first(state: Recording, node: Node, known: Known) -> Recording:
    if state.told or state.seen:
        fix = "tell of the mesh and the harness in the first line only"
        raise _Refused("import-contradiction", "the run is introduced twice or too late", fix)
    told = {name: _text(node.fields, name) for name in node.fields}
    stated = told.get("suite", "")
    suite = known.suites.get((stated.partition(":")[0], stated.partition(":")[2])) if stated else None
    if stated and suite is None:
        raise _Refused("import-unmapped", f"{shortened(stated)} is no suite of the programme", "write ID:VERSION")
    if suite and state.suite and suite != state.suite:
        message = f"the stream is of suite {stated}, and {state.suite.id}:{state.suite.version} was told"
        raise _Refused("import-contradiction", message, "leave one of them out")
    return _of_suite(replace(state, told=told), suite or state.suite)


def _step(state: Recording, node: Node, known: Known) -> Recording:
    if state.suite is None:
        fix = "name it with --suite ID:VERSION, or in the first line of the stream"
        raise _Refused("import-untold", "nobody has said which suite is run", fix)
    stated = node.fields["test"].text
    test = known.mapping.get(stated, stated)
    if test not in state.tests:
        message = f"{shortened(stated)} is no test of suite {state.suite.id} {state.suite.version}"
        raise _Refused("import-unmapped", message, "correct the id, or name the suite version that is run")
    after = replace(state, seen={**state.seen, test: _observation(test, node.fields)}, last=test)
    if test not in state.seen:
        return after
    finding = Finding(
        rule="import-contradiction",
        path=state.path,
        line=state.lines,
        message=f"{test} was told already; this line counts",
        fix="tell of each test once; several parts of one test are its conditions",
    )
    return _with(replace(after, twice=after.twice | {test}), finding)


def _observation(test: str, fields: Mapping[str, Node]) -> Reported:
    claim = _text(fields, "capability")
    duration = _text(fields, "duration")
    if duration and not (_NUMBER.fullmatch(duration) and math.isfinite(float(duration))):
        raise _Refused("import-value", f"the duration {shortened(duration)} is none", "write seconds as a number")
    return Reported(
        test=test,
        outcome=_of(_OUTCOMES, _text(fields, "outcome"), "outcome"),
        claim=_of(_CLAIMS, claim, "capability") if claim else None,
        conditions=_conditions(fields["conditions"]) if "conditions" in fields else None,
        duration=float(duration) if duration else None,
        message=_text(fields, "message"),
    )


def _text(fields: Mapping[str, Node], name: str) -> str:
    node = fields.get(name, Node())
    if node.kind != "text":
        raise _Refused("import-value", f"{name} is no single value", "write a text or a number")
    return node.text


def _of(terms: Mapping[str, _Term], text: str, what: str) -> _Term:
    if text not in terms:
        raise _Refused("import-value", f"{shortened(text)} is no {what}", f"write one of {', '.join(terms)}")
    return terms[text]


def _conditions(node: Node) -> Conditions:
    counts = {name: value.text for name, value in node.fields.items()}
    right = counts.keys() == {"passed", "failed", "skipped"} and all(map(_COUNT.fullmatch, counts.values()))
    if not right:
        fix = 'write {"passed": 3, "failed": 1, "skipped": 0}'
        raise _Refused("import-value", "the conditions are not three whole numbers", fix)
    return Conditions(**{name: int(number) for name, number in counts.items()})


def _last(state: Recording, node: Node) -> Recording:
    end, phase = _text(node.fields, "end"), _text(node.fields, "phase")
    if end not in _ENDS:
        raise _Refused("import-value", f"{shortened(end)} is no end", f"write one of {', '.join(_ENDS)}")
    if (end == "aborted") != bool(phase):
        fix = "name the phase of an aborted run, and of no other"
        raise _Refused("import-value", "an aborted run has a phase, a completed one has none", fix)
    return replace(state, end=end, phase=phase)


def draft(state: Recording) -> Draft | None:
    """Give what a stream told as a draft, whether or not it came to its end; None without a suite.

    A stream that breaks off was aborted at the test that it told of last, or at the start.
    """
    if state.suite is None:
        return None
    status, phase = (state.end, state.phase) if state.end else ("aborted", state.last or "start")
    order = {assertion.id: index for index, assertion in enumerate(state.suite.assertions)}
    found = Draft(
        label=state.path,
        suite=state.suite,
        mesh=state.told.get("mesh", ""),
        mesh_version=state.told.get("mesh_version", ""),
        harness=state.told.get("harness", ""),
        harness_version=state.told.get("harness_version", ""),
        status=status,
        phase=phase,
        observations=tuple(sorted(state.seen.values(), key=lambda seen: order[seen.test])),
        notices=tuple(_notices(state)),
    )
    return excerpts.fitted(found)


def _notices(state: Recording) -> Iterator[Notice]:
    if not state.end:
        yield Notice(name="broken-off", message=f"the stream broke off after {state.lines} lines, without an end")
    if state.twice:
        again = ", ".join(sorted(state.twice))
        yield Notice(name="told-twice", message=f"told more than once, the last time counts: {again}")
    if state.refused:
        yield Notice(name="lines-refused", message=f"{state.refused} of {state.lines} lines were refused")


def fold(lines: Iterable[bytes], state: Recording, known: Known) -> Iterator[Recording]:
    """Give the state after each line, so that somebody may watch."""
    for line in lines:
        state = advance(state, line, known)
        yield state


def finished(state: Recording) -> Imported:
    """Give the draft of a stream that is over, and what was wrong with its lines."""
    found, findings = draft(state), list(state.findings)
    if state.wrong > len(findings):
        more = f" (and {state.wrong - len(findings)} more findings follow)"
        findings[-1] = replace(findings[-1], message=findings[-1].message + more)
    if found is None and not findings:
        fix = "name it with --suite ID:VERSION, or in the first line of the stream"
        message = "nobody has said which suite is run"
        findings.append(Finding(rule="import-untold", path=state.path, line=1, message=message, fix=fix))
    return Imported(drafts=(found,) if found else (), findings=tuple(findings))


def drafts(source: Source, known: Known) -> Imported:
    """Give the run that a whole stream tells of. Raises nothing."""
    lines, start = io.BytesIO(source.content), begin(source.path, known)
    return finished(functools.reduce(lambda state, line: advance(state, line, known), lines, start))
