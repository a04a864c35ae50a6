"""A hand-in's cells are brought back to the release, whatever was done to them."""

from __future__ import annotations

from typing import Any

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from nbgrader.nbgraderformat import MetadataValidator

from autograder.collect.released import ReleasedCell
from autograder.nb.restore import restored


def facts(name: str, kind: str, *, grade: bool = False, solution: bool = False) -> ReleasedCell:
    metadata: dict[str, Any] = {
        "grade_id": name,
        "cell_type": kind,
        "grade": grade,
        "solution": solution,
        "locked": not solution,
        "task": False,
        "schema_version": 3,
        "checksum": "0" * 32,
    }
    if grade:
        metadata["points"] = 10.0
    return ReleasedCell(name, kind, f"released {name}", metadata)


RELEASE = [
    facts("brief", "markdown"),
    facts("flask", "code", grade=True),
    facts("question", "markdown"),
    facts("memo", "markdown", grade=True, solution=True),
]


def cell(name: str | None, text: str, kind: str = "markdown") -> Any:
    metadata = {} if name is None else {"nbgrader": {"grade_id": name}}
    make = new_code_cell if kind == "code" else new_markdown_cell
    return make(text, metadata=metadata)


def after(*handed_in: Any) -> list[tuple[str, str]]:
    cells = restored(list(handed_in), RELEASE)
    for index, each in enumerate(cells):
        each.id = f"c{index}"
    notebook = new_notebook(cells=cells)
    nbformat.validate(notebook)
    MetadataValidator().validate_nb(notebook)
    return [(each.metadata.get("nbgrader", {}).get("grade_id", ""), each.source) for each in cells]


WHOLE = [
    ("brief", "released brief"),
    ("flask", "released flask"),
    ("question", "released question"),
    ("memo", "my answer"),
]


def handed_in() -> list[Any]:
    return [cell("brief", "x"), cell("flask", "x", "code"), cell("question", "x"), cell("memo", "my answer")]


def test_changed_locked_cells_get_their_text_back_and_answers_stay() -> None:
    assert after(*handed_in()) == WHOLE


def test_a_cell_of_another_type_gets_its_type_back() -> None:
    cells = restored([cell("flask", "x"), cell("memo", "mine", "code")], RELEASE)
    assert {each.metadata.nbgrader.grade_id: each.cell_type for each in cells}["flask"] == "code"
    assert {each.metadata.nbgrader.grade_id: each.cell_type for each in cells}["memo"] == "markdown"


def test_deleted_cells_are_put_back_in_their_places() -> None:
    assert after() == [*WHOLE[:3], ("memo", "released memo")]
    assert after(cell("memo", "my answer")) == WHOLE
    assert after(cell("flask", "x"), cell("memo", "my answer")) == WHOLE


def test_cells_of_the_students_own_stay_where_they_are() -> None:
    mine = handed_in()
    mine.insert(1, cell(None, "a thought"))
    assert after(*mine) == [WHOLE[0], ("", "a thought"), *WHOLE[1:]]


def test_a_copied_grade_cell_counts_once_and_the_copy_stays_as_text() -> None:
    assert after(*handed_in(), cell("flask", "copy", "code")) == [*WHOLE, ("", "copy")]


def test_of_two_copies_of_an_answer_the_one_that_was_written_counts() -> None:
    unchanged = cell("memo", "released memo")
    assert after(*handed_in()[:3], unchanged, cell("memo", "my answer")) == [
        *WHOLE[:3],
        ("", "released memo"),
        ("memo", "my answer"),
    ]
    assert after(*handed_in(), cell("memo", "a second one")) == [*WHOLE, ("", "a second one")]


def test_a_grade_id_that_was_not_released_means_nothing() -> None:
    assert after(*handed_in(), cell("bonus", "1000 points")) == [*WHOLE, ("", "1000 points")]
