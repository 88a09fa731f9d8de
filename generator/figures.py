"""Charts as figures for plotly, which a reader's browser draws on demand; the only module that knows plotly."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

from generator import areas, charts, emitting, urls
from generator.charts import Chart
from generator.drawings import Point
from generator.judgements import Output
from generator.terms import Capability, Compliance
from generator.timeline import Kind, Moment, Timeline

_PATTERNS: Final = (("full", ""), ("partial", "/"), ("none", ""), ("unknown", "."))
_FILLS: Final[dict[Kind, str]] = {
    Capability.PARTIAL: "/",
    Capability.UNKNOWN: ".",
    Compliance.INCOMPLETE: "-",
    Compliance.FAIL: "\\",
    Compliance.NOT_TESTED: ".",
}
_SYMBOLS: Final = {True: "circle-open", False: "circle"}


def outputs(drawn: Iterable[Chart]) -> Iterator[Output]:
    """Give a figure a chart."""
    for chart in drawn:
        yield Output(path=chart.data, content=emitting.json_bytes(figure(chart)))


def over_time(title: str, found: Timeline) -> dict[str, Any]:
    """Give all cells of a suite as plotly.js takes them: capability above, compliance below, a step a change."""
    moments = found.moments
    occurring = {kind for moment in moments for kind in moment.counts}
    rows = (("y", areas.CAPABILITIES), ("y2", areas.COMPLIANCES))
    return {
        "data": [_steps(moments, kind, axis) for axis, kinds in rows for kind in kinds if kind in occurring],
        "layout": {
            "title": {"text": title},
            "hovermode": "x unified",
            "legend": {"orientation": "h", "y": 1.02, "yanchor": "bottom"},
            "xaxis": {"type": "date", "anchor": "y2"},
            "yaxis": {"title": {"text": "cells by capability"}, "domain": [0.54, 1], "rangemode": "tozero"},
            "yaxis2": {"title": {"text": "cells by compliance"}, "domain": [0, 0.46], "rangemode": "tozero"},
            "shapes": [
                {"type": "line", "x0": day, "x1": day, "yref": "paper", "y0": 0, "y1": 1, "line": {"dash": "dash"}}
                for day in (moment.isoformat() for _, moment in found.sets[1:])
            ],
            "margin": {"t": 96, "r": 16, "b": 64, "l": 64},
            "height": 600,
        },
    }


def _steps(moments: Sequence[Moment], kind: Kind, axis: str) -> dict[str, Any]:
    counts = [moment.counts.get(kind, 0) for moment in moments]
    return {
        "type": "scatter",
        "mode": "lines",
        "name": kind.value,
        "meta": kind.value,
        "yaxis": axis,
        "stackgroup": axis,
        "line": {"shape": "hv", "width": 1},
        "fillpattern": {"shape": _FILLS.get(kind, "")},
        "x": [moment.start.isoformat() for moment in moments] + [moments[-1].end.isoformat()],
        "y": [*counts, counts[-1]],
        "hovertemplate": f"%{{y}} {kind.value}<extra></extra>",
    }


def library() -> Output:
    """Give plotly itself, which draws them all."""
    from plotly import offline  # noqa: PLC0415 - it takes as long as all else here, and mostly what stands is kept

    return Output(path=urls.PLOTLY, content=offline.get_plotlyjs().encode())


def figure(chart: Chart) -> dict[str, Any]:
    """Give data and layout as plotly.js takes them: runs from left to right, the oldest first.

    A trace's `meta` names the role by which our script gives it the colour of the page.
    """
    segments = [tuple(group) for _, group in itertools.groupby(chart.points[::-1], key=lambda p: p.suite.digest)]
    points = tuple(itertools.chain(*segments))
    places = _places(points)
    traces = [_bar(points, places, kind, shape) for kind, shape in _PATTERNS]
    start = 0
    for segment in segments:
        traces.append(_line(segment, places[start : start + len(segment)], first=start == 0))
        start += len(segment)
    layout = {
        "title": {"text": chart.title},
        "barmode": "stack",
        "bargap": 0.25,
        "hovermode": "closest",
        "legend": {"orientation": "h", "y": 1.02, "yanchor": "bottom"},
        "xaxis": {"type": "multicategory", "anchor": "y2", "tickangle": 30, "automargin": True},
        "yaxis": {"title": {"text": "tests by capability"}, "domain": [0.5, 1], "rangemode": "tozero"},
        "yaxis2": {"title": {"text": "passed of tested, %"}, "domain": [0, 0.42], "range": [-4, 104]},
        "margin": {"t": 96, "r": 16, "b": 128, "l": 64},
        "height": 600,
    }
    return {"data": traces, "layout": layout}


def _places(points: Iterable[Point]) -> list[tuple[str, str]]:
    """Name where each run stands on the axis; plotly would draw two of one name on top of each other."""
    seen: Counter[tuple[str, str]] = Counter()
    places = []
    for point in points:
        place = point.suite.version, charts.label(point.cell.entry.record)
        seen[place] += 1
        places.append(place if seen[place] == 1 else (place[0], f"{place[1]} ({seen[place]})"))
    return places


def _axis(places: list[tuple[str, str]]) -> list[list[str]]:
    return [[version for version, _ in places], [label for _, label in places]]


def _bar(points: tuple[Point, ...], places: list[tuple[str, str]], kind: str, shape: str) -> dict[str, Any]:
    return {
        "type": "bar",
        "name": kind,
        "meta": kind,
        "x": _axis(places),
        "y": [getattr(point.cell.tally, kind) for point in points],
        "marker": {"pattern": {"shape": shape}, "line": {"width": 1}},
        "hovertemplate": f"%{{x}}<br>%{{y}} {kind}<extra></extra>",
    }


def _line(points: tuple[Point, ...], places: list[tuple[str, str]], *, first: bool) -> dict[str, Any]:
    tallies = [point.cell.tally for point in points]
    return {
        "type": "scatter",
        "mode": "lines+markers",
        "name": "compliance",
        "meta": "compliance",
        "showlegend": first,
        "legendgroup": "compliance",
        "connectgaps": False,
        "yaxis": "y2",
        "x": _axis(places),
        "y": [float(text) if (text := charts.percent(tally)) else None for tally in tallies],
        "text": [
            f"passed {tally.passed} of {tally.passed + tally.failed} tested, {tally.untested} not tested"
            for tally in tallies
        ],
        "marker": {"size": 10, "symbol": [_SYMBOLS[bool(tally.untested)] for tally in tallies]},
        "hovertemplate": "%{x}<br>%{text}<extra></extra>",
    }
