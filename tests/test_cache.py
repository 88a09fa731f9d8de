"""What `cache` promises: the same report with and without it, and nothing in it is believed but what we sealed."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from generator import cli, documents, ledger, sshsig
from generator.cache import Cache
from generator.examination import Examined, examine
from generator.ledger import Expected
from generator.schemas import Schema
from tests.support import papers
from tests.support.forgeries import Scene, keys
from tests.support.helping import helped
from tests.support.papers import PROJECT, ROBOT, STRANGER, result
from tests.support.repository import Repository, pair, toy

SCHEMA = Schema("result", (PROJECT / "schema/result.schema.json").read_bytes())
PATH = "results/kelp/v1.0.0/toy-run-0001.yaml"
KEY = (PATH, "a" * 40, "b" * 40)
CONTENT = papers.written(result())
SEAL = bytes(32)


def _found(content: bytes = CONTENT, sidecar: bytes | None = None) -> Examined:
    signature = ROBOT.sign(content) if sidecar is None else sidecar
    return examine(PATH, content, signature, SCHEMA, frozenset({ROBOT.public}))


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "cache"


def _kept(folder: Path, found: Examined, seal: bytes = SEAL) -> None:
    cache = Cache(folder, SCHEMA, seal)
    cache.keep(*KEY, found)
    cache.close()


def _told(folder: Path, schema: Schema = SCHEMA, seal: bytes = SEAL) -> Examined | None:
    cache = Cache(folder, schema, seal)
    found = cache.known(*KEY)
    cache.close()
    return found


@pytest.mark.parametrize(
    "found", [_found(), _found(sidecar=b""), _found(b"a: ["), _found(b"a: b\n")], ids=["good", "unsigned", "no", "odd"]
)
def test_an_entry_says_what_was_found_out(folder: Path, found: Examined) -> None:
    _kept(folder, found)
    assert _told(folder) == found


def test_what_was_not_looked_at_to_the_end_is_not_kept(folder: Path) -> None:
    _kept(folder, _found(sidecar=STRANGER.sign(CONTENT)))
    assert _told(folder) is None


def test_an_entry_sealed_by_somebody_else_is_not_there(folder: Path) -> None:
    _kept(folder, _found())
    assert _told(folder, seal=bytes([1]) * 32) is None


def test_an_entry_of_another_schema_is_not_there_and_goes(folder: Path) -> None:
    _kept(folder, _found())
    other = Schema("result", SCHEMA.content + b"\n")
    assert _told(folder, other) is None
    cache = Cache(folder, other, SEAL)
    cache.keep(*KEY, _found())
    cache.close()
    assert _told(folder, other)
    assert _told(folder) is None


def _store(folder: Path) -> Path:
    (file,) = folder.iterdir()
    return file


def _changed(statement: str, *values: object) -> Callable[[Path], None]:
    def change(file: Path) -> None:
        store = sqlite3.connect(file)
        store.execute(statement, values)
        store.commit()
        store.close()

    return change


DAMAGES: dict[str, Callable[[Path], object]] = {
    "another answer": _changed("UPDATE kept SET told = replace(told, 'passed', 'failed')"),
    "a moved answer": _changed("UPDATE kept SET id = 'x'"),
    "another seal": _changed("UPDATE kept SET mac = zeroblob(32)"),
    "no seal": _changed("UPDATE kept SET mac = NULL"),
    "a seal of text": _changed("UPDATE kept SET mac = 'x'"),
    "an answer of bytes": _changed("UPDATE kept SET told = x'00'"),
    "a view": _changed("CREATE VIEW more AS SELECT 1"),
    "a trigger": _changed("CREATE TRIGGER t AFTER INSERT ON kept BEGIN DELETE FROM kept; END"),
    "no file of its kind": lambda file: file.write_bytes(b"this is no database" * 1000),
    "an empty file": lambda file: file.write_bytes(b""),
    "half a file": lambda file: file.write_bytes(file.read_bytes()[: file.stat().st_size // 2]),
    "no file": lambda file: file.unlink(),
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
def test_what_is_damaged_is_not_there_and_can_be_kept_again(folder: Path, damage: Callable[[Path], object]) -> None:
    _kept(folder, _found())
    damage(_store(folder))
    assert _told(folder) is None
    _kept(folder, _found())
    if damage is not DAMAGES["half a file"]:
        assert _told(folder) == _found()


def test_a_folder_that_cannot_be_one_is_no_trouble(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    _kept(tmp_path / "file", _found())
    assert _told(tmp_path / "file") is None


def test_a_cache_that_is_being_written_is_left_alone(folder: Path) -> None:
    _kept(folder, _found())
    other = sqlite3.connect(_store(folder))
    other.execute("BEGIN EXCLUSIVE")
    cache = Cache(folder, SCHEMA, SEAL)
    assert cache.known(*KEY) is None
    cache.keep(*KEY, _found())
    cache.close()
    other.rollback()
    other.close()
    assert _told(folder) == _found()


def test_the_secret_is_this_users_alone(tmp_path: Path, folder: Path) -> None:
    cache = Cache(folder, SCHEMA)
    cache.keep(*KEY, _found())
    cache.close()
    secret = tmp_path / "state/meshmark/cache-key"
    assert (secret.stat().st_mode & 0o777, secret.stat().st_size) == (0o600, 32)
    cache = Cache(folder, SCHEMA)
    assert cache.known(*KEY) == _found()
    cache.close()
    secret.write_bytes(b"short")
    cache = Cache(folder, SCHEMA)
    assert (cache.has(*KEY), cache.known(*KEY)) == (False, None)
    cache.close()


# Whole histories.


def _runs(scene: Repository, capsys: pytest.CaptureFixture[str], *more: str) -> tuple[int, str]:
    code = cli.main(["verify", "--root", str(scene.root), "--format", "json", *more])
    return code, capsys.readouterr().out


@pytest.fixture
def told(tmp_path: Path) -> Scene:
    scene = Scene(tmp_path / "r")
    scene.start()
    scene.begin()
    scene.commit(pair(result()))
    scene.commit(pair(result(run_id="toy-run-0002"), STRANGER))
    scene.commit({"results/kelp/v1.0.0/toy-run-0003.yaml": CONTENT})
    scene.commit(pair(result(run_id="toy-run-0004") | {"surprise": "x"}))
    return scene


@pytest.mark.parametrize("least", [1, 500], ids=["with workers", "alone"])
def test_a_report_with_a_cache_is_the_same_and_a_second_one_reads_nothing(
    told: Scene, folder: Path, least: int, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = _runs(told, capsys)
    with helped(least):
        assert _runs(told, capsys, "--cache", str(folder)) == plain
        read, verified = list[str](), list[str]()
        monkeypatch.setattr(documents, "read", _noting(documents.read, read))
        monkeypatch.setattr(sshsig, "verify", _noting(sshsig.verify, verified))
        assert _runs(told, capsys, "--cache", str(folder)) == plain
    assert not [path for path in read if str(path).startswith("results/")]


def _noting(otherwise: Callable[..., object], notes: list[str]) -> Callable[..., object]:
    def noted(first: str, *more: object) -> object:
        notes.append(first)
        return otherwise(first, *more)

    return noted


def test_a_revoked_key_acts_at_once_whatever_the_cache_holds(
    told: Scene, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _runs(told, capsys, "--cache", str(folder))
    told.commit(told.succeed(**keys(papers.key(ROBOT, status="compromised"))))
    told.commit(pair(result(run_id="toy-run-0005")))
    with_cache = _runs(told, capsys, "--cache", str(folder))
    assert with_cache == _runs(told, capsys)
    states = {one["path"][-9:-5]: one["state"] for one in json.loads(with_cache[1])["results"]}
    assert (states["0001"], states["0005"]) == ("suspect", "unauthorised")


def test_a_ledger_with_a_cache_holds_the_same_documents(told: Scene, folder: Path) -> None:
    plain = ledger.read(told.root)
    for _ in range(2):
        assert ledger.read(told.root, expected=Expected(cache=folder)) == plain


def test_check_takes_a_cache_and_says_the_same(tmp_path: Path, folder: Path) -> None:
    repository = toy(tmp_path / "r")
    repository.commit(pair(result()))
    repository.write(pair(result(run_id="toy-run-0002"), STRANGER))
    plain = ledger.check(repository.root)
    for _ in range(2):
        assert ledger.check(repository.root, cache=folder) == plain
