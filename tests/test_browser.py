"""Both sites in a real browser: accessible, quiet, whole on any screen and on paper, without a script or a net.

Every kind of page is looked at, the heaviest of its kind; what a reader does is told on a small site.
"""

from __future__ import annotations

import itertools
import re
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from generator import comparison, conformance, ledger, originals, server, site, writing
from tests.support import sites
from tests.support.papers import PROJECT
from tests.test_history_pages import two_sets
from tests.test_site import AS_OF, story
from tests.test_theme import FOLDER, harbour

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

    from tests.support.repository import Repository

pytestmark = pytest.mark.browser
playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
axe_module = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe is not installed")

CHROMIUM = shutil.which("chromium")
ARGUMENTS = ("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking")
RULES = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "resultTypes": ["violations"],
    "preload": False,  # axe would read the sheet again, which no browser allows from a folder
}
# A4 less the margins of the sheet, at 96 dots an inch.
PAPER = 688
WIDTHS = (320, 390, 768, 1280)
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A site on disk, with the heaviest page of each kind: pages whose paths begin alike and are as deep."""

    folder: Path
    kinds: tuple[str, ...]
    name: str


def kinds(files: dict[str, bytes]) -> tuple[str, ...]:
    heaviest: dict[tuple[str, int], str] = {}
    for path in sorted(files, key=lambda path: (len(files[path]), path)):
        if path.endswith(".html") and path != "404.html":
            heaviest[path.partition("/")[0], path.count("/")] = path
    return tuple(sorted(heaviest.values()))


@pytest.fixture(scope="module", params=sites.NAMES)
def whole(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Written:
    folder = sites.written(request.param, tmp_path_factory.mktemp(request.param) / "public")
    return Written(name=request.param, folder=folder, kinds=kinds(sites.built(request.param)))


def listened(context: BrowserContext) -> tuple[list[str], list[str]]:
    """Note every request of a context, and all that a page complains of."""
    requested: list[str] = []
    trouble: list[str] = []
    context.on("request", lambda request: requested.append(request.url))
    context.on("requestfailed", lambda request: trouble.append(f"{request.failure}: {request.url}"))
    context.on("console", lambda message: trouble.append(f"console: {message.text}"))
    context.on("weberror", lambda error: trouble.append(f"error: {error.error}"))
    return requested, trouble


def told(trouble: list[str]) -> list[str]:
    """Leave out what the browser itself gave up, because it went on to the next page."""
    return [one for one in trouble if not one.startswith("net::ERR_ABORTED")]


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
    files = originals.at(repository.root, book.head, ("registry", "results", "schema"))
    made = site.plan(book, files, AS_OF, PROJECT / "site_templates", site.Manner(past=past))
    writing.write(made.made, out, originals=made.originals)
    return out


@pytest.fixture(scope="module")
def themed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site of a programme with its own logo, colours, template and page."""
    out = tmp_path_factory.mktemp("themed") / "public"
    repository = harbour(tmp_path_factory.mktemp("harbour") / "r")
    book = ledger.read(repository.root)
    files = originals.at(repository.root, book.head, ("registry", "results", "schema"))
    made = site.plan(book, files, AS_OF, FOLDER)
    writing.write(made.made, out, originals=made.originals)
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


def test_a_reader_may_choose_the_colours_and_every_page_remembers(browser: Browser, folder: Path) -> None:
    paper = "getComputedStyle(document.body).backgroundColor"
    with browser.new_context() as context:
        page = context.new_page()
        page.goto((folder / "index.html").as_uri())
        light = page.evaluate(paper)
        button = page.get_by_role("button", name="Colours: system")
        button.click()
        assert page.evaluate(paper) == light, "the light ones were those of the system"
        page.get_by_role("button", name="Colours: light").press("Enter")
        assert page.evaluate(paper) != light
        page.goto((folder / "method" / "index.html").as_uri())
        assert page.evaluate(paper) != light
        page.emulate_media(media="print")
        assert page.evaluate("getComputedStyle(document.documentElement).colorScheme") == "light"
        page.emulate_media(media="screen", color_scheme="dark")
        page.get_by_role("button", name="Colours: dark").click()
        assert page.evaluate(paper) != light, "the system is dark now"
        assert page.get_by_role("button", name="Colours: system").is_visible()


def test_there_is_a_page_of_every_kind(whole: Written) -> None:
    assert len(whole.kinds) >= 15


