"""What `figures` promises: figures that plotly itself accepts, and plotly once, only where there is a chart."""

from __future__ import annotations

import json
import re
from pathlib import Path

import plotly.graph_objects
import plotly.offline

from generator import charts, chronicle, figures, urls
from tests.support.papers import PROJECT
from tests.support.repository import toy
from tests.test_chronicle import FAILED, NEW, OLD, PASSED, run
from tests.test_site import planned, story
from tests.test_timeline import of


def drawn() -> tuple[charts.Chart, ...]:
    (line,) = chronicle.lines([run(OLD, 1), run(OLD, 2, PASSED, FAILED), run(NEW, 3), run(NEW, 4)])
    return charts.all_of(line, "Kelp Mesh")


def test_plotly_takes_every_figure_as_it_stands() -> None:
    for output in figures.outputs(drawn()):
        if output.path.endswith(".json"):
            figure = plotly.graph_objects.Figure(json.loads(output.content))
            assert {trace.type for trace in figure.data} == {"bar", "scatter"}


def test_a_figure_holds_the_numbers_of_its_chart_oldest_first_with_a_line_for_each_test_set() -> None:
    whole = figures.figure(drawn()[0])
    full = next(trace for trace in whole["data"] if trace["meta"] == "full")
    assert full["y"] == [2, 1, 3, 3]
    assert full["x"][0] == ["v1", "v1", "v10", "v10"]
    lines = [trace for trace in whole["data"] if trace["type"] == "scatter"]
    assert [trace["y"] for trace in lines] == [[100.0, 50.0], [100.0, 100.0]]
    assert lines[0]["text"][1] == "passed 1 of 2 tested, 0 not tested"


def test_a_suite_over_time_stacks_the_kinds_that_occur_and_marks_each_new_test_set() -> None:
    found = of(run(OLD, 1), run(OLD, 9, PASSED, FAILED, mesh="moss"), run(NEW, 20))
    figure = figures.over_time("Toy", found)
    taken = plotly.graph_objects.Figure(json.loads(json.dumps(figure)))
    assert [trace.name for trace in taken.data] == ["full", "partial", "pass", "fail"]
    steps = {trace["name"]: trace["y"] for trace in figure["data"]}
    assert steps == {"full": [1, 1, 1], "partial": [0, 1, 1], "pass": [1, 1, 1], "fail": [0, 1, 1]}
    assert [shape["x0"] for shape in figure["layout"]["shapes"]] == ["2026-01-21T00:00:00+00:00"]


def test_plotly_is_written_once_and_only_if_something_is_drawn(tmp_path: Path) -> None:
    paths = [output.path for output in figures.outputs(drawn())]
    assert paths == ["charts/kelp/toy/plain.json", "charts/kelp/toy/plain/alpha.json"]
    assert urls.PLOTLY in planned(story(tmp_path / "some"))
    assert urls.PLOTLY not in planned(toy(tmp_path / "none"))


def test_the_script_is_the_one_that_the_package_brings() -> None:
    script = figures.library()
    assert script.content == plotly.offline.get_plotlyjs().encode()
    assert plotly.offline.get_plotlyjs_version() in script.content[:200].decode()


def test_the_marks_that_keep_plotly_from_adding_styles_are_those_it_looks_for() -> None:
    ours = (PROJECT / "site_templates/assets/meshmark.js").read_text()
    plotly_script = plotly.offline.get_plotlyjs()
    created = re.findall(r'getElementById\("([0-9a-f]{64})"\)', plotly_script)
    assert created
    for mark in created:
        assert mark in ours
    assert "no-inline-styles" in plotly_script


def test_runs_with_one_label_stay_apart() -> None:
    (line,) = chronicle.lines([run(OLD, 1, mesh_version="unknown"), run(OLD, 1, mesh_version="unknown", run_id="b")])
    drawn_ = charts.history(line, "Kelp Mesh")
    assert drawn_
    labels = figures.figure(drawn_)["data"][0]["x"][1]
    assert labels == ["version unknown, 2026-01-02", "version unknown, 2026-01-02 (2)"]
