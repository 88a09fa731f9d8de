"""The built site in a real browser: accessible, quiet, and whole on any screen without a script."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from generator import ledger, server, site
from tests.support.papers import PROJECT
from tests.test_history_pages import two_sets
from tests.test_site import AS_OF, story
from tests.test_theme import FOLDER, harbour

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from tests.support.repository import Repository

pytestmark = pytest.mark.browser
playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
axe_module = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe is not installed")

CHROMIUM = shutil.which("chromium")
ARGUMENTS = ("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking")
KINDS = {
    "front": "index.html",
    "mesh": "meshes/kelp/index.html",
    "run": "meshes/kelp/v1.0.0/toy-run-0002/index.html",
    "transcription": "meshes/reed/unknown/toy-run-0005/index.html",
    "version": "meshes/kelp/v1.0.0/index.html",
    "specification": "specifications/toy/alpha/index.html",
    "test set": "suites/toy/v1/index.html",
    "test": "tests/toy/v1/A-2/index.html",
    "transitions": "transitions/index.html",
    "compare": "compare/index.html",
    "comparison": "compare/from/toy-run-0001/to/toy-run-0002/index.html",
    "data": "data/index.html",
    "badges": "badges/kelp/index.html",
    "method": "method/index.html",
    "how to read": "how-to-read/index.html",
    "glossary": "glossary/index.html",
    "take part": "take-part/index.html",
    "run a programme": "run-a-programme/index.html",
    "accounts": "sm-service-accounts/index.html",
    "quarantine": "quarantine/index.html",
    "audit": "audit/index.html",
}
EXPECTED = {
    ("toy-run-0001", "toy-run-0002"): {"Newly failing": 1},
    ("toy-run-0002", "toy-run-0003"): {"Capability changed": 4},
}
LOOKS: dict[str, dict[str, Any]] = {
    "light": {"color_scheme": "light"},
    "dark": {"color_scheme": "dark"},
    "forced colours": {"forced_colors": "active"},
    "phone": {"viewport": {"width": 390, "height": 844}},
}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("chromium is not on PATH")
    with playwright.sync_playwright() as started:
        running = started.chromium.launch(executable_path=CHROMIUM, args=list(ARGUMENTS))
        yield running
        running.close()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written(story(tmp_path_factory.mktemp("story") / "r"), tmp_path_factory.mktemp("site") / "public")


def written(repository: Repository, out: Path, *, past: bool = False) -> Path:
    book = ledger.read(repository.root)
    files = ledger.files(repository.root, book.head, ("registry", "results", "schema"))
    site.write(site.plan(book, files, AS_OF, PROJECT / "site_templates", past=past), out)
    return out


@pytest.fixture(scope="module")
def themed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site of a programme with its own logo, colours, template and page."""
    out = tmp_path_factory.mktemp("themed") / "public"
    repository = harbour(tmp_path_factory.mktemp("harbour") / "r")
    book = ledger.read(repository.root)
    files = ledger.files(repository.root, book.head, ("registry", "results", "schema"))
    site.write(site.plan(book, files, AS_OF, FOLDER), out)
    return out


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("path", ["index.html", "pages/charter/index.html", "meshes/kelp/index.html"])
def test_axe_finds_no_violation_in_another_theme(browser: Browser, themed: Path, path: str, look: str) -> None:
    with browser.new_context(**LOOKS[look]) as context:
        page = context.new_page()
        page.goto((themed / path).as_uri())
        found = axe_module.Axe().run(page)
        assert found.violations_count == 0, found.generate_report()


@pytest.mark.parametrize(
    ("look", "paper", "accent"),
    [
        ("light", "rgb(255, 255, 255)", "rgb(122, 31, 92)"),
        ("dark", "rgb(13, 16, 32)", "rgb(240, 166, 216)"),
    ],
)
def test_another_theme_shows_its_colours_and_its_logo(
    browser: Browser, themed: Path, look: str, paper: str, accent: str
) -> None:
    with browser.new_context(**LOOKS[look]) as context:
        page = context.new_page()
        trouble: list[str] = []
        page.on("console", lambda message: trouble.append(message.text))
        page.on("requestfailed", lambda request: trouble.append(request.url))
        page.goto((themed / "index.html").as_uri())
        style = "([where, name]) => getComputedStyle(document.querySelector(where))[name]"
        assert page.evaluate(style, ["body", "backgroundColor"]) == paper
        assert page.evaluate(style, [".summary a, .note a", "color"]) == accent
        assert page.evaluate("document.querySelector('img.logo').naturalWidth") > 0
        assert trouble == []


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("kind", KINDS)
def test_axe_finds_no_violation(browser: Browser, folder: Path, kind: str, look: str) -> None:
    with browser.new_context(**LOOKS[look]) as context:
        page = context.new_page()
        page.goto((folder / KINDS[kind]).as_uri())
        tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
        found = axe_module.Axe().run(page, options={"runOnly": tags})
        assert found.violations_count == 0, found.generate_report()


