"""Templates and values to pages; the only module that knows the template language, but for what fills templates."""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import PurePosixPath
from typing import Any, Final, TypeAlias
from urllib.parse import urlsplit

import jinja2

from generator import areas, charts, chronicle, glossary, remarks, slots, sshsig, templating, texts, urls, wording
from generator.almanac import Almanac
from generator.charts import Chart
from generator.chronicle import Line, Move
from generator.findings import Stop
from generator.judgements import Entry, Ledger, Output
from generator.model import ExtraPage
from generator.originals import Originals
from generator.records import Words
from generator.templating import Compiled
from generator.terms import Compliance
from generator.theme import Theme

Environment: TypeAlias = jinja2.Environment


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """All that pages are made of: the ledger, its lines and charts, the one clock.

    `told` are the lines with only the runs that have pages of their own, `folded` the ids of the others,
    and `log` is what moved between neighbouring runs of all. `originals` are the files that are published as
    they are; `past` says that a reader asked for an earlier commit, and `compiled` holds what was
    compiled before. `stage` holds the environment of all its
    pages once there is one, and `said` the words of runs that were asked for, by the path of the result.
    """

    ledger: Ledger
    lines: tuple[Line, ...]
    told: tuple[Line, ...]
    folded: frozenset[str]
    log: tuple[Move, ...]
    charts: tuple[Chart, ...]
    almanac: Almanac
    originals: Originals
    theme: Theme
    past: bool = False
    compiled: Compiled = field(default_factory=Compiled, compare=False, repr=False)
    stage: list[jinja2.Environment] = field(default_factory=list, compare=False, repr=False)
    said: dict[str, Mapping[str, Words]] = field(default_factory=dict, compare=False, repr=False)

    @property
    def as_of(self) -> datetime:
        """The date by which ages are computed."""
        return self.almanac.as_of

    def words(self, entry: Entry) -> Mapping[str, Words]:
        """Give what a run says about each test beside what is judged."""
        path = entry.verdict.path
        if path not in self.said:
            self.recall([entry])
        return self.said[path]

    def recall(self, entries: Iterable[Entry]) -> None:
        """Read the words of runs at once, which is quicker than one by one."""
        if paths := dict.fromkeys(entry.verdict.path for entry in entries if entry.verdict.path not in self.said):
            self.said.update(remarks.of(self.originals, paths))

    def place(self, entry: Entry, anchor: str = "") -> str:
        """Say where a run is told, and a part of it: on its own page, or in a row of its version's page."""
        record = entry.record
        if record.run_id in self.folded:
            return urls.folded_run(record.mesh, record.mesh_version, record.run_id)
        return f"{run_page(entry)}#{anchor}" if anchor else run_page(entry)


NAVIGATION: Final = (
    ("Results", urls.FRONT),
    ("History", urls.HISTORY),
    ("Transitions", urls.TRANSITIONS),
    ("Compare", urls.COMPARE),
    ("Method", urls.METHOD),
    ("Data", urls.DATA),
    ("Service accounts", urls.ACCOUNTS),
    ("Quarantine", urls.QUARANTINE),
    ("Audit log", urls.AUDIT),
)
ABOUT: Final = (
    ("How to read this site", urls.READING),
    ("Glossary", urls.GLOSSARY),
    ("Take part", urls.TAKE_PART),
    ("Run a programme", urls.RUN_A_PROGRAMME),
)
"""What the foot of every page leads to, so that the navigation stays short."""

_COMPLIANCES: Final = (
    Compliance.PASS,
    Compliance.FAIL,
    Compliance.INCOMPLETE,
    Compliance.NOT_TESTED,
    Compliance.NOT_APPLICABLE,
)


def environment(scene: Scene) -> jinja2.Environment:
    """Give the environment for the templates of a theme: one for all pages, in which each is compiled already."""
    if not scene.stage:
        scene.stage.append(_environment(scene))
        for name in scene.stage[0].list_templates(extensions=["html"]):
            # What is wrong with a template is said where a page asks for it.
            with contextlib.suppress(jinja2.TemplateError):
                scene.stage[0].get_template(name)
    return scene.stage[0]


