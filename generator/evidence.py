"""Step 9 of provenance, pure: what a commit says about its author; shown, and never deciding.

Author and committer are free text that anybody can write, and a forge signs with its own key.
Parsers of odd commits disagree, so nothing here may change a state (DESIGN section 3).
"""

from __future__ import annotations

import re
from typing import Final

from generator import sshsig
from generator.judgements import Step
from generator.model import Publisher

STEP: Final = "9"
_NAMESPACE: Final = "git"
_PARENT: Final = re.compile(rb"^parent ([0-9a-f]{40}|[0-9a-f]{64})$", re.MULTILINE)
_ADDRESS: Final = re.compile(r"^(?P<who>.*<(?P<mail>[^<>]*)>) -?[0-9]+ [-+][0-9]+$")


def step(commit: bytes, behind: bytes | None, publisher: Publisher | None) -> Step:
    """Describe the raw commit that brought a result, beside its publisher's account.

    `behind` is the commit that a merge brought in: there a robot's own signature survives.
    """
    said = _told(commit, publisher)
    if behind is not None:
        said = f"{_told(behind, publisher)}; merged by {said}"
    return Step(number=STEP, title="commit, as evidence", passed=None, detail=said, decides=False)


def merged(commit: bytes) -> str:
    """Give the id of the commit that a raw merge commit brought in; empty for any other commit."""
    header, _, _ = commit.partition(b"\n\n")
    parents = _PARENT.findall(header)
    return parents[1].decode() if len(parents) == 2 else ""


def _told(commit: bytes, publisher: Publisher | None) -> str:
    header, _, _ = commit.partition(b"\n\n")
    return f"{_author(header, publisher)}; {_signature(commit, header, publisher)}"


def _author(header: bytes, publisher: Publisher | None) -> str:
    lines = [line[7:] for line in header.split(b"\n") if line.startswith(b"author ")]
    found = [_ADDRESS.match(line.decode("utf-8", "replace")) for line in lines]
    if len(found) != 1 or found[0] is None:
        return f"{len(lines)} author lines that cannot be read as one person"
    who, mail = found[0]["who"], found[0]["mail"]
    account = publisher.account if publisher else None
    if account and mail == f"{account.number}+{account.login}@users.noreply.{account.forge}.com":
        return f"author {who}, the address of the publisher's account"
    return f"author {who}"


def _signature(commit: bytes, header: bytes, publisher: Publisher | None) -> str:
    kept, signatures, taking = list[bytes](), list[list[bytes]](), False
    for line in header.split(b"\n"):
        taking = line.startswith(b"gpgsig ") or (taking and line.startswith(b" "))
        if not taking:
            kept.append(line)
        elif line.startswith(b"gpgsig "):
            signatures.append([line[7:]])
        else:
            signatures[-1].append(line[1:])
    if len(signatures) != 1:
        return "not signed" if not signatures else "signed more than once"
    armour = b"\n".join(signatures[0]) + b"\n"
    if not armour.startswith(b"-----BEGIN SSH"):
        return "signed by other means than SSH, which is not checked here"
    payload = b"\n".join(kept) + commit[len(header) :]
    try:
        signature = sshsig.parse(armour)
        sshsig.verify(signature, _NAMESPACE, payload)
    except sshsig.SignatureRefused as refused:
        return f"signed by SSH, which does not hold: {refused}"
    keys = publisher.keys if publisher else ()
    own = next((key.id for key in keys if key.public == signature.public), None)
    name = f"the publisher's key {own}" if own else sshsig.fingerprint(signature.public)
    return f"signed by {name}"
