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
from tests.test_history_pages import SECOND, second_suite, with_second_suite

ISSUED = datetime(2026, 1, 2, tzinfo=UTC)
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


def folding(repository: Repository, number: int) -> None:
    changes = {"site": {"fold_above": 5 + number % 2}, "freshness": {"fresh": 30, "ageing": 60, "stale": 90 + number}}
    repository.commit({urls.PROGRAMME: papers.written(papers.programme(**changes))})


def finished(number: int, days: int, version: str) -> dict[str, Any]:
    """A run that ended some days before it was issued."""
    ended = (ISSUED - timedelta(days=days)).strftime("%Y-%m-%dT%H:%M:%SZ")
    run = {"status": "completed", "finished_at": ended}
    return pair(result(version=version, run_id=f"toy-run-{number:04}", run=run))


def night(repository: Repository, number: int) -> None:
    """Six runs of three versions on the days before, two by two."""
    ages = (number * 7 % 100, number * 11 % 100 + 1)
    runs = (finished(number * 10 + place, ages[place % 2] + place, f"v0.{place // 2}.{place}") for place in range(6))
    repository.commit({path: content for run in runs for path, content in run.items()})


def newer(repository: Repository, number: int) -> None:
    if not (repository.root / SECOND).exists():
        repository.commit({SECOND: second_suite()})
    kelp(repository, number, **with_second_suite())


EVENTS = {
    "a newer test set": newer,
    "a night": night,
    "another limit": folding,
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
    version = (TEMPLATES / "version.html").read_text().replace("{{ run.whole | sentence }}", "{{ run.entry | aged }}")
    (own / "version.html").write_text(version)
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
    seen.append(digests(repository, past=False))
    assert len({one[f"/{FIRST}"] for one in seen}) == 3
    assert len({one[f"/{SECOND}"] for one in seen}) == 2


def test_what_no_page_tells_the_age_of_makes_nothing_anew_when_it_is_older(tmp_path: Path) -> None:
    repository = toy(tmp_path / "r")
    limits = papers.programme(site={"fold_above": 5})
    repository.commit({urls.PROGRAMME: papers.written(limits)})
    repository.commit(finished(1, 25, "v0.1.0") | finished(2, 20, "v0.1.1"))
    repository.commit(
        {path: content for place in range(3, 9) for path, content in finished(place, 1, "v1.0.0").items()}
    )

    def kept(days: float) -> frozenset[str]:
        """Build, and name the pages of meshes and of tests that are left as they stand."""
        as_of = ISSUED + timedelta(days=days)
        manner = site.Manner(standing=Standing(tmp_path / "cache", tmp_path / "out"))
        found = planned(repository, as_of, TEMPLATES, manner).kept
        assert built(repository, tmp_path, as_of, TEMPLATES) == whole(repository, as_of, TEMPLATES)
        return found & {urls.mesh("kelp"), urls.test("toy", "v1", "A-1")}

    both = {urls.mesh("kelp"), urls.test("toy", "v1", "A-1")}
    assert kept(4) == frozenset()
    assert kept(4.5) == both
    assert kept(5.5) == both, "the run that is older now is folded"
    assert kept(10.5) == {urls.test("toy", "v1", "A-1")}, "this one has a page of its own"
    assert kept(30) == frozenset()


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
