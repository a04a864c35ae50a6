from __future__ import annotations

import re
import time
from html.parser import HTMLParser

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pygments.lexer import Lexer

from autograder.report.escape import visible
from autograder.report.html import part_html
from autograder.report.listing import FILES_MOST, listing, not_shown, shortened
from autograder.report.model import ProcessReport, Report
from autograder.report.plain import part_text
from autograder.report.reveal import reveal
from autograder.tests.report.samples import HOSTILE, SEED, check, mixed, not_started, part, passing
from autograder.tests.report.strategies import reports, texts
from autograder.verdict import Verdict

TAGS = {"div", "span", "strong", "code", "pre"}
STYLE = re.compile(r"[a-z-]+: ?[\w#., %-]+(; ?[a-z-]+: ?[\w#., %-]+)*;?")
CALM = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow], max_examples=60)


class Page(HTMLParser):
    """What a browser makes of a fragment: tags, attributes, and each text with what it stands in."""

    def __init__(self, fragment: str) -> None:
        super().__init__()
        self.attributes: list[tuple[str, str | None]] = []
        self.tags: set[str] = set()
        self.texts: list[tuple[str, tuple[str, ...]]] = []
        self.other: list[str] = []
        self._open: list[str] = []
        self.feed(fragment)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes += attrs
        self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.append((data, tuple(self._open)))

    def handle_comment(self, data: str) -> None:
        self.other.append(data)

    def handle_decl(self, decl: str) -> None:
        self.other.append(decl)

    def handle_pi(self, data: str) -> None:
        self.other.append(data)

    def unknown_decl(self, data: str) -> None:
        self.other.append(data)

    @property
    def text(self) -> str:
        return "".join(text for text, _ in self.texts)


def hold_inert(fragment: str) -> Page:
    page = Page(fragment)
    assert page.tags <= TAGS
    assert page.other == []
    assert {name for name, _ in page.attributes} <= {"class", "role", "style"}
    styles = [value or "" for name, value in page.attributes if name == "style"]
    assert [each for each in styles if not STYLE.fullmatch(each)] == []
    assert "url(" not in "".join(styles)
    return page


@given(reports, texts, texts, st.booleans())
@CALM
def test_no_active_html_of_any_text_survives(whole: Report, source: str, name: str, first_only: bool) -> None:  # noqa: FBT001 - hypothesis draws it
    for each in whole.parts:
        hold_inert(part_html(each, notes=whole.notes, sources={name: source}, first_only=first_only))


@given(
    st.text(st.characters(codec="utf-8")),
    st.sampled_from(["a.py", "a.html", "a.toml", "a.unknown", "", "a.css"]),
)
@CALM
def test_a_listing_is_the_source_and_nothing_else(source: str, name: str) -> None:
    page = hold_inert(f"<pre>{listing(source, name)}</pre>")
    assert "".join(page.text.split()) == "".join(visible(source).split())


def test_hostile_text_is_shown_as_text() -> None:
    each = check("a", Verdict.FAILED, message=HOSTILE, sent=HOSTILE, expected=HOSTILE, got=HOSTILE)
    page = hold_inert(part_html(part("flask", each), notes=(HOSTILE,), sources={HOSTILE: HOSTILE}))
    assert page.text.count("<script>alert(1)</script>") == 7
    assert page.text.count(r"\x1b[2J") == 7
    assert "\u202e" not in page.text


def test_what_a_submission_wrote_stands_where_no_formula_is_looked_for() -> None:
    mark = r"$$\href{javascript:alert(1)}{x}$$"
    each = check(
        "a", Verdict.FAILED, message=mark, sent=mark, expected=mark, got=mark, hints=(mark,), section=mark
    )
    process = ProcessReport(started=False, traceback=mark)
    for one in (part("flask", each), part("flask", each, process=process), part("flask", each, refusal=mark)):
        page = Page(part_html(one, notes=(mark,), sources={mark: mark}))
        assert [stack for text, stack in page.texts if "$" in text and not {"code", "pre"} & set(stack)] == []
        assert page.text.count("$$") >= 4
        assert ("class", "course-report tex2jax_ignore mathjax_ignore") in page.attributes


