"""What never belongs in public: text -> findings where secrets and private addresses stand."""

from __future__ import annotations

import bisect
import ipaddress
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Final, NamedTuple

from generator.findings import Finding
from generator.model import Data, Document

SAMPLE: Final = 20
"""Places of one file that are listed one by one: a log with a thousand addresses says one thing."""

_FIX: Final = "remove it, sign again, and revoke it if it was ever pushed: git keeps every version"
_FIX_COMMIT: Final = "rewrite the commit, for a later one only hides it, and revoke it if it was ever pushed"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kind:
    """One kind of secret: its words, what must stand in a text at all, and the pattern.

    `needles` are lower case and make the search fast: most texts hold none. A pattern begins where
    no character of its own class stands before and has bounded repeats, so that it is linear.
    `value` names the group that must not be a placeholder; `holds` looks at what the pattern found.
    """

    name: str
    needles: tuple[str, ...]
    pattern: re.Pattern[str]
    holds: Callable[[re.Match[str]], bool] = lambda _match: True


def _is_value(match: re.Match[str]) -> bool:
    return not _PLACEHOLDER.fullmatch(match["value"])


def _is_token(match: re.Match[str]) -> bool:
    """Tell a token from prose: `token: missing` is a message, `token: abcdef123456` is none."""
    return _is_value(match) and any(character.isdigit() for character in match["value"])


def _is_private_name(match: re.Match[str]) -> bool:
    name = match[0].lower()
    return not name.endswith(".cluster.local") and name not in _EVERYWHERE


def _is_private(match: re.Match[str]) -> bool:
    """Whether an address is of a network of its owner's own, and no version number."""
    try:
        address = ipaddress.ip_address(match["address"])
    except ValueError:
        return False
    return any(address in network for network in _PRIVATE) and not _VERSION.search(
        match.string, max(0, match.start() - _LOOK_BACK), match.start()
    )


def _in_address(match: re.Match[str]) -> bool:
    """Whether the word before belongs to an address, so that this may be the version in its path."""
    words = match.string[max(0, match.start() - 256) : match.start()].split()
    return "://" in words[-1]


_LOOK_BACK: Final = 24
_NETWORKS: Final = ("10.", "100.", "172.", "192.168.", "169.254.")
_VERSION: Final = re.compile(r"version[\"']?[ ]?[:=]?[ ]?[\"']?\Z", re.IGNORECASE)
_PRIVATE: Final = tuple(
    ipaddress.ip_network(network)
    for network in (
        "10.0.0.0/8",  # RFC 1918
        "172.16.0.0/12",
        "192.168.0.0/16",
        "100.64.0.0/10",  # RFC 6598
        "169.254.0.0/16",  # RFC 3927, link-local
        "fe80::/10",  # RFC 4291, link-local
        "fc00::/7",  # RFC 4193, unique local
    )
)
_EVERYWHERE: Final = frozenset(
    {"host.docker.internal", "host.minikube.internal", "host.k3d.internal", "metadata.google.internal"}
)
"""Names that are the same on every machine, so that they tell nothing."""

# A value that stands for another: <token>, ***, $TOKEN, ${{ secrets.X }}, {{ .Token }}, or a word of prose.
_PLACEHOLDER: Final = re.compile(
    r"""[<\[({$%].*|[*.•…_-]+|x{3,}|
    (?:true|false|null|none|nil|unset|empty|unknown|required|missing|invalid|incorrect|wrong|expired|not|no|is|was|must
      |cannot|should|may|for|from|to|in|and|or|the|a|an|redacted|hidden|removed|masked|omitted|example|placeholder
      |changeme|password|secret|token|string|authentication|mismatch|rejected|denied|failed)[,;.]?""",
    re.IGNORECASE | re.VERBOSE,
)


def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(text, re.VERBOSE)


