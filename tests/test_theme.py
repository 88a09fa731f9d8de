"""What `theme` promises: a programme keeps only the files it changes, and nothing unreadable or harmful passes."""

from __future__ import annotations

import re
import struct
from pathlib import Path
from typing import Any

import pytest

from generator import documents, ledger, originals, settings, site, theme, urls
from generator.findings import Stop
from generator.model import ExtraPage, Site
from tests.support import pages
from tests.support.papers import PROJECT, result
from tests.support.repository import Repository, pair, toy
from tests.test_site import AS_OF

EXAMPLE = PROJECT / "tests" / "examples" / "theme"
FOLDER = EXAMPLE / urls.TEMPLATES
SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1">{}</svg>'


def harbour(root: Path) -> Repository:
    """The toy programme with two runs, under the name and the looks of the Harbour Board."""
    repository = toy(root)
    repository.commit({urls.PROGRAMME: (EXAMPLE / urls.PROGRAMME).read_bytes()})
    repository.commit(pair(result(version="v0.9.0", run_id="toy-run-0001")))
    repository.commit(pair(result(run_id="toy-run-0002")))
    return repository


def planned(repository: Repository, folder: Path = FOLDER) -> dict[str, bytes]:
    book = ledger.read(repository.root)
    files = originals.at(repository.root, book.head, ("registry", "results", "schema"))
    return {o.path: o.content for o in site.plan(book, files, AS_OF, folder)}


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    return planned(harbour(tmp_path_factory.mktemp("harbour") / "r"))


def test_a_site_with_another_theme_is_valid_and_its_links_hold(built: dict[str, bytes]) -> None:
    for path, html in built.items():
        if path.endswith(".html"):
            pages.tree(html)
    assert pages.broken_links(built) == []


def test_every_page_shows_logo_own_template_and_own_page_and_names_no_other_programme(built: dict[str, bytes]) -> None:
    found = {path: html.decode() for path, html in built.items() if path.endswith(".html")}
    for path, html in found.items():
        assert re.search(r'<img class="logo" src="[./a-z]*assets/harbour\.svg" alt="" height="32">Harbour Board', html)
        assert "Published by the Harbour Board." in html
        assert re.search(r'<a href="[^"]*(pages/charter/)?(index\.html)?"( aria-current="page")?>Charter</a>', html), (
            path
        )
        assert html.count("<footer") == 1, "what the own template extends is still there"
        assert "Service Mesh Interface" not in html
    assert built["assets/harbour.svg"] == (FOLDER / "assets/harbour.svg").read_bytes()


def test_an_own_page_is_markdown_and_no_template(built: dict[str, bytes]) -> None:
    words = pages.text(built[urls.extra_page("charter")])
    assert "Braces such as {{ these }} are braces, and <b>markup</b> is text." in words
    assert b'<dt id="term-quorum">Quorum</dt>' in built[urls.extra_page("charter")]
    assert b"pages/charter/" in built[urls.SITEMAP]


def test_the_one_sheet_holds_the_colours_behind_ours(built: dict[str, bytes], tmp_path: Path) -> None:
    ours = planned(toy(tmp_path / "r"), tmp_path / "nothing")[urls.STYLE].decode().rstrip()
    sheet = built[urls.STYLE].decode()
    assert sheet.startswith(ours)
    assert sheet.removeprefix(ours).rstrip() == (
        ":root{--accent:light-dark(#7a1f5c,#f0a6d8);--line:light-dark(#c9d4e6,#303a46);"
        "--panel:light-dark(#eef3fb,#171b30);--paper:light-dark(#ffffff,#0d1020);}"
    )


def test_a_folder_that_is_not_there_gives_the_site_of_meshmark(tmp_path: Path) -> None:
    found = theme.read(tmp_path / "nowhere", Site())
    assert dict(found.own) == {}
    assert dict(found.assets()) == dict(theme.read(PROJECT / urls.TEMPLATES, Site()).assets())


def put(folder: Path, path: str, content: str | bytes) -> Path:
    target = folder / path
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(content.encode() if isinstance(content, str) else content)
    return folder


