"""What `emitting` promises: every reader takes the text for the very data that went in, be it YAML or JSON."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from generator import documents, emitting
from generator.scalars import BAD_VALUE

texts = st.text(max_size=40).filter(lambda text: not BAD_VALUE.search(text))
keys = texts.filter(lambda text: text and "\n" not in text)
numbers = st.integers(-(10**14), 10**14) | st.decimals(0, 10**6, places=6).map(float)
scalars = st.none() | st.booleans() | numbers | texts
data = st.dictionaries(
    keys,
    st.recursive(
        scalars,
        lambda inner: (
            st.dictionaries(keys, inner, max_size=3)
            | st.lists(inner.filter(lambda one: not isinstance(one, list)), max_size=3)
        ),
        max_leaves=8,
    ),
    min_size=1,
    max_size=4,
)


@settings(derandomize=True, deadline=None, max_examples=400)
@given(data)
def test_strict_and_common_readers_find_the_data_that_went_in(written: dict[str, Any]) -> None:
    content = emitting.yaml_bytes(written)
    assert yaml.load(content, Loader=yaml.SafeLoader) == written
    reading = documents.read("x", content)
    assert reading.document, reading.findings
    assert reading.document.data == written


@pytest.mark.parametrize(
    "text",
    ["", "no", "on", "010", "1_000", "12:30:00", "2021-08-03", ".inf", "~", "=", "<<", "null", "true", "1.20", "1e3",
     "- a", "a: b", "a #b", "# a", " a", "a ", "'", '"', "\\", "a\nb", "😀", "é", "{a", "[a", "*a", "&a", "!a", "%a",
     "@a", "`a", "?", "-", "|", ">", "Null", "-1", "+1", "0x1f", "v1", "n/a", "not tested"],
)  # fmt: skip
def test_text_that_looks_like_something_else_stays_text(text: str) -> None:
    content = emitting.yaml_bytes({"a": text, "b": [text], "c": {"d": text}})
    assert yaml.safe_load(content) == {"a": text, "b": [text], "c": {"d": text}}
    assert content.isascii()


def test_documents_read_like_something_a_person_wrote() -> None:
    written = {
        "name": "Kelp Mesh",
        "runs": [{"id": "a", "tests": []}, {"id": "b", "state": {}}],
        "share": "50.00",
        "end": None,
    }
    assert emitting.yaml_bytes(written).decode() == (
        'name: Kelp Mesh\nruns:\n- id: a\n  tests: []\n- id: b\n  state: {}\nshare: "50.00"\nend: null\n'
    )


@settings(derandomize=True, deadline=None)
@given(st.dictionaries(st.text(max_size=9), st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3) | st.tuples(inner, inner),
    max_leaves=9,
)))  # fmt: skip
def test_json_is_what_the_standard_library_writes(written: dict[str, Any]) -> None:
    assert emitting.json_bytes(written) == json.dumps(written, indent=1, ensure_ascii=True).encode() + b"\n"


@pytest.mark.parametrize("number", [1e-7, 1e-14, 0.1, 123456789012.5, 0.0, 1.0, 1e15])
def test_a_number_is_written_without_an_exponent(number: float) -> None:
    read = yaml.safe_load(emitting.yaml_bytes({"a": number}))["a"]
    assert isinstance(read, float)
    assert math.isclose(read, number, rel_tol=0)


@pytest.mark.parametrize("value", [[["a"]], object(), b"x", {1}])
def test_what_has_no_place_in_a_document_is_refused(value: object) -> None:
    with pytest.raises(TypeError):
        emitting.yaml_bytes({"a": value})
