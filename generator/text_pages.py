"""The texts of the site: Markdown with facts from the code and the programme, and the programme's own pages."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any, Final

from markupsafe import Markup

from generator import (
    arrival,
    assembly,
    documents,
    events,
    glossary,
    rendering,
    scalars,
    seed,
    sshsig,
    texts,
    urls,
    wording,
)
from generator.judgements import Cell, Output
from generator.rendering import Environment, Scene, page
from generator.terms import AssertionKind, ChangeKind, Freshness, Outcome, Role, State

TEXTS: Final = (
    ("method", urls.METHOD, "Method", "How results are verified, judged and shown."),
    ("how-to-read", urls.READING, "How to read this site", "Cells, axes, fractions, states, ages and drawings."),
    ("glossary", urls.GLOSSARY, "Glossary", "What every term on this site means."),
    ("take-part", urls.TAKE_PART, "Take part", "How a mesh publishes its results here."),
    ("run-a-programme", urls.RUN_A_PROGRAMME, "Run a programme", "How to begin a programme like this one."),
)
"""Name of the Markdown file, path, title and description of each text."""

_EXAMPLE: Final = "\n[example]\n"
"""The line of a text behind which a cell of the site is explained; in a text without it, at the end."""


def render(scene: Scene) -> Iterator[Output]:
    """Give every text, and the extra pages that meshmark.yaml names."""
    environment = rendering.environment(scene)
    # Markdown escapes what it renders, so the text must not be escaped before.
    plain = environment.overlay(autoescape=False)
    facts = _facts(scene)
    for name, path, title, description in TEXTS:
        markdown = rendering.filled(plain, f"content/{name}.md", path, **facts)
        example = _example(scene) if path == urls.READING else None
        yield _text(environment, path, (title, description), markdown, example)
    for own in scene.ledger.programme.site.pages:
        # The text is no template: braces in it are braces.
        yield _text(environment, rendering.own_page(own), (own.title, own.title), scene.theme.text(own.file), None)


def _text(environment: Environment, path: str, about: tuple[str, str], markdown: str, example: Cell | None) -> Output:
    title, description = about
    before, _, behind = markdown.partition(_EXAMPLE)
    body, rest = (Markup(texts.html(part)) for part in (before, behind))  # noqa: S704 - raw HTML is off there
    facts = {"title": title, "description": description, "body": body, "example": example, "rest": rest}
    return page(environment, "text.html", path, **facts)


def _example(scene: Scene) -> Cell | None:
    """Give the cell that has most to explain."""
    runs = (run for line in scene.told for run in line.runs)
    cells = (cell for run in runs for cell in run.cells if cell.tally.total)
    return max(cells, key=_rich, default=None)


def _rich(cell: Cell) -> tuple[int, str, str]:
    tally = cell.tally
    parts = (tally.passed, tally.failed, tally.untested, tally.none, tally.unknown, tally.full)
    return sum(part > 0 for part in parts), cell.entry.verdict.path, cell.specification.id if cell.specification else ""


def _facts(scene: Scene) -> dict[str, Any]:
    programme, entries = scene.ledger.programme, scene.ledger.entries
    notices = Counter(name for entry in entries for name in {notice.name for notice in entry.record.notices})
    return {
        "as_of": scene.as_of,
        "checks": [(number, title) for number, title, _ in arrival.CHECKS],
        "limits": {
            "result": documents.MAX_BYTES // 1024,
            "sidecar": sshsig.MAX_BYTES // 1024,
            "depth": events.MAX_DEPTH,
            "nodes": f"{events.MAX_NODES:,}".replace(",", " "),
            "digits": scalars.MAX_DIGITS,
            "text": wording.MAX_TEXT,
        },
        "policy": programme.freshness,
        "minors": {suite: scene.almanac.minors(suite) for suite, _ in programme.freshness.minors},
        "ages": glossary.ages(programme.freshness),
        "bundles": programme.bundles,
        "levels": [one for one in programme.aliases if one.levels],
        "registry": scene.ledger.registry,
        "registry_namespace": sshsig.REGISTRY_NAMESPACE,
        "results": len(entries),
        "transcribed": sum(entry.verdict.role is Role.ARCHIVIST for entry in entries),
        "notices": sorted((name, count) for name, count in notices.items() if name not in assembly.REMARKS),
        "states": [state for state in State if state is not State.UNVERIFIABLE],
        "outcomes": tuple(Outcome),
        "changes": tuple(ChangeKind),
        "kinds": tuple(AssertionKind),
        "unknown_age": Freshness.UNKNOWN,
        "terms": glossary.terms(programme.freshness),
        "docs": f"{seed.REPOSITORY}/blob/main/docs",
        "meshmark": seed.REPOSITORY,
    }
