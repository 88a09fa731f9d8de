"""A result gets from a work tree to the main line of a remote, and nothing else is touched on the way."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable
from pathlib import Path

import jsonschema
import pytest

from generator import cli, console, ledger, submission
from generator.findings import Stop
from tests.support import papers
from tests.support.keys import Key
from tests.support.papers import PROJECT, ROBOT, STRANGER, Paper, result
from tests.support.repository import Repository, basis, next_registry, pair, signed_registry

Captured = pytest.CaptureFixture[str]
WHO = ("--name", "Kelp robot", "--email", "robot@kelp.example")
RUN = "toy-run-0002"
PATH = f"results/kelp/v1.0.0/{RUN}.yaml"
BRANCH = f"result/{RUN}"


class World:
    """A programme's bare repository, its maintainer's clone, and the clone of a mesh's robot."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.maintainer = Repository(folder / "maintainer").start()
        schemas = ("robot", "submission")
        more = {f"schema/{name}.schema.json": (PROJECT / f"schema/{name}.schema.json").read_bytes() for name in schemas}
        self.maintainer.commit(basis() | more)
        self.maintainer.commit(pair(result()))
        self.server = Repository(folder / "server.git")
        self.maintainer.git("clone", "--quiet", "--bare", ".", str(self.server.root))
        self.maintainer.git("remote", "add", "origin", str(self.server.root))
        self.robot = self.clone("robot")
        (folder / "keys").mkdir()
        self.paper = result(run_id=RUN)
        self.robot.write({PATH: papers.written(self.paper)})

    def clone(self, name: str) -> Repository:
        self.maintainer.git("clone", "--quiet", str(self.server.root), str(self.folder / name))
        return Repository(self.folder / name, self.maintainer.ticks)

    def submit(self, *argv: str, key: Key | None = None, who: tuple[str, ...] = WHO, also: str = "") -> int:
        place = str((key or ROBOT).write(self.folder / "keys"))
        paths = [str(self.robot.root / name) for name in (PATH, also) if name]
        return cli.main(["submit", "--root", str(self.robot.root), *paths, "--key", place, *who, *argv])

    def branches(self) -> dict[str, str]:
        rows = self.server.git("for-each-ref", "--format=%(refname:short) %(objectname)", "refs/heads/").splitlines()
        return dict(row.split(" ") for row in rows)


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


def state(repository: Repository) -> tuple[object, ...]:
    """Give all that a submission must leave as it was, but for the signature beside the result."""
    files = {
        path.relative_to(repository.root).as_posix(): path.read_bytes()
        for path in sorted(repository.root.rglob("*"))
        if path.is_file() and ".git" not in path.relative_to(repository.root).parts
    }
    files.pop(f"{PATH}.sig", None)
    index = repository.root / ".git" / "index"
    head = (repository.root / ".git" / "HEAD").read_text()
    heads = repository.git("for-each-ref", "refs/heads/", "refs/tags/")
    return files, index.read_bytes(), head, heads, repository.git("stash", "list")


def merge_commit(world: World) -> None:
    world.maintainer.merge(f"origin/{BRANCH}")


def squash(world: World) -> None:
    world.maintainer.git("merge", "--quiet", "--squash", f"origin/{BRANCH}")
    world.maintainer.git("commit", "--quiet", "--message", "squashed")


def rebase(world: World) -> None:
    world.maintainer.git("switch", "--quiet", "--create", "rebased", f"origin/{BRANCH}")
    world.maintainer.git("rebase", "--quiet", "main")
    world.maintainer.git("switch", "--quiet", "main")
    world.maintainer.git("merge", "--quiet", "--ff-only", "rebased")


@pytest.mark.parametrize("way", [merge_commit, squash, rebase], ids=lambda way: way.__name__)
def test_a_submitted_result_is_verified_however_it_is_merged(world: World, way: Callable[[World], None]) -> None:
    before = state(world.robot)
    assert world.submit() == console.CLEAN
    assert state(world.robot) == before
    assert (world.robot.root / f"{PATH}.sig").read_bytes() == ROBOT.sign(papers.written(world.paper))
    world.maintainer.commit({"README.md": b"Meanwhile.\n"})
    world.maintainer.git("fetch", "--quiet", "origin")
    way(world)
    verdicts = ledger.audit(world.maintainer.root).judgement.verdicts
    assert [(one.path, one.state.value) for one in verdicts][-1] == (PATH, "verified")
    assert all(one.state.value == "verified" for one in verdicts)


