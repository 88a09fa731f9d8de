"""The page of all that tools can read, with badges to copy, and the page for readers who are lost."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from generator import badges, chronicle, rendering, urls, wording
from generator.badges import Badge
from generator.judgements import Output
from generator.rendering import Environment, Scene, page


@dataclass(frozen=True, slots=True, kw_only=True)
class Snippet:
    """A badge with what to paste, by format."""

    badge: Badge
    formats: tuple[tuple[str, str], ...]


API_SCHEMAS: Final = ("index", "meshes", "mesh", "version", "suite", "run", "transitions")


def render(scene: Scene) -> Iterator[Output]:
    """Give the data page, and 404.html."""
    environment = rendering.environment(scene)
    yield _data(scene, environment, _badges(scene))
    yield _lost(scene, environment)


def of_meshes(scene: Scene) -> Iterator[Output]:
    """Give the page of the badges of each mesh."""
    environment = rendering.environment(scene)
    for mesh, listed in _badges(scene).items():
        yield _badge_page(environment, mesh, listed)


def snippets(badge: Badge, base_url: str) -> Snippet:
    """Give a badge for pasting: its address, and a linked image in four markup languages.

    A mesh's title is the programme's own text; what would end a label early is taken out of it.
    """
    image = f"{base_url}{badge.path}.svg"
    mesh = badge.path.split("/")[1]
    page_url = base_url + wording.canonical(urls.mesh(mesh))
    label = "".join(c for c in badge.label if c not in '[]"<>&`|\\\n')
    return Snippet(
        badge=badge,
        formats=(
            ("URL", image),
            ("Markdown", f"[![{label}]({image})]({page_url})"),
            ("reStructuredText", f".. image:: {image}\n   :alt: {label}\n   :target: {page_url}"),
            ("AsciiDoc", f"image:{image}[{label},link={page_url}]"),
            ("HTML", f'<a href="{page_url}"><img src="{image}" alt="{label}"></a>'),
        ),
    )


def _badges(scene: Scene) -> dict[str, list[Snippet]]:
    programme = scene.ledger.programme
    titles = {mesh.id: mesh.title for mesh in programme.meshes}
    by_mesh: dict[str, list[Snippet]] = {}
    for badge in badges.badges(scene.lines, titles, scene.almanac.age):
        by_mesh.setdefault(badge.path.split("/")[1], []).append(snippets(badge, programme.base_url))
    return by_mesh


def _badge_page(environment: Environment, mesh: str, listed: list[Snippet]) -> Output:
    title = f"Badges of {listed[0].badge.label}"
    return page(
        environment,
        "badges.html",
        urls.badge_page(mesh),
        title=title,
        description=f"{title}, with what to paste.",
        mesh=mesh,
        listed=listed,
    )


def _data(scene: Scene, environment: Environment, by_mesh: Mapping[str, list[Snippet]]) -> Output:
    return page(
        environment,
        "data.html",
        urls.DATA,
        title="Data",
        description="Every result and every judgement for tools: API, feeds, tables, badges, raw files.",
        by_mesh=by_mesh,
        folded=len(scene.folded),
        suites={(line.mesh, line.suite): line for line in chronicle.foremost(scene.lines).values()},
        schemas=[(name, urls.api_schema(name)) for name in API_SCHEMAS if urls.api_schema(name) in scene.originals.ids],
        versions=sorted(
            {(segment.suite.id, segment.suite.version) for line in scene.lines for segment in line.segments}
        ),
    )


def _lost(scene: Scene, environment: Environment) -> Output:
    return page(
        environment,
        "404.html",
        urls.NOT_FOUND,
        title="Not found",
        description="There is no page at this address.",
        meshes=sorted({line.mesh for line in scene.lines}),
    )
