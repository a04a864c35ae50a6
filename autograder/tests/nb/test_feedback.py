"""The pages that students and graders see."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from .conftest import Desk

LINK = "https://evil.example/seen.png"
HOSTILE = """I choose <script>alert("memo")</script> and [this](javascript:alert(1)),
with `<script>` in code and ![a picture](https://evil.example/seen.png)."""


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
    assert "failed: 3 of 10 points" in "".join(outputs[0]["data"]["text/plain"])


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
