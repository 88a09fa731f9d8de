"""Pages of a whole programme over time: every suite, and each suite with its specifications."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from markupsafe import Markup

from generator import areas, axes, charts, drawings, emitting, figures, lanes, rendering, timeline, urls, wording
from generator.judgements import Output
from generator.model import Specification
from generator.rendering import Environment, Scene, page
from generator.timeline import Moment, Timeline

MAX_CHANGES: Final = 80
"""Rows in the table of a suite, the newest; CSV and API hold every run."""

MAX_MOMENTS: Final = 40
"""Rows in the table below the drawings of all meshes, the newest."""


KINDS: Final = {"compliance_kinds": areas.COMPLIANCES, "looks": areas.LOOKS}


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """One of the small drawings of a suite: a specification, what its drawing says, and the drawing."""

    specification: Specification
    sentence: str
    drawing: Markup


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """One suite over time, ready to be shown: both drawings with a sentence each, and the numbers behind them."""

    timeline: Timeline
    title: str
    capability: Markup
    capability_sentence: str
    compliance: Markup
    compliance_sentence: str
    breaks: str
    begun: dict[datetime, str]
    moments: tuple[Moment, ...]
    total: int


def render(scene: Scene) -> Iterator[Output]:
    """Give the page of all suites over time, and one page a suite."""
    environment = rendering.environment(scene)
    order = [mesh.id for mesh in scene.ledger.programme.meshes]
    stories = [_story(found) for found in timeline.timelines(scene.lines, order, scene.as_of)]
    yield page(
        environment,
        "history.html",
        urls.HISTORY,
        title="History",
        description="How capability and compliance of all meshes developed, suite by suite.",
        stories=stories,
        **KINDS,
    )
    for story in stories:
        figure = figures.over_time(f"{story.title}: all meshes over time", story.timeline)
        yield Output(path=urls.suite_chart(story.timeline.suite), content=emitting.json_bytes(figure))
        yield _suite(scene, environment, story)


def _story(found: Timeline) -> Story:
    title, name = charts.family(found.newest), wording.slug(f"all-{found.suite}")
    begun = axes.begun(found)
    drawn = {}
    for word, kinds in (("capability", areas.CAPABILITIES), ("compliance", areas.COMPLIANCES)):
        own, sentence = f"{name}-{word}", areas.sentence(found, kinds)
        picture = drawings.drawing(
            own, f"{title}: {word} of all meshes over time", sentence, areas.stack(found, kinds, own)
        )
        drawn[word] = picture, sentence
    return Story(
        timeline=found,
        title=title,
        capability=drawn["capability"][0],
        capability_sentence=drawn["capability"][1],
        compliance=drawn["compliance"][0],
        compliance_sentence=drawn["compliance"][1],
        breaks=_breaks(found, begun),
        begun=begun,
        moments=found.moments[::-1][:MAX_MOMENTS],
        total=len(found.moments),
    )


def _breaks(found: Timeline, begun: dict[datetime, str]) -> str:
    if len(found.sets) == 1:
        return ""
    told = ", ".join(f"{suite.version} from {begun[moment]}" for suite, moment in found.sets)
    return (
        f"The test set changed: {told}. A dashed line stands where it did; states on either side of it are of "
        "different tests and not compared."
    )


def _suite(scene: Scene, environment: Environment, story: Story) -> Output:
    found = story.timeline
    titles = {mesh.id: mesh.title for mesh in scene.ledger.programme.meshes}
    changes = timeline.turns(found)[::-1]
    return page(
        environment,
        "programme.html",
        urls.suite_history(found.suite),
        title=f"{story.title} over time",
        description=f"How each mesh stood by each specification of {story.title}, from run to run.",
        story=story,
        **KINDS,
        panels=[_panel(story, specification, titles) for specification in found.specifications],
        changes=[(change, lanes.label(change.lane, titles)) for change in changes[:MAX_CHANGES]],
        total=len(changes),
    )


def _panel(story: Story, specification: Specification, titles: dict[str, str]) -> Panel:
    found = story.timeline
    name = wording.slug(f"lanes-{found.suite}-{specification.id}")
    sentence = lanes.sentence(found, specification.id)
    title = f"{specification.title}: capability and compliance of each mesh over time"
    drawn = drawings.drawing(name, title, sentence, lanes.lanes(found, specification.id, titles, name))
    return Panel(specification=specification, sentence=sentence, drawing=drawn)
