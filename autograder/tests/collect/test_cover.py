"""Which notebook is the cover sheet, and what a release at hand does to its cells."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from autograder.collect import ReleasedNotebook
from autograder.submission import Submission

Collect = Callable[..., Submission]
Cells = list[dict[str, Any]]
BOTH: dict[str, bytes | str] = {"flask_app.py": "x = 1", "fastapi_app.py": "x = 2"}
NAME = "routing.ipynb"


def nbgrader(name: str, **more: object) -> dict[str, object]:
    flags = {
        "grade": True,
        "solution": False,
        "locked": True,
        "task": False,
        "points": 1,
        "schema_version": 3,
    }
    return {"nbgrader": {"grade_id": name, **flags, **more}}


def cell(source: object = "check()", kind: object = "code", **more: object) -> dict[str, object]:
    return {"cell_type": kind, "source": source, "metadata": {}, **more}


@pytest.fixture
def clean(collect: Collect) -> Callable[..., Cells]:
    """The clean cells of a notebook that holds these cells, or of these bytes."""

    def run(notebook: object, **more: object) -> Cells:
        if not isinstance(notebook, bytes):
            whole = {"cells": notebook, "nbformat": 4, "nbformat_minor": 5, "metadata": {"tags": 1}}
            notebook = json.dumps(whole).encode()
        submission = collect({**BOTH, NAME: notebook}, **more)
        cells: Cells = json.loads((submission.folder / NAME).read_bytes())["cells"]
        return cells

    return run


def _is_stub(cells: Cells, why: str) -> bool:
    plain = cells[0]["source"].replace("\\", "")
    return len(cells) == 1 and cells[0]["cell_type"] == "markdown" and why in plain


@pytest.mark.parametrize(
    "name",
    ["routing (1).ipynb", "routing-Copy1.ipynb", "Routing.ipynb", "routing.ipynb.txt", "alices work.ipynb"],
)
def test_the_only_notebook_is_understood_whatever_it_is_called(collect: Collect, name: str) -> None:
    submission = collect({**BOTH, name: json.dumps({"cells": [cell("mine")]})})
    assert json.loads((submission.folder / NAME).read_bytes())["cells"][0]["source"] == "mine"
    assert f'"{name}" was taken as your routing.ipynb: use exactly this name.' in submission.notes


def test_of_several_notebooks_the_exact_name_counts(collect: Collect) -> None:
    other = json.dumps({"cells": [cell("other")]})
    mine = json.dumps({"cells": [cell("mine")]})
    submission = collect({**BOTH, "routing (1).ipynb": other, NAME: mine, "scratch.ipynb": other})
    assert json.loads((submission.folder / NAME).read_bytes())["cells"][0]["source"] == "mine"
    assert sum("there is one notebook in a hand-in" in note for note in submission.notes) == 2


@pytest.mark.parametrize(
    "names",
    [
        ("routing (1).ipynb", "routing (2).ipynb"),
        ("a.ipynb", "b.ipynb"),
        ("a/routing.ipynb", "b/routing.ipynb"),
    ],
)
def test_which_of_two_notebooks_counts_is_never_guessed(collect: Collect, names: tuple[str, str]) -> None:
    submission = collect({**BOTH, names[0]: '{"cells": []}', names[1]: '{"cells": [{}]}'})
    cells = json.loads((submission.folder / NAME).read_bytes())["cells"]
    assert _is_stub(cells, "it is not clear which one is your routing.ipynb")


def test_equal_copies_of_a_notebook_are_one(collect: Collect) -> None:
    same = json.dumps({"cells": [cell("mine")]})
    submission = collect({**BOTH, "routing (1).ipynb": same, "routing (2).ipynb": same})
    assert json.loads((submission.folder / NAME).read_bytes())["cells"][0]["source"] == "mine"


class TestRelease:
    """With the released notebook at hand, nothing the student did to metadata counts."""

    @pytest.fixture
    def released(self, home: Path) -> ReleasedNotebook:
        cells = [
            cell("# Brief", "markdown", metadata=nbgrader("brief", grade=False, cell_type="markdown")),
            cell("check('flask')", metadata=nbgrader("flask", points=2, cell_type="code")),
            cell("text", "markdown"),
            cell("answer", "markdown", metadata=nbgrader("memo", solution=True, locked=False)),
        ]
        (home / "released.ipynb").write_text(json.dumps({"cells": cells}))
        return ReleasedNotebook.read(home / "released.ipynb")

    def test_changed_points_flags_and_types_are_undone(
        self, clean: Callable[..., Cells], released: ReleasedNotebook
    ) -> None:
        changed = nbgrader("flask", points=100, grade=True, solution=True, locked=False)
        cells = clean([cell("check()", "markdown", metadata=changed)], released=released)
        flask = next(
            each for each in cells if each["metadata"].get("nbgrader", {}).get("grade_id") == "flask"
        )
        assert flask["cell_type"] == "code"
        assert flask["metadata"]["nbgrader"]["points"] == 2
        assert flask["metadata"]["nbgrader"]["solution"] is False

    def test_a_grade_id_that_was_never_released_is_dropped(
        self, clean: Callable[..., Cells], released: ReleasedNotebook
    ) -> None:
        cells = clean([cell("mine", metadata=nbgrader("bonus", points=99))], released=released)
        assert "bonus" not in json.dumps(cells)

    def test_deleted_cells_come_back_in_their_place(
        self, clean: Callable[..., Cells], released: ReleasedNotebook
    ) -> None:
        memo = nbgrader("memo", solution=True, locked=False)
        cells = clean([cell("scratch"), cell("my memo", "markdown", metadata=memo)], released=released)
        assert [each["source"] for each in cells] == ["# Brief", "check('flask')", "scratch", "my memo"]

    def test_a_stub_holds_every_cell_that_nbgrader_looks_for(
        self, clean: Callable[..., Cells], released: ReleasedNotebook
    ) -> None:
        cells = clean(b"not json", released=released)
        ids = [each["metadata"].get("nbgrader", {}).get("grade_id") for each in cells]
        assert sorted(filter(None, ids)) == ["brief", "flask", "memo"]
        assert any("is not JSON" in each["source"].replace("\\", "") for each in cells)
