"""What `foresight` promises: with and without other processes the same comes out, byte for byte."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from generator import foresight, ledger, machine
from generator.findings import Stop
from generator.foresight import Foresight
from generator.history import Repository as Opened
from generator.judgements import Ledger
from generator.ledger import Expected
from generator.schemas import Schema
from generator.workers import Gone, Parcel
from tests.support import papers
from tests.support.forgeries import Scene, keys
from tests.support.helping import Lent, helped
from tests.support.histories import path_of, result_of, steps, tell
from tests.support.papers import PROJECT, ROBOT, STRANGER
from tests.support.repository import basis, pair, toy


def _told(scene: Scene, capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    code = scene.verify()
    return code, capsys.readouterr().out


def _read(scene: Scene, cache: Path | None = None) -> Ledger | str:
    try:
        return ledger.read(scene.root, expected=Expected(cache=cache))
    except Stop as stop:
        return stop.message


# Random histories.


@settings(derandomize=True, deadline=None, max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(told=steps, begins=st.sampled_from(["at once", "late"]))
def test_any_history_comes_out_the_same(
    told: list[Any],
    begins: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        scene = Scene(Path(folder) / "r")
        scene.start()
        scene.commit(basis() if begins == "at once" else {})
        for step in told:
            tell(scene, step)
        if begins == "late":
            scene.commit(basis())
        capsys.readouterr()
        alone = (_told(scene, capsys), _read(scene))
        with helped():
            together = (_told(scene, capsys), _read(scene))
        assert together == alone
        cache = Path(folder) / "cache"
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("XDG_STATE_HOME", folder)
            scene.flags += ["--cache", str(cache)]
            for least in (1, 99, 1):
                with helped(least):
                    assert (_told(scene, capsys), _read(scene, cache)) == alone


# One by one.


class Recorded(Lent):
    """A worker that notes what it was sent, and by whose keys it was to be believed."""

    sent: list[tuple[str, AbstractSet[bytes]]]

    def send(self, parcels: Sequence[Parcel], trusted: AbstractSet[bytes]) -> None:
        Recorded.sent += [(parcel.path, trusted) for parcel in parcels]
        super().send(parcels, trusted)


@pytest.fixture
def recorded(monkeypatch: pytest.MonkeyPatch) -> Iterator[type[Recorded]]:
    Recorded.sent = []
    with helped():
        monkeypatch.setattr(foresight, "Worker", Recorded)
        yield Recorded


def test_nothing_behind_a_change_of_the_registry_is_examined_by_the_old_keys(
    tmp_path: Path, recorded: type[Recorded]
) -> None:
    scene = Scene(tmp_path / "r")
    scene.start()
    scene.begin()
    scene.commit(pair(result_of(1)))
    scene.commit(pair(result_of(2), STRANGER))
    scene.commit({**scene.succeed(**keys(papers.key(STRANGER))), **pair(result_of(3))})
    scene.commit(pair(result_of(4), STRANGER))
    audit = ledger.audit(scene.root)
    assert [verdict.state.value for verdict in audit.judgement.verdicts] == [
        "verified",
        "unauthorised",
        "verified",
        "verified",
    ]
    believed = {path: (ROBOT.public in keys, STRANGER.public in keys) for path, keys in recorded.sent}
    assert believed == {
        path_of(1): (True, False),
        path_of(2): (True, False),
        # It came with the new registry, and is judged by the old one.
        path_of(3): (False, True),
        path_of(4): (False, True),
    }


def test_results_that_wait_for_the_first_registry_are_examined_by_its_keys(
    tmp_path: Path, recorded: type[Recorded]
) -> None:
    repository = Scene(tmp_path / "r")
    repository.start()
    for number in (1, 2):
        repository.commit(pair(result_of(number)))
    repository.commit({**basis(), **pair(result_of(3))})
    verdicts = ledger.audit(repository.root).judgement.verdicts
    assert [verdict.state.value for verdict in verdicts] == ["verified"] * 3
    assert {path for path, keys in recorded.sent if ROBOT.public in keys} == {path_of(1), path_of(2), path_of(3)}


def test_few_results_or_one_core_need_no_worker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_schema: Schema, *, bare: bool) -> None:  # noqa: ARG001 - the worker's form
        raise AssertionError("a worker was started")

    repository = toy(tmp_path / "r")
    for number in range(3):
        repository.commit(pair(result_of(number)))
    with helped(least=4):
        monkeypatch.setattr(foresight, "Worker", refuse)
        assert len(ledger.audit(repository.root).judgement.verdicts) == 3
    with helped():
        monkeypatch.setattr(foresight, "Worker", refuse)
        monkeypatch.setattr(machine, "cores", lambda: 1)
        assert len(ledger.audit(repository.root).judgement.verdicts) == 3


def test_a_machine_that_starts_no_process_judges_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_schema: Schema, *, bare: bool) -> None:  # noqa: ARG001 - the worker's form
        raise Gone

    repository = toy(tmp_path / "r")
    repository.commit(pair(result_of(1)))
    with helped():
        monkeypatch.setattr(foresight, "Worker", refuse)
        assert ledger.audit(repository.root).judgement.verdicts[0].state.value == "verified"


def test_a_blob_that_is_missing_stops_where_it_is_needed_and_not_before(tmp_path: Path) -> None:
    repository = toy(tmp_path / "r")
    repository.commit(pair(result_of(1)))
    repository.commit(pair(result_of(2)))
    blob = repository.git("rev-parse", f"HEAD:{path_of(2)}")
    (repository.root / ".git/objects" / blob[:2] / blob[2:]).unlink()
    stops = []
    for least in (1, 99):
        with helped(least), pytest.raises(Stop) as caught:
            ledger.audit(repository.root)
        stops.append((caught.value.message, caught.value.findings))
    assert stops[0] == stops[1]
    assert stops[0][0] == f"object {blob} is missing"


def test_what_nobody_foresaw_is_not_known(tmp_path: Path) -> None:
    opened = Opened(toy(tmp_path / "r").root)
    schema = Schema("result", (PROJECT / "schema/result.schema.json").read_bytes())
    foreseeing = Foresight(opened.small_blobs, schema, lambda: frozenset({ROBOT.public}))
    assert len(list(foreseeing.ahead(opened.transitions()))) == 1
    assert foreseeing.known(path_of(1), "0" * 40, "1" * 40) is None
    foreseeing.close()
    opened.close()
