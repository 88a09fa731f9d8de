"""How old a result is, pure: by its date and, where the programme says so, by the minor version of its suite."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, TypeAlias

from generator import conformance
from generator.judgements import Entry, Ledger
from generator.model import FreshnessPolicy
from generator.terms import Freshness

Minor: TypeAlias = tuple[int, int]

_VERSION: Final = re.compile(r"v?([0-9]+)\.([0-9]+)(?![0-9])(.*)")
_ORDER: Final = (Freshness.FRESH, Freshness.AGEING, Freshness.STALE, Freshness.ARCHIVED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Age:
    """How old a result is, and when it will count as older.

    `until` is the date of that, None where no date brings it. Where a policy by version applies
    (`by_version`), `newer` counts the minor versions of the suite that are newer than the result's,
    `left` says after how many more it counts as older (None where none do), and `aged_by_version`
    that its date alone would leave it younger.
    """

    state: Freshness
    until: datetime | None
    by_version: bool = False
    newer: int = 0
    left: int | None = None
    aged_by_version: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Almanac:
    """The one clock and the policy by which ages are computed; `known` are the minor versions of each suite.

    It notes whose age was `asked` for, by the path of the result: what never asks is as good on any other day.
    """

    as_of: datetime
    policy: FreshnessPolicy
    known: Mapping[str, tuple[Minor, ...]]
    asked: set[str] = field(default_factory=set, compare=False, repr=False)

    @classmethod
    def of(cls, ledger: Ledger, as_of: datetime) -> Almanac:
        """Take the policy and the suites of a commit; pre-releases and other forms of version make nothing older."""
        judgement = ledger.audit.judgement
        found: dict[str, set[Minor]] = defaultdict(set)
        for suite in judgement.suites:
            version = _VERSION.fullmatch(suite.version)
            if suite.digest in judgement.current_suites and version and not version[3].startswith("-"):
                found[suite.id].add((int(version[1]), int(version[2])))
        known = {suite: tuple(sorted(minors, reverse=True)) for suite, minors in found.items()}
        return cls(as_of=as_of, policy=ledger.programme.freshness, known=known)

    def minors(self, suite: str) -> tuple[str, ...]:
        """Name the minor versions of a suite that the policy tells apart, the newest first."""
        limits = dict(self.policy.minors)[suite]
        return tuple(f"v{major}.{minor}" for major, minor in self.known.get(suite, ())[: limits.ageing])

    def note(self, entry: Entry) -> None:
        """Note that the age of a result was asked for, though the answer is known already."""
        self.asked.add(entry.verdict.path)

    def freshness(self, entry: Entry) -> Freshness:
        """Say how old a result is."""
        return self.age(entry).state

    def age(self, entry: Entry) -> Age:
        """Say how old a result is, and when it will count as older: the worse of the two policies counts."""
        self.note(entry)
        taken_at = entry.record.taken_at
        by_date = conformance.freshness(taken_at, self.as_of, self.policy)
        limits = dict(self.policy.minors).get(entry.suite.id)
        version = _VERSION.fullmatch(entry.suite.version)
        if limits is None or version is None or by_date is Freshness.UNKNOWN:
            return Age(state=by_date, until=conformance.lapses(taken_at, self.as_of, self.policy))
        own = int(version[1]), int(version[2])
        newer = sum(minor > own for minor in self.known.get(entry.suite.id, ()))
        steps = (limits.fresh, max(limits.fresh, limits.ageing))
        best = next((state for state, count in zip(_ORDER, steps, strict=False) if newer < count), Freshness.STALE)
        state = max(by_date, best, key=_ORDER.index)
        left = next((s - newer for place, s in enumerate(steps) if s > newer and place >= _ORDER.index(state)), None)
        return Age(
            state=state,
            until=self._until(taken_at, state),
            by_version=True,
            newer=newer,
            left=left,
            aged_by_version=_ORDER.index(best) > _ORDER.index(by_date),
        )

    def _until(self, taken_at: datetime, state: Freshness) -> datetime | None:
        limits = dict(zip(_ORDER, (self.policy.fresh, self.policy.ageing, self.policy.stale), strict=False))
        return taken_at + timedelta(days=limits[state]) if state in limits else None
