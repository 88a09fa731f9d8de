"""What a caller knows from outside the repository: the trust root and the published checkpoint."""

from __future__ import annotations

import argparse
import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Final

from generator.findings import Stop

if TYPE_CHECKING:
    from generator.judgements import Checkpoint, TrustRoot
    from generator.ledger import Expected

_TRUST_ROOT: Final = re.compile(r"(?:(?P<commit>[0-9a-f]{40}|[0-9a-f]{64}):)?(?:sha256:)?(?P<digest>[0-9a-f]{64})")


def add_options(verb: argparse.ArgumentParser) -> None:
    """Add the flags that pin the trust root and the last published state."""
    verb.add_argument(
        "--trust-root",
        type=trust_root,
        metavar="[COMMIT:]SHA256",
        help="digest of the first registry, and the commit that brought it (default: the first on the main line)",
    )
    verb.add_argument(
        "--published-checkpoint",
        type=Path,
        metavar="FILE",
        help="checkpoint.json of the last published site, which the history has to continue",
    )
    add_cache(verb)


def add_cache(verb: argparse.ArgumentParser) -> None:
    """Add the flag that names a folder for what bytes say by themselves."""
    verb.add_argument(
        "--cache", type=Path, metavar="DIR", help="a folder that spares reading the same bytes twice (default: none)"
    )


def expected(arguments: argparse.Namespace) -> Expected:
    """Read what the flags say; raise `Stop` when the checkpoint cannot be read."""
    from generator.ledger import Expected

    path = arguments.published_checkpoint
    published = read(path) if path else None
    return Expected(trust_root=arguments.trust_root, published=published, cache=arguments.cache)


def trust_root(text: str) -> TrustRoot:
    """Read a trust root for argparse; raise `ValueError` when it has another form."""
    from generator.judgements import TrustRoot

    found = _TRUST_ROOT.fullmatch(text)
    if found is None:
        raise ValueError(text)
    return TrustRoot(digest=f"sha256:{found['digest']}", commit=found["commit"] or "")


def read(path: Path) -> Checkpoint:
    """Read a published checkpoint; raise `Stop` when it is not one."""
    from generator.judgements import Checkpoint

    try:
        data = json.loads(path.read_bytes())
        return Checkpoint(head=str(data["head"]), count=int(data["count"]), root=str(data["root"]))
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise Stop(f"{path} is not a checkpoint: {error}") from error