def test_the_branch_holds_exactly_both_files_on_top_of_the_base_by_the_robot(world: World) -> None:
    assert world.submit() == console.CLEAN
    branch = world.branches()[BRANCH]
    rows = [row.split() for row in world.server.git("diff-tree", "-r", "main", branch).splitlines()]
    assert [(row[0], row[1], row[5]) for row in rows] == [(":000000", "100644", name) for name in (PATH, f"{PATH}.sig")]
    assert world.server.git("rev-parse", f"{branch}^") == world.maintainer.head
    told = world.server.git("log", "-1", "--format=%an <%ae>|%cn <%ce>|%s", branch)
    assert told == "|".join(("Kelp robot <robot@kelp.example>",) * 2 + (f"Add result {RUN} of kelp v1.0.0",))


def test_the_robot_file_names_the_author(world: World) -> None:
    file = world.folder / ".meshmark-robot.yaml"
    file.write_text("apiVersion: meshmark/v1\nkind: Robot\nidentity: {name: Kelp robot, email: robot@kelp.example}\n")
    assert world.submit("--robot", str(file), "--name", "Another", who=()) == console.CLEAN
    assert world.server.git("log", "-1", "--format=%an <%ae>", BRANCH) == "Another <robot@kelp.example>"


def test_the_robot_file_of_the_current_folder_and_a_path_as_import_prints_it_will_do(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    (world.folder / ".meshmark-robot.yaml").write_text(
        "apiVersion: meshmark/v1\nkind: Robot\nidentity: {name: Kelp robot, email: robot@kelp.example}\n"
    )
    monkeypatch.chdir(world.folder)
    key = str(ROBOT.write(world.folder / "keys"))
    assert cli.main(["submit", "--root", "robot", PATH, "--key", key]) == console.CLEAN
    assert world.server.git("log", "-1", "--format=%an <%ae>", BRANCH) == "Kelp robot <robot@kelp.example>"


def test_a_detached_head_and_a_dirty_work_tree_are_no_hindrance_and_stay(world: World) -> None:
    world.robot.git("switch", "--quiet", "--detach", "HEAD~1")
    world.robot.write({"meshmark.yaml": b"half an edit", "notes.txt": b"mine"})
    world.robot.git("add", "meshmark.yaml")
    world.robot.write({"meshmark.yaml": b"another half"})
    before = state(world.robot)
    assert world.submit() == console.CLEAN
    assert state(world.robot) == before
    assert world.server.git("diff-tree", "-r", "--name-only", "main", BRANCH).split() == [PATH, f"{PATH}.sig"]


def test_a_stale_clone_submits_on_top_of_what_the_remote_has_now(world: World) -> None:
    fresh = Key("fresh")
    publishers = papers.registry()["publishers"]
    publishers["kelp-robot"]["keys"].append(papers.key(fresh, "2026b"))
    paper = next_registry(world.maintainer, papers.registry(), publishers=publishers)
    world.maintainer.commit(signed_registry(paper))
    world.maintainer.git("push", "--quiet", "origin", "main")
    assert world.submit(key=fresh) == console.CLEAN
    assert world.server.git("rev-parse", f"{BRANCH}^") == world.maintainer.head


def test_a_result_that_was_signed_before_needs_no_key(world: World) -> None:
    world.robot.write(pair(world.paper))
    argv = ["submit", "--root", str(world.robot.root), str(world.robot.root / f"{PATH}.sig"), *WHO]
    assert cli.main(argv) == console.CLEAN
    assert BRANCH in world.branches()


@pytest.mark.parametrize("form", ["{}", "file://{}", "ssh://git@example.invalid{}", "git@example.invalid:{}"])
def test_a_remote_may_be_an_address_of_any_kind(world: World, monkeypatch: pytest.MonkeyPatch, form: str) -> None:
    ssh = world.folder / "ssh"
    # What ssh would run there is run here: its last word.
    ssh.write_text('#!/bin/sh\nfor word; do last=$word; done\nexec sh -c "$last"\n')
    ssh.chmod(0o755)
    monkeypatch.setenv("GIT_SSH", str(ssh))
    assert world.submit("--remote", form.format(world.server.root)) == console.CLEAN
    assert BRANCH in world.branches()


def test_several_results_travel_on_one_branch(world: World) -> None:
    other = "results/kelp/v1.0.0/toy-run-0003.yaml"
    world.robot.write({other: papers.written(result(run_id="toy-run-0003"))})
    assert world.submit(also=other) == console.CLEAN
    branch = f"{BRANCH}-and-1-more"
    names = world.server.git("diff-tree", "-r", "--name-only", "main", branch).split()
    assert names == [PATH, f"{PATH}.sig", other, f"{other}.sig"]


def test_a_second_submission_says_so_and_changes_nothing(world: World, capsys: Captured) -> None:
    assert world.submit() == console.CLEAN
    before = world.branches()
    capsys.readouterr()
    assert world.submit() == console.CLEAN
    assert f"already submitted: the branch {BRANCH} holds just this" in capsys.readouterr().out
    assert world.branches() == before
    world.maintainer.git("fetch", "--quiet", "origin")
    merge_commit(world)
    world.maintainer.git("push", "--quiet", "origin", "main", f":{BRANCH}")
    assert world.submit() == console.CLEAN
    assert "already published: main has it, nothing to submit" in capsys.readouterr().out
    assert BRANCH not in world.branches()


# --- what goes wrong


def refused(world: World, code: int, *argv: str, key: Key | None = None, who: tuple[str, ...] = WHO) -> None:
    """Submit, and hold that nothing at all has changed, here or there."""
    before, there = state(world.robot), world.branches()
    assert world.submit(*argv, key=key, who=who) == code
    assert (state(world.robot), world.branches()) == (before, there)
    assert not (world.robot.root / f"{PATH}.sig").exists()


def test_a_key_that_is_not_enrolled_is_refused_and_its_signature_taken_back(world: World, capsys: Captured) -> None:
    refused(world, console.FINDINGS, key=STRANGER)
    printed = capsys.readouterr().out
    assert f"{PATH}: error unauthorised" in printed
    assert "nothing was submitted" in printed


def test_an_older_signature_is_put_back_when_the_new_one_is_refused(world: World) -> None:
    world.robot.write({f"{PATH}.sig": b"older"})
    assert world.submit(key=STRANGER) == console.FINDINGS
    assert (world.robot.root / f"{PATH}.sig").read_bytes() == b"older"


def test_an_unsigned_result_is_refused(world: World, capsys: Captured) -> None:
    argv = ["submit", "--root", str(world.robot.root), str(world.robot.root / PATH), *WHO]
    assert cli.main(argv) == console.FINDINGS
    assert f"{PATH}: error unsigned" in capsys.readouterr().out
    assert BRANCH not in world.branches()


def test_a_result_that_is_not_valid_is_refused_with_its_line(world: World, capsys: Captured) -> None:
    world.robot.write({PATH: papers.written(world.paper).replace(b'"v1.29.4"', b"1.20")})
    refused(world, console.FINDINGS)
    assert re.search(rf"{PATH}:\d+: error schema-type", capsys.readouterr().out)


def test_an_edit_of_a_published_result_is_refused(world: World, capsys: Captured) -> None:
    published = "results/kelp/v1.0.0/toy-run-0001.yaml"
    world.robot.write({published: papers.written(result(harness={"name": "toy-harness", "version": "v4"}))})
    assert world.submit(also=published) == console.FINDINGS
    assert "error tampered" in capsys.readouterr().out
    assert set(world.branches()) == {"main"}


def test_a_branch_with_something_else_on_it_is_never_overwritten(world: World, capsys: Captured) -> None:
    world.server.git("branch", BRANCH, "main")
    refused(world, console.STOPPED)
    said = capsys.readouterr().err
    assert "with something else on it, and no branch is ever overwritten" in said
    assert "name another with --branch" in said
    assert world.submit("--branch", "second-try") == console.CLEAN


def test_the_same_run_told_anew_does_not_replace_what_waits_to_be_merged(world: World, capsys: Captured) -> None:
    assert world.submit() == console.CLEAN
    world.robot.write({PATH: papers.written(world.paper | {"issued_at": "2026-01-03T00:00:00Z"})})
    assert world.submit() == console.STOPPED
    assert "with other bytes of the same results" in capsys.readouterr().err


def test_a_branch_that_holds_more_than_the_files_is_something_else(world: World, capsys: Captured) -> None:
    assert world.submit() == console.CLEAN
    world.maintainer.git("fetch", "--quiet", "origin")
    world.maintainer.git("switch", "--quiet", "--detach", f"origin/{BRANCH}")
    world.maintainer.commit({"extra.txt": b"more"})
    world.maintainer.git("push", "--quiet", "origin", f"HEAD:{BRANCH}")
    assert world.submit() == console.STOPPED
    assert "with something else on it" in capsys.readouterr().err


def test_a_branch_without_a_common_past_is_something_else(world: World, capsys: Captured) -> None:
    world.maintainer.git("switch", "--quiet", "--orphan", "other")
    world.maintainer.commit({"only.txt": b"this"})
    world.maintainer.git("push", "--quiet", "origin", f"other:{BRANCH}")
    refused(world, console.STOPPED)
    assert "with something else on it" in capsys.readouterr().err


def test_a_branch_that_appears_at_the_last_moment_is_not_overwritten(world: World) -> None:
    root = world.robot.root
    target = submission.Target(root=root, remote="origin", base="main", push_to="origin", branch=BRANCH)
    base = submission.fetch_base(target)
    world.server.git("branch", BRANCH, "main~1")
    with pytest.raises(Stop, match="did not take the branch"):
        submission._push(target, base)


def test_a_remote_that_refuses_is_quoted(world: World, capsys: Captured) -> None:
    hook = world.server.root / "hooks" / "pre-receive"
    hook.write_text("#!/bin/sh\necho 'no robots on Sundays' >&2\nexit 1\n")
    hook.chmod(0o755)
    refused(world, console.STOPPED)
    said = capsys.readouterr().err
    assert "no robots on Sundays" in said
    assert "pre-receive hook declined" in said


@pytest.mark.parametrize(
    ("who", "said"),
    [
        ((), "needs the robot's name"),
        (("--name", "Kelp robot"), "needs the robot's email"),
        (("--name", "Kelp\nrobot", "--email", "a@b"), "cannot be the name"),
        (("--name", "...", "--email", "a@b"), "cannot be the name"),
        (("--name", "Kelp robot", "--email", "<a@b>"), "cannot be the email"),
    ],
)
def test_nobody_in_particular_submits_nothing(world: World, capsys: Captured, who: tuple[str, ...], said: str) -> None:
    refused(world, console.STOPPED, who=who)
    assert said in capsys.readouterr().err


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        (("--base", "release"), "has no branch 'release'"),
        (("--base", "a..b"), "'a..b' cannot be the name of a branch"),
        (("--branch", "-x y"), "'-x y' cannot be the name of a branch"),
        (("--remote", "elsewhere"), "elsewhere cannot be read"),
        (("--remote=--upload-pack=/bin/false",), "cannot be the name of a remote"),
        (("--push-to=-x",), "cannot be the name of a remote"),
    ],
)
def test_a_place_that_is_none_is_named(world: World, capsys: Captured, argv: tuple[str, ...], said: str) -> None:
    refused(world, console.STOPPED, *argv)
    assert said in capsys.readouterr().err


