"""The same class for stock nbgrader: every check a cell, every app in the kernel beside it.

Nothing of ours runs in this course but the check functions and the in-process api. Kernels,
preprocessors, scoring and gradebook are nbgrader's own, with its own settings.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autograder.catalog import Places, Topic
from autograder.checks.message import CheckInfo
from autograder.frameworks import Framework

__all__ = ["FUTURE", "TOOLS", "StockPart", "api_cell", "hand_in", "write_course"]

TOOLS = (
    "import random\n"
    "from autograder.bench.inprocess import asgi_api, wsgi_api\n"
    "SEED = {seed!r}\n"
    "def run(check, api):\n"
    "    takes = check.__code__.co_varnames[: check.__code__.co_argcount]\n"
    "    given = {{'api': api, 'draw': random.Random(f'{{SEED}}:{{check.__name__}}')}}\n"
    "    check(**{{name: given[name] for name in takes}})\n"
)


@dataclass(frozen=True, slots=True)
class StockPart:
    """One framework's part: where its checks stand, and what they are worth."""

    name: str
    framework: Framework
    files: Sequence[Path]
    infos: Sequence[CheckInfo]


def write_course(folder: Path, topic: Topic, places: Places, parts: Sequence[StockPart], seed: str) -> None:
    """Write a stock course folder with one assignment of one notebook.

    Args:
        folder: made by this call.
        topic: names assignment and notebook.
        places: where the starters are.
        parts: the parts, with their checks as collected.
        seed: of the hidden inputs.
    """
    starters = {
        part.name: (places.exercise / f"{part.framework.module}.py").read_text("utf-8") for part in parts
    }
    _write(folder / "source" / topic.name / f"{topic.name}.ipynb", _notebook(parts, starters, seed))
    config = (
        f"c = get_config()\nc.CourseDirectory.course_id = 'stock'\nc.CourseDirectory.root = {str(folder)!r}\n"
    )
    (folder / "nbgrader_config.py").write_text(config, "utf-8")


def hand_in(folder: Path, topic: Topic, student: str, apps: Mapping[str, str]) -> None:
    """Write one student's notebook: the released one with the student's code in its cells."""
    released = folder / "release" / topic.name / f"{topic.name}.ipynb"
    notebook = json.loads(released.read_text("utf-8"))
    for cell in notebook["cells"]:
        name = cell["metadata"].get("nbgrader", {}).get("grade_id", "").removeprefix("app-")
        if name in apps:
            cell["source"] = apps[name]
    _write(folder / "submitted" / student / topic.name / f"{topic.name}.ipynb", notebook)


def api_cell(part: StockPart) -> str:
    """The source of the cell that gives the checks their app, as ``<part>_api``."""
    return _API.format(name=part.name, protocol=part.framework.protocol)


def _write(path: Path, notebook: object) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(notebook), "utf-8")


def _notebook(parts: Sequence[StockPart], starters: Mapping[str, str], seed: str) -> dict[str, Any]:
    cells = [_cell("tools", TOOLS.format(seed=seed), locked=True)]
    for part in parts:
        cells.append(_cell(f"app-{part.name}", starters[part.name], solution=True))
        cells.append(_cell(f"api-{part.name}", api_cell(part), locked=True))
        source = "\n".join(file.read_text("utf-8") for file in part.files)
        cells.append(_cell(f"checks-{part.name}", source.replace(FUTURE, ""), locked=True))
        cells += [
            _cell(f"{part.name}-{info.name}", f"run({info.name}, {part.name}_api)", points=info.points)
            for info in part.infos
        ]
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    return {"nbformat": 4, "nbformat_minor": 5, "metadata": {"kernelspec": kernel}, "cells": cells}


# As the engine does: create_app() if there is one, else app. The next part must not find this one's.
_API = (
    "{name}_api = {protocol}_api(create_app() if 'create_app' in globals() else app)\n"
    "globals().pop('create_app', None)\n"
    "globals().pop('app', None);"
)
FUTURE = "from __future__ import annotations\n"


def _cell(
    name: str, source: str, *, solution: bool = False, locked: bool = False, points: float | None = None
) -> dict[str, Any]:
    facts = {
        "grade": points is not None,
        "grade_id": name,
        "locked": locked or points is not None,
        "schema_version": 3,
        "solution": solution,
        "task": False,
    }
    if points is not None:
        facts["points"] = points
    return {
        "cell_type": "code",
        "id": name[:64],
        "metadata": {"nbgrader": facts},
        "source": source,
        "outputs": [],
        "execution_count": None,
    }