def test_a_row_says_sign_word_sentence_and_points() -> None:
    text = " ".join(Page(part_html(mixed().parts[0])).text.split())
    assert "Flask ! timed out · 2 of 8 points · 1 of 4 checks pass" in text
    assert "✓ passed2/2A known item answers 200 with its JSON." in text
    assert "✗ failed0/2An unknown item answers 404" in text
    for fact in (
        "GET /items/9931",
        "status 404 and",
        "500 text/html",
        "The status is 500, not 404.",
        "routing-404",
    ):
        assert fact in text


def test_first_only_tells_the_first_failing_check_alone() -> None:
    whole = mixed().parts[0]
    for form in (part_html, part_text):
        assert "zeta-77" in form(whole)
        assert "zeta-77" not in form(whole, first_only=True)
        assert "/items/9931" in form(whole, first_only=True)
        assert "A search finds every item" in form(whole, first_only=True)


def test_an_app_that_never_started_shows_its_traceback_once() -> None:
    for form in (part_html, part_text):
        text = form(not_started().parts[0])
        assert text.count("line 3, in") == 1
        assert "nothing ran" in text
        assert text.count("The app did not start") == 1


def test_a_refused_part_says_why_and_lists_no_checks() -> None:
    why = "There is no flask_app.py in your hand-in."
    refused = part("flask", check("a", Verdict.FAILED, message=why), refusal=why, process=None)
    for form in (part_html, part_text):
        assert form(refused).count("no flask_app.py") == 1
        assert "behaviour" not in form(refused)


@pytest.mark.parametrize("form", [part_html, part_text])
def test_what_reveal_took_away_is_nowhere(form: type[str]) -> None:
    told = reveal(mixed(), "sentence")
    text = "".join(form(each) for each in told.parts)
    for hidden in ("9931", "zeta-77", SEED, "500"):
        assert hidden not in text
    assert "An unknown item answers 404" in text


def test_examples_are_counted_and_worth_no_points() -> None:
    example = part("flask", check("a", points=0, max_points=0))
    assert "points" not in Page(part_html(example)).text.lower()
    assert "0/0" not in part_html(example) + part_text(example)
    assert "its one check passes" in part_text(example)


def test_our_fault_and_a_person_s_turn_are_told_in_words() -> None:
    fault = part("flask", verdict=Verdict.BROKEN, broken="No fault of yours.", max_points=8, process=None)
    memo = part("memo", verdict=Verdict.AWAITING_PERSON, max_points=8, process=None)
    assert "# not judged, no points yet, of 8\nNo fault of yours." in part_text(fault)
    assert "? awaits a person, no points yet, of 8" in part_text(memo)
    assert "No fault of yours." in Page(part_html(fault)).text


def test_the_text_form_holds_what_the_page_holds() -> None:
    text = part_text(mixed().parts[0], notes=("A note.",), sources={"flask_app.py": "app = 1"})
    for fact in (
        "Flask: ! timed out, 2 of 8 points",
        "A note.",
        "got: 500 text/html",
        "flask_app.py:\napp = 1",
    ):
        assert fact in text


def test_no_width_is_fixed_so_that_it_fits_a_phone() -> None:
    page = part_html(mixed().parts[0], sources={"flask_app.py": "x = 1\n" * 50})
    assert re.findall(r"(?:^|[;\"])(?:min-)?width: ?[^;\"]*", page) == []
    assert "white-space:pre;" not in page


@pytest.mark.parametrize("name", ["flask_app.py", "page.html", "notes.md", "data.json", "x"])
def test_a_long_or_strange_source_is_cut_and_costs_little(name: str) -> None:
    for source in (
        "x = 1\n" * 200_000,
        "(" * 300_000,
        '"' * 300_000,
        "<a " * 100_000,
        "\\" * 300_000,
        "f'{" * 90_000,
    ):
        start = time.process_time()
        page = part_html(passing().parts[0], sources={name: source, f"more/{name}": source})
        assert len(page) < 400_000
        assert time.process_time() - start < 30


