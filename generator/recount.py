"""Every published figure counted again by a second path, from the plain values of its file; or else the build stops.

Nothing here is shared with `conformance`: a mistake there must not be repeated here. It reads what
is about to be published, as a stranger would: the test set, the figures, and what the results give.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final, NamedTuple

from generator import documents, urls
from generator.findings import Stop
from generator.judgements import Output
from generator.records import Given

_RUNS: Final = "api/v1/runs/"
_VERSIONS: Final = "api/v1/versions/"
_FIGURES: Final = ("full", "partial", "none", "unknown", "passed", "tested", "not_tested")
_ALL: Final = "all"
_NOTHING: Final = Given("", "unknown", "", ())

Figures = dict[str, tuple[int, ...]]
"""The seven figures of each specification, and under `all` those of the whole test set."""


class Sheet(NamedTuple):
    """What a published result gives, and the file and the digest of the test set that it was judged by."""

    given: tuple[Given, ...]
    suite: str
    digest: str


class Evidence(NamedTuple):
    """What figures are counted from: published results and test sets by their paths."""

    results: Mapping[str, Sheet]
    suites: Mapping[str, bytes]


class Recount:
    """Counts the figures of published results again; those that give the very same are counted once."""

    def __init__(self, evidence: Evidence) -> None:
        """Take what figures are counted from; nothing is counted yet."""
        self._evidence = evidence
        self._sets: dict[str, Mapping[str, Any]] = {}
        self._known: dict[tuple[str, int], Figures] = {}

    def verify(self, outputs: Iterable[Output]) -> int:
        """Hold the runs of the API, in documents of their own or folded, and the CSV matrix against the results.

        Gives how many figures were compared. Raises `Stop` that names the first file whose figures differ. A run
        whose test set is not published with the very bytes it names cannot be counted.
        """
        compared = 0
        for output in outputs:
            path = output.path
            if path.startswith(_RUNS) and path.endswith(".json"):
                compared += _run(path, json.loads(output.content), self)
            elif path.startswith(_VERSIONS) and path.endswith(".json"):
                for group in json.loads(output.content)["groups"]:
                    for run in group["folded"]:
                        compared += _folded(path, run, self)
            elif path == urls.MATRIX_CSV:
                for row in csv.DictReader(io.StringIO(output.content.decode(), newline="")):
                    if counted := self.of(row["result"]):
                        told = tuple(int(row[name]) for name in _FIGURES)
                        compared += _same(path, counted[row["specification"]], told, row["result"])
        return compared

    def of(self, result: str) -> Figures:
        """Give the figures of a result; nothing if its test set is not published with the very bytes it names."""
        sheet = self._evidence.results[result]
        tests = self._tests(sheet.suite, sheet.digest)
        if not tests:
            return {}
        key = sheet.digest, id(sheet.given)
        if key not in self._known:
            self._known[key] = recount(sheet.given, tests)
        return self._known[key]

    def _tests(self, path: str, digest: str) -> Mapping[str, Any]:
        if digest not in self._sets:
            content = self._evidence.suites.get(path, b"")
            published = f"sha256:{hashlib.sha256(content).hexdigest()}" == digest
            self._sets[digest] = _data(path, content) if published else {}
        return self._sets[digest]


def _run(path: str, run: Mapping[str, Any], count: Recount) -> int:
    figures = count.of(run["result"])
    if not figures:
        return 0
    compared = _same(path, figures[_ALL], _told(run["summary"]), run["result"])
    for one in run["specifications"]:
        compared += _same(path, figures.get(one["id"], (0,) * len(_FIGURES)), _told(one), run["result"])
    return compared


def _folded(path: str, run: Mapping[str, Any], count: Recount) -> int:
    """Hold a folded run against its result, the tests that are told of it too: no other may be less than passed."""
    compared = _run(path, {**run, "specifications": ()}, count)
    if compared:
        whole = dict(zip(_FIGURES, count.of(run["result"])[_ALL], strict=True))
        tests, listed = run["summary"]["tests"], run["exceptions"]
        for figure, field, word in (("full", "capability", "full"), ("passed", "compliance", "pass")):
            told = tests - sum(one[field] != word for one in listed)
            if told != whole[figure]:
                raise Stop(f"{path} names other tests of {run['result']} than are {figure} when counted again")
    return compared


def _told(cell: Mapping[str, Any]) -> tuple[int, ...]:
    return tuple(cell[name] for name in _FIGURES)


def _data(path: str, content: bytes) -> Mapping[str, Any]:
    document = documents.read(path, content).document
    if document is None:
        raise Stop(f"{path} cannot be read again: what is published is not what was judged")
    return document.data


def _same(where: str, counted: tuple[int, ...], told: tuple[int, ...], about: str) -> int:
    if counted != told:
        names = ", ".join(f"{n} {t} but {c}" for n, c, t in zip(_FIGURES, counted, told, strict=True) if c != t)
        raise Stop(f"{where} does not agree with {about}: {names} when counted again")
    return len(told)


def recount(given: Iterable[Given], suite: Mapping[str, Any]) -> Figures:
    """Count the figures of what a result gives against a suite document: DESIGN section 4, once more."""
    seen = {one.test: one for one in given}
    broken = {
        test["specification"]
        for test in suite["tests"]
        if test["assertion"] == "presence" and seen.get(test["id"], _NOTHING).outcome == "failed"
    }
    counts: dict[str, Counter[str]] = {one["id"]: Counter() for one in suite["specifications"]}
    for test in suite["tests"]:
        one = seen.get(test["id"], _NOTHING)
        counts[test["specification"]].update(_marks(one, absent=test["specification"] in broken))
    counts[_ALL] = sum(counts.values(), Counter())
    return {name: tuple(count[figure] for figure in _FIGURES) for name, count in counts.items()}


def _marks(one: Given, *, absent: bool) -> Iterator[str]:
    """Give what one test adds to the figures: one capability, and at most one of tested and not tested."""
    passed, failed, skipped = one.conditions or (0, 0, 0)
    mixed = passed > 0 and failed + skipped > 0
    proven = "full" if one.outcome == "passed" else "partial" if mixed else "unknown"
    capability = one.capability or ("none" if absent else proven)
    yield capability
    if capability == "none":
        return
    if one.outcome in {"passed", "failed"}:
        yield "tested"
        if one.outcome == "passed":
            yield "passed"
    else:
        yield "not_tested"
