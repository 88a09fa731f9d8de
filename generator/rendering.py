"""Templates and values to pages; the only module that knows the template language."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final, TypeAlias
from urllib.parse import urlsplit

import jinja2

from generator import charts, slots, sshsig, urls, wording
from generator.almanac import Almanac
from generator.charts import Chart
from generator.chronicle import Line
from generator.judgements import Assessment, Entry, Ledger, Output
from generator.terms import Capability, Compliance

Environment: TypeAlias = jinja2.Environment


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """All that pages are made of: the ledger, one assessment an entry, their lines and charts, the one clock.

    `published` are the paths of the raw files; `past` says that a reader asked for an earlier commit.
    """

    ledger: Ledger
    assessments: tuple[Assessment, ...]
    lines: tuple[Line, ...]
    charts: tuple[Chart, ...]
    almanac: Almanac
    published: frozenset[str]
    past: bool = False

    @property
    def as_of(self) -> datetime:
        """The date by which ages are computed."""
        return self.almanac.as_of


NAVIGATION: Final = (
    ("Results", urls.FRONT),
    ("Transitions", urls.TRANSITIONS),
    ("Compare", urls.COMPARE),
    ("Method", urls.METHOD),
    ("Data", urls.DATA),
    ("Service accounts", urls.ACCOUNTS),
    ("Quarantine", urls.QUARANTINE),
    ("Audit log", urls.AUDIT),
)
_CAPABILITIES: Final = (Capability.FULL, Capability.PARTIAL, Capability.NONE, Capability.UNKNOWN)
_COMPLIANCES: Final = (
    Compliance.PASS,
    Compliance.FAIL,
    Compliance.INCOMPLETE,
    Compliance.NOT_TESTED,
    Compliance.NOT_APPLICABLE,
)


def environment(scene: Scene, templates: Path) -> jinja2.Environment:
    """Make the one environment of a build; `templates` is the folder with the Jinja templates."""
    made = jinja2.Environment(
        loader=jinja2.FileSystemLoader(templates),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    titles = {mesh.id: mesh.title for mesh in scene.ledger.programme.meshes}
    made.filters |= wording.FILTERS | {
        "mesh_title": lambda mesh: titles.get(mesh, mesh),
        "age": scene.almanac.age,
        "remedy": slots.remedy,
        "run_page": run_page,
        "percent": charts.percent,
        "contradictions": lambda cell: [found for one in cell.assertions for found in one.contradictions],
        "fingerprint": sshsig.fingerprint,
    }
    made.globals |= {
        "urls": urls,
        "href": _href,
        "navigation": NAVIGATION,
        "programme": scene.ledger.programme,
        "past": scene.ledger.audit if scene.past else None,
        "capabilities": _CAPABILITIES,
        "compliances": _COMPLIANCES,
        "meanings": wording.MEANINGS,
        "max_listed": charts.MAX_LISTED,
        "namespace": sshsig.RESULT_NAMESPACE,
    }
    return made


@jinja2.pass_context
def _href(context: jinja2.runtime.Context, target: str) -> str:
    if context["page"] == urls.NOT_FOUND:
        # A server shows this page under any address, so its links start at the server's root.
        return f"{urlsplit(context['programme'].base_url).path}{wording.canonical(target)}"
    return urls.relative(target, context["page"])


def page(environment: jinja2.Environment, template: str, path: str, **facts: Any) -> Output:
    """Render one page at `path` with what the template needs to know."""
    html = environment.get_template(template).render(page=path, **facts)
    return Output(path=path, content=html.encode())


def run_page(entry: Entry) -> str:
    """Give the path of an entry's page."""
    return urls.run(entry.record.mesh, entry.record.mesh_version, entry.record.run_id)