@pytest.mark.parametrize("look", LOOKS)
def test_axe_finds_no_violation_on_any_kind_of_page(browser: Browser, whole: Written, look: str) -> None:
    with browser.new_context(**LOOKS[look]) as context:
        requested, trouble = listened(context)
        page = context.new_page()
        for kind in whole.kinds:
            page.goto((whole.folder / kind).as_uri())
            found = axe_module.Axe().run(page, options=RULES)
            assert found.violations_count == 0, (kind, found.generate_report())
        assert told(trouble) == []
        assert all(url.startswith(whole.folder.as_uri()) for url in requested)


def test_without_a_script_every_page_is_whole_and_none_scrolls_sideways(browser: Browser, whole: Written) -> None:
    with browser.new_context(java_script_enabled=False) as context:
        requested, trouble = listened(context)
        page = context.new_page()
        for kind in whole.kinds:
            page.goto((whole.folder / kind).as_uri())
            assert page.locator("h1").count() == 1, kind
            for width in WIDTHS:
                page.set_viewport_size({"width": width, "height": 800})
                assert page.evaluate("document.documentElement.scrollWidth") <= width, (kind, width)
        assert told(trouble) == []
        assert all(url.startswith(whole.folder.as_uri()) for url in requested)
        assert any(url.endswith(".css") for url in requested)
        assert not any(url.endswith(".js") for url in requested)


def test_below_a_path_of_a_server_every_page_finds_what_it_loads(browser: Browser, whole: Written) -> None:
    web = server.serve(whole.folder.parent, 0)
    threading.Thread(target=web.serve_forever, daemon=True).start()
    base = f"http://127.0.0.1:{web.server_port}/{whole.folder.name}/"
    with browser.new_context() as context:
        requested, trouble = listened(context)
        answers: list[int] = []
        context.on("response", lambda response: answers.append(response.status))
        page = context.new_page()
        for kind in whole.kinds:
            page.goto(base + kind)
        assert told(trouble) == []
        assert set(answers) <= {200, 304}
        assert all(url.startswith(base) for url in requested)
        loaded = {url.removeprefix(base) for url in requested if not url.endswith(".html")}
        assert {path for path in loaded if not path.startswith("badges/")} <= {
            "assets/meshmark.css",
            "assets/meshmark.js",
            "assets/compare.js",
            "assets/colours.js",
            "assets/icon.svg",
        }
    web.shutdown()
    web.server_close()


def test_on_paper_no_table_is_cut_and_links_say_where_they_lead(browser: Browser, whole: Written) -> None:
    with browser.new_context(color_scheme="dark", viewport={"width": PAPER, "height": 1000}) as context:
        page = context.new_page()
        for kind in whole.kinds:
            page.goto((whole.folder / kind).as_uri())
            page.emulate_media(media="print", color_scheme="dark")
            assert not page.locator(".site-header nav").is_visible(), kind
            assert page.locator(".printed").is_visible(), kind
            assert all(legend.is_visible() for legend in page.locator(".legend").all()), kind
            assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
            wide = "[...document.querySelectorAll('table')].filter((t) => t.getBoundingClientRect().right > innerWidth)"
            assert page.evaluate(f"{wide}.length") == 0, kind
            assert page.evaluate("document.documentElement.scrollWidth") <= PAPER, kind
            cut = "[...document.querySelectorAll('.scroll')].filter((s) => s.scrollHeight > s.clientHeight + 2)"
            assert page.evaluate(f"{cut}.length") == 0, kind
            addresses = (
                "[...document.querySelectorAll('.facts a[href^=\"https:\"]')]"
                ".map((a) => getComputedStyle(a, '::after').content.includes(a.href.slice(0, 8)))"
            )
            assert all(page.evaluate(addresses)), kind


def test_in_forced_colours_drawings_and_their_keys_use_those_alone(browser: Browser, whole: Written) -> None:
    painted = """() => {
      const marks = '.bar, .hatch, .speck, .dot, .slash, .kept, .track, .join, .swatch, .disc, .drawing text';
      return [...document.querySelectorAll(marks)].flatMap((one) => {
        const style = getComputedStyle(one);
        const drawn = one instanceof SVGElement;
        const names = drawn ? ['fill', 'stroke'] : ['backgroundColor', 'backgroundImage', 'borderColor'];
        return names.flatMap((name) => style[name].match(/(rgba?|color)[(][^)]*[)]/g) ?? []);
      });
    }"""
    with browser.new_context(**LOOKS["forced colours"]) as context:
        page = context.new_page()
        seen: set[str] = set()
        for kind in whole.kinds:
            page.goto((whole.folder / kind).as_uri())
            seen |= set(page.evaluate(painted))
    assert seen
    assert seen <= {"rgb(0, 0, 0)", "rgb(255, 255, 255)", "rgba(0, 0, 0, 0)"}