def _environment(scene: Scene) -> jinja2.Environment:
    made = templating.environment(_loader(scene.theme), scene.compiled)
    titles = {mesh.id: mesh.title for mesh in scene.ledger.programme.meshes}
    made.filters |= wording.FILTERS | {
        "mesh_title": lambda mesh: titles.get(mesh, mesh),
        "age": scene.almanac.age,
        "remedy": slots.remedy,
        "cell_of": chronicle.cell_of,
        "run_page": scene.place,
        "told": lambda entry: entry.record.run_id not in scene.folded,
        "percent": charts.percent,
        "contradictions": lambda cell: [found for one in cell.assertions for found in one.contradictions],
        "fingerprint": sshsig.fingerprint,
        "literal": texts.literal,
        "words": scene.words,
    }
    made.filters |= _marks(made, scene.almanac)
    made.globals |= {
        "urls": urls,
        "navigation": (*NAVIGATION, *_own_pages(scene)),
        "about": ABOUT,
        "logo": scene.theme.logo,
        "programme": scene.ledger.programme,
        "past": scene.ledger.audit if scene.past else None,
        "capabilities": areas.CAPABILITIES,
        "compliances": _COMPLIANCES,
        "meanings": wording.MEANINGS,
        "means": glossary.MEANINGS,
        "max_listed": charts.MAX_LISTED,
        "namespace": sshsig.RESULT_NAMESPACE,
    }
    return made


def _marks(environment: Environment, almanac: Almanac) -> dict[str, Callable[..., Any]]:
    """Give the macros of cells.html as filters that draw each judgement once, however many rows show it.

    What such a macro says depends on nothing but the values it is remembered by.
    """
    drawn: dict[tuple[Any, ...], Any] = {}

    def macro(name: str, *given: Any) -> Any:
        called = getattr(environment.get_template("cells.html").module, name, None)
        if called is None:
            raise jinja2.TemplateRuntimeError(f"cells.html has no macro {name}")
        return called(*given)

    def mark(key: tuple[Any, ...], *given: Any) -> Any:
        found = drawn.get(key)
        if found is None:
            found = drawn[key] = macro(key[0], *given)
        return found

    def aged(entry: Entry) -> Any:
        almanac.note(entry)
        return mark(("age", entry.verdict.path), entry)

    return {
        "capability": functools.cache(lambda value: macro("capability", value)),
        "compliance": functools.cache(lambda value: macro("compliance", value)),
        "outcome": functools.cache(lambda value: macro("outcome", value)),
        "asserted": functools.cache(lambda test, link: macro("asserted", test, link)),
        "cell": lambda judged: mark(("cell", judged.capability, judged.compliance, judged.tally), judged),
        "brief": lambda judged: mark(("brief", judged.capability, judged.compliance, judged.tally), judged),
        "provenance": lambda verdict: mark(("provenance", verdict.state, verdict.role), verdict),
        "aged": aged,
    }


def _loader(theme: Theme) -> jinja2.BaseLoader:
    """Look in the programme's own files first; `meshmark/NAME` is Meshmark's, for a template to extend."""
    own, defaults = (jinja2.DictLoader(files) for files in theme.texts())
    return jinja2.ChoiceLoader([own, defaults, jinja2.PrefixLoader({"meshmark": defaults})])


def _own_pages(scene: Scene) -> tuple[tuple[str, str], ...]:
    return tuple((page.title, own_page(page)) for page in scene.ledger.programme.site.pages)


def own_page(page: ExtraPage) -> str:
    """Give the path of a page of the programme's own: it is called after its file."""
    return urls.extra_page(PurePosixPath(page.file).stem)


def _href(environment: Environment, page: str) -> Callable[[str], str]:
    """Give what makes links from one page."""
    if page == urls.NOT_FOUND:
        # A server shows this page under any address, so its links start at the server's root.
        programme: Any = environment.globals["programme"]
        root = urlsplit(programme.base_url).path
        return lambda target: f"{root}{wording.canonical(target)}"
    return lambda target: urls.relative(target, page)


def page(environment: jinja2.Environment, template: str, path: str, **facts: Any) -> Output:
    """Render one page at `path` with what the template needs to know."""
    return Output(path=path, content=filled(environment, template, path, **facts).encode())


def filled(environment: Environment, template: str, path: str, **facts: Any) -> str:
    """Fill a template for the page at `path`; raise `Stop` when it is not one, or asks for what is not there."""
    try:
        return environment.get_template(template).render(page=path, href=_href(environment, path), **facts)
    except jinja2.TemplateSyntaxError as error:
        raise Stop(f"{urls.TEMPLATES}/{error.name}, line {error.lineno}: {error.message}") from error
    except jinja2.TemplateError as error:
        raise Stop(f"{urls.TEMPLATES}/{template} cannot be filled: {error.message}") from error


def run_page(entry: Entry) -> str:
    """Give the path of an entry's page."""
    return urls.run(entry.record.mesh, entry.record.mesh_version, entry.record.run_id)
