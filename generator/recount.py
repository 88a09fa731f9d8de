"""Every published figure counted again, from the raw YAML of the site by a second path; a difference stops the build.

Nothing here is shared with `conformance`: a mistake there must not be repeated here. It reads what
is about to be published, as a stranger would: the result, the test set, and the figures about them.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from typing import Any, Final

from generator import documents, urls
from generator.findings import Stop
from generator.judgements import Output

_RUNS: Final = "api/v1/runs/"
_VERSIONS: Final = "api/v1/versions/"
_FIGURES: Final = ("full", "partial", "none", "unknown", "passed", "tested", "not_tested")
_ALL: Final = "all"

Figures = dict[str, tuple[int, ...]]
"""The seven figures of each specification, and under `all` those of the whole test set."""


def verify(
    outputs: Iterable[Output], share: tuple[int, int] = (0, 1), counted_before: AbstractSet[str] = frozenset()
) -> int:
    """Hold the runs of the API, in documents of their own or folded, and the CSV matrix against the files.

    Of so many equal shares of the work, `share` names one: the first is 0 of 1, which is all of it. Documents that
    were `counted_before` are counted again only for runs that stand in the matrix. Gives how many figures were
    compared. Raises `Stop` that names the first file whose figures differ. A run whose test set is not published
    with the very bytes it names cannot be counted.
    """
    files = {output.path: output.content for output in outputs}
    read: dict[str, Mapping[str, Any]] = {}
    counted: dict[str, Figures] = {}
    compared = 0
    rows = list(csv.DictReader(io.StringIO(files.get(urls.MATRIX_CSV, b"").decode(), newline="")))
    standing = {_document(row) for row in rows}
    documents_ = [path for path in files if path.startswith((_RUNS, _VERSIONS)) and path.endswith(".json")]
    for path in documents_[share[0] :: share[1]]:
        content = files[path]
        if path in counted_before and path not in standing:
            continue
        if path.startswith(_RUNS):
            compared += _run(path, json.loads(content), files, read, counted)
        else:
            for group in json.loads(content)["groups"]:
                for run in group["folded"]:
                    compared += _folded(path, {**run, "suite": group["suite"]}, files, read, counted)
    for row in rows:
        if row["result"] in counted:
            told = tuple(int(row[name]) for name in _FIGURES)
            compared += _same(urls.MATRIX_CSV, counted[row["result"]][row["specification"]], told, row["result"])
    return compared


def _document(row: Mapping[str, str]) -> str:
    """Name the document of the run that a row of the matrix is about."""
    return f"{_RUNS}{row['result'].removeprefix(f'{urls.RESULTS}/').removesuffix('.yaml')}.json"


def _run(
    path: str,
    run: Mapping[str, Any],
    files: Mapping[str, bytes],
    read: dict[str, Mapping[str, Any]],
    counted: dict[str, Figures],
) -> int:
    suite_path = urls.suite(run["suite"]["id"], run["suite"]["version"])
    suite, result = files.get(suite_path, b""), files[run["result"]]
    if f"sha256:{hashlib.sha256(suite).hexdigest()}" != run["suite"]["digest"]:
        return 0
    if suite_path not in read:
        read[suite_path] = _data(suite_path, suite)
    figures = counted[run["result"]] = recount(_data(run["result"], result), read[suite_path])
    compared = _same(path, figures[_ALL], _told(run["summary"]), run["result"])
    for one in run["specifications"]:
        compared += _same(path, figures.get(one["id"], (0,) * len(_FIGURES)), _told(one), run["result"])
    return compared


def _folded(
    path: str,
    run: Mapping[str, Any],
    files: Mapping[str, bytes],
    read: dict[str, Mapping[str, Any]],
    counted: dict[str, Figures],
) -> int:
    """Hold a folded run against its file, the tests that are told of it too: no other may be less than passed."""
    compared = _run(path, {**run, "specifications": ()}, files, read, counted)
    if compared:
        whole = dict(zip(_FIGURES, counted[run["result"]][_ALL], strict=True))
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


def recount(result: Mapping[str, Any], suite: Mapping[str, Any]) -> Figures:
    """Count the figures of a result document against its suite document: DESIGN section 4, once more."""
    seen = {item["test"]: item for item in result["results"]}
    broken = {
        test["specification"]
        for test in suite["tests"]
        if test["assertion"] == "presence" and seen.get(test["id"], {}).get("outcome") == "failed"
    }
    counts: dict[str, Counter[str]] = {one["id"]: Counter() for one in suite["specifications"]}
    for test in suite["tests"]:
        item = seen.get(test["id"], {"outcome": "unknown"})
        counts[test["specification"]].update(_marks(item, absent=test["specification"] in broken))
    counts[_ALL] = sum(counts.values(), Counter())
    return {name: tuple(count[figure] for figure in _FIGURES) for name, count in counts.items()}


def _marks(item: Mapping[str, Any], *, absent: bool) -> Iterator[str]:
    """Give what one test adds to the figures: one capability, and at most one of tested and not tested."""
    parts = item.get("conditions") or {"passed": 0, "failed": 0, "skipped": 0}
    mixed = parts["passed"] > 0 and parts["failed"] + parts["skipped"] > 0
    proven = "full" if item["outcome"] == "passed" else "partial" if mixed else "unknown"
    capability = item.get("capability") or ("none" if absent else proven)
    yield capability
    if capability == "none":
        return
    if item["outcome"] in {"passed", "failed"}:
        yield "tested"
        if item["outcome"] == "passed":
            yield "passed"
    else:
        yield "not_tested"
