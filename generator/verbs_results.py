"""The verbs about results: check, verify, explain, diff and sign."""

from __future__ import annotations

import argparse
import contextlib
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from generator import api, console, printing, terminal, trust, urls
from generator.findings import Finding, Stop, has_errors

if TYPE_CHECKING:
    from generator.judgements import Assessment, Ledger


def add_check(verbs: Any) -> None:
    """Add the verb `check`."""
    text = "Judge files of the work tree as if they arrived next, or a change on top of its base."
    verb = console.verb(verbs, "check", text, run_check)
    verb.add_argument("paths", nargs="*", type=Path, metavar="PATH", help="files or folders (default: everything)")
    verb.add_argument("--base", metavar="REV", help="judge what HEAD changed since REV, as a pull request")
    trust.add_cache(verb)
    console.format_options(verb, urls.FINDINGS_SCHEMA, "github", "markdown")


def run_check(arguments: argparse.Namespace) -> int:
    """Check and print all findings."""
    from generator import ledger

    root = console.root(arguments)
    if arguments.base is not None:
        if arguments.paths:
            raise Stop("--base judges the whole change: name no paths beside it")
        return _check_change(arguments, root)
    findings = ledger.check(
        root, [console.below(root, path) for path in arguments.paths], watch=console.watch, cache=arguments.cache
    )
    _print_findings(findings, arguments.format)
    return console.code(findings)


def _check_change(arguments: argparse.Namespace, root: Path) -> int:
    from generator import review

    found = review.review(root, arguments.base, with_rows=arguments.format == "markdown")
    if arguments.format == "markdown":
        from generator import answers

        console.print_lines(answers.markdown(found))
    else:
        _print_findings(found.findings, arguments.format)
    return console.STOPPED if found.fatal else console.code(found.findings)


def _print_findings(findings: tuple[Finding, ...], how: str) -> None:
    if how == "json":
        console.print_json({"findings": [api.finding_data(finding) for finding in findings]})
    elif how != "text":
        from generator import answers

        console.print_lines((answers.github if how == "github" else answers.markdown_findings)(findings))
    else:
        console.print_lines(terminal.finding_lines(findings))
        print(terminal.count_line(findings))


def add_verify(verbs: Any) -> None:
    """Add the verb `verify`."""
    verb = console.verb(verbs, "verify", "Verify from the git history who published each result.", run_verify)
    trust.add_options(verb)
    console.past_option(verb)
    verb.set_defaults(stop_report=api.stop_report)
    verb.add_argument("--write-checkpoint", type=Path, metavar="FILE", help="write the checkpoint of this state")
    verb.add_argument("--steps", action="store_true", help="print every step of every result")
    console.format_options(verb, urls.VERIFY_SCHEMA)


def run_verify(arguments: argparse.Namespace) -> int:
    """Audit the whole history and print the state of every result."""
    from generator import ledger

    root, revision = console.root(arguments), console.revision(arguments)
    audit = ledger.audit(root, revision, expected=trust.expected(arguments), watch=console.watch)
    if arguments.format == "json":
        console.print_json(api.verify_report(audit, (*audit.judgement.fatal, *audit.judgement.findings)))
    else:
        console.print_lines(printing.audit_lines(audit, every_step=arguments.steps))
    if audit.judgement.fatal:
        return console.STOPPED
    if arguments.write_checkpoint:
        text = json.dumps(api.checkpoint_data(audit.judgement.checkpoint), indent=1)
        try:
            arguments.write_checkpoint.write_text(f"{text}\n", encoding="utf-8")
        except OSError as error:
            raise Stop(f"{arguments.write_checkpoint} cannot be written: {error.strerror}") from error
    return console.code(audit.judgement.findings)


def add_explain(verbs: Any) -> None:
    """Add the verb `explain`."""
    verb = console.verb(verbs, "explain", "Say why a cell of the matrix says what it says.", run_explain)
    verb.add_argument("mesh", metavar="MESH", help="a mesh id")
    verb.add_argument("specification", nargs="?", metavar="SPECIFICATION", help="a specification id (default: all)")
    console.past_option(verb)


