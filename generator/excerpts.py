"""Texts of a foreign file, made fit for a result: no control characters, no secrets, no more than there is room for."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Final

from generator import leaks
from generator.drafts import Draft
from generator.records import Notice, Recorded, RecordedSpecification, Reported
from generator.scalars import BAD_VALUE

CLEANED: Final = "text-cleaned"
CUT: Final = "text-cut"
REDACTED: Final = "text-redacted"

_MESSAGE: Final = 4000
_NOTICE: Final = 1000
_SHORT: Final = 64
_RUN: Final = {"id": 128, "date": 64, "mesh_name": 128, "mesh_version": 128, "status": 64, "cases": 32}
_RUN_LAST: Final = {"percentage": 32, "note": 2000}
_SPECIFICATION: Final = {
    "api_version": 64,
    "assertions": 32,
    "duration": 64,
    "failed_step": 128,
    "reason": 2000,
    "capability": 32,
    "status": 32,
}
"""Lengths as in schema/result.schema.json."""

_TERMINAL: Final = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


class _Fitter:
    """Fits texts and keeps count of what it had to do."""

    def __init__(self) -> None:
        self.cleaned = 0
        self.cut = 0
        self.redacted = 0

    def fit(self, text: str, limit: int) -> str:
        """Give what a result can hold of a text."""
        plain = BAD_VALUE.sub("", _TERMINAL.sub("", text.replace("\r\n", "\n"))).strip()
        self.cleaned += plain != text.replace("\r\n", "\n").strip()
        plain, removed = leaks.redacted(plain)
        self.redacted += bool(removed)
        if len(plain) <= limit:
            return plain
        self.cut += 1
        return f"{plain[: limit - 1]}…"

    def notices(self) -> tuple[Notice, ...]:
        said = (
            (CLEANED, self.cleaned, "control, invisible or bidirectional characters were left out of {} texts"),
            (REDACTED, self.redacted, "secrets or private addresses were taken out of {} texts"),
            (CUT, self.cut, "{} texts were longer than a result has room for, and end with an ellipsis"),
        )
        return tuple(Notice(name=name, message=text.format(count)) for name, count, text in said if count)


def fitted(draft: Draft) -> Draft:
    """Give a draft whose texts a result can hold, with a notice for each liberty that this took.

    Blanks at both ends go without a word.
    """
    fitter = _Fitter()
    observations = tuple(_observation(seen, fitter) for seen in draft.observations)
    recorded = _recorded(draft.recorded, fitter) if draft.recorded else None
    notices = tuple(replace(notice, message=fitter.fit(notice.message, _NOTICE)) for notice in draft.notices)
    return replace(
        draft,
        observations=observations,
        recorded=recorded,
        harness=fitter.fit(draft.harness, _SHORT),
        harness_version=fitter.fit(draft.harness_version, _SHORT),
        phase=fitter.fit(draft.phase, _SHORT),
        notices=(*notices, *fitter.notices()),
    )


def _observation(seen: Reported, fitter: _Fitter) -> Reported:
    return replace(seen, message=fitter.fit(seen.message, _MESSAGE))


def _recorded(stated: Recorded, fitter: _Fitter) -> Recorded:
    texts = {name: fitter.fit(getattr(stated, name), limit) for name, limit in (_RUN | _RUN_LAST).items()}
    return Recorded(**texts, specifications=tuple(_specification(one, fitter) for one in stated.specifications))


def _specification(stated: RecordedSpecification, fitter: _Fitter) -> RecordedSpecification:
    texts = {name: fitter.fit(getattr(stated, name), limit) for name, limit in _SPECIFICATION.items()}
    return RecordedSpecification(specification=stated.specification, **texts)