_KINDS: Final = (
    _Kind(
        name="a private key",
        needles=("private key", "putty-user-key-file", "b3blbnnzac1rzxktdje", "ls0tls1crudjti"),
        pattern=_pattern(
            r"-----BEGIN[ ](?:[A-Z0-9]{1,20}[ ]){0,3}PRIVATE[ ]KEY(?:[ ]BLOCK)?-----|PuTTY-User-Key-File-"
            r"|b3BlbnNzaC1rZXktdjE|LS0tLS1CRUdJTi"
        ),
    ),
    _Kind(
        name="a field of a kubeconfig",
        needles=("client-key-data", "client-certificate-data", "certificate-authority-data"),
        pattern=_pattern(r"(?:client-key|client-certificate|certificate-authority)-data[\"']?[ ]?[:=][ ]?[\"']?[\w+/]"),
    ),
    _Kind(
        name="an authorization header",
        needles=("bearer", "authorization"),
        pattern=_pattern(
            r"(?i:\bbearer[ ]{1,4}|\bauthorization[\"']?[ ]{0,4}[:=][ ]{0,4}[\"']?(?:(?:basic|bearer|token)[ ]{1,4})?)"
            r"(?P<value>[\w.~+/=-]{8,4096})"
        ),
        holds=_is_token,
    ),
    _Kind(
        name="a JSON web token",
        needles=("eyj",),
        pattern=_pattern(
            r"(?<![\w-])eyJ[\w-]{8,4096}\.[\w-]{8,8192}(?:\.[\w-]{0,2048})?|(?<![\w+/-])eyJ[\w+/-]{60,8192}"
        ),
    ),
    _Kind(
        name="an access token of a known form",
        needles=(
            *("ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_", "gl", "xox", "xapp-", "hooks.slack.com"),
            *("akia", "asia", "abia", "acca", "aiza", "ya29.", "gocspx-", "8q~", "npm_", "pypi-", "dckr_pat_"),
            *("hvs.", "hvb.", "hvr.", "dop_v1_"),
        ),
        pattern=_pattern(
            r"(?<![A-Za-z0-9])(?:gh[pousr]_[A-Za-z0-9]{30,255}|github_pat_\w{22,255}"
            r"|gl(?:pat|ptt|dt|rt|ft|cbt|imt|agent|oas|soat)-[\w.-]{20,300}"
            r"|xox[a-z]-[A-Za-z0-9-]{10,255}|xapp-[A-Za-z0-9-]{20,255}|hooks\.slack\.com/services/[\w/]{20,100}"
            r"|(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}(?![A-Za-z0-9])"
            r"|AIza[\w-]{35}|ya29\.[\w-]{20,2048}|GOCSPX-[\w-]{20,64}"
            r"|npm_[A-Za-z0-9]{36}|pypi-[\w-]{60,500}|dckr_pat_[\w-]{20,100}|hv[sbr]\.[\w-]{20,300}|dop_v1_[a-f0-9]{64})"
            r"|(?<![\w~.])[\w~.-]{3}8Q~[\w~.-]{31,40}"
        ),
    ),
    _Kind(
        name="a password in an address",
        needles=("://",),
        pattern=_pattern(
            r"(?<![A-Za-z0-9+.-])[A-Za-z][A-Za-z0-9+.-]{0,30}://[^\s/:@\"']{0,256}:(?P<value>[^\s/@\"']{1,256})@"
        ),
        holds=_is_value,
    ),
    _Kind(
        name="a signed or secret part of an address",
        needles=("token=", "sig=", "signature=", "key=", "password=", "secret="),
        pattern=_pattern(
            r"(?i:[?&;](?:(?:access_|private_|id_)?token|sig|(?:x-amz-|x-goog-)?signature|api_?key|password|secret"
            r"|client_secret|accountkey|sharedaccesskey)=|\b(?:accountkey|sharedaccesskey)=)(?P<value>[^\s&\"'<>]{8,4096})"
        ),
        holds=_is_value,
    ),
    _Kind(
        name="a password or key in an assignment",
        needles=("passw", "passphrase", "pwd", "secret", "key"),
        pattern=_pattern(
            r"(?i:(?<![A-Za-z])(?:passwd|password|passphrase|pwd|client[_-]?secret|(?:secret[_-]?)?access[_-]?key(?![_-]?id)"
            r"|secret[_-]?key|api[_-]?key|private[_-]?key(?:[_-]?id)?)\\?[\"']?[ ]{0,4}[:=][ ]{0,4}(?:\\?[\"'])?)"
            r"(?P<value>[^\s\"'\\,;}]{1,4096})"
        ),
        holds=_is_value,
    ),
    _Kind(
        name="a token in an assignment",
        needles=("token",),
        pattern=_pattern(
            r"(?i:(?<![A-Za-z])(?:(?:access|auth|id|refresh|session|bearer|provider)[_-]?)?token"
            r"\\?[\"']?(?:[ ]{0,4}[:=][ ]{0,4}|[ ])(?:\\?[\"'])?)(?P<value>[\w.~+/=-]{12,4096})"
        ),
        holds=_is_token,
    ),
    _Kind(
        name="a private address",
        needles=_NETWORKS,
        pattern=_pattern(
            r"(?<![\w.-])(?<![\w]/)(?P<address>[0-9]{1,3}(?:\.[0-9]{1,3}){3})(?!\.?[0-9]|[-+]?[A-Za-z_]|/[A-Za-z])"
        ),
        holds=_is_private,
    ),
    _Kind(
        name="a private address",
        needles=_NETWORKS,
        pattern=_pattern(r"(?<=\w/)(?P<address>[0-9]{1,3}(?:\.[0-9]{1,3}){3})(?![\w.+/-])"),
        holds=lambda match: _is_private(match) and not _in_address(match),
    ),
    _Kind(
        name="a private address",
        needles=("fc", "fd", "fe8", "fe9", "fea", "feb"),
        pattern=_pattern(
            r"(?<![\w:.-])(?P<address>(?i:f[cd][0-9a-f]{2}|fe[89ab][0-9a-f]):[0-9A-Fa-f:]{1,34})(?![\w:])"
        ),
        holds=_is_private,
    ),
    _Kind(
        name="a private host name",
        needles=(".internal", ".local", ".lan", ".corp", ".intranet", ".home.arpa"),
        pattern=_pattern(
            r"(?<![\w.-])[A-Za-z0-9](?:[A-Za-z0-9-]{0,62}\.){1,8}(?i:internal|local|lan|corp|intranet|home\.arpa)(?![\w(-]|\.\w)"
        ),
        holds=_is_private_name,
    ),
)


