"""What Meshery's JSON states: the runs in a file, in every shape in which they were written.

Sources: the adapters' Response (meshery/meshery-adapter-library, adapter/smi.go), the server's
SmiResult (meshery/meshery, models), and the static files of the old dashboards.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from generator import jsonreader
from generator.findings import Finding
from generator.formats import steps
from generator.jsonreader import Node

# Our name for a field: how the variants spell it, in lower case and without underscores.
_RUN: Final = {
    "id": ("id",),
    "date": ("date", "teststarttime", "createdat"),
    "mesh_name": ("meshname", "servicemesh"),
    "mesh_version": ("meshversion", "servicemeshversion"),
    "cases": ("casespassed",),
    "percentage": ("passingpercentage", "passpercent"),
    "capability": ("conformancecapability", "capability"),
    "status": ("status",),
}
_DETAIL: Final = {
    "name": ("smispecification", "smispec", "name"),
    "api_version": ("smiversion", "specversion", "version"),
    "duration": ("time", "duration"),
    "assertions": ("assertions",),
    "result": ("result",),
    "reason": ("reason",),
    "capability": ("capability",),
    "status": ("status",),
}
_DETAILS: Final = ("moredetails", "specifications", "details")
_OLDER: Final = "previousversions"
_HOUSEKEEPING: Final = frozenset({"userid", "createdat", "updatedat", "teststarttime", "kubernetesserverid"})
"""Fields of the provider's own housekeeping."""

_MAX_NESTING: Final = 4
_PASSED: Final = re.compile(r"\bpass(?:ed|ing)?\b", re.IGNORECASE)
_WRONG: Final = "name the right format; a result has more_details or specifications"


@dataclass(frozen=True, slots=True, kw_only=True)
class Detail:
    """What a run states about one specification; `step` and `error` whichever field held them."""

    line: int
    name: str
    api_version: str
    duration: str
    assertions: str
    capability: str
    status: str
    step: str
    error: str
    said: str

    @property
    def failed(self) -> bool | None:
        """Whether it failed; None where the source does not say."""
        if self.step or self.status.lower() in {"failed", "failing"}:
            return True
        if self.status.lower() in {"passed", "passing"} or _PASSED.search(self.said):
            return False
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What one run states, word for word; a text is empty where it is silent.

    `unread` are the names of fields that mean nothing to us.
    """

    line: int
    id: str
    date: str
    mesh_name: str
    mesh_version: str
    cases: str
    percentage: str
    capability: str
    status: str
    details: tuple[Detail, ...]
    unread: tuple[str, ...]


def read(path: str, content: bytes) -> tuple[tuple[Run, ...], tuple[Finding, ...]]:
    """Give every run in a file, and what is wrong with it; raises nothing."""
    reading = jsonreader.read(path, content)
    if reading.root is None:
        return (), reading.findings
    found = _Collector(path)
    found.collect(reading.root, _MAX_NESTING)
    if not found.runs and not found.findings:
        found.refuse(1, "there is no SMI conformance result")
    return tuple(found.runs), tuple(found.findings)


class _Collector:
    """Finds the runs in a value, whatever it is wrapped in."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.runs: list[Run] = []
        self.findings: list[Finding] = []

    def refuse(self, line: int, message: str) -> None:
        self.findings.append(Finding(rule="import-source", path=self.path, line=line, message=message, fix=_WRONG))

    def collect(self, node: Node, deeper: int) -> None:
        fields = _plain(node)
        results, event = fields.get("results"), fields.get("details")
        if not deeper:
            self.refuse(node.line, "results are wrapped too deeply")
        elif node.kind == "text" and node.text.lstrip()[:1] in {"{", "["}:
            self.collect(self._inner(node), deeper - 1)
        elif node.kind == "list":
            for item in node.items:
                self.collect(item, deeper - 1)
        elif results and results.kind == "list":
            self.collect(results, deeper - 1)
        elif event and event.kind == "text":
            self.collect(event, deeper - 1)
        elif {*_RUN["mesh_name"], *_RUN["cases"], *_DETAILS} & fields.keys():
            self.runs.append(self._run(node, fields))
            for older in fields.get(_OLDER, Node()).items:
                self.collect(older, deeper - 1)
        else:
            self.refuse(node.line, "this is no SMI conformance result")

    def _inner(self, node: Node) -> Node:
        """Read the JSON that a text holds; an empty list, with the finding kept, where it holds none."""
        reading = jsonreader.read_text(self.path, node.text, node.line)
        self.findings.extend(reading.findings)
        return reading.root or Node(kind="list")

    def _run(self, node: Node, fields: Mapping[str, Node]) -> Run:
        details = next((fields[name] for name in _DETAILS if name in fields), Node())
        if details.kind == "text" and details.text:
            details = self._inner(details)
        read = {name for names in _RUN.values() for name in names} | _HOUSEKEEPING | {*_DETAILS, _OLDER}
        return Run(
            line=node.line,
            details=tuple(_detail(item) for item in details.items),
            unread=tuple(sorted(fields.keys() - read)),
            **_texts(fields, _RUN),
        )


def _detail(node: Node) -> Detail:
    """Read one specification; `result` and `reason` changed places between 2020 and 2021."""
    stated = _texts(_plain(node), _DETAIL)
    first, second = stated.pop("result"), stated.pop("reason")
    step = steps.failed_in(second) or steps.failed_in(first)
    error = first if steps.failed_in(second) else second if steps.failed_in(first) else first or second
    return Detail(line=node.line, step=step, error=error, said=f"{first} {second}", **stated)


def _plain(node: Node) -> dict[str, Node]:
    """Give the fields of a node by their names in lower case and without underscores."""
    return {name.lower().replace("_", ""): value for name, value in node.fields.items()}


def _texts(fields: Mapping[str, Node], names: Mapping[str, tuple[str, ...]]) -> dict[str, str]:
    """Give each of our fields as text, empty where the source is silent."""
    found = {ours: [fields[name].text for name in theirs if name in fields] for ours, theirs in names.items()}
    return {ours: next((text for text in said if text), "") for ours, said in found.items()}
