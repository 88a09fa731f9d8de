"""Which runs are told in full and which are folded into the page of their mesh version, pure: a matter of content."""

from __future__ import annotations

import itertools
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from typing import Final

from generator import conformance
from generator.chronicle import Line, Segment, Variant
from generator.judgements import Assessment, Entry

_SHARE: Final = 5
"""Of a mesh with folded runs, this part of the limit stays unfolded for being new."""
_MINOR: Final = re.compile(r"(.*?[0-9]+\.[0-9]+)(?:[.+-].*)?")


def folded(entries: Iterable[Entry], limit: int) -> frozenset[str]:
    """Give the ids of the runs that have no page of their own; none of a mesh with at most `limit` runs.

    Of a larger mesh those runs stay that stand for a minor version of it under one test set in one
    variant, and beside them the newest fifth of `limit`. A later run can fold an earlier one and nothing
    else can: neither the date of a build, nor the results of another mesh.
    """
    by_mesh: dict[str, list[Entry]] = defaultdict(list)
    for entry in entries:
        by_mesh[entry.record.mesh].append(entry)
    return frozenset(id_ for own in by_mesh.values() if len(own) > limit for id_ in _superseded(own, limit))


def _superseded(entries: Sequence[Entry], limit: int) -> Iterator[str]:
    ordered = sorted(entries, key=conformance.chronological)
    kept = {entry.record.run_id for entry in ordered[-max(1, limit // _SHARE) :]}
    kept |= {entry.record.run_id for entry in _standing(ordered)}
    yield from (entry.record.run_id for entry in ordered if entry.record.run_id not in kept)


def _standing(ordered: Iterable[Entry]) -> Iterable[Entry]:
    """Give what stands for each minor version, test set and variant: as in `chronicle.standing`, within each."""
    found: dict[tuple[str, Variant, str], Entry] = {}
    for entry in ordered:
        record = entry.record
        place = entry.suite.digest, record.variant, minor(record.mesh_version)
        before = found.get(place)
        ended = record.status == conformance.COMPLETED
        if before is None or ended or before.record.status != conformance.COMPLETED:
            found[place] = entry
    return found.values()


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