def refused(folder: Path, **changes: Any) -> str:
    with pytest.raises(Stop) as stopped:
        theme.read(folder, Site(**changes))
    return stopped.value.message


def test_colours_that_cannot_be_read_stop_the_build_with_every_pair_and_its_ratio(tmp_path: Path) -> None:
    said = refused(tmp_path, light=(("ink", "#999999"),), dark=(("paper", "#a5afbb"),))
    assert "change them in meshmark.yaml, site.colours:" in said
    assert "light: ink #999999 on paper #fcfbf9 has a contrast of 2.75:1, less than 4.5:1" in said
    assert "light: ink #999999 on panel" in said
    assert "dark: soft #a5afbb on paper #a5afbb has a contrast of 1.00:1" in said
    assert "light: soft" not in said


def test_an_own_sheet_is_held_against_the_same_rule(tmp_path: Path) -> None:
    put(tmp_path, urls.STYLE, ":root { --ink: #cccccc; --paper: #ffffff; }")
    assert "light: ink #cccccc on paper #ffffff has a contrast of 1.60:1" in refused(tmp_path)


@pytest.mark.parametrize(
    ("inside", "why"),
    [
        ("<script>alert(1)</script>", "holds the element 'script' in line 1"),
        ('<g><a href="#x"><path d="M0 0"/></a></g>', "holds the element 'a'"),
        ('<h:script xmlns:h="http://www.w3.org/1999/xhtml"/>', "holds the element 'h:script'"),
        ("<foreignObject/>", "holds the element 'foreignObject'"),
        ('<image href="https://example.org/x.png"/>', "holds the element 'image'"),
        ('<path d="M0 0" onclick="alert(1)"/>', "holds 'onclick=alert(1)'"),
        ('<use xlink:href="https://example.org/x.svg#a"/>', "holds 'xlink:href=https://example.org/x.svg#a'"),
        ("<path>", "is no SVG"),
    ],
)
def test_a_drawing_that_could_act_is_refused_by_name(tmp_path: Path, inside: str, why: str) -> None:
    put(tmp_path, "assets/logo.svg", SVG.format(inside))
    said = refused(tmp_path, logo="assets/logo.svg")
    assert said.startswith("the logo site_templates/assets/logo.svg ")
    assert why in said


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("svg", b"<html/>", "its root is not an svg element"),
        ("svg", b"<svg/>", "of the SVG namespace"),
        ("svg", b'<!DOCTYPE svg [<!ENTITY a "b">]>' + SVG.format("").encode(), "a document type or an entity"),
        ("svg", b'<?xml-stylesheet href="x.xsl"?>' + SVG.format("").encode(), "names a style sheet"),
        ("svg", SVG.format(" " * theme.MAX_LOGO).encode(), "bytes, more than 24576: every page shows it"),
        ("png", b"GIF89a" + bytes(40), "is no PNG"),
        ("png", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "is no PNG"),
        ("png", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + struct.pack(">II", 9000, 1), "is 9000 by 1 pixels, more than 1024"),
    ],
)
def test_a_bad_logo_is_refused_with_the_reason(tmp_path: Path, name: str, content: bytes, why: str) -> None:
    put(tmp_path, f"assets/logo.{name}", content)
    assert why in refused(tmp_path, logo=f"assets/logo.{name}")


def test_good_logos_pass(tmp_path: Path) -> None:
    shapes = '<defs><linearGradient id="a"/></defs><g><use href="#b"/></g><title>T</title>'
    put(tmp_path, "assets/logo.svg", SVG.format(shapes))
    put(tmp_path, "assets/logo.png", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + struct.pack(">II", 64, 64))
    for logo in ("assets/logo.svg", "assets/logo.png"):
        assert theme.read(tmp_path, Site(logo=logo)).logo == logo


