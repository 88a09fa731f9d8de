"""How two runs differ, test by test, pure; the rules by which the browser compares them too."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Final

from generator.judgements import AssertionCell, Assessment
from generator.model import Assertion, Suite
from generator.terms import Compliance

DIFFERENT_SETS: Final = "the runs used different test sets, so their tests are not the same and nothing is compared"

NEWLY: Final = (
    "Newly failing means passed, then failed; newly passing means failed, then passed. "
    "What one of the runs did not test stands under otherwise changed."
)
"""How two runs of one mesh are told apart, as the method has it; said wherever they are compared."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pairing:
    """One test in two runs; None where a run's test set lacks it."""

    test: str
    before: AssertionCell | None
    after: AssertionCell | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """How two runs differ.

    `reason` is empty when they used the same test set; else it says why the lists of changes are
    empty, `added` and `removed` name the tests that only one of the two sets has, `renamed` those that
    both have under two ids (earlier, later), and `kept` counts those with one id in both.
    Of two meshes, `newly_passing` holds what only the second passes, `newly_failing` what only the first does.
    """

    before: Assessment
    after: Assessment
    reason: str
    newly_passing: tuple[Pairing, ...] = ()
    newly_failing: tuple[Pairing, ...] = ()
    capability_changed: tuple[Pairing, ...] = ()
    otherwise: tuple[Pairing, ...] = ()
    unchanged: int = 0
    added: tuple[Assertion, ...] = ()
    removed: tuple[Assertion, ...] = ()
    renamed: tuple[tuple[Assertion, Assertion], ...] = ()
    kept: int = 0


def difference(before: Assessment, after: Assessment) -> Difference:
    """Compare two runs test by test, if they used the same test set; else say what is not comparable."""
    if before.entry.suite.digest != after.entry.suite.digest:
        return _apart(before, after)
    earlier = {cell.assertion.id: cell for cell in before.whole.assertions}
    groups: dict[str, list[Pairing]] = defaultdict(list)
    kind = _kind if before.entry.record.mesh == after.entry.record.mesh else _kind_of_two
    for cell in after.whole.assertions:
        past = earlier[cell.assertion.id]
        groups[kind(past, cell)].append(Pairing(test=cell.assertion.id, before=past, after=cell))
    return Difference(
        before=before,
        after=after,
        reason="",
        newly_passing=tuple(groups["passing"]),
        newly_failing=tuple(groups["failing"]),
        capability_changed=tuple(groups["capability"]),
        otherwise=tuple(groups["otherwise"]),
        unchanged=len(groups["same"]),
    )


def _apart(before: Assessment, after: Assessment) -> Difference:
    """Say which tests of two test sets are the same, and which only one of them has."""
    old, new = before.entry.suite, after.entry.suite
    known = {assertion.id: assertion for assertion in old.assertions}
    pairs = same_tests(old, new)
    back = set(pairs.values())
    return Difference(
        before=before,
        after=after,
        reason=DIFFERENT_SETS,
        added=tuple(a for a in new.assertions if a.id not in pairs),
        removed=tuple(a for a in old.assertions if a.id not in back),
        renamed=tuple((known[pairs[a.id]], a) for a in new.assertions if pairs.get(a.id, a.id) != a.id),
        kept=sum(later == earlier for later, earlier in pairs.items()),
    )


def same_tests(old: Suite, new: Suite) -> dict[str, str]:
    """Pair the tests of two versions of one suite: id in `new` -> id in `old`, each at most once.

    What a test set says of its tests in another version (`aliases`, of either side) goes before
    equal ids. Suites of different ids share no tests, whatever these are called.
    """
    if old.id != new.id:
        return {}
    told = [(a.id, test) for a in new.assertions for version, test in a.aliases if version == old.version]
    told += [(test, a.id) for a in old.assertions for version, test in a.aliases if version == new.version]
    told += [(a.id, a.id) for a in new.assertions]
    new_ids, old_ids = ({a.id for a in suite.assertions} for suite in (new, old))
    pairs: dict[str, str] = {}
    for later, earlier in told:
        if later in new_ids and earlier in old_ids:
            pairs[later] = earlier
            new_ids.remove(later)
            old_ids.remove(earlier)
    return pairs


def _kind(past: AssertionCell, now: AssertionCell) -> str:
    """Sort a test of one mesh: a test that only one of its runs tested has neither got better nor worse."""
    match past.compliance, now.compliance:
        case Compliance.FAIL, Compliance.PASS:
            return "passing"
        case Compliance.PASS, Compliance.FAIL:
            return "failing"
        case (Compliance.NOT_TESTED, (Compliance.PASS | Compliance.FAIL)) | (
            (Compliance.PASS | Compliance.FAIL),
            Compliance.NOT_TESTED,
        ):
            return "otherwise"
    return _stance(past, now)


def _kind_of_two(one: AssertionCell, other: AssertionCell) -> str:
    """Sort a test of two meshes, of which neither came after the other."""
    if one.compliance is not other.compliance:
        if other.compliance is Compliance.PASS:
            return "passing"
        if one.compliance is Compliance.PASS:
            return "failing"
    return _stance(one, other)


def _stance(past: AssertionCell, now: AssertionCell) -> str:
    if past.capability is not now.capability:
        return "capability"
    return "same" if past.compliance is now.compliance else "otherwise"
