"""The site and JupyterLab as a reader's browser shows them."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import pytest

from autograder.catalog import load
from autograder.site.build import Site
from autograder.site.lab import lab_command, lab_environment
from autograder.site.serve import serving_files
from autograder.tests.lessons.conftest import COURSE

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, FloatRect, Locator, Page, Request

playwright = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe-core is not installed")

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium is installed"),
]

DESKTOP, PHONE = (1280, 900), (390, 844)
Open = Callable[..., "Page"]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with playwright.sync_playwright() as driver:
        flags = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        launched = driver.chromium.launch(executable_path=CHROMIUM, args=flags)
        yield launched
        launched.close()


@pytest.fixture(scope="module")
def address(site: Site) -> Iterator[str]:
    with serving_files(site.html) as url:
        yield url


@pytest.fixture
def open_page(browser: Browser, address: str) -> Iterator[Open]:
    """Opens a page of the site; whatever it asks of another host, or complains about, fails the test."""
    foreign: list[str] = []
    complaints: list[str] = []
    contexts: list[BrowserContext] = []

    def watch(sent: Request) -> None:
        if not sent.url.startswith(("data:", address)):
            foreign.append(sent.url)

    def listen(told: ConsoleMessage) -> None:
        if told.type == "error":
            complaints.append(told.text)

    def opened(
        path: str, size: tuple[int, int] = DESKTOP, scheme: Literal["light", "dark"] = "light"
    ) -> Page:
        width, height = size
        context = browser.new_context(viewport={"width": width, "height": height}, color_scheme=scheme)
        contexts.append(context)
        page = context.new_page()
        page.on("request", watch)
        page.on("console", listen)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(address + path)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert foreign == []
    assert complaints == []


def box(locator: Locator) -> FloatRect:
    """Where something stands on the page."""
    found = locator.bounding_box()
    assert found is not None
    return found


def serious(page: Page) -> list[str]:
    """What axe-core finds that keeps people out."""
    found = axe.Axe().run(page).response["violations"]
    return [
        f"{each['id']}: {each['help']} {[node['target'] for node in each['nodes'][:3]]}"
        for each in found
        if each["impact"] in {"serious", "critical"}
    ]


def test_home_shows_a_pair_and_two_answers_before_anything_is_clicked(open_page: Open) -> None:
    page = open_page("index.html")
    for text in ("/floors/<int:", "≠ status, content type and body differ", "404", "200"):
        playwright.expect(page.get_by_text(text).first).to_be_in_viewport()


def test_the_map_leads_to_the_lesson(open_page: Open) -> None:
    page = open_page("index.html")
    page.locator(".course-map").get_by_role("link", name="Routing and URL parameters").click()
    playwright.expect(page.get_by_role("heading", level=1)).to_contain_text("Routing")


def test_on_a_desk_lines_stand_beside_their_counterparts(open_page: Open) -> None:
    page = open_page("routing/lesson.html")
    heads = page.locator(".sbs-pair, .sbs-card").filter(has_text="tours").first
    left = box(heads.locator(".sbs-flask .sbs-line", has_text="seats =").first)
    right = box(heads.locator(".sbs-fastapi .sbs-line", has_text="seats:").first)
    assert left["y"] == right["y"]
    assert left["x"] + left["width"] <= right["x"] + 1


def test_no_page_is_wider_than_the_window_from_a_phone_to_a_desk(open_page: Open) -> None:
    too_wide = []
    for path in ("index.html", "routing/lesson.html", "claims.html", "instructors.html"):
        page = open_page(path)
        for width in (320, 390, 700, 1000, 1010, 1100, 1280, 1600):
            page.set_viewport_size({"width": width, "height": 900})
            if page.evaluate("document.documentElement.scrollWidth") > width:
                too_wide.append((path, width))
    assert too_wide == []


def test_on_a_phone_the_two_stack_as_whole_blocks_and_nothing_is_cut_off(open_page: Open) -> None:
    page = open_page("routing/lesson.html", PHONE)
    for number in range(page.locator(".sbs-cols:visible").count()):
        cols = page.locator(".sbs-cols:visible").nth(number)
        flask = box(cols.locator(".sbs-flask"))
        fastapi = box(cols.locator(".sbs-fastapi"))
        assert flask["y"] + flask["height"] <= fastapi["y"] + 1
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE[0]
    clipped = "[...document.querySelectorAll('.sbs-code')].filter(e => e.scrollWidth > e.clientWidth + 1)"
    assert page.evaluate(f"{clipped}.length") == 0


def test_the_answer_is_hidden_until_the_reader_asks_and_then_says_who_was_right(open_page: Open) -> None:
    page = open_page("routing/lesson.html")
    asked = page.locator("fieldset").first
    playwright.expect(asked.get_by_text("Flask ranks its rules")).to_be_hidden()
    asked.get_by_label("200 in both").focus()
    page.keyboard.press("Space")
    asked.locator("summary").first.focus()
    page.keyboard.press("Enter")
    playwright.expect(asked.get_by_text("Flask ranks its rules")).to_be_visible()
    mark = "e => getComputedStyle(e, '::after').content"
    assert "your guess" in asked.locator("label.sbs-wrong").first.evaluate(mark)
    assert "this is what happened" in asked.locator("label.sbs-right").evaluate(mark)


def test_a_copy_button_copies_one_whole_side(open_page: Open) -> None:
    page = open_page("index.html")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Copy FastAPI").first.click()
    playwright.expect(page.get_by_role("button", name="Copy FastAPI").first).to_have_text("Copied")
    assert page.evaluate("navigator.clipboard.readText()").startswith(
        '@app.get("/floors/{floor}")\nasync def'
    )


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(
    "path",
    [
        "index",
        "routing/lesson",
        "routing/exercise",
        "claims",
        "sidebyside",
        "instructors",
        "authors",
        "search",
    ],
)
def test_axe_finds_nothing_serious(open_page: Open, path: str, scheme: str) -> None:
    page = open_page(f"{path}.html", scheme=scheme)
    page.evaluate("document.querySelectorAll('.sbs details').forEach(each => { each.open = true })")
    assert serious(page) == []


def test_dark_mode_darkens_the_paired_blocks_too(open_page: Open) -> None:
    page = open_page("index.html", scheme="dark")
    lightness = (
        "s => getComputedStyle(document.querySelector(s)).backgroundColor.match(/\\d+/g).slice(0, 3)"
        ".reduce((sum, each) => sum + Number(each), 0)"
    )
    assert page.evaluate(lightness, "body") < 150
    assert page.evaluate(lightness, ".sbs-card") < 150


def test_search_finds_the_lesson_by_a_word_in_it_before_the_claims_and_their_tests(open_page: Open) -> None:
    page = open_page("index.html")
    page.get_by_role("textbox", name="Search").fill("converter")
    page.keyboard.press("Enter")
    # Results come in one by one, in order; the count is told when all are there.
    playwright.expect(page.locator("#search-results")).to_contain_text("Search finished")
    found = page.locator("#search-results li a")
    places = [str(link.get_attribute("href")).partition(".html")[0] for link in found.all()]
    lessons = [n for n, place in enumerate(places) if place.endswith("/lesson")]
    tests = [n for n, place in enumerate(places) if place.startswith("tests/")]
    assert "routing/lesson" in places
    assert tests
    assert max(lessons) < places.index("claims") < min(tests)


def test_the_claims_filter_narrows_by_verdict(open_page: Open) -> None:
    page = open_page("claims.html")
    rows = page.locator("#claims tbody tr:visible")
    if not (COURSE / "lessons" / "claims.toml").is_file():
        playwright.expect(page.get_by_text("lists no claim yet")).to_be_visible()
        return
    every = rows.count()
    page.get_by_label("Verdict").select_option("false")
    assert 0 < rows.count() < every
    assert {rows.nth(n).get_attribute("data-verdict") for n in range(rows.count())} == {"false"}
    assert page.locator("output").inner_text() == f"{rows.count()} of {every} claims"


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """JupyterLab on a copy of the lessons; yields its address."""
    course = tmp_path_factory.mktemp("a lab") / "course"
    for name in ("lessons", "exercises"):
        shutil.copytree(COURSE / name, course / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(COURSE / "course.toml", course)
    log = course.parent / "log.txt"
    options = ["--allow-root", "--IdentityProvider.token=", "--ServerApp.port_retries=50"]
    with log.open("wb") as out:
        process = subprocess.Popen(
            [*lab_command(load(course), open_browser=False), *options],
            cwd=course,
            env={**lab_environment(), "HOME": str(course.parent), "JUPYTER_PREFER_ENV_PATH": "1"},
            stdout=out,
            stderr=out,
            start_new_session=True,
        )
    try:
        yield _address(process, log)
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(20)


def _address(process: subprocess.Popen[bytes], log: Path) -> str:
    end = time.monotonic() + 90
    while time.monotonic() < end and process.poll() is None:
        found = re.search(r"http://(?:localhost|127\.0\.0\.1):(\d+)/", log.read_text(encoding="utf-8"))
        if found:
            return f"http://127.0.0.1:{found[1]}"
        time.sleep(0.2)
    raise AssertionError(log.read_text(encoding="utf-8")[-2000:])


def test_jupyterlab_opens_the_lesson_as_a_notebook_and_shows_the_same_blocks(
    browser: Browser, lab: str
) -> None:
    context = browser.new_context(viewport={"width": 1400, "height": 1000})
    page = context.new_page()
    page.goto(f"{lab}/lab/tree/lessons/routing/lesson.md")
    page.locator(".jp-NotebookPanel").wait_for(timeout=120_000)
    page.get_by_text("Python 3 (ipykernel) | Idle").wait_for(timeout=120_000)
    page.get_by_role("menuitem", name="Run").click()
    page.get_by_text("Run All Cells", exact=True).click()
    answer = page.locator(".sbs-card", has_text="GET /floors/7/").first
    answer.wait_for(state="attached", timeout=120_000)
    answer.scroll_into_view_if_needed()
    playwright.expect(answer).to_contain_text("≠ status, content type, headers and body differ")
    flask = box(answer.locator(".sbs-flask"))
    fastapi = box(answer.locator(".sbs-fastapi"))
    assert flask["y"] == fastapi["y"]
    page.get_by_text("Python 3 (ipykernel) | Idle").wait_for(timeout=120_000)
    page.locator("fieldset").first.scroll_into_view_if_needed()
    playwright.expect(page.locator("fieldset legend").first).to_be_visible()
    reasons = page.locator(".cm-line", has_text="because=").filter(visible=True)
    playwright.expect(reasons).to_have_count(0)
    assert (
        page.locator(
            ".jp-OutputArea-output[data-mime-type*=error], .jp-RenderedText[data-mime-type*=stderr]"
        ).count()
        == 0
    )
    context.close()
