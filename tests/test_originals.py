"""What `originals` promises: the regular files of a commit, read when somebody asks, in whichever process."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from generator import originals
from generator.findings import Stop
from generator.originals import Originals
from tests.support.repository import Link, Repository


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    found = Repository(tmp_path / "r").start()
    found.commit({f"results/{number:03}": b"%d\n" % number for number in range(450)})
    found.commit({"results/link": Link("000"), "resultsx/a": b"no", "schema/s": b"s", "a": b"no"})
    return found


def test_files_below_the_folders_come_in_the_order_that_is_asked_for(repository: Repository) -> None:
    found = originals.at(repository.root, "HEAD", ["results", "schema"])
    assert list(found.ids) == [f"results/{number:03}" for number in range(450)] + ["schema/s"]
    assert dict(found.contents())["results/449"] == b"449\n"
    asked = ["schema/s", "results/007", "results/007"]
    assert list(found.contents(asked)) == [("schema/s", b"s"), ("results/007", b"7\n"), ("results/007", b"7\n")]
    assert found.content("results/013") == b"13\n"
    assert list(originals.at(repository.root, "HEAD~1", ["schema"]).contents()) == []


def test_what_nobody_wants_is_not_there(repository: Repository) -> None:
    found = originals.at(repository.root, "HEAD", ["results", "schema"]).only(lambda path: path.endswith("s"))
    assert list(found.contents()) == [("schema/s", b"s")]


def test_nothing_is_read_for_nobody(tmp_path: Path) -> None:
    assert list(originals.NONE.contents()) == []
    assert list(Originals(root=tmp_path, ids={"a": "0" * 40}).contents([])) == []


def test_a_file_that_git_lost_is_named(repository: Repository) -> None:
    with pytest.raises(Stop, match=r"object 0{40} of results/x is missing"):
        list(Originals(root=repository.root, ids={"results/x": "0" * 40}).contents())


def test_a_copy_of_this_process_may_read_in_the_middle_of_a_reading(repository: Repository) -> None:
    found = originals.at(repository.root, "HEAD", ["results"])
    reading = found.contents()
    assert next(reading) == ("results/000", b"0\n")
    child = os.fork()
    if child == 0:
        os._exit(found.content("results/100") != b"100\n")
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert len(list(reading)) == 449