@pytest.mark.parametrize("name", ["a.sql", "a.html", "a.md", "a.yaml", "a.svg"])
def test_only_python_is_highlighted(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A lexer of pygments took sixteen seconds for 60,000 brackets in an SQL file."""
    monkeypatch.setattr(Lexer, "get_tokens", None)
    assert listing("[<" * 10, name) == "[&lt;" * 10
    assert listing(f"{'[' * 299}\n" * 500, name).endswith("... (the rest is left out)")


def test_every_file_of_a_part_is_shown_under_its_name() -> None:
    sources = {"shop/__init__.py": "from .views import app\n", "shop/views.py": "app = 1\nx = 2", "x": "one"}
    page = hold_inert(part_html(passing().parts[0], sources=sources))
    for told in ("shop/__init__.py, 1 line", "shop/views.py, 2 lines", "x, 1 line"):
        assert told in page.text
    assert page.text.index("from .views") < page.text.index("shop/views.py, 2 lines")
    assert page.text.endswith("one")


def test_files_beyond_those_shown_are_named() -> None:
    sources = {f"m{number}.py": f"X = {number}_000\n" for number in range(FILES_MOST + 30)}
    text = hold_inert(part_html(passing().parts[0], sources=sources)).text
    assert f"X = {FILES_MOST - 1}_000" in text
    assert f"X = {FILES_MOST}_000" not in text
    assert f"Handed in as well: m{FILES_MOST}.py, " in text
    assert text.endswith(" and 10 more.")


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("x\n" * 400, ""),
        ("x\n" * 399 + "x", ""),
        ("x\n" * 401, "1 more line is not shown."),
        ("x\n" * 400 + "x", "1 more line is not shown."),
        ("x\n" * 5001, "4601 more lines are not shown."),
        ("x" * 60_001, "The rest is not shown."),
        ("", ""),
    ],
)
def test_a_cut_source_says_how_much_is_missing(source: str, said: str) -> None:
    assert not_shown(source, shortened({"a": source})["a"]) == said
    text = Page(part_html(passing().parts[0], sources={"a": source})).text
    assert text.endswith("not shown.") is bool(said)


def test_what_stands_in_backticks_is_code_and_nothing_else() -> None:
    each = check("a", sentence="`GET /` answers `<b>` & `b`, and ` alone")
    page = hold_inert(part_html(part("flask", each)))
    coded = [text for text, stack in page.texts if stack[-2:] == ("code", "code")]
    assert coded == ["GET /", "<b>", "b"]
    assert "GET / answers <b> & b, and ` alone" in page.text


def test_what_all_checks_say_is_said_once() -> None:
    why = "The app's process ended by itself, with exit code 3."
    checks = [check(name, Verdict.CRASHED, message=why, section=name) for name in ("one", "two")]
    for form in (part_html, part_text):
        assert form(part("flask", *checks)).replace("&#x27;", "'").count(why) == 1
        assert form(part("flask", checks[0])).replace("&#x27;", "'").count(why) == 1
        told = form(part("flask", *checks, check("three", Verdict.FAILED, message="Another.")))
        assert told.replace("&#x27;", "'").count(why) == 2


def test_an_app_that_ends_before_it_starts_is_quoted_also_without_a_traceback() -> None:
    process = ProcessReport(started=False, exit_code=1, stderr="no configuration: set SHOP_URL\n")
    for form in (part_html, part_text):
        assert "set SHOP_URL" in form(part("flask", check("a", Verdict.CRASHED), process=process))


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_every_colour_can_be_read_on_its_ground() -> None:
    shown = [
        *mixed().parts,
        not_started().parts[0],
        part("memo", verdict=Verdict.AWAITING_PERSON, max_points=1),
    ]
    source = (
        '"""Doc."""\nimport os  # why\n@deco\ndef f(x: int):\n    return f"{x!r}" + 1.5\nclass A(B): ...\n'
    )
    page = "".join(part_html(each, sources={"a.py": source}) for each in shown)
    colours = set(re.findall(r"(?<!background-)color: ?(#[0-9a-fA-F]{6})", page))
    assert len(colours) > 8
    darkest_ground = luminance("#f6f8fa")
    too_pale = {each for each in colours if (darkest_ground + 0.05) / (luminance(each) + 0.05) < 4.5}
    assert too_pale == set()
