"""What `recollection` promises: the same report from any earlier head on, and nothing but what is new is judged."""

from __future__ import annotations

import itertools
import json
import sqlite3
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from generator import arrival, documents, ledger, sshsig
from generator.findings import Finding, Stop
from generator.judgements import Ledger
from generator.ledger import Expected, Reader
from tests.support import papers
from tests.support.forgeries import Scene, keys
from tests.support.histories import path_of, result_of, steps, tell
from tests.support.papers import PROJECT, ROBOT, STRANGER, SUITE_PATH, result
from tests.support.repository import File, pair

Told = tuple[int, str]


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    found = Scene(tmp_path / "r")
    found.start()
    found.begin()
    for number in (1, 2):
        found.commit(pair(result_of(number)))
    found.commit(pair(result(run_id="toy-run-0009", mesh="moss")))
    return found


class Verifying:
    """Verifies with a cache and without, and counts what was judged and which signatures were checked."""

    def __init__(self, scene: Scene, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
        self.scene, self.capsys = scene, capsys
        self.folder = scene.root.parent / "cache"
        self.judged: list[str] = []
        judge = arrival.judge

        def noting(pair: arrival.Pair, against: arrival.Against) -> arrival.Arrival:
            self.judged.append(pair.path)
            return judge(pair, against)

        monkeypatch.setattr(arrival, "judge", noting)

    def plainly(self, *flags: str) -> Told:
        self.capsys.readouterr()
        flags, self.scene.flags = tuple(self.scene.flags), [*self.scene.flags, *flags]
        code = self.scene.verify()
        self.scene.flags = list(flags)
        return code, self.capsys.readouterr().out

    def cached(self, *flags: str) -> tuple[Told, list[str]]:
        """Give what verifying with the cache tells, and the paths that were judged for it."""
        self.judged.clear()
        return self.plainly("--cache", str(self.folder), *flags), list(self.judged)

    def same(self, *flags: str) -> list[str]:
        """Give the paths that are judged with the cache, once it is sure that it makes no difference."""
        told, judged = self.cached(*flags)
        assert told == self.plainly(*flags)
        return judged


@pytest.fixture
def verifying(scene: Scene, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Verifying:
    return Verifying(scene, capsys, monkeypatch)


# Any history.


@settings(derandomize=True, deadline=None, max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(told=st.tuples(steps, st.integers(0, 3), steps), filled=st.sets(st.integers(0, 14)))
def test_a_cache_that_was_filled_at_any_earlier_head_makes_no_difference(
    told: tuple[list[Any], int, list[Any]],
    filled: set[int],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        scene = Scene(Path(folder) / "r")
        scene.start()
        scene.begin()
        verifying = Verifying(scene, capsys, monkeypatch)
        first, back, then = told
        for index, step in enumerate((*first, back, *then)):
            _happen(scene, step)
            if index in filled:
                verifying.cached()
        verifying.same()
        verifying.same()


@settings(derandomize=True, deadline=None, max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(told=st.tuples(steps, st.integers(0, 3), steps), cached=st.booleans())
def test_a_reader_that_goes_on_reads_what_a_new_one_reads(
    told: tuple[list[Any], int, list[Any]],
    cached: bool,  # noqa: FBT001 - both ways of going on
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        scene = Scene(Path(folder) / "r")
        scene.start()
        scene.begin()
        reader = Reader(scene.root, Expected(cache=Path(folder) / "cache" if cached else None))
        first, back, then = told
        for step in (*first, back, *then):
            _happen(scene, step)
            assert _read(reader) == _read(Reader(scene.root))


def _happen(scene: Scene, step: Any) -> None:
    """Let a step happen; a number goes back by so many commits, and from there on another history is told."""
    if isinstance(step, int):
        commits = scene.git("rev-list", "--first-parent", "HEAD").split()
        scene.git("reset", "--quiet", "--hard", commits[min(step, len(commits) - 1)])
        scene.accounts = _accounts(scene)
    else:
        tell(scene, step)


def _read(reader: Reader) -> Ledger | list[Finding] | str:
    try:
        return reader.read()
    except Stop as stop:
        return list(stop.findings) or stop.message


def _accounts(scene: Scene) -> papers.Paper:
    """Give the registry that stands in the work tree."""
    read = documents.read("registry", (scene.root / "registry/service-accounts.yaml").read_bytes()).document
    assert read
    return dict(read.data)


# One by one.


def test_nothing_new_means_nothing_judged_and_one_new_result_means_one(scene: Scene, verifying: Verifying) -> None:
    assert len(verifying.same()) == 3
    assert verifying.cached()[1] == []
    scene.commit(pair(result_of(3)))
    assert verifying.cached()[1] == [path_of(3)]
    assert verifying.cached()[1] == []
    verifying.same()


def test_a_reader_judges_what_is_new_and_reads_everything_else_once(scene: Scene, verifying: Verifying) -> None:
    reader = Reader(scene.root)
    for number in (3, 4):
        before = reader.read()
        scene.commit(pair(result_of(number)))
        verifying.judged.clear()
        after = reader.read()
        assert verifying.judged == [path_of(number)]
        assert len(after.entries) == len(before.entries) + 1
        assert after == ledger.read(scene.root)


def test_a_reader_goes_on_from_nothing_that_stood_under_other_schemas(scene: Scene) -> None:
    reader = Reader(scene.root)
    assert len(reader.read().entries) == 2
    _tighten(scene)
    assert reader.read() == ledger.read(scene.root)
    assert reader.read().entries == ()


def test_a_reader_that_was_stopped_begins_anew(scene: Scene) -> None:
    reader = Reader(scene.root)
    whole = reader.read()
    with pytest.raises(Stop):
        reader.read("HEAD~9")
    assert reader.read() == whole


def test_an_older_head_is_judged_by_itself(verifying: Verifying) -> None:
    verifying.cached()
    assert len(verifying.cached("--at", "HEAD~1")[1]) == 2
    assert verifying.cached()[1] == ["results/moss/v1.0.0/toy-run-0009.yaml"]
    verifying.same("--at", "HEAD~2")


def test_a_commit_without_results_is_remembered_too(scene: Scene, verifying: Verifying) -> None:
    verifying.cached()
    scene.commit({"README.md": b"hello"})
    assert verifying.cached()[1] == []
    scene.commit({"README.md": None})
    verifying.same()


CHANGES: dict[str, Callable[[Scene], dict[str, File]]] = {
    "a key is declared compromised": lambda scene: scene.succeed(**keys(papers.key(ROBOT, status="compromised"))),
    "a result is withdrawn": lambda scene: scene.succeed(
        withdrawn=[{"digest": papers.digest(papers.written(result_of(1))), "reason": "a mistake"}]
    ),
    "a registry is refused": lambda _scene: {"registry/sigs/alice.sig": b"no signature"},
    "a test set goes": lambda _scene: {SUITE_PATH: None},
    "a schema moves": lambda scene: {
        "schema/result.schema.json": (scene.root / "schema/result.schema.json").read_bytes() + b"\n"
    },
    "another schema moves": lambda scene: {
        "schema/suite.schema.json": (scene.root / "schema/suite.schema.json").read_bytes() + b"\n"
    },
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_what_decides_acts_at_once_and_everything_is_judged_anew(
    scene: Scene, verifying: Verifying, change: Callable[[Scene], dict[str, File]]
) -> None:
    verifying.cached()
    scene.commit(change(scene))
    told, judged = verifying.cached()
    assert len(judged) == 3
    assert told == verifying.plainly()
    scene.commit(pair(result_of(3)))
    verifying.same()


def _tighten(scene: Scene) -> None:
    schema = json.loads((PROJECT / "schema/result.schema.json").read_bytes())
    schema["required"].append("evidence")
    scene.commit({"schema/result.schema.json": json.dumps(schema).encode()})


def test_a_schema_that_tightens_condemns_what_was_remembered_as_good(scene: Scene, verifying: Verifying) -> None:
    verifying.cached()
    _tighten(scene)
    (_, printed), _ = verifying.cached()
    states = {one["path"]: one["state"] for one in json.loads(printed)["results"]}
    assert (states[path_of(1)], states[path_of(2)]) == ("malformed", "malformed")


def test_another_trust_root_has_a_memory_of_its_own(verifying: Verifying) -> None:
    (_, printed), _ = verifying.cached()
    root = json.loads(printed)["trust_root"]
    pinned = ("--trust-root", f"{root['commit']}:{root['digest']}")
    assert len(verifying.cached(*pinned)[1]) == 3
    assert verifying.cached(*pinned)[1] == []
    verifying.same(*pinned)
    verifying.same("--trust-root", "0" * 64)


def test_a_line_that_only_passes_by_is_not_gone_on_from(scene: Scene, verifying: Verifying) -> None:
    scene.aside(pair(result_of(3)), pair(result_of(4), STRANGER))
    verifying.cached("--at", "side")
    scene.merge("side")
    assert len(verifying.cached()[1]) == 3 + 2
    verifying.same()


def test_a_head_that_is_gone_is_not_gone_on_from(scene: Scene, verifying: Verifying) -> None:
    scene.commit(pair(result_of(3)))
    verifying.cached()
    scene.git("reset", "--quiet", "--hard", "HEAD~1")
    scene.git("reflog", "expire", "--expire=now", "--all")
    scene.git("gc", "--quiet", "--prune=now")
    scene.commit(pair(result_of(3, "A_2")))
    assert len(verifying.cached()[1]) == 4
    verifying.same()


def test_what_was_verified_stays_frozen_and_used(scene: Scene, verifying: Verifying) -> None:
    verifying.cached()
    scene.commit(pair(result_of(1, "A_2")))
    verifying.same()
    scene.commit({path_of(2): None, f"{path_of(2)}.sig": None})
    scene.commit(pair(result_of(2), path="results/kelp/v2.0.0/toy-run-0002.yaml"))
    scene.commit({f"{path_of(7)}.sig": b"alone"})
    verifying.same()
    scene.commit({**pair(result_of(1)), **pair(result_of(2))})
    verifying.same()
    scene.commit(scene.succeed(**keys(papers.key(ROBOT, status="retired"))))
    verifying.same()


def test_a_published_checkpoint_is_met_from_memory(scene: Scene, verifying: Verifying) -> None:
    scene.publish()
    verifying.cached()
    scene.commit(pair(result_of(3)))
    assert verifying.same() == [path_of(3)]
    scene.git("reset", "--quiet", "--hard", "HEAD~2")
    scene.commit(pair(result_of(4)))
    verifying.same()


def test_a_signature_that_is_remembered_is_not_checked_again(
    verifying: Verifying, monkeypatch: pytest.MonkeyPatch
) -> None:
    verifying.cached()
    checked = list[str]()
    verify = sshsig.verify

    def noting(signature: sshsig.Signature, namespace: str, content: bytes) -> None:
        checked.append(namespace)
        verify(signature, namespace, content)

    monkeypatch.setattr(sshsig, "verify", noting)
    verifying.cached()
    assert set(checked) == {sshsig.REGISTRY_NAMESPACE}


# What is on the disk.


def _rows(folder: Path) -> list[str]:
    store = sqlite3.connect(folder / "examined.sqlite3")
    found = [row[0] for row in store.execute("SELECT id FROM kept ORDER BY id")]
    store.close()
    return found


def test_memory_grows_with_the_meshes_and_not_with_the_heads(scene: Scene, verifying: Verifying) -> None:
    verifying.cached()
    before = len(_rows(verifying.folder))
    for number in (3, 4, 5):
        scene.commit(pair(result_of(number)))
        verifying.cached()
    # Each new result has been examined; the memory is what it was: a root, and one entry a mesh.
    assert len(_rows(verifying.folder)) == before + 3


DAMAGES = {
    "gone": "DELETE FROM kept WHERE id = ?",
    "changed": "UPDATE kept SET told = replace(told, 'verified', 'withdrawn') || ' ' WHERE id = ?",
    "of another kind": "UPDATE kept SET told = x'00' WHERE id = ?",
    "sealed by nobody": "UPDATE kept SET mac = NULL WHERE id = ?",
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
def test_an_entry_that_is_damaged_is_as_good_as_none(scene: Scene, verifying: Verifying, damage: str) -> None:
    verifying.cached()
    scene.commit(pair(result_of(3)))
    plain = verifying.plainly()
    kept = (verifying.folder / "examined.sqlite3").read_bytes()
    for row in _rows(verifying.folder):
        (verifying.folder / "examined.sqlite3").write_bytes(kept)
        store = sqlite3.connect(verifying.folder / "examined.sqlite3")
        store.execute(damage, (row,))
        store.commit()
        store.close()
        for _ in range(2):
            assert verifying.cached()[0] == plain


def test_an_entry_in_the_place_of_another_is_as_good_as_none(verifying: Verifying) -> None:
    verifying.cached()
    plain = verifying.plainly()
    file = verifying.folder / "examined.sqlite3"
    kept, rows = file.read_bytes(), _rows(verifying.folder)
    for one, other in itertools.pairwise(rows):
        file.write_bytes(kept)
        store = sqlite3.connect(file)
        store.execute("DELETE FROM kept WHERE id = ?", (one,))
        store.execute("UPDATE kept SET id = ? WHERE id = ?", (one, other))
        store.commit()
        store.close()
        assert verifying.cached()[0] == plain