def test_a_reader_who_wants_no_motion_gets_none(browser: Browser, whole: Written) -> None:
    wishes: tuple[tuple[dict[str, Any], str], ...] = (
        ({"reduced_motion": "reduce"}, "auto"),
        ({"reduced_motion": "no-preference"}, "smooth"),
    )
    for wish, expected in wishes:
        with browser.new_context(**wish) as context:
            page = context.new_page()
            page.goto((whole.folder / "index.html").as_uri())
            assert page.evaluate("getComputedStyle(document.documentElement).scrollBehavior") == expected
            assert page.evaluate("document.getAnimations().length") == 0


def tab_to(page: Page, selector: str, presses: int = 400) -> None:
    """Press Tab until the focus is on what a selector means."""
    for _ in range(presses):
        page.keyboard.press("Tab")
        if page.evaluate("(wanted) => document.activeElement.matches(wanted)", selector):
            return
    pytest.fail(f"no way to {selector} by the keyboard")


def test_four_keys_lead_from_the_front_page_to_an_assertion_and_its_signature(browser: Browser, whole: Written) -> None:
    web = server.serve(whole.folder.parent, 0)
    threading.Thread(target=web.serve_forever, daemon=True).start()
    base = f"http://127.0.0.1:{web.server_port}/{whole.folder.name}/"
    with browser.new_context() as context:
        page = context.new_page()
        page.goto(base)
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.className") == "skip"
        tab_to(page, "a.cell")
        page.keyboard.press("Enter")
        page.wait_for_url("**/meshes/**")
        run = page.url.partition("#")[0]
        assert page.locator("table.assertions tr[id]").count() >= 2
        tab_to(page, "table.assertions th a")
        page.keyboard.press("Enter")
        page.wait_for_url("**/tests/**")
        back = run.removeprefix(base).removesuffix("index.html")
        tab_to(page, f'td a[href*="{back}"]')
        page.keyboard.press("Enter")
        page.wait_for_url("**/meshes/**")
        assert page.evaluate("document.querySelector(':target').matches('table.assertions tr')")
        tab_to(page, 'a[href$=".yaml.sig"]')
        with page.expect_download() as downloaded:
            page.keyboard.press("Enter")
        assert Path(downloaded.value.path()).read_text().startswith("-----BEGIN SSH SIGNATURE-----")
        page.reload()
        tab_to(page, ".crumbs a")
        page.keyboard.press("Enter")
        page.wait_for_url(f"{base}index.html")
    web.shutdown()
    web.server_close()


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


def test_permalinks_and_charts_on_demand_work_on_a_whole_site(browser: Browser, whole: Written) -> None:
    prerendered = min(path for path in sites.built(whole.name) if path.startswith("compare/from/"))
    before, after = prerendered.split("/")[2], prerendered.split("/")[4]
    with served(whole.folder) as base, browser.new_context() as context:
        requested, trouble = listened(context)
        page = context.new_page()
        page.goto(f"{base}index.html")
        every = page.locator("table[data-find] tbody tr:visible").count()
        word = page.locator("table[data-find] tbody th a").first.inner_text()
        page.goto(f"{base}index.html?find={word}")
        found = page.locator("table[data-find] tbody tr:visible")
        assert 0 < found.count() < every
        assert all(word.lower() in text.lower() for text in found.all_inner_texts())
        page.goto(f"{base}index.html")
        page.get_by_role("button", name="Sort by All tests").first.click()
        order = page.locator("table.matrix").first.locator("tbody th").all_inner_texts()
        page.goto(page.url)
        assert page.locator("table.matrix").first.locator("tbody th").all_inner_texts() == order
        page.goto(f"{base}compare/index.html?from={before}&to={after}")
        page.locator(".compared h2").wait_for()
        counted = page.locator(".compared h3").all_inner_texts()
        page.goto(f"{base}{prerendered}")
        assert all(text.split(":")[0] in page.inner_text("main") for text in counted)
        drawn = min(path for path, html in sites.built(whole.name).items() if b"data-figure=" in html)
        page.goto(base + drawn)
        assert not any("plotly" in url for url in requested)
        page.get_by_role("button", name="Explore this chart").first.click()
        page.wait_for_selector(".js-plotly-plot .main-svg")
        page.wait_for_selector(".figure[role=group]:focus")
        assert told(trouble) == []
        assert all(url.startswith(base) for url in requested)


