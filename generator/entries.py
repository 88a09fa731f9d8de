"""Results that count as entries, and what each amounts to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import chain

from generator import conformance, formats
from generator.conformance import Shared
from generator.judgements import Assessment, Entry, Judgement, Verdict
from generator.model import Suite


def entries_of(judgement: Judgement) -> tuple[Entry, ...]:
    """Give the results that count, each with its record and its suite."""
    suites = _suites(judgement)
    return tuple(entry for verdict in judgement.verdicts for entry in _entries(verdict, suites))


class Assessor:
    """Judges the results that count, again and again if need be: what stands as before is not judged again."""

    def __init__(self) -> None:
        """Know of nothing yet."""
        self._suites: Mapping[str, Suite] = {}
        self._shared: Shared = {}
        self._known: dict[str, tuple[Assessment, ...]] = {}

    def assess(self, judgement: Judgement) -> tuple[Assessment, ...]:
        """Give what each entry of a judgement amounts to, in their order."""
        suites = _suites(judgement)
        if suites != self._suites:
            self._suites, self._shared, self._known = suites, {}, {}
        self._known = {verdict.path: self._assessed(verdict) for verdict in judgement.verdicts}
        return tuple(chain.from_iterable(self._known.values()))

    def _assessed(self, verdict: Verdict) -> tuple[Assessment, ...]:
        known = self._known.get(verdict.path)
        if known and known[0].entry.verdict is verdict:
            return known
        return tuple(conformance.assess(entry, self._shared) for entry in _entries(verdict, self._suites))


def _suites(judgement: Judgement) -> dict[str, Suite]:
    return {suite.digest: suite for suite in judgement.suites}


def _entries(verdict: Verdict, suites: Mapping[str, Suite]) -> Iterator[Entry]:
    if verdict.state.counts:
        document = verdict.document
        for record in formats.FORMATS["meshmark"](document) if document else verdict.records:
            yield Entry(record=record, suite=suites[record.suite_digest], verdict=verdict)
