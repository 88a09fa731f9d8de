"""How secrets and private addresses look, and where they stand in a text."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

_PRIVATE_KEY: Final = "a private key"
_END_OF_KEY: Final = re.compile(r"-----END[^-]{0,60}-----")


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
        name=_PRIVATE_KEY,
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


def search(text: str) -> Iterator[tuple[int, int, str]]:
    """Give where each secret or private address begins and ends in a text, and its kind."""
    lowered = text.lower()
    for kind in _KINDS:
        if any(needle in lowered for needle in kind.needles):
            for match in kind.pattern.finditer(text):
                if kind.holds(match):
                    yield match.start(), match.end(), kind.name


def redacted(text: str) -> tuple[str, tuple[str, ...]]:
    """Give the text with a mark in the place of each secret or private address, and the kinds taken out.

    The whole of a private key goes, to its end line or to the end of the text.
    """
    parts, removed, after = list[str](), list[str](), 0
    for begin, end, kind in sorted(search(text)):
        last = _end_of_key(text, end) if kind == _PRIVATE_KEY else end
        if begin >= after:
            parts += (text[after:begin], f"[{kind} removed]")
            removed.append(kind)
        after = max(after, last)
    return "".join((*parts, text[after:])), tuple(removed)


def _end_of_key(text: str, start: int) -> int:
    close = _END_OF_KEY.search(text, start)
    return close.end() if close else len(text)
