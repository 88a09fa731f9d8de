"""Steps that run one after the other and stop at the first failing one, as observations of a suite's tests."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Final

from generator.drafts import Known
from generator.findings import Finding, shortened
from generator.model import Assertion, Suite
from generator.records import Notice, Reported
from generator.terms import Outcome

PRESENCE_ONLY: Final = "presence-only"
UNSCORED: Final = "The harness of that time never scored this step, so its outcome is not known."
STOPPED: Final = "The harness stopped this specification at its first failing step."

_FAILED_IN: Final = re.compile(r"failed in step[ ]{1,4}([^\s:,;]{1,100})", re.IGNORECASE)


def failed_in(text: str) -> str:
    """Give the step that a text names after "failed in step", such as `4-install`; empty if none."""
    match = _FAILED_IN.search(text)
    return match[1] if match else ""


def until(assertions: Sequence[Assertion], failing: str, message: str) -> tuple[Reported, ...]:
    """Give what became of each step of a specification that failed at `failing`, or nowhere if empty.

    A step that the harness never scored ran, but nobody knows how it went. Raises `ValueError` when
    no assertion has that step.
    """
    steps = [assertion.step for assertion in assertions]
    stop = steps.index(failing) if failing else len(steps)
    return tuple(_observation(assertion, index - stop, message) for index, assertion in enumerate(assertions))


def _observation(assertion: Assertion, beyond: int, message: str) -> Reported:
    if beyond > 0:
        return Reported(test=assertion.id, outcome=Outcome.NOT_RUN, message=STOPPED)
    if beyond == 0:
        said = message or f"The source names step {assertion.step} as the failing one."
        return Reported(test=assertion.id, outcome=Outcome.FAILED, message=said)
    return went_by(assertion)


def went_by(assertion: Assertion, duration: float | None = None) -> Reported:
    """Give what is known of a step behind which the run went on: it passed, if it could fail at all."""
    if assertion.scored:
        return Reported(test=assertion.id, outcome=Outcome.PASSED, duration=duration)
    return Reported(test=assertion.id, outcome=Outcome.UNKNOWN, duration=duration, message=UNSCORED)


def presence_only(observations: Iterable[Reported]) -> Iterator[Notice]:
    """Say which steps the harness let through whatever they did, so that nothing rests on them."""
    if tests := [seen.test for seen in observations if seen.message == UNSCORED]:
        message = f"the harness never let these steps fail, so their outcome is not known: {', '.join(tests)}"
        yield Notice(name=PRESENCE_ONLY, message=message)


def in_order(suite: Suite, observations: Iterable[Reported]) -> tuple[Reported, ...]:
    """Give observations in the suite's order."""
    order = {assertion.id: index for index, assertion in enumerate(suite.assertions)}
    return tuple(sorted(observations, key=lambda seen: order[seen.test]))


def specification(known: Known, suite: Suite, name: str) -> str:
    """Give the id of the suite's specification that another program calls `name`; empty if none."""
    ids = {one.id for one in suite.specifications}
    plain = name.strip().lower()
    ours = {theirs.lower(): ours for theirs, ours in known.aliases.specifications} if _is_for(known, suite) else {}
    found = ours.get(plain, plain)
    return found if found in ids else ""


def _is_for(known: Known, suite: Suite) -> bool:
    return known.aliases.suite in {"", suite.id}


def candidates(known: Known, names: Iterable[str]) -> list[Suite]:
    """Give the suites that know every name; the told one alone where the caller told it."""
    if known.told:
        return [known.told]
    wanted = set(names)
    suites = [suite for _, suite in sorted(known.suites.items())]
    return [suite for suite in suites if wanted and all(specification(known, suite, name) for name in wanted)]


def undetermined(
    path: str, line: int, known: Known, named: Iterable[tuple[str, int]], found: Sequence[Suite]
) -> tuple[Finding, ...]:
    """Say why no suite was chosen: names, with their lines, that no suite has, or else which it may be.

    A name that stands often is told once; `found` are the suites that are left.
    """
    first = dict[str, int]()
    for name, where in named:
        first.setdefault(name, where)
    strange = tuple(
        Finding(
            rule="import-unmapped",
            path=path,
            line=where,
            message=f"{shortened(name)} is a specification of no suite",
            fix="name the suite with --suite ID:VERSION, or add the name under aliases in meshmark.yaml",
        )
        for name, where in first.items()
        if not any(specification(known, suite, name) for suite in known.suites.values())
    )
    return strange or (undecided(path, line, found),)


def undecided(path: str, line: int, found: Sequence[Suite]) -> Finding:
    """Say that the file does not tell which suite was run."""
    which = f": it may be {' or '.join(f'{s.id}:{s.version}' for s in found)}" if found else ""
    return Finding(
        rule="import-untold",
        path=path,
        line=line,
        message=f"the file does not say which version of which suite was run{which}",
        fix="name it with --suite ID:VERSION",
    )


def unmapped(path: str, line: int | None, what: str, suite: Suite) -> Finding:
    """Say that a name in the file has no place in the suite."""
    return Finding(
        rule="import-unmapped",
        path=path,
        line=line,
        message=f"{what} has no place in suite {suite.id} {suite.version}",
        fix="name the suite version that was run, or add the name under aliases in meshmark.yaml",
    )


def listed(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """Give the first findings of many, the last of them with the number of those that are left out."""
    if len(findings) <= _SAMPLE:
        return tuple(findings)
    *shown, last = findings[:_SAMPLE]
    more = f"{last.message} (and {len(findings) - _SAMPLE} more findings follow)"
    return (*shown, replace(last, message=more))


_SAMPLE: Final = 50
