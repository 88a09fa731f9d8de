"""What `rendering` promises: what is drawn once and shown often is what its macro says each time."""

from __future__ import annotations

import re
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import jinja2
import pytest

from generator import ledger, originals, rendering, seals, site, theme, version_pages
from generator.findings import Stop
from generator.judgements import Cell, Tally
from generator.rendering import Scene
from generator.templating import Compiled
from generator.terms import Capability, Compliance, Outcome
from tests.support.papers import PROJECT, result
from tests.support.repository import pair, toy
from tests.test_site import AS_OF, story


def scene(root: Path, templates: Path) -> Scene:
    book = ledger.read(root)
    return site._scene(book, AS_OF, originals.NONE, theme.read(templates, book.programme.site), past=False)


def test_every_remembered_mark_is_what_its_macro_says(tmp_path: Path) -> None:
    shown = scene(story(tmp_path / "r").root, PROJECT / "site_templates")
    environment = rendering.environment(shown)
    cells: Any = environment.get_template("cells.html").module
    marks = environment.filters
    # Twice, so that the second time everything is remembered; and every value, so that none takes another's place.
    for _ in range(2):
        for outcome in Outcome:
            assert marks["outcome"](outcome) == cells.outcome(outcome)
        for run in shown.ledger.assessments:
            judged: Cell
            for judged in (run.whole, *run.cells):
                assert marks["capability"](judged.capability) == cells.capability(judged.capability)
                assert marks["compliance"](judged.compliance) == cells.compliance(judged.compliance)
                assert marks["cell"](judged) == cells.cell(judged)
                assert marks["brief"](judged) == cells.brief(judged)
            assert marks["provenance"](run.entry.verdict) == cells.provenance(run.entry.verdict)
            assert marks["aged"](run.entry) == cells.age(run.entry)
            for one in run.whole.assertions:
                for link in ("a", "b"):
                    assert marks["asserted"](one.assertion, link) == cells.asserted(one.assertion, link)


def test_a_test_that_is_implemented_in_part_is_not_counted_as_implemented(tmp_path: Path) -> None:
    repository = toy(tmp_path / "r")
    repository.commit(pair(result()))
    shown = scene(repository.root, PROJECT / "site_templates")
    (cell, *_) = shown.ledger.assessments[0].cells
    tally = Tally(total=1, full=0, partial=1, none=0, unknown=0, passed=1, failed=0, untested=0)
    only = cell._replace(capability=Capability.PARTIAL, compliance=Compliance.PASS, tally=tally)
    told = rendering.environment(shown).filters["brief"](only)
    words = " ".join(re.sub(r"<[^>]*>", " ", str(told)).split())
    assert words == "partial 0/1 implemented 1 in part pass 1/1 passed"


def test_a_theme_draws_judgements_its_own_way(tmp_path: Path) -> None:
    repository = toy(tmp_path / "r")
    repository.commit(pair(result()))
    folder = tmp_path / "site_templates"
    folder.mkdir()
    ours = (PROJECT / "site_templates" / "cells.html").read_text()
    (folder / "cells.html").write_text(ours.replace('<span class="capability', '<span data-own class="capability'))
    shown = scene(repository.root, folder)
    (cell, *_) = shown.ledger.assessments[0].cells
    assert "<span data-own class=" in rendering.environment(shown).filters["cell"](cell)


def test_a_theme_without_a_mark_that_pages_show_is_told_so(tmp_path: Path) -> None:
    repository = toy(tmp_path / "r")
    repository.commit(pair(result()))
    folder = tmp_path / "site_templates"
    folder.mkdir()
    (folder / "cells.html").write_text("{% macro legend() %}{% endmacro %}")
    shown = scene(repository.root, folder)
    with pytest.raises(Stop, match=r"site_templates/version.html cannot be filled: cells.html has no macro cell"):
        rendering.filled(rendering.environment(shown), "version.html", "a/index.html", **facts(shown))


def facts(shown: Scene) -> dict[str, Any]:
    texts = dict.fromkeys(("title", "description", "mesh", "version"), "x")
    return texts | {"count": 1, "groups": version_pages.groups(shown.ledger.assessments, frozenset()), "others": []}


class Compiler:
    """Counts the templates that are compiled from now on."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.names: list[str] = []
        compile_one = jinja2.Environment.compile

        def counted(environment: jinja2.Environment, source: str, name: str | None = None, *rest: Any) -> Any:
            self.names.append(str(name))
            return compile_one(environment, source, name, *rest)

        patch.setattr(jinja2.Environment, "compile", counted)

    def new(self) -> set[str]:
        """Give the names of those that were compiled since somebody asked."""
        names, self.names = self.names, []
        assert len(names) == len(set(names))
        return {name for name in names if not name.startswith("meshmark/")}


def _drawn(root: Path, templates: Path, compiled: Compiled) -> dict[str, str]:
    shown = replace(scene(root, templates), compiled=compiled)
    environment = rendering.environment(shown)
    return {
        "404.html": rendering.filled(environment, "404.html", "x/index.html", title="T", description="D", meshes=[])
    }


@pytest.fixture
def compiler(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Compiler:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return Compiler(monkeypatch)


def test_a_template_is_compiled_again_only_when_it_is_another(tmp_path: Path, compiler: Compiler) -> None:
    root, templates, compiled = toy(tmp_path / "r").root, tmp_path / "templates", Compiled()
    shutil.copytree(PROJECT / "site_templates", templates)
    first = _drawn(root, templates, compiled)
    assert "404.html" in compiler.new()
    assert _drawn(root, templates, compiled) == first
    assert compiler.new() == set()
    (templates / "404.html").write_text("{{ title }}: gone")
    assert _drawn(root, templates, compiled) == {"404.html": "T: gone"}
    assert compiler.new() == {"404.html"}


def test_a_cache_keeps_templates_for_later_processes(tmp_path: Path, compiler: Compiler) -> None:
    root, cache = toy(tmp_path / "r").root, tmp_path / "cache"
    compiled = Compiled(cache)
    first = _drawn(root, PROJECT / "site_templates", compiled)
    compiled.keep()
    compiler.new()
    assert _drawn(root, PROJECT / "site_templates", Compiled(cache)) == first
    assert compiler.new() == set()


@pytest.mark.parametrize("spoilt", ["bytes", "seal", "program"])
def test_kept_templates_that_are_broken_foreign_or_stale_are_not_there(
    tmp_path: Path, compiler: Compiler, monkeypatch: pytest.MonkeyPatch, spoilt: str
) -> None:
    root, cache = toy(tmp_path / "r").root, tmp_path / "cache"
    compiled = Compiled(cache)
    first = _drawn(root, PROJECT / "site_templates", compiled)
    compiled.keep()
    (file,) = cache.iterdir()
    if spoilt == "bytes":
        file.write_bytes(file.read_bytes().replace(b"404", b"405"))
    elif spoilt == "seal":
        monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "of somebody else"))
    else:
        monkeypatch.setattr(seals, "program", lambda: "another")
    compiler.new()
    assert _drawn(root, PROJECT / "site_templates", Compiled(cache)) == first
    assert "404.html" in compiler.new()


def test_a_broken_template_that_no_page_asks_for_stops_nothing(tmp_path: Path) -> None:
    templates = tmp_path / "templates"
    shutil.copytree(PROJECT / "site_templates", templates)
    (templates / "unused.html").write_text("{% if %}")
    assert "404.html" in _drawn(toy(tmp_path / "r").root, templates, Compiled())
