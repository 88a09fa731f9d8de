"""The command line: each verb parses, calls, prints and gives its exit code."""

from __future__ import annotations

import argparse
import json
import os
import sys
import traceback
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from generator import __version__, urls
from generator.findings import Finding, Severity, Stop, has_errors

if TYPE_CHECKING:
    from generator.model import Transition

CLEAN, FINDINGS, STOPPED, BUG, INTERRUPTED = 0, 1, 2, 3, 130
"""Exit codes, the same for every verb."""

_COMMAND: Final = "meshmark"


def main(argv: Sequence[str] | None = None) -> int:
    """Run one verb and give its exit code; `argv` excludes the program's name."""
    arguments = _parser().parse_args(argv)
    try:
        code: int = arguments.run(arguments)
    except Stop as stop:
        return _stopped(stop, arguments)
    except KeyboardInterrupt:
        print("interrupted; nothing was changed", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:
        # Whoever read our output has gone; Python would complain once more while it ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return CLEAN
    except Exception:  # noqa: BLE001 - the last resort: a bug gets its traceback and its own code
        traceback.print_exc()
        return BUG
    return code


def _stopped(stop: Stop, arguments: argparse.Namespace) -> int:
    from generator import printing

    if getattr(arguments, "format", "text") == "json":
        found = stop.findings or (Finding(rule="stopped", message=stop.message),)
        _print_json({"findings": [printing.finding_json(finding) for finding in found]})
    else:
        _print_lines(printing.finding_lines(stop.findings))
    print(f"{_COMMAND}: {printing.plain(stop.message)}", file=sys.stderr)
    return STOPPED


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog=_COMMAND,
        description="Check, verify and publish conformance results.",
        epilog="Exit codes: 0 clean, 1 findings, 2 stopped, 3 a bug, 130 interrupted.",
    )
    parser.add_argument("--version", action="version", version=f"{_COMMAND} {__version__}")
    verbs = parser.add_subparsers(title="verbs", required=True, metavar="VERB")
    for add in (add_build, add_serve, add_check, add_verify, add_explain):
        add(verbs)
    return parser


def _verb(verbs: Any, name: str, text: str, run: Callable[[argparse.Namespace], int]) -> argparse.ArgumentParser:
    verb: argparse.ArgumentParser = verbs.add_parser(name, help=text, description=text)
    verb.add_argument("--root", type=Path, metavar="DIR", help="the programme's folder (default: nearest above)")
    verb.set_defaults(run=run)
    return verb


def _format(verb: argparse.ArgumentParser) -> None:
    verb.add_argument("--format", choices=("text", "json"), default="text", help="how to print (default: text)")


def _site_options(verb: argparse.ArgumentParser) -> None:
    verb.add_argument("--out", type=Path, metavar="DIR", help="where the site goes (default: public/)")
    verb.add_argument(
        "--as-of",
        type=_moment,
        metavar="DATE",
        help="the date by which ages are computed (default: the date of the commit)",
    )


def add_build(verbs: Any) -> None:
    """Add the verb `build`."""
    _site_options(_verb(verbs, "build", "Build the site from the results of the last commit.", run_build))


def run_build(arguments: argparse.Namespace) -> int:
    """Read, judge, plan and write; a quarantined result leaves the site publishable."""
    from generator import ledger, printing, site

    root = _root(arguments)
    book = ledger.read(root, watch=_watch)
    files = ledger.files(root, book.head, (urls.REGISTRY_FOLDER, urls.RESULTS, urls.SCHEMAS))
    outputs = site.plan(book, files, arguments.as_of or book.committed_at, root / urls.TEMPLATES)
    out = arguments.out or root / urls.OUT
    site.write(outputs, out)
    loud = [finding for finding in book.findings if finding.severity is not Severity.NOTICE]
    _print_lines(printing.finding_lines(loud))
    print(f"{len(outputs)} files in {out}; {len(book.entries)} results count; {printing.count_line(book.findings)}")
    return FINDINGS if has_errors(book.findings) else CLEAN


def add_serve(verbs: Any) -> None:
    """Add the verb `serve`."""
    verb = _verb(verbs, "serve", "Build the site and show it on this machine.", run_serve)
    _site_options(verb)
    verb.add_argument("--port", type=int, default=8000, help="the port on 127.0.0.1 (default: 8000; 0: any)")


def run_serve(arguments: argparse.Namespace) -> int:
    """Build, then serve until interrupted."""
    from generator import server

    code = run_build(arguments)
    out = arguments.out or _root(arguments) / urls.OUT
    try:
        web = server.serve(out, arguments.port)
    except (OSError, OverflowError) as error:
        raise Stop(f"port {arguments.port} cannot be used ({error}): choose another with --port") from error
    with web:
        print(f"the site is at http://127.0.0.1:{web.server_port}/ until Ctrl-C", flush=True)
        try:
            web.serve_forever()
        except KeyboardInterrupt:
            print()
    return code


