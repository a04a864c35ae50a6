"""The pages that students and graders see."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from pathlib import Path, PurePosixPath
from typing import Any

import pytest
from nbconvert.filters.markdown_mistune import markdown2html_mistune

from autograder.nb import judge
from autograder.report.model import PartReport
from autograder.submission import PartFiles, Submission
from autograder.tests.report.samples import report
from autograder.verdict import Verdict

from .conftest import Desk

LINK = "https://evil.example/seen.png"
HOSTILE = """I choose <script>alert("memo")</script> and [this](javascript:alert(1)),
with `<script>` in code and ![a picture](https://evil.example/seen.png)."""
FORMULA = r"$$\href{javascript:alert(1)}{press}$$"
OPEN_ENDED = {"br", "hr", "img", "input", "link", "meta"}


class Formulas(HTMLParser):
    """What MathJax would make of a page: the texts with a formula in them, where it looks for one."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.ignored: list[str] = []
        self._open: list[tuple[str, bool]] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        classes = (dict(attrs).get("class") or "").split()
        if tag not in OPEN_ENDED:
            self._open.append((tag, {"tex2jax_ignore", "mathjax_ignore"} <= set(classes)))

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop()[0] == tag

    def handle_data(self, data: str) -> None:
        if "\\href" in data:
            ignored = any(marked or tag in {"code", "pre"} for tag, marked in self._open)
            (self.ignored if ignored else self.found).append(data)


def shown(notebook: Any) -> str:
    """The cells as the formgrader shows them."""
    pieces: list[str] = []
    for cell in notebook["cells"]:
        if cell["cell_type"] == "markdown":
            pieces.append(markdown2html_mistune("".join(cell["source"])))
        pieces += ["".join(each["data"]["text/html"]) for each in cell.get("outputs", [])]
    return "".join(pieces)


@pytest.fixture
def page(desk: Desk) -> str:
    """The feedback of a hand-in that is hostile wherever a student can be."""
    place = desk.hand_in("ann", flask="# 3\n# </pre><script>alert('source')</script>\n", fastapi="# 10\n")
    path = place / "greeting.ipynb"
    notebook = json.loads(path.read_text("utf-8"))
    notebook["metadata"]["title"] = "</title><script>alert('title')</script>"
    notebook["cells"] += [
        {"cell_type": "markdown", "id": "m", "metadata": {}, "source": HOSTILE},
        {"cell_type": "raw", "id": "r", "metadata": {}, "source": "<script>alert('raw')</script>"},
        {
            "cell_type": "code",
            "id": "c",
            "execution_count": 1,
            "metadata": {"tags": ["<script>"]},
            "source": "print('<script>')",
            "outputs": [
                {
                    "output_type": "display_data",
                    "metadata": {},
                    "data": {"text/html": "<script>alert('out')</script>"},
                }
            ],
        },
    ]
    path.write_text(json.dumps(notebook), "utf-8")
    desk.memo("ann", HOSTILE)
    desk.autograde()
    desk.autograde("opinion")
    desk.nbgrader("generate_feedback", "greeting")
    return (desk.path / "feedback/ann/greeting/greeting.html").read_text("utf-8")


@pytest.mark.slow
def test_feedback_is_harmless_offline_and_says_what_was_found(page: str) -> None:
    assert "<script" not in page
    assert "onerror=" not in re.sub(r"&lt;img[^<>]*&gt;", "", page)
    assert 'src="' not in page
    assert set(re.findall(r'href="([^"]*)"', page)) <= {*re.findall(r'href="(#[^"]*)"', page), LINK}
    assert "Content-Security-Policy" in page
    assert 'name="viewport"' in page
    assert "13 of 20 points" in page
    assert "✗ failed" in page
    assert "✓ passed" in page
    assert "The status is 500, not 200." in page
    assert "GET /&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "&lt;script&gt;" in page


@pytest.mark.slow
def test_a_part_that_waits_for_a_person_is_not_shown_as_a_zero(desk: Desk) -> None:
    desk.memo("ann", "Flask.")
    desk.autograde("opinion")
    desk.nbgrader("generate_feedback", "opinion")
    page = (desk.path / "feedback/ann/opinion/opinion.html").read_text("utf-8")
    assert "waits for a person" in page
    assert "points, so far" in page


def test_what_a_student_is_told_is_the_courses_decision(desk: Desk) -> None:
    toml = desk.course / "course.toml"
    toml.write_text(toml.read_text().replace('reveal_student = "example"', 'reveal_student = "sentence"'))
    desk.hand_in("ann", flask="# 3\n")
    desk.autograde()
    shown = (desk.path / "autograded/ann/greeting/greeting.ipynb").read_text("utf-8")
    assert "It answers" in shown
    assert "The status is 500" not in shown
    assert "GET /&lt;script" not in shown


def test_the_learners_source_is_shown_as_text(desk: Desk) -> None:
    desk.hand_in("ann", flask="# 3\nprint('</pre><script>alert(1)</script>')\n")
    desk.autograde()
    cells = desk.notebook("ann")["cells"]
    outputs = [output for cell in cells for output in cell.get("outputs", [])]
    html = "".join(outputs[0]["data"]["text/html"])
    assert "flask_app.py" in html
    assert "&lt;/pre&gt;&lt;script&gt;" in html
    assert "<script" not in html
    assert "failed, 3 of 10 points" in "".join(outputs[0]["data"]["text/plain"])


def test_a_long_source_is_cut_and_says_so(desk: Desk) -> None:
    desk.hand_in("ann", flask="# 3\n" + "x = 1\n" * 5000)
    desk.autograde()
    text = (desk.path / "autograded/ann/greeting/greeting.ipynb").read_text("utf-8")
    assert "5001 lines" in text
    assert "4601 more lines are not shown" in text
    assert len(text) < 200_000


def test_what_collect_noticed_is_told(desk: Desk) -> None:
    place = desk.hand_in("ann", flask="# 3\n")
    Path(place / "flask_app.py").rename(place / "Flask-App.py")
    desk.autograde()
    shown = (desk.path / "autograded/ann/greeting/greeting.ipynb").read_text("utf-8")
    assert "Flask-App.py" in shown
    assert desk.grades()["ann"]["greeting-flask"] == 3


def test_no_name_note_or_source_of_a_hand_in_becomes_a_formula(desk: Desk) -> None:
    place = desk.hand_in("ann", flask=f"# 3\n# {FORMULA}\n")
    (place / FORMULA).symlink_to("/etc/passwd")
    (place / "flask_app.py").rename(place / "Flask-App.py")
    desk.autograde()
    read = Formulas(shown(desk.notebook("ann")))
    assert read.found == []
    assert any("was left out" in text for text in read.ignored)
    assert any("was left out" not in text for text in read.ignored)


def test_what_a_note_beside_a_memo_quotes_becomes_no_formula() -> None:
    for sentence in (
        f"The file {FORMULA} is too long.",
        r"\(\href{javascript:alert(1)}{x}\)",
        "Plain `code`.",
    ):
        read = Formulas(markdown2html_mistune(judge._note("a-note", sentence).source))
        assert read.found == []
        assert len(read.ignored) == ("href" in sentence)


def test_a_part_of_several_files_shows_them_all(tmp_path: Path) -> None:
    sources = {"flask_app/__init__.py": "app = 1\n", "flask_app/views.py": "VIEW = '</pre><script>'\n"}
    (tmp_path / "flask_app").mkdir()
    for name, text in sources.items():
        (tmp_path / name).write_text(text)
    (tmp_path / "flask_app/data.py").write_bytes(b"\xff = 1\n")
    names = (*map(PurePosixPath, sources), PurePosixPath("flask_app/data.py"))
    submission = Submission("ann", "greeting", tmp_path, {"flask": PartFiles(names)})
    found = judge._sources(submission, names)
    assert found == sources | {"flask_app/data.py": "\ufffd = 1\n"}


def test_a_refusal_of_the_whole_hand_in_stands_with_its_first_part_once() -> None:
    first, second = (
        PartReport(name=name, kind="contract", verdict=Verdict.FAILED, points=0, max_points=1, refusal="No.")
        for name in "ab"
    )
    told = report(first, second, refusal="No.", notes=("A note.",))
    assert judge._notes(told, first) == ("A note.",)
    assert judge._notes(told, second) == ()
    assert judge._notes(report(first, second, refusal="Nothing.", notes=()), first) == ("Nothing.",)
