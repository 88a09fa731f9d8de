"""A mesh's repository tells once what no command has to repeat."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from generator import robot, urls
from generator.findings import Stop
from generator.schemas import Schema
from tests.support.papers import PROJECT

SCHEMA = Schema(urls.schema("Robot"), (PROJECT / urls.schema("Robot")).read_bytes())
HEAD = "apiVersion: meshmark/v1\nkind: Robot\n"


def _read(folder: Path, text: str) -> robot.Robot:
    file = folder / robot.FILE
    file.write_text(HEAD + text, "utf-8")
    return robot.read(file, SCHEMA)


def test_every_field_is_read(tmp_path: Path) -> None:
    text = (
        "publisher: kelp-robot\nmesh: kelp\nplatform: kind\nsuite: {id: toy, version: v1}\n"
        'harness: {name: kuttl, version: "0.20"}\nidentity: {name: Kelp robot, email: robot@kelp.example}\n'
    )
    assert _read(tmp_path, text) == robot.Robot(
        publisher="kelp-robot",
        mesh="kelp",
        platform="kind",
        suite="toy",
        suite_version="v1",
        harness="kuttl",
        harness_version="0.20",
        name="Kelp robot",
        email="robot@kelp.example",
    )


def test_a_file_that_says_nothing_leaves_all_to_the_flags(tmp_path: Path) -> None:
    assert _read(tmp_path, "") == robot.Robot()


def test_a_file_that_is_not_valid_stops_with_its_findings(tmp_path: Path) -> None:
    with pytest.raises(Stop) as stop:
        _read(tmp_path, "mesh: Kelp\nmeshes: kelp\n")
    assert {finding.rule for finding in stop.value.findings} == {"schema-pattern", "schema-unknown-field"}


def test_a_missing_file_stops(tmp_path: Path) -> None:
    with pytest.raises(Stop, match=re.escape("cannot be read: No such file or directory")):
        robot.read(tmp_path / robot.FILE, SCHEMA)