def add_check(verbs: Any) -> None:
    """Add the verb `check`."""
    text = "Judge files of the work tree as if they arrived next."
    verb = _verb(verbs, "check", text, run_check)
    verb.add_argument("paths", nargs="*", type=Path, metavar="PATH", help="files or folders (default: everything)")
    _format(verb)


def run_check(arguments: argparse.Namespace) -> int:
    """Check and print all findings."""
    from generator import ledger, printing

    root = _root(arguments)
    findings = ledger.check(root, [_below(root, path) for path in arguments.paths], watch=_watch)
    if arguments.format == "json":
        _print_json({"findings": [printing.finding_json(finding) for finding in findings]})
    else:
        _print_lines(printing.finding_lines(findings))
        print(printing.count_line(findings))
    return FINDINGS if has_errors(findings) else CLEAN


def add_verify(verbs: Any) -> None:
    """Add the verb `verify`."""
    _format(_verb(verbs, "verify", "Verify from the git history who published each result.", run_verify))


def run_verify(arguments: argparse.Namespace) -> int:
    """Audit the whole history and print the state of every result."""
    from generator import ledger, printing

    audit = ledger.audit(_root(arguments), watch=_watch)
    verdicts, findings = audit.judgement.verdicts, audit.judgement.findings
    if arguments.format == "json":
        _print_json(
            {
                "head": audit.head,
                "findings": [printing.finding_json(finding) for finding in findings],
                "results": [printing.verdict_json(verdict) for verdict in verdicts],
            }
        )
    else:
        _print_lines(printing.verdict_lines(verdicts))
        counted = sum(verdict.state.counts for verdict in verdicts)
        print(f"{counted} of {len(verdicts)} results count at {audit.head}; {printing.count_line(findings)}")
    return FINDINGS if has_errors(findings) else CLEAN


def add_explain(verbs: Any) -> None:
    """Add the verb `explain`."""
    verb = _verb(verbs, "explain", "Say why a cell of the matrix says what it says.", run_explain)
    verb.add_argument("mesh", metavar="MESH", help="a mesh id")
    verb.add_argument("specification", nargs="?", metavar="SPECIFICATION", help="a specification id (default: all)")


def run_explain(arguments: argparse.Namespace) -> int:
    """Explain the newest run of each suite version of a mesh."""
    from generator import conformance, ledger, printing

    book = ledger.read(_root(arguments), watch=_watch)
    assessments = [conformance.assess(entry) for entry in book.entries if entry.record.mesh == arguments.mesh]
    if not assessments:
        known = ", ".join(sorted({entry.record.mesh for entry in book.entries})) or "none"
        raise Stop(f"no result counts for mesh {arguments.mesh!r}; meshes with results: {known}")
    specifications = {s.id for a in assessments for s in a.entry.suite.specifications}
    if arguments.specification and arguments.specification not in specifications:
        known = ", ".join(sorted(specifications))
        raise Stop(f"no specification {arguments.specification!r}; known: {known}")
    _print_lines(printing.explanations(assessments, arguments.specification))
    return CLEAN


def _root(arguments: argparse.Namespace) -> Path:
    if arguments.root:
        folder: Path = arguments.root.resolve()
        if not folder.is_dir():
            raise Stop(f"{arguments.root} is not a folder")
        return folder
    here = Path.cwd()
    for folder in (here, *here.parents):
        if (folder / urls.PROGRAMME).is_file():
            return folder
    raise Stop(f"no {urls.PROGRAMME} in {here} or above: name the programme's folder with --root")


def _below(root: Path, path: Path) -> str:
    # The file itself may be a link that must not be followed, so only its folder is resolved.
    absolute = path.parent.resolve() / path.name if path.name else path.resolve()
    try:
        return absolute.relative_to(root).as_posix()
    except ValueError as error:
        raise Stop(f"{path} is not below {root}") from error


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _watch(transitions: Iterable[Transition], count: int) -> Iterable[Transition]:
    if not sys.stderr.isatty():
        return transitions
    from rich.console import Console
    from rich.progress import track

    return track(transitions, "verifying", total=count, console=Console(stderr=True), transient=True)


def _print_lines(lines: Iterable[str]) -> None:
    for line in lines:
        print(line)


def _print_json(data: dict[str, Any]) -> None:
    print(json.dumps(data, indent=2, ensure_ascii=True))
