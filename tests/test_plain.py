"""The plain reader and the strict one: what the first takes, the second reads exactly so."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Final

import pytest
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st

from generator import documents, events, plain
from generator.scalars import BAD_SOURCE

EXAMPLES: Final = sorted((Path(__file__).parent / "examples").rglob("*.yaml"))
RESULTS: Final = sorted((Path(__file__).parent.parent / "results").rglob("*.yaml"))
STEADY: Final = settings(derandomize=True, deadline=None, max_examples=1000)


def _taken(text: str) -> plain.Plain | None:
    """Read a text as a plain one, and see that every other reader agrees with what comes out."""
    if BAD_SOURCE.search(text):
        return None
    found = plain.read(text)
    if found:
        built = events.build("x.yaml", text)
        assert built.findings == ()
        assert repr(built.data) == repr(found.data) == repr(yaml.safe_load(text))
        assert built.lines == tuple(found.lines)
    return found


# What is plain.


@pytest.mark.parametrize("path", RESULTS, ids=lambda path: path.stem)
def test_every_published_result_is_plain(path: Path) -> None:
    assert _taken(path.read_text("utf-8"))


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_an_example_is_read_alike_or_left_to_the_strict_reader(path: Path) -> None:
    _taken(path.read_bytes().decode("utf-8", "replace"))


def test_lists_may_stand_below_their_key_or_further_in() -> None:
    found = _taken("a:\n- b: 1\n  c:\n  - d\n  - e f\n- g\nh:\n    - i: j\n\n      k:\n       l: m\n")
    assert found
    assert found.data == {"a": [{"b": 1, "c": ["d", "e f"]}, "g"], "h": [{"i": "j", "k": {"l": "m"}}]}
    assert found.lines == [1, 1, 2, 2, 3, 4, 5, 6, 7, 8, 8, 10, 11]


def test_collections_between_brackets_are_nobodys_to_share() -> None:
    text = "a: {b: 1}\nd: [e, 2.5, true]\n"
    first, second = _taken(text), _taken(text)
    assert first
    assert second
    assert isinstance(first.data["d"], list)
    first.data["d"].append("f")
    assert second.data == {"a": {"b": 1}, "d": ["e", 2.5, True]}


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("v1.0.0", "v1.0.0"),
        ("https://example.org/a:b", "https://example.org/a:b"),
        ("a, b; (c)", "a, b; (c)"),
        ('"a: #b"', "a: #b"),
        ("'a \" ''b'", "a \" 'b"),
        (r'"a \" \\n"', r'a " \n'),
        ('it\'s 100% "sure" [x]', 'it\'s 100% "sure" [x]'),
        ('""', ""),
        ("null", None),
        ("false", False),
        ("12", 12),
        ("0.50", 0.5),
    ],
)
def test_a_value_on_one_line_is_taken(written: str, value: object) -> None:
    found = _taken(f"a: {written}\n")
    assert found
    assert repr(found.data) == repr({"a": value})


# What is not.


OTHER: Final = {
    "nothing": "",
    "only blank lines": "\n\n",
    "a scalar": "a\n",
    "a list": "- a\n",
    "a key without a value": "a:\n",
    "a key without a value in the midst": "a:\nb: c\n",
    "a value on the next line": "a:\n  b\n",
    "a text of two lines": "a: b\n  c\n",
    "a key after a value": "a: b\n  c: d\n",
    "a key twice": "a: b\na: c\n",
    "a key twice, first with a block": "a:\n  b: c\na: d\n",
    "a key twice between brackets": "a: {b: c, b: d}\n",
    "a document that begins further in": "  a: b\n",
    "a line that returns to no level": "a:\n    b: c\n  d: e\n",
    "a list that returns to no level": "a:\n  - b\n - c\n",
    "a list after keys": "a: b\n- c\n",
    "a list in a list": "a:\n- - b\n",
    "an ambiguous value": "a: no\n",
    "an ambiguous key": "y: a\n",
    "an ambiguous key between brackets": "a: {on: b}\n",
    "a version like a number": "a: 1.20.3e\nb: 1e3\n",
    "a number of too many digits": "a: 1234567890123456\n",
    "a comment": "# a\na: b\n",
    "a comment after a value": "a: b # c\n",
    "an anchor": "a: &b c\n",
    "an alias": "a: *b\n",
    "a tag": "a: !!str b\n",
    "a block text": "a: |\n  b\n",
    "an escape": 'a: "\\n"\n',
    "a quote that does not close": "a: 'b''\n",
    "a quoted key": '"a": b\n',
    "a mark of a document": "---\na: b\n",
    "a second document": "a: b\n---\nc: d\n",
    "an end": "a: b\n...\n",
    "a directive": "%YAML 1.1\n---\na: b\n",
    "brackets in brackets": "a: [[b]]\n",
    "brackets that do not close": "a: [b\n",
    "a colon between brackets": "a: {b: c:d}\n",
    "a mapping on one line": "a: b: c\n",
    "a colon at the end": "a: b:\n",
    "letters beyond ASCII": "a: \u00e9\n",
    "a blank at the end": "a: b \n",
    "a line of blanks": "a: b\n \nc: d\n",
    "too far in": "a:\n" + "".join(f"{' ' * n}a:\n" for n in range(1, 12)) + f"{' ' * 12}a: b\n",
}


@pytest.mark.parametrize("text", OTHER.values(), ids=OTHER)
def test_what_is_not_plain_is_left_to_the_strict_reader(text: str) -> None:
    assert plain.read(text) is None


def test_more_places_than_strict_yaml_may_have_nodes_are_left_to_the_strict_reader() -> None:
    assert _taken("".join(f"k{n}: v\n" for n in range(plain.MAX_PLACES - 1)))
    assert plain.read("".join(f"k{n}: v\n" for n in range(plain.MAX_PLACES))) is None
    assert plain.MAX_PLACES * 2 < events.MAX_NODES


def test_the_deepest_plain_document_is_within_the_depth_of_strict_yaml() -> None:
    chain = "".join(f"{' ' * n}a:\n" for n in range(10))
    assert _taken(f"{chain}{' ' * 10}- a:\n{' ' * 12}b: c\n") is None
    assert _taken(f"{chain}{' ' * 10}- a: {{b: c}}\n")


# Anything at all.

KEYS: Final = ("a", "b", "c.d", "y", "key-1", "_k")
VALUES: Final = (
    *("v1.0.0", "text of words", "no", "1", "-1", "1.20", "1.2.3", "1e3", "0x1", "12:30:00", "2021-08-03", "null", "~"),
    *(
        "true",
        "'q'",
        '"q: #"',
        "''",
        '"\\n"',
        "'it''s'",
        "[a, b]",
        "[a,b]",
        "[a, 'b, c']",
        "{a: b}",
        "{a: 1, c.d: x y}",
    ),
    *(
        "{a: b, a: c}",
        "{a: b:c}",
        "{a:b}",
        "[]",
        "{}",
        "[a, [b]]",
        "{no: a}",
        "x:y",
        "x :y",
        "x: y",
        "x:",
        "x #y",
        "x#y",
    ),
    *(
        "a?b",
        "?",
        "a, b",
        ", a",
        "a ;b",
        "(a)",
        "=",
        "a=b",
        "/path",
        "a~",
        "&a",
        "*a",
        "!a",
        "|",
        ">",
        "@a",
        "%a",
        "a ",
        " a",
    ),
    *(
        "{a: b}: c",
        "[a]: b",
        "[a], [b]",
        "{a: b} # }",
        '"a" b',
        '"a": b',
        "'a', 'b'",
        "99999999999999999999",
        "1_000",
        ".",
    ),
)
keys: Final = st.sampled_from(KEYS)
values: Final = st.sampled_from(VALUES)
lines: Final = st.builds(
    "{}{}{}".format,
    st.sampled_from(("", "", " ", "  ", "  ", "    ", "     ")),
    st.sampled_from(("", "", "- ", "-", "-  ", "- - ")),
    st.one_of(
        st.builds("{}: {}".format, keys, values),
        keys.map("{}:".format),
        values,
        st.sampled_from(("", "---", "...", "# c", "%YAML 1.1")),
    ),
)


@STEADY
@given(st.lists(lines, max_size=7).map("\n".join))
@example("a:\n- b\nc: d")
@example("a:\n  - b: c\n    d: e\n  - f")
def test_lines_in_any_order_are_read_alike_or_left_to_the_strict_reader(text: str) -> None:
    _taken(text)


@st.composite
def _trees(draw: st.DrawFn) -> str:
    """Documents that are nearly well-formed: blocks within blocks, each a little further in."""

    def block(column: int, depth: int) -> list[str]:
        found: list[str] = []
        is_list = draw(st.booleans()) if depth else False
        for number in range(draw(st.integers(1, 3))):
            before = " " * column + ("- " if is_list else "")
            key = f"{draw(keys)}{number if draw(st.booleans()) else ''}"
            if depth < 4 and draw(st.booleans()):
                found += [f"{before}{key}:", *block(column + draw(st.sampled_from((0, 1, 2, 2, 2, 4))), depth + 1)]
            else:
                found.append(before + (draw(values) if is_list and draw(st.booleans()) else f"{key}: {draw(values)}"))
        return found

    return "\n".join(block(0, 0)) + draw(st.sampled_from(("", "\n", "\n\n")))


@STEADY
@given(_trees())
def test_blocks_within_blocks_are_read_alike_or_left_to_the_strict_reader(text: str) -> None:
    _taken(text)


@STEADY
@given(st.sampled_from([path.read_text("utf-8") for path in RESULTS]), st.integers(0, 3000), st.data())
def test_a_result_with_something_else_in_it_is_read_alike_or_left_to_the_strict_reader(
    text: str, place: int, data: st.DataObject
) -> None:
    other = data.draw(st.text(st.sampled_from(" \n:-,[]{}'\"#ab1.?&*!|>%@~="), max_size=4))
    _taken(text[:place] + other + text[place + data.draw(st.integers(0, 2)) :])


@STEADY
@given(st.dictionaries(st.from_regex(r"[a-z]{1,8}", fullmatch=True), st.text(st.characters(codec="ascii")), min_size=1))
def test_what_is_written_is_read_alike_whichever_reader_takes_it(data: dict[str, str]) -> None:
    try:
        content = documents.write(data)
    except ValueError:
        return
    found = _taken(content.decode())
    assert found is None or found.data == data


@pytest.mark.parametrize("unit", ["x", "x ", "x:", " :", "a, ", "[", "{a: ", "'", '"', "\\", '\\"', "- ", "a: "])
@pytest.mark.parametrize("begun", ["a: ", "a: '", 'a: "', "a: [", "a: {a: ", "- "])
def test_long_lines_are_passed_by_at_once(begun: str, unit: str) -> None:
    started = time.process_time()
    plain.read(begun + unit * (documents.MAX_BYTES // len(unit)))
    assert time.process_time() - started < 2
