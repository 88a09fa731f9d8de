"""What `files` promises: a row of all that stands in a folder, however many processes look."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from generator import files


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Files in folders of folders, an empty one, a link to a folder and one to nothing."""
    top = tmp_path / "top"
    for number in range(40):
        place = top / f"{number % 7}" / f"{number}"
        place.mkdir(parents=True)
        (place / "file").write_bytes(b"x" * number)
    (top / "beside").write_bytes(b"")
    (top / "empty").mkdir()
    (top / "link").symlink_to(top / "0")
    (top / "0" / "nowhere").symlink_to(tmp_path / "nowhere")
    return top


def test_there_is_a_row_for_each_file_and_each_folder(folder: Path) -> None:
    rows = files.rows(folder)
    assert len(rows) == 40 + 2 + 7 + 40 + 2
    assert {path for path, row in rows.items() if files.is_plain(row)} == {
        *(f"{number % 7}/{number}/file" for number in range(40)),
        "beside",
    }
    assert "link/" not in rows


@pytest.mark.parametrize("many", [1, 3, 8, 45])
def test_the_rows_are_the_same_whoever_looked(folder: Path, monkeypatch: pytest.MonkeyPatch, many: int) -> None:
    alone = files.rows(folder)
    monkeypatch.setattr(files, "_MANY", many)
    assert files.rows(folder) == alone


def test_what_touches_a_file_changes_its_row(folder: Path) -> None:
    before = files.rows(folder)
    (folder / "3" / "3" / "file").write_bytes(b"yyy")
    os.utime(folder / "beside", ns=(0, 0))
    after = files.rows(folder)
    assert {path for path in before if before[path] != after[path]} == {"3/3/file", "beside"}
    assert files.again(before, folder, ["3/3/file", "beside"]).keys() == after.keys() - {"empty/"}


def test_where_nothing_can_be_looked_into_there_is_nothing(tmp_path: Path) -> None:
    assert files.rows(tmp_path / "nowhere") == {}