def run_explain(arguments: argparse.Namespace) -> int:
    """Explain the newest run of each suite version of a mesh."""
    from generator import ledger, originals, remarks

    book = ledger.read(console.root(arguments), console.revision(arguments), watch=console.watch)
    assessments = [run for run in book.assessments if run.entry.record.mesh == arguments.mesh]
    if not assessments:
        known = ", ".join(sorted({entry.record.mesh for entry in book.entries})) or "none"
        raise Stop(f"no result counts for mesh {arguments.mesh!r}; meshes with results: {known}")
    specifications = {s.id for a in assessments for s in a.entry.suite.specifications}
    if arguments.specification and arguments.specification not in specifications:
        known = ", ".join(sorted(specifications))
        raise Stop(f"no specification {arguments.specification!r}; known: {known}")
    newest = printing.newest(assessments)
    files = originals.at(console.root(arguments), book.head, (urls.RESULTS,))
    words = [said for _, said in remarks.of(files, (run.entry.verdict.path for run in newest))]
    console.print_lines(printing.explanations(newest, words, arguments.specification))
    return console.CLEAN


def add_diff(verbs: Any) -> None:
    """Add the verb `diff`."""
    verb = console.verb(verbs, "diff", "Say how two runs differ, test by test.", run_diff)
    verb.add_argument("before", metavar="RUN", help="the earlier run: its id, or the path of its result")
    verb.add_argument("after", metavar="RUN", help="the later run, of the same mesh or of another")
    console.past_option(verb)
    verb.set_defaults(stop_report=_stopped_diff)
    console.format_options(verb, urls.DIFFERENCE_SCHEMA)


def _stopped_diff(stop: Stop) -> dict[str, Any]:
    from generator import differences

    return differences.nothing(api.stop_findings(stop))


def run_diff(arguments: argparse.Namespace) -> int:
    """Compare two runs that count; a difference is no finding."""
    from generator import comparison, differences, ledger

    root = console.root(arguments)
    book = ledger.read(root, console.revision(arguments), watch=console.watch)
    before, after = (_counting(book, root, name) for name in (arguments.before, arguments.after))
    difference = comparison.difference(before, after)
    if arguments.format == "json":
        console.print_json(differences.data(difference))
    else:
        console.print_lines(differences.lines(difference))
    return console.CLEAN


def _counting(book: Ledger, root: Path, name: str) -> Assessment:
    """Find a run by its id, or by the path of its result, from here or from the programme's folder."""
    paths = {name.removesuffix(".sig")}
    with contextlib.suppress(Stop):
        paths.add(console.below(root, Path(name)).removesuffix(".sig"))
    for run in book.assessments:
        if run.entry.record.run_id == name or run.entry.verdict.path in paths:
            return run
    for verdict in book.verdicts:
        if verdict.path in paths or Path(verdict.path).stem == name:
            reason = f" ({verdict.reason})" if verdict.reason else ""
            raise Stop(f"{name} does not count: it is {verdict.state.value}{reason}")
    raise Stop(f"there is no run {name!r} at {book.head[:12]}: give the id of a run, or the path of its result")


def add_sign(verbs: Any) -> None:
    """Add the verb `sign`."""
    verb = console.verb(verbs, "sign", "Sign results through ssh-keygen, if nothing else is wrong with them.", run_sign)
    verb.add_argument("files", nargs="+", type=Path, metavar="FILE", help="result files")
    verb.add_argument("--key", type=Path, required=True, metavar="KEY", help="a private key, or a .pub with an agent")
    console.format_options(verb, urls.FINDINGS_SCHEMA)


def run_sign(arguments: argparse.Namespace) -> int:
    """Sign each file and judge it; a signature that would not be accepted is taken back."""
    from contextlib import ExitStack

    from generator import ledger, signing

    root = console.root(arguments)
    paths = signing.places(root, [console.below(root, file) for file in arguments.files])
    with ExitStack() as undo:
        signing.sign(root, paths, arguments.key, undo)
        findings = ledger.check(root, paths, watch=console.watch)
        if not has_errors(findings):
            undo.pop_all()
    _print_findings(findings, arguments.format)
    return console.code(findings)
