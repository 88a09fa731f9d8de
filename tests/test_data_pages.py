"""What `data_pages` promises: every address for tools in one place, and badges that can be pasted without harm."""

from __future__ import annotations

import re

import html5lib
import markdown
import pytest

from generator import data_pages, urls
from generator.badges import Badge
from generator.terms import Compliance
from tests.support import pages
from tests.test_site import planned, story

BASE = "https://example.org/conformance/"


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    return planned(story(tmp_path_factory.mktemp("data") / "r"))


def told(html: bytes) -> dict[str, str]:
    """Give what the head of a page tells those who show a link to it."""
    found = pages.tree(html).findall(f".//{pages.XHTML}meta[@property]")
    return {meta.get("property") or "": meta.get("content") or "" for meta in found}


def forms(html: bytes) -> set[tuple[str, str]]:
    """Give type and last part of each other form that the head of a page names."""
    found = pages.tree(html).findall(f".//{pages.XHTML}link[@rel='alternate']")
    return {(link.get("type") or "", (link.get("href") or "").rpartition("/")[2]) for link in found}


def test_every_page_tells_those_who_link_to_it_what_it_is(built: dict[str, bytes]) -> None:
    for path, html in built.items():
        if path.endswith(".html"):
            facts = told(html)
            assert facts["og:site_name"] == "Toy programme"
            assert facts["og:url"].startswith(BASE)
            assert facts["og:title"]
            assert facts["og:description"]
            assert (facts["og:type"] == "article") == ("article:published_time" in facts)
    run = told(built["meshes/kelp/v1.0.0/toy-run-0002/index.html"])
    assert run["og:title"] == "Kelp Mesh v1.0.0: Toy v1, 2026-01-05"
    assert run["article:published_time"] == "2026-01-02T03:04:05+00:00"


@pytest.mark.parametrize(
    ("page", "named"),
    [
        (
            urls.FRONT,
            {("application/json", "index.json"), ("application/yaml", "index.yaml"), ("text/csv", "matrix.csv")},
        ),
        ("meshes/kelp/index.html", {("application/atom+xml", "kelp.atom"), ("application/json", "kelp.json")}),
        ("suites/toy/v1/index.html", {("application/json", "v1.json"), ("application/yaml", "v1.yaml")}),
        (urls.TRANSITIONS, {("application/json", "transitions.json"), ("application/yaml", "transitions.yaml")}),
        (urls.AUDIT, {("application/json", "provenance.json")}),
        (urls.ACCOUNTS, {("application/yaml", "service-accounts.yaml")}),
        ("meshes/kelp/v1.0.0/toy-run-0002/index.html", {("application/json", "toy-run-0002.json")}),
    ],
)
def test_a_page_names_its_other_forms(built: dict[str, bytes], page: str, named: set[tuple[str, str]]) -> None:
    assert forms(built[page]) >= named | {("application/atom+xml", "results.atom")}


def snippet(label: str = "Kelp Mesh Toy v1") -> dict[str, str]:
    badge = Badge(path="badges/kelp/suites/toy", label=label, message="full", mood="good")
    return dict(data_pages.snippets(badge, BASE).formats)


def test_a_badge_is_offered_in_five_formats() -> None:
    assert list(snippet()) == ["URL", "Markdown", "reStructuredText", "AsciiDoc", "HTML"]


def test_what_is_pasted_is_a_linked_image_with_words_in_its_place() -> None:
    for html in (markdown.markdown(snippet()["Markdown"]), snippet()["HTML"]):
        image = html5lib.parseFragment(html, namespaceHTMLElements=False).find(".//img")
        assert image is not None
        assert image.get("src") == f"{BASE}badges/kelp/suites/toy.svg"
        assert image.get("alt") == "Kelp Mesh Toy v1"
    link = html5lib.parseFragment(snippet()["HTML"], namespaceHTMLElements=False).find("a")
    assert link is not None
    assert link.get("href") == f"{BASE}meshes/kelp/"


def test_no_label_breaks_out_of_a_snippet() -> None:
    hostile = snippet('"><script>x</script>[a](https://evil.example)`|\n')
    for text in hostile.values():
        assert not re.search(r"<script|\]\(https://evil", text)
    fragment = html5lib.parseFragment(hostile["HTML"], namespaceHTMLElements=False)
    assert [element.tag for element in fragment.iter() if isinstance(element.tag, str)][1:] == ["a", "img"]


def test_every_address_that_is_offered_for_pasting_is_there(built: dict[str, bytes]) -> None:
    words = " ".join(pages.text(built[urls.badge_page(mesh)]) for mesh in ("kelp", "reed"))
    offered = set(re.findall(r"https://example\.org/conformance/(badges/[a-z0-9/.+-]+\.svg)", words))
    assert offered >= {"badges/kelp/mesh.svg", "badges/kelp/suites/toy/mode-ambient.svg", "badges/reed/matrix.svg"}
    assert offered <= set(built)


def test_the_page_leads_to_every_form_of_the_data(built: dict[str, bytes]) -> None:
    targets = {target.removeprefix("../") for _, target in pages.links(built[urls.DATA])}
    for path in (
        "api/v1/index.json", "api/v1/index.yaml", "api/v1/meshes/kelp.json", "feeds/results.atom",
        "feeds/transitions.atom", "latest/kelp.yaml", "latest/kelp.yaml.sig",
    ):  # fmt: skip
        assert path in targets
    assert {"matrix.csv", "meshes/kelp.csv", "meshes/kelp.earl.jsonld", "dataset.jsonld"} <= targets


def test_every_badge_image_has_words_in_its_place(built: dict[str, bytes]) -> None:
    for path in (urls.DATA, urls.badge_page("kelp")):
        images = list(pages.tree(built[path]).iter(f"{pages.XHTML}img"))
        assert images
        assert all(image.get("alt") for image in images)


def test_every_image_of_the_badge_page_says_the_result_in_its_place(built: dict[str, bytes]) -> None:
    images = list(pages.tree(built[urls.badge_page("kelp")]).iter(f"{pages.XHTML}img"))
    told = {str(image.get("src")).rpartition("/")[2]: str(image.get("alt")) for image in images}
    assert {"matrix.svg", "mesh.svg"} <= set(told)
    for name, words in told.items():
        assert any(one.value in words.partition(":")[2] for one in Compliance), (name, words)
