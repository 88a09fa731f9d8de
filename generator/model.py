"""The facts, as frozen values: what stands in git, in the programme's files and in a result.

Nothing here judges: percentages, capability and compliance of a specification exist only as
computed cells (generator.judgements).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, NamedTuple, TypeAlias, cast

from generator.terms import AssertionKind, KeyStatus, Role

FOLD_ABOVE: Final = 100
"""Results of one mesh up to which each run has a page of its own, where meshmark.yaml says nothing else."""


class Blob(NamedTuple):
    """What stands at a path of a tree: its mode as git writes it, and its object id."""

    mode: str
    id: str


class Change(NamedTuple):
    """One path that a transition added, changed or removed; `blob` is None when it is gone."""

    path: str
    blob: Blob | None


class Transition(NamedTuple):
    """One step of the main line: a commit's tree against that of its first parent."""

    commit: str
    committed_at: datetime
    changes: tuple[Change, ...]


Data: TypeAlias = bool | int | float | str | list["Data"] | dict[str, "Data"] | None


class Document(NamedTuple):
    """One strict YAML file: its data, the line of each node in document order, and its digest."""

    path: str
    data: dict[str, Data]
    lines: tuple[int, ...]
    digest: str

    def line(self, where: Sequence[str]) -> int:
        """Give the line of the node at `where`, the parts of a JSON pointer.

        For a place that does not exist it is the line of the nearest one above it that does.
        """
        index, node = 0, cast("Data", self.data)
        for part in where:
            skipped = 0
            for key, child in _children(node):
                if str(key) == part:
                    index, node = index + 1 + skipped, child
                    break
                skipped += _count(child)
            else:
                break
        return self.lines[index]

    def places(self) -> Iterable[tuple[str, ...]]:
        """Give where each node stands, as parts of a JSON pointer, in document order."""
        return _places((), self.data)


def _places(where: tuple[str, ...], node: Data) -> Iterable[tuple[str, ...]]:
    yield where
    for key, child in _children(node):
        yield from _places((*where, str(key)), child)


def _children(node: Data) -> Iterable[tuple[str | int, Data]]:
    if isinstance(node, dict):
        return node.items()
    return enumerate(node) if isinstance(node, list) else ()


def _count(node: Data) -> int:
    return 1 + sum(_count(child) for _, child in _children(node))


@dataclass(frozen=True, slots=True, kw_only=True)
class Mesh:
    """A product under test, as meshmark.yaml introduces it; `names` are what other programs call it."""

    id: str
    title: str
    url: str
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bundle:
    """One release of a family of specifications, with the API version of each."""

    suite: str
    version: str
    released: str
    api_versions: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MinorsPolicy:
    """How many of a suite's newest minor versions are at best fresh, and at best ageing; older are at best stale."""

    fresh: int
    ageing: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FreshnessPolicy:
    """Ages in days up to which a result is fresh, ageing and stale; older is archived.

    `minors` are (suite id, policy by version) for suites that have one as well.
    """

    fresh: int
    ageing: int
    stale: int
    minors: tuple[tuple[str, MinorsPolicy], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Aliases:
    """What other programs call the things of one suite: (their name, ours), and a report's levels.

    `levels` are the keys under which a report states its mandatory and its optional part.
    """

    suite: str
    specifications: tuple[tuple[str, str], ...] = ()
    tests: tuple[tuple[str, str], ...] = ()
    levels: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtraPage:
    """A page of the programme's own: its title, and a Markdown file below site_templates/."""

    title: str
    file: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """How the site looks: a logo below site_templates/, colours by name for light and dark, extra pages.

    A mesh with more results than `fold_above` has some of them folded into the pages of its versions.
    """

    logo: str = ""
    light: tuple[tuple[str, str], ...] = ()
    dark: tuple[tuple[str, str], ...] = ()
    pages: tuple[ExtraPage, ...] = ()
    fold_above: int = FOLD_ABOVE


@dataclass(frozen=True, slots=True, kw_only=True)
class Programme:
    """What meshmark.yaml says about the whole site."""

    title: str
    summary: str
    base_url: str
    repository: str
    meshes: tuple[Mesh, ...]
    bundles: tuple[Bundle, ...]
    aliases: tuple[Aliases, ...]
    freshness: FreshnessPolicy
    site: Site = Site()


@dataclass(frozen=True, slots=True, kw_only=True)
class Specification:
    """One specification that a suite tests."""

    id: str
    title: str
    api_version: str
    kinds: tuple[str, ...]
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Assertion:
    """One conformance test of a suite; `aliases` are (suite version, test id) in other test sets."""

    id: str
    specification: str
    kind: AssertionKind
    title: str
    asserts: str
    step: str
    scored: bool
    aliases: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Suite:
    """One version of a conformance test set, known by the digest of its file."""

    id: str
    version: str
    digest: str
    path: str
    title: str
    summary: str
    source: str
    scoring: str
    specifications: tuple[Specification, ...]
    assertions: tuple[Assertion, ...]

    def of(self, specification: str) -> tuple[Assertion, ...]:
        """Give the assertions of one specification, in the suite's order."""
        return tuple(a for a in self.assertions if a.specification == specification)


@dataclass(frozen=True, slots=True, kw_only=True)
class Maintainer:
    """Somebody whose signature the registry needs; `public` is the raw Ed25519 key."""

    id: str
    public: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """One signing key of a publisher."""

    id: str
    public: bytes
    status: KeyStatus
    last_good: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """Who a publisher is on a forge; `number` is 0 where the registry does not give it."""

    forge: str
    login: str
    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Publisher:
    """A service account: what it is elsewhere, what it may publish and with which keys."""

    id: str
    role: Role
    account: Account
    meshes: tuple[str, ...]
    keys: tuple[Key, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Registry:
    """One version of the list of service accounts, known by the digest of its bytes."""

    digest: str
    audience: str
    version: int
    previous: str
    anchor: str
    issued_at: datetime
    threshold: int
    maintainers: tuple[Maintainer, ...]
    publishers: tuple[Publisher, ...]
    withdrawn: tuple[tuple[str, str], ...]
    reattested: tuple[tuple[str, str], ...]
