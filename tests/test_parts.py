"""What `parts` promises: with finished parts from a cache the site is the same, byte for byte, whatever happened."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from generator import ledger, originals, parts, site, theme, urls, writing
from generator.findings import Stop
from generator.standing import Standing
from tests.support import papers
from tests.support.papers import ARCHIVIST, PROJECT, ROBOT, result, transcription
from tests.support.repository import Repository, next_registry, pair, signed_registry, toy
from tests.test_history_pages import SECOND, second_suite

START = datetime(2026, 2, 5, tzinfo=UTC)
TEMPLATES = PROJECT / "site_templates"
FIRST = urls.suite("toy", "v1")


@pytest.fixture(autouse=True, scope="module")
def _home(tmp_path_factory: pytest.TempPathFactory) -> Any:
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("XDG_STATE_HOME", str(tmp_path_factory.mktemp("state")))
        yield


def planned(repository: Repository, as_of: datetime, templates: Path, manner: site.Manner) -> site.Site:
    book = ledger.read(repository.root)
    files = originals.at(repository.root, book.head, ("registry", "results", "schema"))
    return site.plan(book, files, as_of, templates, manner)


def whole(repository: Repository, as_of: datetime, templates: Path, *, past: bool = False) -> dict[str, bytes]:
    """Every file of a site that is made without any memory."""
    made = planned(repository, as_of, templates, site.Manner(past=past))
    return {one.path: one.content for one in made}


def built(
    repository: Repository, scratch: Path, as_of: datetime, templates: Path, *, past: bool = False
) -> dict[str, bytes]:
    """Every file of a site that is built over what stands in its folder."""
    out = scratch / "out"
    before = Standing(scratch / "cache", out)
    made = planned(repository, as_of, templates, site.Manner(past=past, standing=before))
    kept = made.kept | before.originals(made.originals.ids)
    left = writing.Left(kept, before.rows)
    written = writing.write(made.made, out, originals=made.originals, left=left)
    before.keep(made.parts, made.originals.ids, None, written)
    paths = {path.relative_to(out).as_posix(): path for path in out.rglob("*") if path.is_file()}
    assert len(paths) - 1 == len(made)
    return {path: file.read_bytes() for path, file in paths.items() if path != writing.MARKER}


def kelp(repository: Repository, number: int, version: str = "v1.0.0", **changes: Any) -> None:
    repository.commit(pair(result(version=version, run_id=f"toy-run-{number:04}", **changes)))


def reed(repository: Repository, number: int) -> None:
    found = transcription(mesh="reed", version="unknown", run_id=f"toy-run-{number:04}")
    repository.commit(pair(found, ARCHIVIST))


def tampered(repository: Repository, number: int) -> None:
    kelp(repository, number)
    repository.commit({f"results/kelp/v1.0.0/toy-run-{number:04}.yaml": b"other"})


def renamed(repository: Repository, number: int) -> None:
    meshes = [{"id": "kelp", "title": f"Kelp {number}"}, {"id": "reed", "title": "Reed Mesh"}]
    repository.commit({urls.PROGRAMME: papers.written(papers.programme(meshes=meshes))})


def unsigned(repository: Repository, number: int) -> None:
    repository.commit({f"results/reed/v1/toy-run-{number:04}.yaml": b"a: b\n"})


def newer(repository: Repository, number: int) -> None:
    if not (repository.root / SECOND).exists():
        repository.commit({SECOND: second_suite()})
    found: dict[str, Any] = {
        "suite": {"id": "toy", "version": "v2", "digest": papers.digest(second_suite())},
        "results": [{"test": test, "outcome": "passed"} for test in ("A-1", "A-2", "B-9", "A-3")],
    }
    kelp(repository, number, **found)


EVENTS = {
    "a newer test set": newer,
    "a run": kelp,
    "a failure": lambda repository, number: kelp(repository, number, results=papers.outcomes(A_2="failed")),
    "another version": lambda repository, number: kelp(repository, number, f"v1.{number}.0"),
    "another variant": lambda repository, number: kelp(repository, number, variant={"mode": "ambient"}),
    "another mesh": reed,
    "a broken one": tampered,
    "an unsigned one": unsigned,
    "another name": renamed,
    "nothing": lambda *_: None,
}


def vandal(out: Path, number: int) -> None:
    """Change, remove or replace files of the site that stands."""
    files = sorted(path for path in out.rglob("*") if path.is_file())
    for file in files[number % 7 :: 7]:
        content = file.read_bytes()
        file.unlink()
        if number % 3 == 1:
            file.write_bytes(content)
        elif number % 3 == 2 and file.name != writing.MARKER:
            file.write_bytes(content[::-1])
    (out / writing.MARKER).write_bytes(b"")


steps = st.tuples(
    st.sampled_from(sorted(EVENTS)),
    st.sampled_from([0, 0, 40, 400]),
    st.booleans(),
    st.booleans(),
    st.none() | st.integers(0, 20),
)


@settings(derandomize=True, deadline=None, max_examples=8)
@given(st.lists(steps, min_size=2, max_size=5))
def test_a_site_of_kept_parts_is_the_same_over_any_history(
    tmp_path_factory: pytest.TempPathFactory, history: list[tuple[str, int, bool, bool, int | None]]
) -> None:
    scratch = tmp_path_factory.mktemp("x")
    repository = toy(scratch / "r")
    own = scratch / "templates"
    own.mkdir()
    (own / "mesh.html").write_text((TEMPLATES / "mesh.html").read_text().replace("<h1>", "<h1>Our "))
    for number, (event, days, themed, past, harm) in enumerate(history, 1):
        EVENTS[event](repository, number)
        if harm is not None and (scratch / "out").exists():
            vandal(scratch / "out", harm)
        how = (START + timedelta(days=days), own if themed else TEMPLATES)
        assert built(repository, scratch, *how, past=past) == whole(repository, *how, past=past)


def digests(
    repository: Repository, as_of: datetime = START, templates: Path = TEMPLATES, **changes: Any
) -> dict[str, str]:
    """What each part is made of, by its name, where that is less than nearly everything."""
    book = ledger.read(repository.root)
    scene = site._scene(book, as_of, originals.NONE, theme.read(templates, book.programme.site), **changes)
    return {part.name: digest for part in parts.parts(scene) if (digest := part.made_of())}


def made_of(*given: Any, **changes: Any) -> list[str]:
    """What the parts of meshes are made of."""
    return [digest for name, digest in digests(*given, **changes).items() if not name.startswith("/")]


def test_a_result_makes_anew_what_tells_of_its_mesh_and_of_all(tmp_path: Path) -> None:
    repository = toy(tmp_path / "r")
    kelp(repository, 1)
    reed(repository, 2)
    before = made_of(repository, past=False)
    kelp(repository, 3)
    after = made_of(repository, past=False)
    assert (len(before), len(after)) == (2, 2)
    assert before[0] != after[0]
    assert before[1] == after[1]


def test_a_part_is_another_where_anything_is_that_its_pages_tell(tmp_path: Path) -> None:
    repository = toy(tmp_path / "r")
    kelp(repository, 1)
    own = tmp_path / "own"
    own.mkdir()
    seen = [made_of(repository, past=False), made_of(repository, START + timedelta(days=1), past=False)]
    assert seen[0] == seen[1], "a day that makes nothing older changes no page of a mesh"
    unsigned(repository, 9)
    assert made_of(repository, past=False) == seen[0], "what stands at the place of another mesh is of no account"
    repository.commit({"results/kelp/v1/toy-run-0008.yaml": b"a: b\n"})
    seen = [
        seen[0],
        made_of(repository, past=False),
        made_of(repository, START + timedelta(days=400), past=False),
        made_of(repository, past=True),
    ]
    (own / "new.html").write_bytes(b"x")
    seen.append(made_of(repository, START, own, past=False))
    renamed(repository, 5)
    seen.append(made_of(repository, past=False))
    found = papers.registry()
    publishers = {"kelp-robot": papers.publisher(papers.key(ROBOT, status="retired"))}
    repository.commit(signed_registry(next_registry(repository, found, publishers=publishers)))
    seen.append(made_of(repository, past=False))
    assert len({one for some in seen for one in some}) == len(seen)


def test_the_pages_of_a_test_set_are_made_anew_where_its_runs_are_others(tmp_path: Path) -> None:
    repository = toy(tmp_path / "r")
    kelp(repository, 1)
    newer(repository, 2)
    seen = [digests(repository, past=False)]
    assert {name for name in seen[0] if name.startswith("/")} == {"/library", f"/{FIRST}", f"/{SECOND}"}
    newer(repository, 3)
    seen.append(digests(repository, past=False))
    assert seen[0][f"/{FIRST}"] == seen[1][f"/{FIRST}"]
    kelp(repository, 4)
    seen.append(digests(repository, past=False))
    assert seen[1][f"/{SECOND}"] == seen[2][f"/{SECOND}"]
    reed(repository, 5)
    seen += [digests(repository, past=False), digests(repository, START + timedelta(days=400), past=False)]
    assert len({one[f"/{FIRST}"] for one in seen}) == 4
    assert len({one[f"/{SECOND}"] for one in seen}) == 3


def test_the_pages_of_a_test_set_name_the_others(tmp_path: Path) -> None:
    repository = toy(tmp_path / "r")
    kelp(repository, 1)
    before = digests(repository, past=False)
    newer(repository, 2)
    assert digests(repository, past=False)[f"/{FIRST}"] != before[f"/{FIRST}"]


def test_a_broken_link_out_of_a_kept_part_is_found(tmp_path: Path) -> None:
    repository = toy(tmp_path / "r")
    kelp(repository, 1)
    built(repository, tmp_path, START, TEMPLATES)
    book = ledger.read(repository.root)
    files = originals.at(repository.root, book.head, ("registry", "results", "schema"))
    fewer = files.only(lambda path: path != "schema/result.schema.json")
    manner = site.Manner(standing=Standing(tmp_path / "cache", tmp_path / "out"))
    with pytest.raises(Stop, match="lead nowhere"):
        site.plan(book, fewer, START, TEMPLATES, manner)


def test_parts_that_nothing_is_new_for_are_not_made_again(tmp_path: Path) -> None:
    repository = toy(tmp_path / "r")
    kelp(repository, 1)
    reed(repository, 2)
    built(repository, tmp_path, START, TEMPLATES)
    kelp(repository, 3)
    manner = site.Manner(standing=Standing(tmp_path / "cache", tmp_path / "out"))
    made = planned(repository, START, TEMPLATES, manner)
    assert {path.split("/")[1] for path in made.kept if path.startswith("meshes/")} == {"reed"}
    assert {one.path.split("/")[1] for one in made.made if one.path.startswith("meshes/")} == {"kelp"}
