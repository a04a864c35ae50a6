"""nbgrader runs as configured here, or it refuses: never unguarded."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from traitlets.config import Config

from autograder.errors import CourseError
from autograder.nb.build import build_course
from autograder.nb.config import configure

from .conftest import Desk


def configured(desk: Desk) -> Config:
    c = Config()
    configure(c, desk.path)
    return c


def test_nbgrader_reads_the_inbox_and_zip_collect_fills_submitted(desk: Desk) -> None:
    c = configured(desk)
    assert c.CourseDirectory.submitted_directory == "inbox"
    assert c.ZipCollectApp.CourseDirectory.submitted_directory == "submitted"
    assert c.CourseDirectory.course_id == "the-toy-course"
    assert Path(c.Exchange.root).parent == desk.path


def test_files_that_students_edit_are_never_replaced_by_the_release(desk: Desk) -> None:
    kept = configured(desk).Autograde.exclude_overwriting
    assert kept == {"greeting": ["fastapi_app.py", "flask_app.py"], "opinion": ["opinion.ipynb"]}


def test_loading_the_configuration_collects_what_is_new(desk: Desk) -> None:
    desk.hand_in("ann", flask="# 1\n")
    configured(desk)
    assert (desk.path / "inbox/ann/greeting/flask_app.py").read_text() == "# 1\n"
    assert desk.journal.standings("greeting")["ann"].collected


def test_a_folder_whose_path_a_database_url_cannot_hold_is_refused(desk: Desk, tmp_path: Path) -> None:
    build_course(desk.catalog, tmp_path / "what?")
    with pytest.raises(CourseError, match="question mark"):
        configure(Config(), tmp_path / "what?")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("c.Autograde.autograde_preprocessors = []", "lacks autograder.nb.judge.Judge"),
        ("c.Autograde.sanitize_preprocessors = []", "lacks autograder.nb.restore.RestoreCells"),
        ("c.GuardingExporter.trouble = 'the disk is full'", "the disk is full"),
    ],
)
def test_a_configuration_without_our_guards_grades_nothing(desk: Desk, line: str, said: str) -> None:
    desk.hand_in("ann", flask="# 10\n")
    with (desk.path / "nbgrader_config.py").open("a") as file:
        file.write(f"{line}\n")
    assert said in desk.nbgrader("autograde", "greeting", code=1)
    assert desk.grades() == {}


@pytest.mark.slow
def test_a_course_that_cannot_be_read_grades_nothing(desk: Desk) -> None:
    desk.hand_in("ann", flask="# 10\n")
    desk.autograde()
    desk.hand_in("ann", flask="# 1\n")
    (desk.course / "course.toml").write_text("format_version = 1\n")
    desk.nbgrader("autograde", "greeting", code=None)
    assert desk.grades()["ann"]["greeting-flask"] == 10


@pytest.mark.slow
def test_no_execute_does_not_let_a_students_outputs_through(desk: Desk) -> None:
    desk.hand_in("ann", flask="# 2\n")
    desk.nbgrader("autograde", "greeting", "--no-execute")
    assert desk.grades()["ann"]["greeting-flask"] == 2


@pytest.mark.slow
def test_collect_fetches_into_submitted_and_fills_the_inbox(desk: Desk) -> None:
    inbound = desk.path / "exchange" / "the-toy-course" / "inbound"
    handed_in = inbound / "ann+greeting+2026-01-02 03:04:05.678900 UTC+abc"
    shutil.copytree(desk.path / "release" / "greeting", handed_in)
    (handed_in / "flask_app.py").write_text("# 3\n")
    (handed_in / "timestamp.txt").write_text("2026-01-02 03:04:05.678900 UTC")
    desk.nbgrader("collect", "greeting")
    assert (desk.path / "submitted/ann/greeting/flask_app.py").read_text() == "# 3\n"
    assert (desk.path / "inbox/ann/greeting/flask_app.py").read_text() == "# 3\n"


@pytest.mark.slow
def test_zip_collect_fetches_into_submitted(desk: Desk) -> None:
    archive = desk.path / "downloaded" / "greeting" / "archive"
    archive.mkdir(parents=True)
    notebook = desk.path / "release" / "greeting" / "greeting.ipynb"
    shutil.copy(notebook, archive / "greeting_ann_attempt_2026-01-02-03-04-05_greeting.ipynb")
    pattern = r".+_(?P<student_id>\w+)_attempt_(?P<timestamp>[0-9\-]+)_(?P<file_id>.+)"
    desk.nbgrader("zip_collect", "greeting", f"--FileNameCollectorPlugin.named_regexp={pattern}")
    assert (desk.path / "submitted/ann/greeting/greeting.ipynb").is_file()
    assert set(desk.autograde()) == {"ann"}
