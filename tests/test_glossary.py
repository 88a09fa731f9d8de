"""What `glossary` promises: no term without a meaning, and the same words wherever they are explained."""

from __future__ import annotations

import enum
import json
import re

from generator import glossary, settings, terms, urls, wording
from generator.model import FreshnessPolicy
from generator.terms import Capability, Freshness, Outcome
from tests.support.papers import PROJECT

POLICY = FreshnessPolicy(fresh=7, ageing=14, stale=21)
ENUMS = [one for one in vars(terms).values() if isinstance(one, type) and issubclass(one, enum.Enum) and list(one)]


def test_every_member_of_every_enum_of_terms_has_a_meaning_and_its_enum_a_label() -> None:
    assert set(glossary.MEANINGS) == {member for one in ENUMS for member in one}
    assert set(glossary.LABELS) == set(ENUMS)
    assert all(glossary.MEANINGS.values())


def test_capability_and_compliance_are_told_in_the_words_of_the_legend() -> None:
    assert {glossary.MEANINGS[one] for one in Capability} == {wording.MEANINGS[one.value] for one in Capability}


def test_every_kind_of_file_and_every_field_of_a_result_is_a_term() -> None:
    schema = json.loads((PROJECT / urls.schema("Result")).read_bytes())
    words = {re.sub(r"[ _]", "", word).lower() for word in glossary.FORMATS}
    fields = {name.replace("_", "").lower() for name in schema["properties"]}
    assert all(field in words or field.removesuffix("s") in words for field in fields)
    assert {kind.lower() for kind in (*settings.KINDS, *settings.OUTSIDE_KINDS)} <= words


def test_a_word_for_several_things_has_a_meaning_for_each() -> None:
    by_word = {term.word: term for term in glossary.terms(POLICY)}
    assert [label for label, _ in by_word["unknown"].meanings] == [
        "capability",
        "outcome of a test",
        "age of a result",
    ]
    assert ("outcome of a test", glossary.MEANINGS[Outcome.UNKNOWN]) in by_word["unknown"].meanings


def test_terms_stand_in_alphabetical_order_and_once() -> None:
    words = [term.word.lower() for term in glossary.terms(POLICY)]
    assert words == sorted(words)
    assert len({term.word for term in glossary.terms(POLICY)}) == len(words)


def test_ages_are_told_by_the_days_of_the_policy() -> None:
    assert glossary.ages(POLICY)[Freshness.AGEING] == "older, up to 14 days"
    (fresh,) = (term for term in glossary.terms(POLICY) if term.word == "fresh")
    assert fresh.meanings[0][1].endswith("; up to 7 days old")
