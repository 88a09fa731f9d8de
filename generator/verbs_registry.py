"""The verb `registry` with its own verbs: show, check, sign, and every change of the list."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from generator import amendments, console, printing, terminal
from generator.findings import Stop

if TYPE_CHECKING:
    from generator.amendments import RegistryData
    from generator.enrolment import Standing


def add_registry(verbs: Any) -> None:
    """Add the verb `registry` and its own verbs."""
    text = "Show, change, sign and check the list of service accounts."
    parser = verbs.add_parser("registry", help=text, description=text)
    own = parser.add_subparsers(title="registry verbs", required=True, metavar="VERB")
    console.verb(own, "show", "Show the list that is in force.", run_show)
    console.verb(own, "check", "Check the list in the work tree, and say who still has to sign.", run_check)
    sign = console.verb(own, "sign", "Sign the list in the work tree as one of its maintainers.", run_sign)
    sign.add_argument("--key", type=Path, required=True, metavar="KEY", help="a private key, or a .pub with an agent")
    _add_publisher(own)
    _add_keys(own)
    for name, run, what in (
        ("withdraw", run_withdraw, "Take a result back."),
        ("reattest", run_reattest, "Vouch for a result although its key was compromised."),
    ):
        verb = console.verb(own, name, what, run)
        verb.add_argument("result", metavar="RESULT", help="a result file, or sha256:... of its bytes")
        verb.add_argument("--reason", required=True, help="why, for all to read")


def _add_publisher(own: Any) -> None:
    verb = console.verb(own, "add-publisher", "Add a service account.", run_add_publisher)
    verb.add_argument("publisher", metavar="ID", help="the id of the new publisher")
    verb.add_argument("--role", choices=("robot", "archivist"), default="robot", help="its role (default: robot)")
    verb.add_argument("--mesh", action="append", required=True, help="a mesh id (repeat), or * for an archivist")
    verb.add_argument("--forge", default="github", help="where its account is (default: github)")
    verb.add_argument("--login", required=True, help="the account's name there")
    verb.add_argument("--account-id", type=int, help="the account's number there")
    verb.add_argument("--key-id", required=True, help="a short id of its first key, such as 2026a")
    verb.add_argument("--public-key", type=Path, required=True, metavar="FILE", help="the .pub file of its first key")


def _add_keys(own: Any) -> None:
    for name, run, what in (
        ("add-key", run_add_key, "Give a publisher one more key."),
        ("retire-key", run_retire_key, "Retire a key; what it signed stays."),
        ("revoke-key", run_revoke_key, "Declare a key compromised."),
    ):
        verb = console.verb(own, name, what, run)
        verb.add_argument("publisher", metavar="ID", help="the id of the publisher")
        verb.add_argument("--key-id", required=True, help="the id of the key")
        if name == "add-key":
            verb.add_argument("--public-key", type=Path, required=True, metavar="FILE", help="the .pub file of the key")
        if name == "revoke-key":
            verb.add_argument(
                "--last-good", default="", metavar="COMMIT", help="the last commit up to which it is good"
            )


def run_show(arguments: argparse.Namespace) -> int:
    """Print the accepted registry."""
    from generator import ledger

    console.print_lines(printing.registry_lines(ledger.read(console.root(arguments)).registry))
    return console.CLEAN


def run_check(arguments: argparse.Namespace) -> int:
    """Check the work tree's registry as if it arrived next."""
    from generator import enrolment, ledger, urls

    root = console.root(arguments)
    now = enrolment.standing(root)
    _print_standing(now)
    findings = ledger.check(root, [urls.REGISTRY_FOLDER], watch=console.watch)
    console.print_lines(terminal.finding_lines(findings))
    print(terminal.count_line(findings))
    return console.code(findings)


def run_sign(arguments: argparse.Namespace) -> int:
    """Sign, and say who is still missing."""
    from generator import enrolment

    root = console.root(arguments)
    print(f"signed as {enrolment.sign(root, arguments.key)}")
    _print_standing(enrolment.standing(root))
    return console.CLEAN


def run_add_publisher(arguments: argparse.Namespace) -> int:
    """Add a publisher with its first key."""
    account: RegistryData = {"forge": arguments.forge, "login": arguments.login}
    if arguments.account_id is not None:
        account["id"] = arguments.account_id
    key = {"id": arguments.key_id, "key": _public_line(arguments.public_key), "status": "active"}
    publisher = {"role": arguments.role, "account": account, "meshes": arguments.mesh, "keys": [key]}
    return _amend(arguments, lambda data: amendments.add_publisher(data, arguments.publisher, publisher))


def run_add_key(arguments: argparse.Namespace) -> int:
    """Add a key to a publisher."""
    line = _public_line(arguments.public_key)
    return _amend(arguments, lambda data: amendments.add_key(data, arguments.publisher, arguments.key_id, line))


def run_retire_key(arguments: argparse.Namespace) -> int:
    """Retire a key."""
    return _amend(arguments, lambda data: amendments.retire_key(data, arguments.publisher, arguments.key_id))


def run_revoke_key(arguments: argparse.Namespace) -> int:
    """Declare a key compromised."""
    publisher, key_id, last_good = arguments.publisher, arguments.key_id, arguments.last_good
    return _amend(arguments, lambda data: amendments.revoke_key(data, publisher, key_id, last_good))


def run_withdraw(arguments: argparse.Namespace) -> int:
    """Withdraw a result."""
    return _list(arguments, "withdrawn")


def run_reattest(arguments: argparse.Namespace) -> int:
    """Reattest a result."""
    return _list(arguments, "reattested")


def _list(arguments: argparse.Namespace, section: str) -> int:
    digest = arguments.result if arguments.result.startswith("sha256:") else _digest(arguments)
    return _amend(arguments, lambda data: amendments.list_digest(data, section, digest, arguments.reason))


def _digest(arguments: argparse.Namespace) -> str:
    from generator import ledger

    root = console.root(arguments)
    path = console.below(root, Path(arguments.result))
    found = {verdict.path: verdict.digest for verdict in ledger.read(root).verdicts}
    if not found.get(path):
        raise Stop(f"{path} is no result of the last commit")
    return found[path]


def _amend(arguments: argparse.Namespace, change: Callable[[RegistryData], None]) -> int:
    from generator import enrolment

    root = console.root(arguments)
    registry = enrolment.amend(root, change, datetime.now(UTC))
    print(f"wrote version {registry.version}")
    _print_standing(enrolment.standing(root))
    return console.CLEAN


def _print_standing(now: Standing) -> None:
    print(f"version {now.current.version}, signed by: {', '.join(now.signed) or 'nobody'}")
    if now.complete:
        print("enough maintainers have signed")
    else:
        print(f"still to sign, {now.current.threshold} are needed: {', '.join(now.missing)}")
        print("each runs: meshmark registry sign --key KEY")


def _public_line(path: Path) -> str:
    try:
        return " ".join(path.read_text(encoding="utf-8").split()[:2])
    except (OSError, ValueError) as error:
        raise Stop(f"{path} cannot be read: {error}") from error
