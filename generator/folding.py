"""Which runs are told in full and which are folded into the page of their mesh version, pure: a matter of content."""

from __future__ import annotations

import itertools
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from typing import Final

from generator import chronicle, conformance
from generator.chronicle import Line, Segment
from generator.judgements import Assessment

_SHARE: Final = 5
"""Of a mesh with folded runs, this part of the limit stays unfolded for being new."""
_MINOR: Final = re.compile(r"(.*?[0-9]+\.[0-9]+)(?:[.+-].*)?")


def folded(every: Iterable[Line], limit: int) -> frozenset[str]:
    """Give the ids of the runs that have no page of their own; none of a mesh with at most `limit` runs.

    Of a larger mesh those runs stay that stand for a minor version of it under one test set in one
    variant, and beside them the newest fifth of `limit`. A later run can fold an earlier one and nothing
    else can: neither the date of a build, nor the results of another mesh.
    """
    by_mesh: dict[str, list[Line]] = defaultdict(list)
    for line in every:
        by_mesh[line.mesh].append(line)
    return frozenset(id_ for lines in by_mesh.values() for id_ in _of_mesh(lines, limit))


def _of_mesh(lines: Sequence[Line], limit: int) -> Iterator[str]:
    runs = sorted((run for line in lines for run in line.runs), key=lambda run: conformance.chronological(run.entry))
    if len(runs) <= limit:
        return
    kept = {_id(run) for run in runs[-max(1, limit // _SHARE) :]}
    kept |= {_id(run) for line in lines for segment in line.segments for run in standing(segment)}
    yield from (id_ for run in runs if (id_ := _id(run)) not in kept)


def standing(segment: Segment) -> Iterator[Assessment]:
    """Give the run that stands for each minor version of a mesh under one test set."""
    groups: dict[str, list[Assessment]] = defaultdict(list)
    for run in segment.runs:
        groups[minor(run.entry.record.mesh_version)].append(run)
    yield from (chronicle.standing(runs) for runs in groups.values())


def minor(version: str) -> str:
    """Give the minor version that a version of a mesh belongs to; a version of another form is its own."""
    found = _MINOR.fullmatch(version)
    return found[1] if found else version


def told(every: Iterable[Line], out: AbstractSet[str]) -> tuple[Line, ...]:
    """Give the lines with only those runs that are not folded; what stands for a test set is among them."""
    if not out:
        return tuple(every)
    return tuple(
        replace(line, segments=tuple(replace(segment, runs=_without(segment, out)) for segment in line.segments))
        for line in every
    )


def _without(segment: Segment, out: AbstractSet[str]) -> tuple[Assessment, ...]:
    return tuple(itertools.filterfalse(lambda run: _id(run) in out, segment.runs))


def _id(run: Assessment) -> str:
    return run.entry.record.run_id