@pytest.mark.parametrize("width", [320, 390, 768, 1280])
@pytest.mark.parametrize("kind", KINDS)
def test_without_a_script_no_page_scrolls_sideways_or_complains(
    browser: Browser, folder: Path, kind: str, width: int
) -> None:
    with browser.new_context(viewport={"width": width, "height": 800}, java_script_enabled=False) as context:
        page = context.new_page()
        trouble: list[str] = []
        page.on("console", lambda message: trouble.append(message.text))
        page.on("requestfailed", lambda request: trouble.append(request.url))
        requested: list[str] = []
        page.on("request", lambda request: requested.append(request.url))
        page.goto((folder / KINDS[kind]).as_uri())
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert trouble == []
        assert all(url.startswith(folder.as_uri()) for url in requested)
        assert any(url.endswith(".css") for url in requested)


def test_the_keyboard_leads_from_the_front_page_to_an_assertion(browser: Browser, folder: Path) -> None:
    with browser.new_context() as context:
        page = context.new_page()
        page.goto((folder / "index.html").as_uri())
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.className") == "skip"
        for _ in range(40):
            page.keyboard.press("Tab")
            if page.evaluate("document.activeElement.className") == "cell":
                break
        page.keyboard.press("Enter")
        page.wait_for_url("**/meshes/**")
        assert page.locator("table.assertions tr[id]").count() >= 4


@pytest.fixture(scope="module")
def address(folder: Path) -> Iterator[str]:
    """The site as a server gives it, below a path of its own."""
    with served(folder) as found:
        yield found


