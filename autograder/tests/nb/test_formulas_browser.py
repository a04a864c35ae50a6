"""Formulas of a student in a real browser, under a MathJax that allows everything."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath

from autograder.nb.markdown import harmless
from autograder.tests.nb.test_markdown import FORMULAS

if TYPE_CHECKING:
    from playwright.sync_api import Page

playwright = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
MATHJAX = Path("/usr/share/javascript/mathjax/MathJax.js")

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium is installed"),
    pytest.mark.skipif(not MATHJAX.is_file(), reason="libjs-mathjax is not installed"),
]

CONFIG = """
MathJax.Hub.Config({tex2jax: {inlineMath: [["$", "$"], ["\\\\(", "\\\\)"]], processEscapes: true,
  processEnvironments: true}, TeX: {extensions: ["HTML.js"]}, messageStyle: "none",
  skipStartupTypeset: true});
"""
TYPESET = "() => new Promise(done => MathJax.Hub.Queue(['Typeset', MathJax.Hub], () => done(0)))"
# What a formula may not make: a link, a style, class or id of the student's own.
MADE = """() => [...document.querySelectorAll(
    "a[href]:not(.anchor-link), [style*=fixed], .full-credit, #opinion-memo"
)].map(each => each.outerHTML)"""


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    """A page with nbconvert's MathJax, but without the extension Safe that its configuration names."""
    file = tmp_path_factory.mktemp("formulas") / "page.html"
    file.write_text(
        f'<meta charset="utf-8"><script type="text/x-mathjax-config">{CONFIG}</script>'
        f'<script src="{MATHJAX.as_uri()}?config=TeX-AMS_CHTML-full"></script><main></main>',
        encoding="utf-8",
    )
    with playwright.sync_playwright() as driver:
        flags = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=flags)
        opened = browser.new_page()
        opened.goto(file.as_uri())
        opened.wait_for_function("window.MathJax && MathJax.isReady")
        yield opened
        browser.close()


def made(page: Page, markdown: str) -> list[str]:
    """What the student's Markdown made on the page that acts."""
    shown = str(MarkdownWithMath(renderer=IPythonRenderer(escape=False)).render(markdown))
    page.evaluate("html => { document.querySelector('main').innerHTML = html }", shown)
    page.evaluate(TYPESET)
    found: list[str] = page.evaluate(MADE)
    return found


def test_no_formula_makes_a_link_a_style_or_an_id(page: Page) -> None:
    assert {text: acts for text in FORMULAS if (acts := made(page, harmless(text)))} == {}


def test_the_page_would_show_what_such_a_formula_makes(page: Page) -> None:
    acting = [text for text in FORMULAS if made(page, text)]
    assert FORMULAS[0] in acting
    assert len(acting) > 8


def test_an_ordinary_formula_is_typeset(page: Page) -> None:
    made(page, harmless(r"$\frac{1}{2}$"))
    assert page.locator(".mjx-chtml").count() == 1
