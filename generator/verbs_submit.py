"""The verb submit: from result files in the work tree to a branch and its pull request."""

from __future__ import annotations

import argparse
import os
import shutil
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from generator import api, console, terminal, urls
from generator.findings import Finding, Stop, has_errors

if TYPE_CHECKING:
    from generator.submission import Author, Submission, Target


@dataclass(frozen=True, slots=True, kw_only=True)
class _Answer:
    """What is said about a submission: where its pull request is or can be opened, or with which commands."""

    state: str
    paths: tuple[str, ...] = ()
    branch: str = ""
    commit: str = ""
    pull_request: str = ""
    opened: bool = False
    commands: tuple[str, ...] = ()


def add_submit(verbs: Any) -> None:
    """Add the verb `submit`."""
    text = "Check and sign results, push them as a branch of their own, and open the pull request."
    verb = console.verb(verbs, "submit", text, run_submit)
    verb.add_argument("files", nargs="+", type=Path, metavar="PATH", help="result files")
    verb.add_argument("--key", type=Path, metavar="KEY", help="sign with this private key, or .pub with an agent")
    verb.add_argument("--remote", default="origin", help="where the results repository is (default: origin)")
    verb.add_argument("--base", default="main", metavar="BRANCH", help="the branch that results go to (default: main)")
    verb.add_argument("--branch", metavar="NAME", help="the new branch (default: result/<run id>)")
    verb.add_argument("--push-to", metavar="REMOTE", help="a fork to push to (default: the remote itself)")
    verb.add_argument("--name", default="", help="the robot's name, as the author of the commit")
    verb.add_argument("--email", default="", help="the robot's e-mail address")
    verb.add_argument("--robot", type=Path, metavar="FILE", help="the robot file (default: .meshmark-robot.yaml here)")
    verb.add_argument("--no-pull-request", action="store_true", help="do not open the pull request with gh")
    verb.set_defaults(stop_report=_stop_report)
    console.format_options(verb, urls.SUBMISSION_SCHEMA)


def run_submit(arguments: argparse.Namespace) -> int:
    """Check, sign, commit, push; a signature that did not get to the remote is taken back."""
    from generator import ledger, signing, submission

    root = console.root(arguments)
    paths = signing.places(root, [_below(root, file) for file in arguments.files])
    target = submission.Target(
        root=root,
        remote=arguments.remote,
        base=arguments.base,
        push_to=arguments.push_to or arguments.remote,
        branch=arguments.branch or _branch(paths),
    )
    base = submission.fetch_base(target)
    who = _author(arguments, root, base)
    with ExitStack() as undo:
        if arguments.key:
            signing.sign(root, paths, arguments.key, undo)
        findings = ledger.check(root, paths, base, console.watch)
        if has_errors(findings):
            return _say(arguments, findings, _Answer(state="refused", paths=paths))
        both = (name for path in paths for name in (path, urls.sidecar(path)))
        made = submission.submit(
            target, base, {name: (root / name).read_bytes() for name in both}, who, _message(paths)
        )
        undo.pop_all()
    return _say(arguments, findings, _request(arguments, target, made, paths))


def _below(root: Path, file: Path) -> str:
    """Give a path relative to the programme's folder, as seen from here or as `import` prints it."""
    if not file.is_absolute() and not file.exists() and (root / file).is_file():
        return console.below(root, root / file)
    return console.below(root, file)


def _branch(paths: tuple[str, ...]) -> str:
    more = f"-and-{len(paths) - 1}-more" if len(paths) > 1 else ""
    return f"result/{Path(paths[0]).stem}{more}"


def _author(arguments: argparse.Namespace, root: Path, base: str) -> Author:
    from generator import originals, robot, settings, submission

    name, email = arguments.name, arguments.email
    file = arguments.robot or Path(robot.FILE)
    if not (name and email) and (arguments.robot or file.is_file()):
        files = dict(originals.at(root, base, [urls.schema("Robot")]).contents())
        known = robot.read(file, settings.schema(files.get, "Robot"))
        name, email = name or known.name, email or known.email
    return submission.author(name, email, datetime.now(UTC))


def _title(paths: tuple[str, ...]) -> str:
    _, mesh, version, run = paths[0].split("/")
    more = f" and {len(paths) - 1} more" if len(paths) > 1 else ""
    return f"Add result {Path(run).stem} of {mesh} {version}{more}"


def _message(paths: tuple[str, ...]) -> str:
    return "\n".join((_title(paths), "", *paths, ""))


def _request(arguments: argparse.Namespace, target: Target, made: Submission, paths: tuple[str, ...]) -> _Answer:
    from generator import forge, submission

    answer = _Answer(state=made.state, paths=paths, branch=target.branch, commit=made.commit)
    if made.state == submission.ALREADY_PUBLISHED:
        return replace(answer, branch=target.base)
    here, there = (submission.addresses(target.root, name) for name in (target.remote, target.push_to))
    upstream, source = forge.place(here), forge.place(there)
    if not upstream or not source:
        return replace(answer, commands=forge.by_hand(there[-1], target.branch))
    request = forge.Request(
        upstream=upstream,
        source=source,
        base=target.base,
        branch=target.branch,
        title=_title(paths),
        body="\n".join(("Results, checked and signed:", "", *(f"- `{path}`" for path in paths))),
    )
    if upstream.host not in _github_hosts():
        return replace(answer, pull_request=f"https://{upstream.host}/{upstream.path}")
    if arguments.no_pull_request or not shutil.which("gh"):
        return replace(answer, pull_request=forge.page(request))
    return replace(answer, pull_request=forge.open_with_gh(request), opened=True)


def _github_hosts() -> set[str | None]:
    """Give the hosts that speak as GitHub does: the public one, and the one that a runner or gh names."""
    own = urlsplit(os.environ.get("GITHUB_SERVER_URL", "")).hostname
    return {"github.com", own, os.environ.get("GH_HOST")}


def _say(arguments: argparse.Namespace, findings: tuple[Finding, ...], answer: _Answer) -> int:
    if arguments.format == "json":
        console.print_json({"findings": [api.finding_data(one) for one in findings], **_data(answer)})
        return console.code(findings)
    console.print_lines(terminal.finding_lines(findings))
    if has_errors(findings):
        print(f"{terminal.count_line(findings)}; nothing was submitted")
        return console.FINDINGS
    said = {
        "submitted": f"submitted on the branch {answer.branch}, commit {answer.commit}",
        "already-submitted": f"already submitted: the branch {answer.branch} holds just this, commit {answer.commit}",
        "already-published": f"already published: {answer.branch} has it, nothing to submit",
    }
    console.print_lines(answer.paths)
    print(said[answer.state])
    if answer.opened:
        print(f"pull request: {terminal.plain(answer.pull_request)}")
    elif answer.pull_request:
        print(f"open the pull request at {terminal.plain(answer.pull_request)}")
    elif answer.commands:
        print("the maintainer of the remote takes it in with:")
        console.print_lines(f"    {terminal.plain(command)}" for command in answer.commands)
    return console.CLEAN


def _data(answer: _Answer) -> dict[str, Any]:
    return {
        "state": answer.state,
        "paths": list(answer.paths),
        "branch": answer.branch,
        "commit": answer.commit,
        "pull_request": answer.pull_request,
        "opened": answer.opened,
        "commands": list(answer.commands),
    }


def _stop_report(stop: Stop) -> dict[str, Any]:
    return {"findings": api.stop_findings(stop), **_data(_Answer(state="stopped"))}