def test_only_files_at_a_results_path_are_submitted(world: World, capsys: Captured) -> None:
    assert world.submit(also="meshmark.yaml") == console.STOPPED
    assert "meshmark.yaml is no file at a result's path" in capsys.readouterr().err


def test_a_variable_that_points_git_elsewhere_stops(
    world: World, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_INDEX_FILE", "/nowhere")
    assert world.submit() == console.STOPPED
    assert "unset GIT_INDEX_FILE" in capsys.readouterr().err


def test_a_password_in_an_address_is_not_shown(world: World, capsys: Captured) -> None:
    assert world.submit("--remote", "https://me:secret@127.0.0.1:1/r.git") == console.STOPPED
    said = capsys.readouterr()
    assert "127.0.0.1" in said.err
    assert "secret" not in said.err + said.out


# --- what is said, and where the pull request is opened


def told(world: World, capsys: Captured, *argv: str) -> Paper:
    capsys.readouterr()
    world.submit("--format", "json", *argv)
    data: Paper = json.loads(capsys.readouterr().out)
    jsonschema.validate(data, json.loads((PROJECT / "schema/submission.schema.json").read_bytes()))
    return data


def test_the_json_says_what_became_of_it(world: World, capsys: Captured) -> None:
    first = told(world, capsys)
    assert (first["state"], first["paths"], first["branch"]) == ("submitted", [PATH], BRANCH)
    assert first["commit"] == world.branches()[BRANCH]
    assert told(world, capsys)["state"] == "already-submitted"
    assert told(world, capsys, "--base", "none")["state"] == "stopped"
    world.robot.write({PATH: b"a: b"})
    assert told(world, capsys)["state"] == "refused"
    assert cli.main(["submit", "--root", str(world.robot.root), "x", "--schema"]) == console.CLEAN
    assert json.loads(capsys.readouterr().out)["title"] == "Submission"


def test_a_plain_repository_is_told_with_commands_that_work(world: World, capsys: Captured) -> None:
    commands = told(world, capsys)["commands"]
    other = world.clone("other")
    for command in commands:
        other.git(*command.split(" ")[1:])
    assert ledger.audit(other.root).judgement.verdicts[-1].state.value == "verified"


def on_a_forge(world: World, name: str, address: str) -> None:
    """Let the robot's clone know the bare repository by an address on the web, as a mirror rule of git does."""
    world.robot.git("config", f"remote.{name}.url", address)
    world.robot.git("config", "--add", f"url.{world.server.root}.insteadOf", address)


def test_on_github_the_page_of_the_pull_request_is_given(world: World, capsys: Captured) -> None:
    on_a_forge(world, "origin", "https://github.com/meshes/results.git")
    page = f"https://github.com/meshes/results/compare/main...{BRANCH}?expand=1"
    data = told(world, capsys, "--no-pull-request")
    assert (data["pull_request"], data["opened"]) == (page, False)
    assert world.submit("--no-pull-request") == console.CLEAN
    assert f"open the pull request at {page}" in capsys.readouterr().out


def test_elsewhere_the_repository_s_own_page_is_given(world: World, capsys: Captured) -> None:
    on_a_forge(world, "origin", "git@git.example.org:meshes/results.git")
    assert told(world, capsys)["pull_request"] == "https://git.example.org/meshes/results"


def gh(world: World, monkeypatch: pytest.MonkeyPatch, body: str) -> Path:
    """Put a program `gh` on PATH that writes down its words, one a line."""
    tools = world.folder / "tools"
    tools.mkdir()
    program = tools / "gh"
    program.write_text(f'#!/bin/sh\nprintf "%s\\n" "$@" > {world.folder}/asked\n{body}\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tools}:{os.environ['PATH']}")
    return world.folder / "asked"


def test_gh_opens_the_pull_request_from_a_fork(world: World, capsys: Captured, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = gh(world, monkeypatch, "echo https://github.com/meshes/results/pull/7")
    on_a_forge(world, "origin", "https://github.com/meshes/results")
    on_a_forge(world, "fork", "ssh://git@github.com/kelp-bot/results.git")
    data = told(world, capsys, "--push-to", "fork")
    assert (data["pull_request"], data["opened"]) == ("https://github.com/meshes/results/pull/7", True)
    words = asked.read_text().splitlines()
    expected = ["pr", "create", "--repo", "github.com/meshes/results", "--base", "main", "--head", f"kelp-bot:{BRANCH}"]
    assert words[:8] == expected


def test_a_pull_request_that_is_open_already_is_found_again(
    world: World, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    gh(world, monkeypatch, "echo 'a pull request already exists: https://github.com/meshes/results/pull/7' >&2; exit 1")
    on_a_forge(world, "origin", "https://github.com/meshes/results")
    assert world.submit() == console.CLEAN
    assert "pull request: https://github.com/meshes/results/pull/7" in capsys.readouterr().out


def test_when_gh_refuses_the_branch_stays_and_the_page_is_given(
    world: World, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    gh(world, monkeypatch, "echo 'not logged in' >&2; exit 4")
    on_a_forge(world, "origin", "https://github.com/meshes/results")
    assert world.submit() == console.STOPPED
    said = capsys.readouterr().err
    assert f"the branch {BRANCH!r} is pushed, but gh did not open the pull request: not logged in" in said.replace(
        "\\", ""
    )
    assert "https://github.com/meshes/results/compare/" in said
    assert BRANCH in world.branches()
    assert (world.robot.root / f"{PATH}.sig").is_file()


def test_a_gh_that_cannot_be_run_is_said_plainly(
    world: World, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = gh(world, monkeypatch, "")
    (world.folder / "tools" / "gh").write_text("no program at all")
    on_a_forge(world, "origin", "https://github.com/meshes/results")
    assert world.submit() == console.STOPPED
    assert "is pushed, but gh did not open the pull request" in capsys.readouterr().err
    assert not asked.exists()
