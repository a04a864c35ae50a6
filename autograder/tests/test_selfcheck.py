from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from autograder.catalog import Catalog, load
from autograder.errors import UsageError
from autograder.report.model import CheckReport, Report
from autograder.selfcheck import EXAMPLES_ONLY, self_check
from autograder.verdict import Status, Verdict

TOY = Path(__file__).parent / "toy"


def course(folder: Path, *changes: tuple[str, str]) -> Catalog:
    """A copy of the toy course, with changes to its course.toml."""
    root = folder / "a course"
    shutil.copytree(TOY, root)
    text = (root / "course.toml").read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    (root / "course.toml").write_text(text, encoding="utf-8")
    return load(root)


def checked(catalog: Catalog, folder: Path | None = None, *parts: str, topic: str = "greeting") -> Report:
    return self_check(catalog, catalog.topic(topic), folder, parts=parts or None)


def failing(report: Report) -> list[CheckReport]:
    return [check for part in report.parts for check in part.checks if check.verdict is Verdict.FAILED]


def test_a_solution_earns_everything_in_parts_that_are_judged_together(tmp_path: Path) -> None:
    catalog = course(tmp_path)
    report = checked(catalog, catalog.places("greeting").solution)
    assert (report.points, report.max_points, report.status) == (20, 20, Status.GRADED)
    assert [part.name for part in report.parts] == ["flask", "fastapi"]
    assert {part.sandbox for part in report.parts} == {"plain"}
    assert (report.student, report.seed) == ("you", "")


def test_the_exercise_is_checked_when_no_folder_is_named(tmp_path: Path) -> None:
    report = checked(course(tmp_path), None, "flask")
    assert [part.name for part in report.parts] == ["flask"]
    assert report.points == 0
    assert failing(report)[0].sent is not None


def test_hidden_inputs_are_drawn_afresh(tmp_path: Path) -> None:
    catalog = course(tmp_path)
    sent = {failing(checked(catalog, None, "flask"))[0].sent for _ in range(2)}
    assert len(sent) == 2


@pytest.mark.parametrize(("level", "told"), [("sentence", 0), ("example", 1), ("all", 2)])
def test_as_much_is_told_as_the_course_says(tmp_path: Path, level: str, told: int) -> None:
    catalog = course(tmp_path, ('reveal_self_paced = "all"', f'reveal_self_paced = "{level}"'))
    report = checked(catalog, None, "flask")
    assert len(failing(report)) == 2
    assert len([check for check in failing(report) if check.sent]) == told


def student(tmp_path: Path) -> Catalog:
    catalog = course(tmp_path, ('edition = "author"', 'edition = "student"'))
    shutil.rmtree(catalog.root / "autograder")
    return catalog


def test_a_student_edition_runs_the_examples_for_no_points_and_says_so(tmp_path: Path) -> None:
    catalog = student(tmp_path)
    report = checked(catalog, catalog.places("greeting").solution)
    assert [part.verdict for part in report.parts] == [Verdict.PASSED] * 2
    assert (report.points, report.max_points) == (0, 0)
    assert [part.max_points for part in report.parts] == [0, 0]
    assert report.notes[0] == EXAMPLES_ONLY


def test_examples_are_told_whole_for_the_learner_can_read_them(tmp_path: Path) -> None:
    catalog = student(tmp_path)
    report = checked(catalog, None, "fastapi")
    assert failing(report)[0].sent == "GET /hello/Ada"


def test_an_author_edition_without_its_checks_is_broken_and_says_what_to_do(tmp_path: Path) -> None:
    catalog = course(tmp_path)
    shutil.rmtree(catalog.root / "autograder")
    report = checked(catalog, None, "flask")
    assert report.status is Status.BROKEN
    assert "A file of checks is missing" in (report.parts[0].broken or "")


def test_no_notebook_is_missed_and_other_notes_are_kept(tmp_path: Path) -> None:
    catalog = course(tmp_path)
    folder = tmp_path / "mine"
    shutil.copytree(catalog.places("greeting").solution, folder)
    (folder / "flask_app.py").rename(folder / "Flask_App (1).py")
    (folder / "photo.png").write_bytes(b"x")
    report = checked(catalog, folder)
    assert report.points == 20
    assert not [note for note in report.notes if ".ipynb" in note]
    assert [note for note in report.notes if "photo.png" in note]


def test_a_file_that_is_not_there_is_a_refusal_of_its_part_alone(tmp_path: Path) -> None:
    catalog = course(tmp_path)
    folder = tmp_path / "mine"
    shutil.copytree(catalog.places("greeting").solution, folder)
    (folder / "flask_app.py").unlink()
    report = checked(catalog, folder)
    assert report.parts[0].refusal
    assert [part.points for part in report.parts] == [0, 10]


def test_a_part_for_a_person_waits(tmp_path: Path) -> None:
    report = checked(course(tmp_path), topic="opinion")
    assert (report.status, report.points) == (Status.AWAITING_PERSON, 0)


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no such"):
        checked(course(tmp_path), tmp_path / "nowhere")


def test_nothing_is_left_behind_and_the_learners_files_stay_as_they_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    catalog = course(tmp_path)
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(scratch))
    before = {path: path.read_bytes() for path in catalog.root.rglob("*") if path.is_file()}
    checked(catalog, catalog.places("greeting").solution)
    assert list(scratch.iterdir()) == []
    assert {path: path.read_bytes() for path in catalog.root.rglob("*") if path.is_file()} == before
