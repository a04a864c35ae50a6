from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from IPython.core.formatters import DisplayFormatter
from nbformat.v4 import new_code_cell, new_notebook
from nbgrader.utils import compute_checksum
from nbgrader.validator import Validator

from sidebyside import check
from sidebyside.checking import NotYet

TOY = Path(__file__).parent / "toy"
LOAD = """
import json, sys, time
start = time.process_time()
import sidebyside
from sidebyside import check
cpu_s = time.process_time() - start
heavy = {"autograder", "flask", "fastapi", "pydantic", "rich", "pygments", "IPython", "pytest"}
print(json.dumps([cpu_s, sorted(heavy & set(sys.modules))]))
"""


@pytest.fixture
def course(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A toy course to stand in; nbgrader is not validating."""
    root = tmp_path / "a course"
    shutil.copytree(TOY, root)
    monkeypatch.delenv("NBGRADER_VALIDATING", raising=False)
    monkeypatch.delenv("NBGRADER_EXECUTION", raising=False)
    monkeypatch.chdir(root)
    return root


@pytest.fixture
def beside(course: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A notebook's folder that holds right apps, below the course; the work is done there."""
    folder = course / "build" / "source" / "greeting"
    shutil.copytree(course / "solutions" / "greeting", folder)
    monkeypatch.chdir(folder)
    return folder


def test_importing_it_loads_nothing_heavy() -> None:
    runs = [subprocess.run([sys.executable, "-c", LOAD], capture_output=True, check=True) for _ in range(3)]
    told = [json.loads(run.stdout) for run in runs]
    assert [heavy for _, heavy in told] == [[], [], []]
    assert min(cpu_s for cpu_s, _ in told) < 0.1


@pytest.mark.usefixtures("beside")
def test_the_files_beside_the_notebook_are_judged() -> None:
    found = check("greeting", "flask")
    assert found.passed
    assert found.line == "Flask: 10 of 10 points"
    assert repr(found).startswith("Flask: ✓ passed, 10 of 10 points")


@pytest.mark.usefixtures("course")
def test_elsewhere_in_the_course_it_is_the_exercise() -> None:
    assert not check("greeting", "fastapi").passed


def test_a_lessons_own_pair_is_not_taken_for_the_learners_work(
    course: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lesson = course / "lessons" / "greeting"
    shutil.rmtree(lesson, ignore_errors=True)
    shutil.copytree(course / "solutions" / "greeting", lesson)
    monkeypatch.chdir(lesson)
    assert not check("greeting", "flask").passed


def test_a_notebook_outside_any_course_uses_the_one_that_this_library_lies_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert "There is no topic 'greeting'." in check("greeting", "flask").line
    assert "routing" in check("greeting", "flask").line


@pytest.mark.usefixtures("beside")
def test_a_notebook_shows_it_as_output_and_not_as_a_result_that_is_taken_for_points(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    shown: list[tuple[object, bool]] = []

    def display(data: object, *, raw: bool) -> None:
        shown.append((data, raw))

    monkeypatch.setattr("IPython.display.display", display)
    found = check("greeting", "flask")
    assert DisplayFormatter().format(found) == ({}, {})  # type: ignore[no-untyped-call]
    assert shown == [({"text/plain": found.text, "text/html": found.html}, True)]


@pytest.mark.usefixtures("course")
def test_what_fails_is_shown_and_not_raised() -> None:
    found = check("greeting", "flask")
    assert found.line.startswith("Flask: 0 of 10 points; first: `GET /hello/{name}` answers with the name.")
    assert "GET /hello/" in repr(found)
    page = found._repr_html_()
    assert "✗ failed" in page
    assert "GET /hello/" in page
    assert "<style" not in page


@pytest.mark.parametrize(
    ("name", "value"), [("NBGRADER_VALIDATING", "1"), ("NBGRADER_EXECUTION", "validate")]
)
@pytest.mark.usefixtures("course")
def test_while_nbgrader_validates_what_fails_is_one_short_line(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(NotYet) as caught:
        check("greeting", "flask")
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) <= 220
    assert caught.value._render_traceback_() == [f"Not yet. {caught.value}"]


def test_an_app_that_does_not_start_says_why_in_its_line(beside: Path) -> None:
    (beside / "flask_app.py").write_text("app = Flsk(__name__)\n", encoding="utf-8")
    assert (
        check("greeting", "flask").line
        == "Flask: The app did not start: flask_app.py, line 1: NameError: name 'Flsk' is not defined"
    )


@pytest.mark.usefixtures("beside")
def test_a_student_edition_judges_by_the_examples_and_says_so(course: Path) -> None:
    text = (course / "course.toml").read_text(encoding="utf-8")
    (course / "course.toml").write_text(text.replace('"author"', '"student"'), encoding="utf-8")
    shutil.rmtree(course / "autograder")
    found = check("greeting", "flask")
    assert found.passed
    assert "the hidden checks judge your work when you hand it in" in repr(found)
    assert "✓ examples pass, " in repr(found)
    assert "points" not in repr(found)
    assert found.line.startswith("Flask: the examples pass, ")
    assert "This is not a grade" in found.line


@pytest.mark.parametrize(
    ("topic", "part", "told"),
    [("nope", "flask", "There is no topic 'nope'."), ("greeting", "django", "has no part 'django'.")],
)
@pytest.mark.usefixtures("course")
def test_a_wrong_name_is_answered_with_the_right_ones(topic: str, part: str, told: str) -> None:
    found = check(topic, part)
    assert not found.passed
    assert told in found.line
    assert "Use one of:" in found.line
    assert told in repr(found)


def test_nothing_reaches_standard_error(beside: Path, capfd: pytest.CaptureFixture[str]) -> None:
    noisy = "import sys, warnings\nwarnings.warn('loud', stacklevel=1)\nprint('loud', file=sys.stderr)\n"
    app = (beside / "flask_app.py").read_text(encoding="utf-8")
    loud = app.replace("from flask import Flask\n", f"from flask import Flask\n{noisy}")
    (beside / "flask_app.py").write_text(loud, encoding="utf-8")
    assert check("greeting", "flask").passed
    assert check("nope", "flask").passed is False
    assert capfd.readouterr().err == ""


@pytest.mark.usefixtures("beside")
def test_a_notebook_and_a_prompt_show_the_result_themselves(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as notebook:
        notebook.setattr("IPython.get_ipython", object)
        check("greeting", "flask")
    monkeypatch.setattr(sys, "ps1", ">>> ", raising=False)
    check("greeting", "flask")
    assert capfd.readouterr() == ("", "")


def test_a_script_prints_the_result(beside: Path) -> None:
    script = 'from sidebyside import check; check("greeting", "flask")'
    ran = subprocess.run(
        [sys.executable, "-c", script],
        cwd=beside,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=True,
        env={**os.environ, "PYTHONIOENCODING": "utf-8"},
    )
    assert ran.stdout.startswith("Flask: ✓ passed, 10 of 10 points\n")
    assert ran.stderr == ""


def validated(folder: Path) -> dict[str, Any]:
    """What nbgrader's Validate button finds in a notebook with our one graded cell."""
    cell = new_code_cell('from sidebyside import check\n\ncheck("greeting", "flask")')
    cell.metadata.nbgrader = {
        "grade": True,
        "grade_id": "greeting-flask",
        "locked": True,
        "points": 10,
        "schema_version": 3,
        "solution": False,
        "task": False,
        "cell_type": "code",
    }
    cell.metadata.nbgrader["checksum"] = compute_checksum(cell)
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    notebook = new_notebook(cells=[cell], metadata={"kernelspec": kernel})
    path = folder / "greeting.ipynb"
    path.write_text(json.dumps(notebook), encoding="utf-8")
    found: dict[str, Any] = Validator().validate(str(path))
    return found


@pytest.mark.slow
@pytest.mark.filterwarnings("default")  # of nbgrader, nbclient and their event loops
def test_nbgraders_validate_button_is_content_with_a_right_app(
    beside: Path, caplog: pytest.LogCaptureFixture
) -> None:
    assert validated(beside) == {}
    assert "float" not in caplog.text


@pytest.mark.slow
@pytest.mark.filterwarnings("default")
def test_nbgraders_validate_button_shows_one_line_for_a_wrong_app(beside: Path) -> None:
    shutil.copy(TOY / "exercises" / "greeting" / "flask_app.py", beside)
    (failed,) = validated(beside)["failed"]
    assert failed["error"].startswith("Not yet. Flask: 0 of 10 points; first: `GET /hello/{name}`")
    assert "\n" not in failed["error"].strip()
    assert "Traceback" not in failed["error"]
