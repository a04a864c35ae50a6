from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from autograder.catalog import Catalog, load
from autograder.errors import UsageError
from autograder.release.counts import counts_table
from autograder.report.model import CheckReport, Report
from autograder.selfcheck import EXAMPLES_ONLY, SelfChecker, self_check
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
    assert "the hidden checks judge your work when you hand it in" in report.notes[1]
    assert {part.judged_by for part in report.parts} == {"examples"}


def test_a_released_edition_says_how_many_hidden_checks_judge_each_part(tmp_path: Path) -> None:
    author = course(tmp_path)
    text = (author.root / "course.toml").read_text("utf-8") + counts_table(author)
    judged = {
        part.name: len(part.checks) for part in checked(author, author.places("greeting").solution).parts
    }
    (author.root / "course.toml").write_text(text.replace('"author"', '"student"'), "utf-8")
    catalog = load(author.root)
    assert catalog.course.unseen_checks == {"greeting": judged}
    report = checked(catalog, catalog.places("greeting").solution)
    assert {part.name: part.hidden_checks for part in report.parts} == judged
    one, other = judged.values()
    assert (
        report.notes[1] == f"When you hand it in, {one} hidden checks judge Flask and {other} judge FastAPI."
    )


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


def edited(catalog: Catalog, name: str, *, solved: bool) -> None:
    places = catalog.places("greeting")
    source = places.solution if solved else TOY / "exercises/greeting"
    shutil.copy(source / name, places.exercise / name)


def test_the_same_checker_judges_what_lies_there_now(tmp_path: Path) -> None:
    catalog = course(tmp_path)
    points = []
    with SelfChecker(catalog, catalog.topic("greeting")) as checker:
        for solved in (False, True, False):
            edited(catalog, "flask_app.py", solved=solved)
            points.append(checker.check(parts=["flask"]).points)
            checker.get_ready(["flask"])
    assert points == [0, 10, 0]


SEEN = "\nimport os, sys\nprint('process', os.getpid(), 'flask' in sys.modules, file=sys.stderr)\n"


def test_every_check_has_a_process_of_its_own_that_knows_nothing_of_the_last(tmp_path: Path) -> None:
    catalog = course(tmp_path)
    app = catalog.places("greeting").exercise / "flask_app.py"
    app.write_text(app.read_text("utf-8") + SEEN, "utf-8")
    told = []
    with SelfChecker(catalog, catalog.topic("greeting")) as checker:
        for _ in range(3):
            process = checker.check(parts=["flask"]).parts[0].process
            assert process is not None
            told += [line for line in process.stderr.splitlines() if line.startswith("process")]
            checker.get_ready(["flask"])
    assert len(set(told)) == len(told) == 3


@pytest.mark.parametrize("name", ["flask_app.py", "fastapi_app.py"])
def test_a_process_that_waited_gives_the_same_verdicts_as_a_new_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setattr("autograder.selfcheck.fresh_seed", lambda: "5eed" * 8)
    catalog = course(tmp_path)
    part = name.removesuffix("_app.py")
    for path in sorted((TOY / "autograder/hidden/greeting/wrong").glob(f"*.{part}.py")):
        shutil.copy(path, catalog.places("greeting").exercise / name)
        alone = checked(catalog, None, part)
        with SelfChecker(catalog, catalog.topic("greeting")) as checker:
            checker.get_ready([part])
            waited = checker.check(parts=[part])
        assert [told(check) for check in alone.parts[0].checks] == [
            told(check) for check in waited.parts[0].checks
        ]
        assert alone.points < 10


def told(check: CheckReport) -> dict[str, object]:
    return check.model_dump(exclude={"wall_s"})


def test_examples_that_were_edited_are_read_again(tmp_path: Path) -> None:
    catalog = student(tmp_path)
    examples = catalog.places("greeting").examples
    solution = catalog.places("greeting").solution
    with SelfChecker(catalog, catalog.topic("greeting")) as checker:
        before = checker.check(solution)
        examples.write_text(examples.read_text("utf-8").replace("/hello/Ada", "/bye/Ada"), "utf-8")
        after = checker.check(solution)
    assert [part.verdict for part in before.parts] == [Verdict.PASSED] * 2
    assert [part.verdict for part in after.parts] == [Verdict.FAILED] * 2


def test_a_checks_process_that_was_killed_is_started_again(tmp_path: Path) -> None:
    catalog = course(tmp_path)
    solution = catalog.places("greeting").solution
    with SelfChecker(catalog, catalog.topic("greeting")) as checker:
        checker.check(solution)
        holder = checker._shared.holder()
        assert holder is not None
        holder._process.kill()
        holder._process.wait()
        assert checker.check(solution).points == 20


def test_one_file_of_checks_that_cannot_be_read_breaks_its_own_part_alone(tmp_path: Path) -> None:
    catalog = course(tmp_path)
    (catalog.places("greeting").hidden / "test_flask.py").write_text("1 / 0\n", "utf-8")
    report = checked(catalog, catalog.places("greeting").solution)
    assert [part.verdict for part in report.parts] == [Verdict.BROKEN, Verdict.PASSED]
    assert "ZeroDivisionError" in (report.parts[0].broken or "")
