"""What `text_pages` promises: texts that hold for any programme, with facts from the code and its own files."""

from __future__ import annotations

import enum
import re
import shlex
from pathlib import Path

import pytest

from generator import cli, ledger, originals, seed, site, terms, text_pages, texts, urls, wording
from generator.terms import State
from tests.support import pages, papers
from tests.support.papers import PROJECT, result
from tests.support.repository import Repository, pair, toy
from tests.test_site import AS_OF, story

OURS = ("SMI", "Service Mesh Interface", "Gateway API", "GAMMA", "kuttl", "Meshery", "Istio", "Linkerd", "Cilium")


def planned(repository: Repository, folder: Path = PROJECT / urls.TEMPLATES) -> dict[str, bytes]:
    book = ledger.read(repository.root)
    files = originals.at(repository.root, book.head, ("registry", "results", "schema"))
    return {o.path: o.content for o in site.plan(book, files, AS_OF, folder)}


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    return planned(story(tmp_path_factory.mktemp("story") / "r"))


def test_every_page_leads_to_every_text(built: dict[str, bytes]) -> None:
    paths = {path for _, path, _, _ in text_pages.TEXTS}
    for path, html in built.items():
        if path.endswith(".html") and path != urls.NOT_FOUND:
            targets = {target for _, target in pages.links(html)}
            assert {urls.relative(text, path) for text in paths} <= targets, path


def test_every_markdown_file_of_ours_is_a_text() -> None:
    ours = {path for path in seed.templates() if path.startswith("content/")}
    assert ours == {f"content/{name}.md" for name, *_ in text_pages.TEXTS}


@pytest.mark.parametrize("name", [name for name, *_ in text_pages.TEXTS])
def test_no_text_names_a_specification_a_mesh_or_a_harness_of_ours(name: str) -> None:
    source = (PROJECT / urls.TEMPLATES / "content" / f"{name}.md").read_text()
    assert [word for word in OURS if re.search(rf"\b{word}\b", source, re.IGNORECASE)] == []
    assert not re.search(r"\b(30|60|90|180|365|730|256|50 000)\b", source), "a number comes from the code"


def test_the_glossary_has_every_value_of_every_enum_in_one_list(built: dict[str, bytes]) -> None:
    root = pages.tree(built[urls.GLOSSARY])
    (listed,) = root.findall(f".//{pages.XHTML}dl")
    words = ["".join(term.itertext()) for term in listed.findall(f"{pages.XHTML}dt")]
    enums = [one for one in vars(terms).values() if isinstance(one, type) and issubclass(one, enum.Enum)]
    assert {member.value for one in enums for member in one} <= set(words)
    assert len(set(words)) == len(words)
    assert all(term.get("id", "").startswith("term-") for term in listed.findall(f"{pages.XHTML}dt"))


def test_how_to_read_says_what_the_legend_says(built: dict[str, bytes]) -> None:
    words = pages.text(built[urls.READING])
    for value, meaning in wording.MEANINGS.items():
        assert f"{value} {meaning}" in words
    for state in State:
        assert state is State.UNVERIFIABLE or state.value in words
    for part in ("up to 30 days old", "older, up to 60 days", "older than 90 days", "as of 2026-02-01"):
        assert part in words


def test_how_to_read_explains_a_cell_of_this_very_site(built: dict[str, bytes]) -> None:
    words = pages.text(built[urls.READING])
    assert "This one stands for Kelp Mesh v1.0.0 and Alpha:" in words
    assert "Its compliance is fail: at least one test failed. In numbers: passed 1 of 2 tested" in words
    html = built[urls.READING].decode()
    assert "meshes/kelp/v1.0.0/toy-run-0002/index.html#alpha" in html
    assert html.index('id="example"') < html.index('id="fractions"')
    assert "[example]" not in html


def test_without_results_there_is_no_cell_to_explain(tmp_path: Path) -> None:
    assert "One cell, read aloud" not in pages.text(planned(toy(tmp_path / "r"))[urls.READING])