@contextmanager
def served(folder: Path) -> Iterator[str]:
    web = server.serve(folder.parent, 0)
    threading.Thread(target=web.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{web.server_port}/{folder.name}/"
    web.shutdown()
    web.server_close()


def test_plotly_is_loaded_when_the_reader_asks_and_only_from_here(browser: Browser, address: str) -> None:
    with browser.new_context() as context:
        page = context.new_page()
        requested: list[str] = []
        trouble: list[str] = []
        page.on("request", lambda request: requested.append(request.url))
        page.on("console", lambda message: trouble.append(message.text))
        page.on("pageerror", lambda error: trouble.append(str(error)))
        page.goto(f"{address}meshes/kelp/index.html")
        assert not any("plotly" in url for url in requested)
        page.get_by_role("button", name="Explore this chart").first.click()
        page.wait_for_selector(".js-plotly-plot .main-svg")
        assert [url.removeprefix(address) for url in requested if "plotly" in url] == [
            "assets/plotly.css",
            "assets/plotly.min.js",
        ]
        assert all(url.startswith(address) for url in requested)
        assert trouble == []


def test_a_folder_on_disk_says_why_it_has_no_interactive_chart(browser: Browser, folder: Path) -> None:
    with browser.new_context() as context:
        page = context.new_page()
        page.goto((folder / KINDS["mesh"]).as_uri())
        page.get_by_role("button", name="Explore this chart").first.click()
        page.get_by_text("serve the site").wait_for()


def test_any_two_runs_are_compared_and_the_address_remembers_which(browser: Browser, address: str) -> None:
    with browser.new_context() as context:
        page = context.new_page()
        page.goto(f"{address}compare/index.html")
        page.get_by_label("From").select_option("toy-run-0001")
        page.get_by_label("To").select_option("toy-run-0002")
        page.get_by_role("button", name="Compare").click()
        page.get_by_text("Newly failing: 1").wait_for()
        assert "3 of 4 tests stand as they did" in page.inner_text(".compared")
        link = page.url
        assert link.endswith("?from=toy-run-0001&to=toy-run-0002")
        page.goto(f"{address}index.html")
        page.goto(link)
        page.get_by_text("Newly failing: 1").wait_for()
        found = axe_module.Axe().run(page)
        assert found.violations_count == 0, found.generate_report()


def test_the_browser_and_the_build_sort_tests_alike(browser: Browser, address: str) -> None:
    for before, after in (("toy-run-0001", "toy-run-0002"), ("toy-run-0002", "toy-run-0003")):
        with browser.new_context() as context:
            page = context.new_page()
            page.goto(f"{address}compare/index.html?from={before}&to={after}")
            page.locator(".compared h2").wait_for()
            counted = {
                text.split(":")[0]: int(text.split(": ")[1]) for text in page.locator(".compared h3").all_inner_texts()
            }
            assert counted == EXPECTED[before, after]


def test_a_reader_finds_rows_and_the_address_remembers_the_words(browser: Browser, address: str) -> None:
    with browser.new_context() as context:
        page = context.new_page()
        page.goto(f"{address}suites/toy/v1/index.html")
        rows = page.locator("table[data-find] tbody tr:visible")
        assert rows.count() == 7
        page.get_by_label("Find in the tables").fill("reed")
        assert rows.all_inner_texts() == [text for text in rows.all_inner_texts() if "reed" in text.lower()]
        assert "1 of 7 rows" in page.inner_text(".finder")
        page.goto(page.url)
        assert rows.count() == 1
        page.get_by_label("Find in the tables").fill("")
        assert rows.count() == 7
        assert page.url.endswith("index.html")


def test_a_table_is_sorted_by_the_keyboard_and_the_address_remembers_how(browser: Browser, address: str) -> None:
    with browser.new_context() as context:
        page = context.new_page()
        page.goto(f"{address}index.html")
        button = page.get_by_role("button", name="Sort by All tests").first
        button.focus()
        page.keyboard.press("Enter")
        first = page.locator("table.matrix").first.locator("tbody th")
        assert "reed" in first.first.inner_text(), "unknown comes before none, partial and full"
        assert page.locator("th[aria-sort=ascending]").count() == 1
        page.keyboard.press("Enter")
        assert "reed" in first.last.inner_text()
        page.goto(page.url)
        assert page.locator("th[aria-sort=descending]").count() == 1
        assert "reed" in first.last.inner_text()
        found = axe_module.Axe().run(page)
        assert found.violations_count == 0, found.generate_report()


def test_two_meshes_are_compared_by_the_keyboard_alone(browser: Browser, address: str) -> None:
    with browser.new_context() as context:
        page = context.new_page()
        page.goto(f"{address}compare/index.html")
        for _ in range(30):
            page.keyboard.press("Tab")
            if page.evaluate("document.activeElement.id") == "from":
                break
        page.keyboard.type("Kelp Mesh v0.9.0")
        page.keyboard.press("Tab")
        page.keyboard.type("reed")
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        page.get_by_text("Capability changed: 4").wait_for()
        assert page.inner_text(".compared h2") == "kelp v0.9.0 (toy-run-0001) and reed unknown (toy-run-0005)"
        assert "Test A-2" in page.inner_text(".compared")
        assert page.url.endswith("?from=toy-run-0001&to=toy-run-0005")
        found = axe_module.Axe().run(page)
        assert found.violations_count == 0, found.generate_report()


def test_a_permalink_to_a_run_that_does_not_exist_says_so(browser: Browser, address: str) -> None:
    with browser.new_context() as context:
        page = context.new_page()
        trouble: list[str] = []
        page.on("pageerror", lambda error: trouble.append(str(error)))
        page.goto(f"{address}compare/index.html?from=toy-run-0001&to=%3Cb%3Enone")
        said = page.locator(".compared[role=status]")
        assert "not available: no run that counts is called <b>none." in said.inner_text()
        page.get_by_label("To").select_option("toy-run-0002")
        page.get_by_role("button", name="Compare").click()
        page.get_by_text("Newly failing: 1").wait_for()
        assert trouble == []


def test_a_run_that_cannot_be_fetched_is_said_to_be_missing(browser: Browser, address: str) -> None:
    with browser.new_context() as context:
        page = context.new_page()
        page.route("**/api/v1/runs/**", lambda route: route.fulfill(status=404, body="gone"))
        page.goto(f"{address}compare/index.html?from=toy-run-0001&to=toy-run-0002")
        page.get_by_text("The comparison is not available: 404 for").wait_for()


def test_the_browser_tells_two_test_sets_apart_as_the_build_does(browser: Browser, tmp_path: Path) -> None:
    out = written(two_sets(tmp_path / "r"), tmp_path / "public")
    with served(out) as address, browser.new_context(viewport={"width": 320, "height": 800}) as context:
        page = context.new_page()
        page.goto(f"{address}compare/index.html?from=toy-run-0002&to=toy-run-0003")
        page.get_by_text("Not comparable").wait_for()
        assert page.locator(".compared h3").all_inner_texts() == ["Renamed: 1", "Added: 1", "Removed: 1"]
        said = " ".join(page.inner_text(".compared").split())
        for part in ("3 tests are in both", "B-9 Beta is there", "B-1 Test B-1", "A-3 Test A-3", "B-2 Test B-2"):
            assert part in said
        assert page.evaluate("document.documentElement.scrollWidth") <= 320
        page.goto(f"{address}compare/index.html?from=toy-run-0003&to=toy-run-0002")
        page.get_by_text("Not comparable").wait_for()
        assert page.locator(".compared h3").all_inner_texts() == ["Renamed: 1", "Added: 1", "Removed: 1"]


@pytest.mark.parametrize("look", LOOKS)
def test_a_past_state_says_so_without_a_violation_or_a_sideways_scroll(
    browser: Browser, tmp_path: Path, look: str
) -> None:
    out = written(story(tmp_path / "r"), tmp_path / "public", past=True)
    with browser.new_context(**LOOKS[look]) as context:
        page = context.new_page()
        page.goto((out / "index.html").as_uri())
        assert page.locator("header .past").is_visible()
        found = axe_module.Axe().run(page)
        assert found.violations_count == 0, found.generate_report()
        page.set_viewport_size({"width": 320, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") <= 320