def test_a_folder_on_disk_says_why_it_has_no_interactive_chart(browser: Browser, folder: Path) -> None:
    with browser.new_context() as context:
        page = context.new_page()
        page.goto((folder / "meshes/kelp/index.html").as_uri())
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


def test_a_third_press_gives_a_table_back_as_it_was_served(browser: Browser, address: str) -> None:
    with browser.new_context() as context:
        page = context.new_page()
        page.goto(f"{address}index.html")
        first = page.locator("table.matrix").first.locator("tbody th")
        served = first.all_inner_texts()
        button = page.get_by_role("button", name="Sort by All tests").first
        button.click()
        assert first.all_inner_texts() != served
        button.click()
        button.click()
        assert first.all_inner_texts() == served
        assert page.locator("th[aria-sort]").count() == 0
        assert page.evaluate("location.href").endswith("index.html")


CELL = (
    '<td><span class="capability">partial</span> <span class="fraction">{}<i class="hidden"> implemented</i></span>'
    ' <span class="compliance">incomplete</span> <span class="fraction">{}<i class="hidden"> passed</i></span></td>'
)
ROWS = (
    ("b", "v1.9", "2026-03-01 10:00 UTC", "10/104", "10/10"),
    ("a", "v1.10", "2026-01-01 10:00 UTC", "81/104", "80/81"),
    ("c", "v1.1", "2026-02-01 10:00 UTC", "81/104", "81/81"),
)


@pytest.mark.parametrize(("column", "order"), [("Newest run", "acb"), ("All tests", "bac")])
def test_runs_are_sorted_by_their_time_and_cells_by_the_fractions_they_show(
    browser: Browser, column: str, order: str
) -> None:
    rows = "".join(
        f'<tr><th>{name}</th><td data-sort="{time}">{version}</td>{CELL.format(part, passed)}</tr>'
        for name, version, time, part, passed in ROWS
    )
    table = (
        "<table data-find><thead><tr><th>Mesh</th><th>Newest run</th><th>All tests</th></tr></thead>"
        f"<tbody>{rows}</tbody></table>"
    )
    script = (PROJECT / "site_templates/assets/meshmark.js").read_text(encoding="utf-8")
    with browser.new_context() as context:
        page = context.new_page()
        page.route("**/*", lambda route: route.fulfill(body=f"<section>{table}</section>", content_type="text/html"))
        page.add_init_script(script)
        page.goto("http://127.0.0.1/")
        page.get_by_role("button", name=f"Sort by {column}").click()
        assert "".join(page.locator("tbody th").all_inner_texts()) == order


