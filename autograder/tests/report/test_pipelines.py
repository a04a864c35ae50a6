"""The fragment after nbconvert and nbgrader have had it."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import nbgrader
import pytest
from nbconvert import HTMLExporter
from nbformat.v4 import new_code_cell, new_notebook, new_output

from autograder.report.html import part_html
from autograder.report.plain import part_text
from autograder.tests.report.samples import HOSTILE, check, mixed, part
from autograder.verdict import Verdict

FORMGRADER = Path(nbgrader.__file__).parent / "server_extensions" / "formgrader"
FOLDERS = {
    "extra_template_basedirs": [str(FORMGRADER / "templates")],
    "extra_template_paths": [str(next((FORMGRADER / "static").rglob("bootstrap.min.css")).parent)],
}


def notebook() -> Any:
    hostile = check("b", Verdict.FAILED, message=HOSTILE, got=HOSTILE)
    cells = []
    for each in (mixed().parts[0], part("fastapi", check("a"), hostile)):
        data = {
            "text/html": part_html(
                each, notes=(HOSTILE,), sources={"flask_app.py": "a = 1\n", "more.py": "b = 2\n"}
            ),
            "text/plain": part_text(each),
        }
        cells.append(new_code_cell("check()", outputs=[new_output("display_data", data=data)]))
    return new_notebook(cells=cells)


def page(**options: Any) -> str:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what nbconvert says of itself is no matter here
        resources = {"nbgrader": {"notebook": "routing", "score": 2, "max_score": 8, "late_penalty": 0}}
        body: str = HTMLExporter(**options).from_notebook_node(notebook(), resources)[0]
    return body


@pytest.mark.parametrize("sanitize", [False, True])
@pytest.mark.parametrize("template", ["classic", "lab", "feedback"])
def test_it_arrives_whole_and_inert(template: str, sanitize: bool) -> None:  # noqa: FBT001 - a parameter of the test
    body = page(template_name=template, sanitize_html=sanitize, **FOLDERS)
    assert "<script>alert" not in body
    assert "<img src=x" not in body
    assert body.count("&lt;script&gt;alert(1)&lt;/script&gt;") >= 4
    for fact in ("An unknown item answers 404", "GET /items/9931", "✗ failed", "2/2", "flask_app.py"):
        assert fact in body
    # What a sanitiser does not know it shows as text: none of our own tags may come to that.
    for tag in ("div", "span", "strong", "code", "pre"):
        assert f"&lt;{tag}" not in body
        assert f"&lt;/{tag}" not in body


def test_its_styles_arrive_where_nothing_is_sanitised() -> None:
    assert 'role="row"' in page(template_name="lab")
    assert "display:flex" in page(template_name="classic")