def test_the_method_takes_its_limits_from_the_code(built: dict[str, bytes]) -> None:
    words = pages.text(built[urls.METHOD])
    assert "at most 256 KiB, its signature at most 2 KiB" in words
    assert "at most 16 levels deep and with at most 50 000 nodes; a number has at most 15 digits" in words
    assert "cut after 600 characters" in words
    assert "1 of the 4 results here are transcriptions" in words
    assert "No result here has such a notice." in words


def test_reports_by_level_are_explained_where_a_programme_has_them_and_nowhere_else(tmp_path: Path) -> None:
    repository = toy(tmp_path / "r")
    assert "Reports that count tests by level" not in pages.text(planned(repository)[urls.METHOD])
    changed = papers.programme(aliases=[{"suite": "toy", "levels": ["must", "may"]}])
    repository.commit({urls.PROGRAMME: papers.written(changed)})
    assert "(here: toy , levels must , may )" in pages.text(planned(repository)[urls.METHOD])


def test_notices_of_importers_are_counted(tmp_path: Path) -> None:
    repository = toy(tmp_path / "r")
    notices = [{"name": "text-cut", "message": "cut"}, {"name": "text-cut", "message": "cut again"}]
    repository.commit(pair(result(notices=notices)))
    assert "text-cut 1" in pages.text(planned(repository)[urls.METHOD])


def test_take_part_names_what_this_programme_has_fixed(built: dict[str, bytes], tmp_path: Path) -> None:
    words = pages.text(built[urls.TAKE_PART])
    for part in (papers.AUDIENCE, "https://example.org/conformance/", "meshmark-result.v1", "not stated", "needs 2"):
        assert part in words
    repository = toy(tmp_path / "r")
    title = "[x](javascript:alert(1)) *Toy* <b>\n# not a heading"
    changed = papers.programme(title=title, repository="https://git.example.org/toy")
    repository.commit({urls.PROGRAMME: papers.written(changed)})
    html = planned(repository)[urls.TAKE_PART]
    assert "What is fixed for [x](javascript:alert(1)) *Toy* <b> # not a heading:" in pages.text(html)
    assert ("a", "https://git.example.org/toy") in set(pages.links(html))
    assert not any(target.startswith("javascript") for _, target in pages.links(html))


def test_the_commands_of_the_texts_are_ones_that_the_parser_accepts(built: dict[str, bytes]) -> None:
    root = pages.tree(built[urls.RUN_A_PROGRAMME])
    lines = [line for code in root.findall(f".//{pages.XHTML}pre") for line in "".join(code.itertext()).splitlines()]
    commands = [shlex.split(line)[1:] for line in lines if line.startswith("meshmark ")]
    assert {words[0] for words in commands} == {"demo", "init", "build"}
    for words in commands:
        cli.parser().parse_args(words)


def test_what_the_texts_link_to_in_the_documentation_is_there(built: dict[str, bytes]) -> None:
    below = f"{seed.REPOSITORY}/blob/main/"
    found = {
        target.removeprefix(below)
        for _, path, _, _ in text_pages.TEXTS
        for _, target in pages.links(built[path])
        if target.startswith(below)
    }
    assert {"docs/take-part.md", "docs/run-a-programme.md", "docs/importers.md"} <= found
    assert all((PROJECT / path).is_file() for path in found)


def test_a_programme_replaces_one_text_and_keeps_the_others(tmp_path: Path) -> None:
    folder = tmp_path / "own"
    (folder / "content").mkdir(parents=True)
    (folder / "content" / "take-part.md").write_text("# Join us\n\nWrite to {{ registry.audience }}.\n")
    built = planned(toy(tmp_path / "r"), folder)
    assert pages.text(built[urls.TAKE_PART]) == f"Join us Write to {papers.AUDIENCE}."
    assert "Two axes" in pages.text(built[urls.METHOD])


def test_a_literal_text_means_nothing_in_markdown() -> None:
    text = "# a *b* [c](d) `e` | f > g + h - i _j_ \\k {l}!"
    html = f"<!doctype html><title>x</title><main>{texts.html(texts.literal(text))}</main>"
    assert pages.text(html.encode()) == text
