"""The front matrix, pure: one table a suite, each mesh in the newest test set that says something."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from generator import conformance
from generator.chronicle import Line
from generator.judgements import Assessment, Cell
from generator.model import Specification, Suite


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """The run of a mesh in one variant that stands, with a cell for each column of its table, or None.

    `silent` is the run with a newer test set that says nothing, so that it does not stand.
    """

    assessment: Assessment
    cells: tuple[Cell | None, ...]
    silent: Assessment | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """One suite over all its versions: its columns, its rows, and every test set with results.

    The columns are the specifications of the newest test set that a row was run with, then those
    that only older ones have.
    """

    title: str
    columns: tuple[Specification, ...]
    rows: tuple[Row, ...]
    test_sets: tuple[Suite, ...]


def overviews(lines: Iterable[Line], order: Mapping[str, int]) -> tuple[Overview, ...]:
    """Give a table for each suite, the one with the newest run first; `order` ranks mesh ids.

    A mesh stands in it with the newest test set of which any result says something, in every
    variant of that test set: different test sets are never merged into one row.
    """
    by_suite: dict[str, list[Line]] = defaultdict(list)
    for line in lines:
        by_suite[line.suite].append(line)
    suites = sorted(by_suite.values(), key=_newest_run, reverse=True)
    return tuple(_overview(found, order) for found in suites)


def _newest_run(found: Sequence[Line]) -> tuple[object, ...]:
    return max(conformance.chronological(part.head.entry) for line in found for part in line.segments)


def _overview(found: Sequence[Line], order: Mapping[str, int]) -> Overview:
    by_mesh: dict[str, list[Line]] = defaultdict(list)
    for line in found:
        by_mesh[line.mesh].append(line)
    rows = [row for mesh in sorted(by_mesh, key=lambda mesh: _rank(mesh, order)) for row in _chosen(by_mesh[mesh])]
    shown = sorted((row.entry.suite for row, _ in rows), key=_version, reverse=True)
    columns = _columns(shown)
    test_sets = {part.suite.version: part.suite for line in found for part in line.segments}
    return Overview(
        title=shown[0].title.removesuffix(shown[0].version).strip() or shown[0].title,
        columns=columns,
        rows=tuple(Row(assessment=row, cells=_cells(row, columns), silent=silent) for row, silent in rows),
        test_sets=tuple(sorted(test_sets.values(), key=_version, reverse=True)),
    )


def _rank(mesh: str, order: Mapping[str, int]) -> tuple[int, str]:
    return order.get(mesh, len(order)), mesh


def _version(suite: Suite) -> tuple[tuple[int, str], ...]:
    return conformance.version_order(suite.version)


def _chosen(found: Sequence[Line]) -> Iterator[tuple[Assessment, Assessment | None]]:
    version = max((line.newest.suite for line in found if line.telling), key=_version, default=None)
    version = version or max((line.newest.suite for line in found), key=_version)
    for line in found:
        parts = [part for part in line.segments if part.suite.version == version.version]
        if parts:
            yield parts[-1].head, None if parts[-1] is line.segments[-1] else line.segments[-1].head


def _columns(suites: Sequence[Suite]) -> tuple[Specification, ...]:
    columns: dict[str, Specification] = {}
    for suite in suites:
        for specification in suite.specifications:
            columns.setdefault(specification.id, specification)
    return tuple(columns.values())


def _cells(row: Assessment, columns: Sequence[Specification]) -> tuple[Cell | None, ...]:
    cells = {cell.specification.id: cell for cell in row.cells if cell.specification}
    return tuple(cells.get(column.id) for column in columns)
