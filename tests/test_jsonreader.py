"""What `jsonreader` promises: each scalar as the text that stood there, or one finding with its line."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from generator import jsonreader
from generator.drafts import MAX_SOURCE
from generator.jsonreader import Node

many = hypothesis_settings(derandomize=True, deadline=None, max_examples=400)
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=10)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=20,
)


def root(content: bytes) -> Node:
    reading = jsonreader.read("run.json", content)
    assert reading.root, reading.findings
    return reading.root


def refusal(content: bytes) -> tuple[int | None, str]:
    reading = jsonreader.read("run.json", content)
    assert reading.root is None
    (finding,) = reading.findings
    assert (finding.rule, finding.path) == ("import-source", "run.json")
    assert finding.fix
    return finding.line, finding.message


def plain(node: Node) -> Any:
    if node.kind == "mapping":
        return {key: plain(value) for key, value in node.fields.items()}
    return [plain(item) for item in node.items] if node.kind == "list" else node.text


def as_texts(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: as_texts(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [as_texts(inner) for inner in value]
    return value if isinstance(value, str) else "" if value is None else json.dumps(value)


def test_numbers_keep_their_form_and_null_says_nothing() -> None:
    found = root(b'{"version": 1.20, "n": -1e+06, "yes": true, "no": false, "void": null, "s": "a\\u00e9\\n"}')
    assert plain(found) == {
        "version": "1.20",
        "n": "-1e+06",
        "yes": "true",
        "no": "false",
        "void": "",
        "s": "a\u00e9\n",
    }


def test_every_value_knows_its_line() -> None:
    found = root(b'\xef\xbb\xbf{\r\n "a": [\r\n  1,\r\n  {"b": "c"}\r\n ],\r\n "d": 2}')
    assert (found.line, found.fields["a"].line, found.fields["a"].items[1].fields["b"].line) == (1, 2, 4)
    assert found.fields["d"].line == 6


@pytest.mark.parametrize(
    ("content", "line", "message"),
    [
        (b"", 1, "the end stands where a value should"),
        (b"{\n\n", 3, "a key does not begin"),
        (b'{"a": 1,\n "a": 2}', 2, "key 'a' stands twice"),
        (b"[1,\nNaN]", 2, "'NaN]' stands where a value should"),
        (b"[Infinity]", 1, "stands where"),
        (b"[-Infinity]", 1, "stands where"),
        (b"[01]", 1, "stands where"),
        (b"[+1]", 1, "stands where"),
        (b"[1.]", 1, "stands where"),
        (b"[.5]", 1, "stands where"),
        (b"[truely]", 1, "stands where"),
        (b"[1,]", 1, "stands where a value should"),
        (b"[1 2]", 1, "stands where a comma or ] should"),
        (b"[1\n", 2, "the end stands where a comma or ] should"),
        (b'{"a" 1}', 1, "no colon follows key 'a'"),
        (b"{'a': 1}", 1, "a key does not begin with a double quote"),
        (b'"a\nb"', 1, "invalid control character"),
        (b'["\\x"]', 1, "invalid \\escape"),
        (b'["\\ud800"]', 1, "an escape is half a character"),
        (b'"abc', 1, "unterminated string"),
        (b"{}\n{}", 2, "something follows the value"),
        (b'["\xff"]', 1, "byte 2 is not UTF-8"),
        (b"<a/>", 1, "'<a/>' stands where a value should"),
    ],
)
def test_what_is_no_strict_json_is_refused_with_its_line(content: bytes, line: int, message: str) -> None:
    found = refusal(content)
    assert found[0] == line
    assert message in found[1]


def test_the_limits_hold() -> None:
    assert root(b"[" * 32 + b"]" * 32)
    assert "levels" in refusal(b"[" * 33 + b"]" * 33)[1]
    assert "levels" in refusal(b"[" * 1_000_000)[1]
    assert "levels" in refusal(b'{"a":' * 1_000_000)[1]
    assert "values" in refusal(b"[" + b"1," * jsonreader.MAX_NODES + b"1]")[1]
    assert "bytes" in refusal(b" " * (MAX_SOURCE + 1))[1]


@pytest.mark.parametrize(
    "content", [b"\n" * MAX_SOURCE, b"1" * MAX_SOURCE, b'"' + b"\\u0041" * 1_000_000, b"-" * MAX_SOURCE]
)
def test_a_hostile_file_takes_no_longer_than_its_length(content: bytes) -> None:
    before = time.process_time()
    jsonreader.read("run.json", content)
    assert time.process_time() - before < 5


@given(values, st.booleans())
@many
def test_what_another_program_writes_is_read_as_it_was_meant(value: Any, ascii_only: bool) -> None:  # noqa: FBT001
    content = json.dumps(value, ensure_ascii=ascii_only, indent=1).encode()
    assert plain(root(content)) == as_texts(value)


@given(st.binary(max_size=200) | st.text(max_size=200).map(lambda text: text.encode("utf-8", "surrogatepass")))
@many
def test_any_bytes_give_a_root_or_a_finding(content: bytes) -> None:
    reading = jsonreader.read("run.json", content)
    assert (reading.root is None) == bool(reading.findings)


@given(values, st.data())
@many
def test_what_is_read_at_all_a_strict_reader_reads_too(value: Any, data: st.DataObject) -> None:
    content = bytearray(json.dumps(value).encode())
    at = data.draw(st.integers(0, len(content)))
    content[at : at + data.draw(st.integers(0, 4))] = data.draw(
        st.binary(max_size=4) | st.sampled_from([b",", b'"', b"]"])
    )
    reading = jsonreader.read("run.json", bytes(content))
    if reading.root is not None:
        json.loads(bytes(content).removeprefix(b"\xef\xbb\xbf"))
