"""What a `Draft` promises: any file of a site before the whole is made, and the same whole."""

from __future__ import annotations

import threading

import pytest

from generator import ledger, originals, parts, site
from generator.judgements import Output
from generator.site import Draft
from tests.support.papers import PROJECT
from tests.support.repository import Repository
from tests.test_site import AS_OF, story

TEMPLATES = PROJECT / "site_templates"


def draft(repository: Repository, places: dict[str, str] | None = None) -> Draft:
    book = ledger.read(repository.root)
    files = originals.at(repository.root, book.head, ("registry", "results", "schema"))
    return Draft(book, files, AS_OF, TEMPLATES, site.Manner(places=places or {}))


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Repository:
    return story(tmp_path_factory.mktemp("draft") / "r")


@pytest.fixture(scope="module")
def whole(repository: Repository) -> site.Site:
    return draft(repository).finished()


def test_every_file_can_be_had_before_the_whole_is_made(repository: Repository, whole: site.Site) -> None:
    found = draft(repository, dict(whole.places))
    listed = [one for one in whole if one.path not in {"sitemap.xml", "robots.txt"}]
    assert len(listed) > 100
    for one in listed:
        assert found.file(one.path) == one.content, one.path
    assert list(found.finished()) == list(whole)


def test_a_new_page_of_a_mesh_is_found_though_nobody_knew_of_it(repository: Repository, whole: site.Site) -> None:
    page = "meshes/kelp/v1.0.0/toy-run-0002/index.html"
    content = next(one.content for one in whole if one.path == page)
    assert draft(repository).file(page) == content


def test_what_is_nowhere_makes_nothing(repository: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    found = draft(repository)
    monkeypatch.setattr(parts.Part, "make", None)
    assert found.file("gone/index.html") is None


def test_only_what_is_asked_for_is_made(repository: Repository, whole: site.Site) -> None:
    found = draft(repository, dict(whole.places))
    assert found.file("index.html")
    assert list(found._made) == ["/pages"]


def test_what_nobody_could_ask_for_again_is_not_held(repository: Repository) -> None:
    found = draft(repository, {})
    found.finished()
    assert found._made == {}


def test_whoever_asks_while_the_whole_is_made_is_served_in_between(repository: Repository, whole: site.Site) -> None:
    found = draft(repository, dict(whole.places))
    told = dict[str, bytes | None]()
    made = list[Output]()
    askers = [
        threading.Thread(target=lambda path=path: told.update({path: found.file(path)}))
        for path in ("index.html", "meshes/reed/index.html", "assets/meshmark.css")
    ]
    maker = threading.Thread(target=lambda: made.extend(found.finished()))
    for thread in (maker, *askers):
        thread.start()
    for thread in (maker, *askers):
        thread.join(60)
    assert made == list(whole)
    files = {one.path: one.content for one in whole}
    assert told == {path: files[path] for path in told}
    # Nobody asked for it so far, but some other thread could have.
    assert "kelp" in found._made
    assert len(told) == 3
