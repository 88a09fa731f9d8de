"""What `mutations` promises: every check that it takes out still stands, and the page lists them all."""

from __future__ import annotations

import ast
import re

import pytest

from tests.mutations import MUTATIONS, PAGE, Mutation, mutated


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: mutation.id)
def test_the_check_stands_exactly_once_and_the_module_still_parses_without_it(mutation: Mutation) -> None:
    ast.parse(mutated(mutation))


def test_ids_are_unique() -> None:
    assert len({mutation.id for mutation in MUTATIONS}) == len(MUTATIONS) >= 40


def test_the_page_lists_exactly_the_mutations() -> None:
    listed = re.findall(r"^\| `([^`]+)` \| (.+?) \| (\w+) \| (.+) \|$", PAGE.read_text("utf-8"), re.MULTILINE)
    assert {row[0]: row[1:3] for row in listed} == {m.id: (m.check, m.module) for m in MUTATIONS}
    assert len(listed) == len(MUTATIONS)
    explained = {row[0]: row[3].removeprefix("nobody: double cover, because ") for row in listed if "nobody:" in row[3]}
    assert explained == {m.id: m.double_cover for m in MUTATIONS if m.double_cover}
