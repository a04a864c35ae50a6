"""Through stock nbgrader, from release to gradebook: no notebook that collect wrote stops a batch."""

from __future__ import annotations

import copy
import json
import os
import sysconfig
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from nbgrader.api import Gradebook
from nbgrader.apps import NbGraderAPI
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import CheckCellMetadata, SaveAutoGrades
from traitlets.config import Config

from autograder.catalog.model import Topic
from autograder.collect import ReleasedNotebook, sync_inbox

Notebook = dict[str, Any]


def _cell(source: str, kind: str, name: str, **flags: object) -> Notebook:
    known = {"grade": False, "solution": False, "locked": False, "task": False, "schema_version": 3}
    cell: Notebook = {
        "cell_type": kind,
        "source": source,
        "metadata": {"nbgrader": {"grade_id": name, **known, **flags}},
    }
    return cell | ({"outputs": [], "execution_count": None} if kind == "code" else {})


AUTHORED: Notebook = {
    "nbformat": 4,
    "nbformat_minor": 4,
    "metadata": {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}},
    "cells": [
        _cell("# Brief", "markdown", "brief", locked=True),
        _cell("check('flask')", "code", "flask", grade=True, locked=True, points=2),
        _cell("check('fastapi')", "code", "fastapi", grade=True, locked=True, points=2),
        _cell("Compare them.", "markdown", "memo", grade=True, solution=True, points=2),
    ],
}


def _meta(notebook: Notebook, number: int, **change: object) -> Notebook:
    notebook["cells"][number]["metadata"]["nbgrader"].update(change)
    return notebook


def _without(notebook: Notebook, *numbers: int) -> Notebook:
    notebook["cells"] = [cell for number, cell in enumerate(notebook["cells"]) if number not in numbers]
    return notebook


def _twice(notebook: Notebook, number: int) -> Notebook:
    notebook["cells"].append(notebook["cells"][number])
    return notebook


def _as(notebook: Notebook, number: int, kind: str) -> Notebook:
    notebook["cells"][number]["cell_type"] = kind
    return notebook


HOSTILE: dict[str, Callable[[Notebook], object]] = {
    "as-released": lambda notebook: notebook,
    "no-json": lambda _: "\x00 no notebook",
    "no-cells": lambda _: {"cells": []},
    "a-graded-cell-twice": lambda notebook: _twice(notebook, 1),
    "first-graded-cell-deleted": lambda notebook: _without(notebook, 1),
    "brief-and-check-deleted": lambda notebook: _without(notebook, 0, 2),
    "no-longer-graded": lambda notebook: _meta(notebook, 1, grade=False),
    "newer-schema": lambda notebook: _meta(notebook, 1, schema_version=9),
    "older-schema": lambda notebook: _meta(notebook, 1, schema_version=1),
    "unknown-grade-id": lambda notebook: _meta(notebook, 1, grade_id="bonus"),
    "brief-made-a-graded-cell": lambda notebook: _meta(notebook, 0, grade=True, points=50),
    "more-points": lambda notebook: _meta(notebook, 1, points=400),
    "check-made-text": lambda notebook: _as(notebook, 1, "markdown"),
    "memo-made-code": lambda notebook: _as(notebook, 3, "code"),
}


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")  # nbgrader's own, and those of what it stands on
def test_every_hostile_notebook_is_graded_with_the_released_points(
    home: Path, topic: Topic, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(home)
    # nbgrader calls alembic by name.
    monkeypatch.setenv("PATH", f"{sysconfig.get_path('scripts')}{os.pathsep}{os.environ['PATH']}")
    (home / "source" / "routing").mkdir(parents=True)
    (home / "source" / "routing" / "routing.ipynb").write_text(json.dumps(AUTHORED))
    config = Config()
    config.CourseDirectory.root = str(home)
    config.CourseDirectory.submitted_directory = "inbox"
    config.Autograde.autograde_preprocessors = [SaveAutoGrades, CheckCellMetadata]
    nbgrader = NbGraderAPI(CourseDirectory(config=config), config=config)
    assert nbgrader.generate_assignment("routing")["success"]
    release = home / "release" / "routing" / "routing.ipynb"
    for student, change in HOSTILE.items():
        folder = home / "submitted" / student / "routing"
        folder.mkdir(parents=True)
        changed = change(copy.deepcopy(json.loads(release.read_text())))
        (folder / "routing.ipynb").write_text(changed if isinstance(changed, str) else json.dumps(changed))
    (home / "submitted" / "no-notebook" / "routing").mkdir(parents=True)
    sync_inbox(home / "submitted", home / "inbox", topic, released=ReleasedNotebook.read(release))

    result = nbgrader.autograde("routing", "*")

    assert result["success"], result["log"][-3000:]
    with Gradebook(f"sqlite:///{home}/gradebook.db") as gradebook:
        submissions = gradebook.assignment_submissions("routing")
        graded = {each.student.id: (each.max_score, len(each.notebooks[0].grades)) for each in submissions}
    assert graded == dict.fromkeys([*HOSTILE, "no-notebook"], (6, 3))