def test_what_meshmark_yaml_names_has_to_be_there(tmp_path: Path) -> None:
    said = refused(tmp_path, logo="assets/logo.svg")
    assert said == "site_templates/assets/logo.svg is missing: meshmark.yaml names it under site"
    said = refused(tmp_path, pages=(ExtraPage(title="X", file="content/x.md"),))
    assert said == "site_templates/content/x.md is missing: meshmark.yaml names it under site"


def test_a_link_out_of_the_folder_is_not_followed(tmp_path: Path) -> None:
    secret = put(tmp_path, "secret.txt", "do not publish") / "secret.txt"
    (tmp_path / "t" / "assets").mkdir(parents=True)
    (tmp_path / "t" / "assets" / "x.txt").symlink_to(secret)
    assert "site_templates/assets/x.txt leads out of its folder" in refused(tmp_path / "t")


def test_hidden_files_are_nobodys_assets(tmp_path: Path) -> None:
    put(tmp_path, "assets/.swp", "x")
    assert not [path for path, _ in theme.read(tmp_path, Site()).assets() if "swp" in path]


def test_a_template_that_is_not_text_or_not_a_template_stops_with_its_name(tmp_path: Path) -> None:
    repository = harbour(tmp_path / "r")
    for content, why in (
        (b"\xff", r"site_templates/front\.html is not UTF-8"),
        (b"<p>\n{% if %}", r"site_templates/front\.html, line 2: "),
        (b"{{ nothing_of_this_name }}", r"site_templates/front\.html cannot be filled: 'nothing_of_this_name'"),
    ):
        folder = tmp_path / "t"
        for name in ("assets/harbour.svg", "content/charter.md"):
            put(folder, name, (FOLDER / name).read_bytes())
        put(folder, "front.html", content)
        with pytest.raises(Stop, match=why):
            planned(repository, folder)


def test_two_own_pages_from_one_file_stop_the_build(tmp_path: Path) -> None:
    paper = (EXAMPLE / urls.PROGRAMME).read_text()
    line = "    - {title: Charter, file: content/charter.md}\n"
    repository = harbour(tmp_path / "r")
    repository.commit({urls.PROGRAMME: paper.replace(line, line * 2).encode()})
    with pytest.raises(Stop, match=r"two files of the site claim the path pages/charter/index\.html"):
        planned(repository)


@pytest.mark.parametrize(
    ("before", "after", "rule"),
    [
        ('"#7a1f5c"', "red", "schema-pattern"),
        ('"#7a1f5c"', '"#7a1"', "schema-pattern"),
        ('"#7a1f5c"', '"#7a1f5c; } body { display: none"', "schema-pattern"),
        ("accent:", "akzent:", "schema-value"),
        ("assets/harbour.svg", '"../secret.svg"', "schema-pattern"),
        ("assets/harbour.svg", '"https://example.org/logo.svg"', "schema-pattern"),
        ("assets/harbour.svg", "assets/logo.gif", "schema-pattern"),
        ("content/charter.md", "content/../method.md", "schema-pattern"),
        ("colours:", "colors:", "schema-unknown-field"),
    ],
)
def test_the_schema_lets_nothing_else_through(before: str, after: str, rule: str) -> None:
    known = settings.schema(lambda path: (PROJECT / path).read_bytes(), "Programme")
    paper = (EXAMPLE / urls.PROGRAMME).read_text().replace(before, after, 1)
    assert {f.rule for f in settings.document(urls.PROGRAMME, paper.encode(), known).findings} == {rule}


def test_the_example_is_read_as_it_stands() -> None:
    known = settings.schema(lambda path: (PROJECT / path).read_bytes(), "Programme")
    content = (EXAMPLE / urls.PROGRAMME).read_bytes()
    assert documents.read(urls.PROGRAMME, content).findings == ()
    found = settings.programme(lambda _: content, {"Programme": known}).site
    assert found.logo == "assets/harbour.svg"
    assert dict(found.light)["accent"] == "#7a1f5c"
    assert dict(found.dark) == {"paper": "#0d1020", "panel": "#171b30", "accent": "#f0a6d8"}
    assert found.pages == (ExtraPage(title="Charter", file="content/charter.md"),)