def findings(path: str, content: bytes, document: Document | None, commit: str = "") -> tuple[Finding, ...]:
    """Give a finding for each secret and private address in a file, never with the secret itself.

    The bytes are searched as they stand and, where they are strict YAML (`document`), once more as
    the texts they stand for: an escape or a folded line hides a secret from the eye only. `commit`
    is the one that brought bytes which a later one took away. Raises nothing.
    """
    found = _places(content.decode("utf-8", "replace"))
    if document is not None:
        found |= _unseen(document, found)
    where = f" in commit {commit}" if commit else ""
    template = Finding(rule="secret", path=path, commit=commit, message="", fix=_FIX_COMMIT if commit else _FIX)
    return tuple(_listed(found, template, f"stands here{where}"))


def message_findings(commit: str, message: str) -> tuple[Finding, ...]:
    """Give a finding for each secret and private address in the message of a commit."""
    template = Finding(rule="secret", commit=commit, message="", fix=_FIX_COMMIT)
    return tuple(_listed(_places(message), template, f"stands in the message of commit {commit}"))


class _Place(NamedTuple):
    line: int
    kind: str


def _places(text: str) -> set[_Place]:
    """Give what stands on which line, counted from 1."""
    ends = [match.start() for match in re.finditer("\n", text)]
    return {_Place(bisect.bisect_left(ends, offset) + 1, kind) for offset, kind in _search(text)}


def _search(text: str) -> Iterator[tuple[int, str]]:
    """Give the offset and the kind of each secret in a text."""
    lowered = text.lower()
    for kind in _KINDS:
        if any(needle in lowered for needle in kind.needles):
            for match in kind.pattern.finditer(text):
                if kind.holds(match):
                    yield match.start(), kind.name


def _unseen(document: Document, seen: set[_Place]) -> set[_Place]:
    """Give what shows only once the texts of a document are read, by the line where each begins."""
    starts, lines, parts, length = list[int](), list[int](), list[str](), 0
    for (where, value), line in zip(_nodes("", document.data), document.lines, strict=True):
        starts.append(length)
        lines.append(line)
        parts.append(f"{where}: {value}\n")
        length += len(parts[-1])
    found = set[_Place]()
    for offset, kind in _search("".join(parts)):
        index = bisect.bisect_right(starts, offset) - 1
        extent = range(lines[index], max(lines[index : index + 2]) + 1) if index + 1 < len(lines) else _TO_THE_END
        if not any(place.kind == kind and place.line in extent for place in seen):
            found.add(_Place(lines[index], kind))
    return found


_TO_THE_END: Final = range(1 << 40)


def _nodes(name: str, node: Data) -> Iterator[tuple[str, str]]:
    """Give each node with its key, in document order; of a mapping or a list only that it is there."""
    children = (
        node.items() if isinstance(node, dict) else [("", child) for child in node] if isinstance(node, list) else ()
    )
    yield name, node if isinstance(node, str) else ""
    for key, child in children:
        yield from _nodes(key, child)


def _listed(found: set[_Place], template: Finding, where: str) -> Iterator[Finding]:
    places = sorted(found)
    for index, place in enumerate(places[:SAMPLE], 1):
        more = f" (and {len(places) - SAMPLE} more follow)" if index == SAMPLE < len(places) else ""
        yield replace(template, line=place.line, message=f"{place.kind} {where}{more}")
