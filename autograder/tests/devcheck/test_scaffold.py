"""A new topic's first files, a topic's sheet, the matrix, and how they are shown."""

from __future__ import annotations

from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console, RenderableType

from autograder.devcheck import Violation, alignment, check_files
from autograder.devcheck.lesson import anchors
from autograder.devcheck.show import show_matrix, show_sheet, show_violations
from autograder.errors import UsageError
from autograder.scaffold import new_topic, show_topic
from autograder.tests.devcheck.toy import TOPIC, hidden, load_toy, replace, write_toy, wrong

NEW = """
[[topic]]
name = "parting"
title = "Parting"
course_part = "core"
status = "planned"
difficulty = "easy"
minutes = 10
points = 6
objective = [{ id = "part", text = "Part from people.", section = "how-to-part" }]
part = [
    { name = "flask", kind = "contract", points = 3, files = ["flask_app.py"], framework = "flask" },
    { name = "fastapi", kind = "contract", points = 3, files = ["fastapi_app.py"], framework = "fastapi" },
]
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = write_toy(tmp_path / "a course")
    replace(root / "course.toml", "minutes = 10\npoints = 6\n\n[[c", "minutes = 20\npoints = 12\n\n[[c")
    with (root / "course.toml").open("a") as course:
        course.write(NEW)
    return root


def text(shown: RenderableType) -> str:
    console = Console(width=160, record=True, file=StringIO(), color_system=None)
    console.print(shown)
    return console.export_text()


@pytest.mark.slow
def test_a_new_topic_has_every_file_and_says_what_is_left_to_do(root: Path) -> None:
    written = new_topic(load_toy(root), "parting")
    assert len(written) == 12
    assert all(path.is_file() for path in written)
    found = check_files(load_toy(root), ["parting"])
    assert {each.rule for each in found} == {"todo", "check-points"}
    told = {each.where.partition(":")[0] for each in found if each.rule == "todo"}
    left = {path.relative_to(root).as_posix() for path in written} - told
    # A starter's TODO is the learner's; an app of the lesson is shown as it is.
    assert left == {
        f"{tree}/parting/{name}_app.py" for tree in ("exercises", "lessons") for name in ("flask", "fastapi")
    }


def test_a_topic_of_apps_to_repair_gets_files_for_the_findings(root: Path) -> None:
    file = root / "course.toml"
    repair = NEW.replace('"contract"', '"fix"')
    for name in ("flask", "fastapi"):
        repair = repair.replace(f'["{name}_app.py"]', f'["{name}_app.py", "{name}_findings.yaml"]')
    file.write_text(file.read_text("utf-8").replace(NEW, repair), "utf-8")
    written = new_topic(load_toy(root), "parting")
    findings = [path for path in written if path.suffix == ".yaml"]
    assert {path.relative_to(root).as_posix() for path in findings} == {
        f"{tree}/parting/{name}_findings.yaml"
        for tree in ("exercises", "solutions")
        for name in ("flask", "fastapi")
    }


@pytest.mark.parametrize("name", ["nowhere", TOPIC])
def test_only_a_planned_topic_is_laid_out(root: Path, name: str) -> None:
    with pytest.raises(UsageError, match=name):
        new_topic(load_toy(root), name)


def test_nothing_is_overwritten_and_nothing_half_written(root: Path) -> None:
    notes = root / "solutions" / "parting" / "NOTES.md"
    notes.parent.mkdir()
    notes.write_text("mine")
    with pytest.raises(UsageError) as caught:
        new_topic(load_toy(root), "parting")
    assert caught.value.where == "solutions/parting/NOTES.md"
    assert notes.read_text() == "mine"
    assert not (root / "exercises" / "parting").exists()


def test_a_sheet_says_what_catches_each_check(root: Path) -> None:
    sheet = show_topic(load_toy(root), TOPIC)
    assert list(sheet.checks) == ["flask", "fastapi"]
    assert [info.name for info in sheet.checks["flask"]] == ["test_greets", "test_leaves", "test_refuses"]
    assert [each.path for each in sheet.catchers("flask", "test_leaves")] == [wrong(root, "stays")]
    shown = text(show_sheet(sheet))
    for word in ("Greeting people", "Who leaves is told goodbye.", "offers_all", "saying-no"):
        assert word in shown


def test_a_sheet_of_checks_that_cannot_be_collected_says_so(root: Path) -> None:
    with hidden(root, "test_contract.py").open("a") as contract:
        contract.write("import nothing_of_this_name\n")
    sheet = show_topic(load_toy(root), TOPIC)
    assert sheet.checks == {}
    assert "nothing_of_this_name" in text(show_sheet(sheet))


def test_a_topic_without_files_has_an_empty_sheet(root: Path) -> None:
    sheet = show_topic(load_toy(root), "parting")
    assert (sheet.checks, sheet.wrong, sheet.faults) == ({}, (), ())


def test_the_matrix_shows_what_is_taught_and_assessed(root: Path) -> None:
    replace(hidden(root, "test_contract.py"), '@assesses("refuse")', '@assesses("greet")')
    replace(root / "lessons" / TOPIC / "lesson.md", "## Saying hello", "## Saying it")
    matrix = alignment(load_toy(root), TOPIC)
    assert [(row.objective.id, row.taught, row.gaps) for row in matrix.rows] == [
        ("greet", False, ()),
        ("refuse", True, ("flask", "fastapi")),
    ]
    assert matrix.rows[0].checks["flask"] == ("test_greets", "test_leaves", "test_refuses")
    assert "no section saying-hello" in text(show_matrix(matrix))
    assert "test_leaves" in text(show_matrix(matrix, names=True))


def test_violations_are_shown_under_their_rules_with_markup_as_text() -> None:
    found = [
        Violation("todo", "b.py:1", "There is [bold]one[/bold].", "Do it."),
        Violation("lint", "a.py", "X", "Y"),
    ]
    shown = text(show_violations(found))
    assert shown.index("lint") < shown.index("todo")
    assert "There is [bold]one[/bold]." in shown
    assert "2 violations of 2 of the rules." in shown
    assert "Every rule holds" in text(show_violations([]))


@pytest.mark.parametrize(
    ("lesson", "found"),
    [
        ("# Path & query: `values`!\n", {"path--query-values"}),
        ("## A closed one ##\n", {"a-closed-one"}),
        ("(here)=\n", {"here"}),
        ("#hash\n    # code\n", set()),
        ("```python\n# no\n```\n# yes\n", {"yes"}),
        ("````md\n```\n# no\n```\n# no\n````\n# yes\n", {"yes"}),
        (":::{note}\n## Within\n:::\n", {"within"}),
        ("---\n# no\n---\n# yes\n", {"yes"}),
    ],
)
def test_anchors_are_those_that_the_site_makes(lesson: str, found: set[str]) -> None:
    assert anchors(lesson) == found
