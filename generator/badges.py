"""Badges as SVG of our own, as JSON for a badge service, and a small matrix for other people's pages.

Each says in words what its colour says, carries a title, holds no script and asks for nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from markupsafe import Markup

from generator import chronicle, emitting, urls, wording
from generator.almanac import Age
from generator.chronicle import Line
from generator.judgements import Cell, Entry, Output
from generator.markup import fill
from generator.terms import Capability, Compliance, Freshness

Ages = Callable[[Entry], Age]

_OLD: Final = frozenset({Freshness.STALE, Freshness.ARCHIVED})
# Dark enough for white words: each has a contrast of at least 4.5 to 1 with #fff.
_COLOURS: Final = {"good": "#1b6e3c", "bad": "#a4262c", "partly": "#8a5a00", "quiet": "#5c6672"}
_SHIELDS: Final = {"good": "brightgreen", "bad": "red", "partly": "yellow", "quiet": "lightgrey"}
_MOODS: Final = {Compliance.PASS: "good", Compliance.FAIL: "bad", Compliance.INCOMPLETE: "partly"}
_NARROW, _WIDE = frozenset("iIjl.,:;'|!()[] /ft"), frozenset("mwMW@%—")
_LONG: Final = 80
# A message ends in what its fraction leaves out: it is cut only where a programme has a great many suites.
_LONGEST: Final = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class Badge:
    """What a badge says: whose it is, and how it stands."""

    path: str
    label: str
    message: str
    mood: str

    @property
    def sentence(self) -> str:
        """The whole badge in words."""
        return f"{self.label}: {self.message}"


def badges(lines: Iterable[Line], titles: Mapping[str, str], ages: Ages) -> tuple[Badge, ...]:
    """Give every badge: for a mesh, each suite and variant of it, and each specification."""
    listed = tuple(lines)
    heads = chronicle.foremost(listed)
    found = []
    for mesh in sorted({line.mesh for line in listed}):
        title = titles.get(mesh, mesh)
        own = [line for (of, _), line in heads.items() if of == mesh]
        found.append(_of_mesh(title, own, ages))
        found += [_of_line(title, line, ages, urls.badge(mesh, line.suite)) for line in own]
        found += [badge for line in own for badge in _of_specifications(title, line, ages)]
    for line in listed:
        if line.variant:
            path = urls.badge(line.mesh, line.suite, fields=urls.variant(line.variant))
            found.append(_of_line(titles.get(line.mesh, line.mesh), line, ages, path))
    return tuple(found)


def _of_mesh(title: str, lines: list[Line], ages: Ages) -> Badge:
    """Say how each suite stands; old results are said too, but lend no colour to a badge with newer ones."""
    parts = [f"{line.head.entry.suite.title} {_standing(line.head.whole, ages)}" for line in lines]
    current = [line for line in lines if ages(line.head.entry).state not in _OLD] or lines
    moods = {_mood(line.head.whole, ages) for line in current}
    mood = next(mood for mood in ("bad", "quiet", "partly", "good") if mood in moods)
    return Badge(path=urls.badge(lines[0].mesh), label=title, message=" · ".join(parts), mood=mood)


def _of_line(title: str, line: Line, ages: Ages, path: str) -> Badge:
    cell = line.head.whole
    label = " ".join((title, line.head.entry.suite.title, *(value for _, value in line.variant)))
    return Badge(path=path, label=label, message=_state(cell, ages), mood=_mood(cell, ages))


def _of_specifications(title: str, line: Line, ages: Ages) -> Iterator[Badge]:
    for cell in line.head.cells:
        if cell.specification and cell.tally.total:
            path = urls.badge(line.mesh, line.suite, cell.specification.id)
            label = f"{title} {cell.specification.title} {cell.specification.api_version}"
            yield Badge(path=path, label=label, message=_state(cell, ages), mood=_mood(cell, ages))


def _standing(cell: Cell, ages: Ages) -> str:
    found = ages(cell.entry).state
    return wording.standing(cell) if found is Freshness.FRESH else f"{wording.standing(cell)}, {_worded(found)}"


def _state(cell: Cell, ages: Ages) -> str:
    found = ages(cell.entry)
    fresh = f", {f'fresh {wording.lapse(found)}'.strip()}" if found.state is Freshness.FRESH else ""
    return f"{_capability(cell.capability)}, {_standing(cell, ages)}{fresh}"


def _worded(value: Freshness) -> str:
    return "age unknown" if value is Freshness.UNKNOWN else value.value


def _capability(value: Capability) -> str:
    return "capability unknown" if value is Capability.UNKNOWN else value.value


def _mood(cell: Cell, ages: Ages) -> str:
    return "quiet" if ages(cell.entry).state in _OLD else _MOODS.get(cell.compliance, "quiet")


def outputs(lines: Iterable[Line], titles: Mapping[str, str], ages: Ages) -> Iterator[Output]:
    """Give every badge as SVG and as JSON, and the small matrix of every mesh."""
    listed = tuple(lines)
    for badge in badges(listed, titles, ages):
        yield Output(path=f"{badge.path}.svg", content=svg(badge).encode())
        yield Output(path=f"{badge.path}.json", content=emitting.json_bytes(shields(badge)))
    by_mesh: dict[str, list[Line]] = {}
    for (mesh, _), line in chronicle.foremost(listed).items():
        by_mesh.setdefault(mesh, []).append(line)
    for mesh, own in by_mesh.items():
        yield Output(path=urls.matrix(mesh), content=matrix(titles.get(mesh, mesh), own, ages).encode())


def shields(badge: Badge) -> dict[str, str | int]:
    """Give the endpoint document of shields.io, schema version 1."""
    return {
        "schemaVersion": 1,
        "label": badge.label,
        "message": badge.message,
        "color": _SHIELDS[badge.mood],
    }


def width(text: str) -> int:
    """Estimate the width of a text at 11 pixels; the drawing then holds the text to it."""
    return (
        sum(38 if c in _NARROW else 95 if c in _WIDE else 66 if c.islower() or c.isdigit() else 76 for c in text) // 10
    )


def _cut(text: str, most: int = _LONG) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"


def svg(badge: Badge) -> Markup:
    """Draw a badge; the words themselves carry the meaning, the colour only repeats it."""
    label, message = _cut(badge.label), _cut(badge.message, _LONGEST)
    left, right = width(label) + 14, width(message) + 14
    return fill(
        '<svg xmlns="http://www.w3.org/2000/svg" width="{all}" height="20" role="img" aria-label="{sentence}">'
        '<title>{sentence}</title><rect width="{all}" height="20" rx="3" fill="#2b333d"/>'
        '<path d="M{left} 0h{inner}a3 3 0 0 1 3 3v14a3 3 0 0 1-3 3h-{inner}z" fill="{colour}"/>'
        '<g fill="#fff" font-family="Verdana,DejaVu Sans,sans-serif" font-size="11">'
        '<text x="7" y="14" textLength="{label_width}">{label}</text>'
        '<text x="{message_at}" y="14" textLength="{message_width}">{message}</text></g></svg>\n',
        all=left + right,
        sentence=badge.sentence,
        left=left,
        inner=right - 3,
        colour=_COLOURS[badge.mood],
        label=label,
        label_width=left - 14,
        message=message,
        message_at=left + 7,
        message_width=right - 14,
    )


_SHAPES: Final = {
    Capability.FULL: Markup('<circle cx="6" cy="6" r="5.5" fill="currentColor"/>'),
    Capability.PARTIAL: Markup(
        '<circle cx="6" cy="6" r="5" fill="none" stroke="currentColor"/>'
        '<path d="M6 1a5 5 0 0 0 0 10z" fill="currentColor"/>'
    ),
    Capability.NONE: Markup('<circle cx="6" cy="6" r="5" fill="none" stroke="currentColor"/>'),
    Capability.UNKNOWN: Markup(
        '<circle cx="6" cy="6" r="5" fill="none" stroke="currentColor" stroke-dasharray="2 2"/>'
    ),
}
_SHEET: Final = Markup(
    "<style>svg{color:#1b232c;background:#fcfbf9;font:12px system-ui,sans-serif}text{fill:currentColor}"
    ".s{fill:#55606d}.r{stroke:#dcd8d0}.b{font-weight:600}.t{font-size:14px;font-weight:700}"
    "@media(prefers-color-scheme:dark){svg{color:#e7eaee;background:#12171d}.s{fill:#a5afbb}.r{stroke:#303a46}}</style>"
)


def matrix(title: str, lines: Iterable[Line], ages: Ages) -> Markup:
    """Draw a mesh's newest results, a row a specification; 400 pixels wide, for a page that embeds it."""
    body, top, told = Markup(), 30, []
    for line in lines:
        head = line.head
        record = head.entry.record
        variant = "".join(f", {value}" for _, value in line.variant)
        caption = f"{head.entry.suite.title}{variant}"
        state = (
            f"{wording.version_text(record)}, {wording.run_day(record)}: "
            f"{wording.trust(head.entry.verdict)}, {_worded(ages(head.entry).state)}"
        )
        body += fill(
            '<text class="b" x="12" y="{}">{}</text><text class="s" x="12" y="{}">{}</text>\n',
            top + 16,
            _cut(caption),
            top + 32,
            state,
        )
        told.append(f"{caption} ({state})")
        top += 42
        for cell in head.cells:
            if cell.specification and cell.tally.total:
                body += _row(cell, top)
                told.append(f"{cell.specification.title}: {cell.capability.value}, {wording.sentence(cell)}")
                top += 38
        top += 8
    return fill(
        '<svg xmlns="http://www.w3.org/2000/svg" width="400" height="{height}" viewBox="0 0 400 {height}" role="img" '
        'aria-labelledby="t d"><title id="t">Conformance of {title}</title><desc id="d">{told}</desc>{sheet}'
        '<text class="t" x="12" y="24">{title}</text>\n{body}</svg>\n',
        height=top,
        title=title,
        told=". ".join(told),
        sheet=_SHEET,
        body=body,
    )


def _row(cell: Cell, top: int) -> Markup:
    name = cell.specification.title if cell.specification else ""
    return fill(
        '<path class="r" d="M12 {0}H388"/><text x="12" y="{1}">{2}</text><svg x="306" y="{3}">{4}</svg>'
        '<text x="324" y="{1}">{5}</text><text class="s" x="12" y="{6}">{7}</text>\n',
        top, top + 16, name if len(name) <= 42 else f"{name[:41]}…", top + 6, _SHAPES[cell.capability],
        cell.capability.value, top + 31, wording.standing(cell),
    )  # fmt: skip
