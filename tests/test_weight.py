"""What a page may weigh with the sheet and the script that it loads: on the real programme and the demonstration."""

from __future__ import annotations

import re

import pytest

from generator import urls
from tests.support import sites

PLAIN, DRAWN, WIDE = 100_000, 150_000, 250_000


@pytest.fixture(scope="module", params=sites.NAMES)
def files(request: pytest.FixtureRequest) -> dict[str, bytes]:
    return sites.built(request.param)


def test_plotly_and_its_sheet_are_loaded_by_no_page(files: dict[str, bytes]) -> None:
    assert urls.PLOTLY in files
    for path, html in files.items():
        if path.endswith(".html"):
            assert not re.search(rb'(src|href)="[./]*assets/plotly', html), path


def budget(path: str, html: bytes) -> int:
    if path.startswith("suites/") or path == urls.FRONT:
        return WIDE
    return DRAWN if b'class="drawing"' in html else PLAIN


def weight(html: bytes, files: dict[str, bytes]) -> int:
    script = next((one for one in (urls.SCRIPT, urls.COMPARING) if one.encode() in html), urls.COLOURS)
    return len(html) + len(files[urls.STYLE]) + len(files[script])


def test_every_page_keeps_within_its_budget(files: dict[str, bytes]) -> None:
    pages = {path: html for path, html in files.items() if path.endswith(".html")}
    heavy = {path: weight(html, files) for path, html in pages.items() if weight(html, files) > budget(path, html)}
    assert heavy == {}


def test_a_page_loads_one_sheet_and_one_script(files: dict[str, bytes]) -> None:
    for path, html in files.items():
        if path.endswith(".html"):
            assert len(re.findall(rb'rel="stylesheet"', html)) == 1, path
            assert len(re.findall(rb"<script", html)) == 1, path