def test_the_newest_run_of_a_row_says_when_it_took_place(folder: Path) -> None:
    for path in ("index.html", "suites/toy/v1/index.html"):
        cells = re.findall(r'<td class="run" data-sort="([^"]*)"', (folder / path).read_text(encoding="utf-8"))
        assert cells
        assert all(re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d UTC", cell) for cell in cells)


def test_finding_keeps_the_place_in_the_address(browser: Browser, address: str) -> None:
    with browser.new_context() as context:
        page = context.new_page()
        page.goto(f"{address}suites/toy/v1/index.html#here")
        field = page.get_by_label("Find in the tables")
        field.fill("reed")
        assert page.evaluate("location.href").endswith("index.html?find=reed#here")
        field.fill("")
        assert page.evaluate("location.href").endswith("index.html#here")


def test_rows_and_columns_are_swapped_and_the_address_remembers(browser: Browser, address: str) -> None:
    with browser.new_context(viewport={"width": 390, "height": 800}) as context:
        page = context.new_page()
        page.goto(f"{address}suites/toy/v1/index.html")
        matrix = page.locator("table.matrix:visible").first
        meshes = matrix.locator("tbody th").all_inner_texts()
        kelp = matrix.locator("tbody tr").first.locator("td").all_inner_texts()
        page.get_by_role("button", name="Swap rows and columns").focus()
        page.keyboard.press("Space")
        swapped = page.locator("table.matrix:visible").first
        assert swapped.locator("thead th").all_text_contents()[1:] == meshes
        first = [row.locator("td").first.inner_text() for row in swapped.locator("tbody tr").all()]
        assert first == kelp
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        page.goto(page.url)
        assert page.locator("table.turned").count() == page.locator("table[data-find]").count()
        page.get_by_label("Find in the tables").fill("reed")
        assert page.locator("table.matrix.turned thead th").count() == 2
        found = axe_module.Axe().run(page)
        assert found.violations_count == 0, found.generate_report()
        page.get_by_label("Find in the tables").fill("")
        page.get_by_role("button", name="Swap rows and columns").click()
        assert page.locator("table.turned").count() == 0
        assert page.url.endswith("index.html")


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
        page.locator(".compared h2").wait_for()
        assert page.inner_text(".compared h2") == "Kelp Mesh v0.9.0 and reed version unknown"
        assert "Newly" not in page.inner_text(".compared")
        assert "Toy v1, 4 tests" in page.inner_text(".compared table >> nth=0")
        assert str(page.locator(".compared a").first.get_attribute("href")).endswith("/toy-run-0001/index.html")
        assert "Test A-2" in page.inner_text(".compared")
        assert page.url.endswith("?from=toy-run-0001&to=toy-run-0005")
        found = axe_module.Axe().run(page)
        assert found.violations_count == 0, found.generate_report()


def test_the_browser_and_the_build_sort_the_tests_of_any_two_runs_alike(
    browser: Browser, address: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    read = ledger.read(story(tmp_path_factory.mktemp("alike") / "r").root)
    runs = [conformance.assess(entry) for entry in read.entries]
    titles = {mesh.id: mesh.title for mesh in read.programme.meshes}
    with browser.new_context() as context:
        page = context.new_page()
        for before, after in itertools.permutations(runs, 2):
            old, new = (run.entry.record for run in (before, after))
            found = comparison.difference(before, after)
            pairs = (found.newly_failing, found.newly_passing, found.capability_changed, found.otherwise)
            labels: tuple[str, ...] = ("Newly failing", "Newly passing", "Capability changed", "Otherwise changed")
            if old.mesh != new.mesh:
                alone = (f"Only {titles.get(record.mesh, record.mesh)} passes" for record in (old, new))
                labels = (*alone, "Capability differs", "Otherwise different")
            page.goto(f"{address}compare/index.html?from={old.run_id}&to={new.run_id}")
            page.locator(".compared h2").wait_for()
            said = set(page.locator(".compared h3").all_inner_texts())
            assert said == {f"{label}: {len(one)}" for label, one in zip(labels, pairs, strict=True) if one}
            assert ("The variants differ" in page.inner_text(".compared")) == (old.variant != new.variant)


def test_a_run_is_not_compared_with_itself_and_the_form_does_not_propose_it(browser: Browser, address: str) -> None:
    with browser.new_context() as context:
        page = context.new_page()
        page.goto(f"{address}compare/index.html")
        assert page.get_by_label("From").input_value() != page.get_by_label("To").input_value()
        page.goto(f"{address}compare/index.html?from=toy-run-0001&to=toy-run-0001")
        page.get_by_text("the same run is chosen twice").wait_for()
        assert page.locator(".compared h2").count() == 0


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


def test_an_open_page_follows_the_site_and_loads_no_more_than_one_script_for_it(
    browser: Browser, tmp_path: Path
) -> None:
    folder = written(story(tmp_path / "r"), tmp_path / "public")
    web = server.serve(folder, 0, follow=True)
    with server.beside(web), browser.new_context() as context:
        requested, trouble = listened(context)
        page = context.new_page()
        page.goto(f"http://127.0.0.1:{web.server_port}/")
        for words in ("Once more", "And again"):
            front = folder / "index.html"
            front.write_bytes(front.read_bytes().replace(b"<h1>", f"<h1>{words}: ".encode()))
            web.changed()
            page.wait_for_function("words => document.querySelector('h1').textContent.startsWith(words)", arg=words)
        assert told(trouble) == []
        assert {url.split("/", 3)[3].partition("?")[0] for url in requested} >= {
            server.SCRIPT[1:], server.CHANGES[1:], "assets/meshmark.css",
        }  # fmt: skip
