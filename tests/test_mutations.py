"""The mutation table is true of the code as it stands: each check is there, once, and on the page."""

from __future__ import annotations

import pytest

from tests.mutations import MUTATIONS, PAGE, Mutation, source
from tests.support.papers import PROJECT


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: f"{mutation.step} {mutation.check}")
def test_the_check_stands_in_its_module_exactly_once(mutation: Mutation) -> None:
    assert (PROJECT / source(mutation)).read_text(encoding="utf-8").count(mutation.original) == 1


def test_the_page_lists_exactly_these_checks_and_none_survives_unexplained() -> None:
    rows = [row.split(" | ") for row in PAGE.read_text(encoding="utf-8").splitlines() if row.startswith("| ")][1:]
    assert [(row[0].strip("| "), row[1]) for row in rows] == [(one.step, one.check) for one in MUTATIONS]
    assert len({one.check for one in MUTATIONS}) == len(MUTATIONS)
    for row, mutation in zip(rows, MUTATIONS, strict=True):
        assert row[3].startswith("test_") or mutation.double_cover in row[3]
