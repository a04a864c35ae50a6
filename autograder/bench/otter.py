"""The same class for otter-grader: the same checks as test cases, every app in the kernel beside them.

Its containers need Docker and cost a start each; without them is what it can do fastest.
"""

from __future__ import annotations

import json
import subprocess
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from autograder.bench.stock import FUTURE, TOOLS, StockPart, api_cell

__all__ = ["hand_in", "otter_version", "write_course"]

_CASE = (
    "@test_case(name={title!r}, points={points!r}, hidden=True)\n"
    "def case_{name}({part}_api):\n"
    "    run({name}, {part}_api)\n"
)
_CONFIG = {"print_summary": False, "print_score": False}


def otter_version(python: Path) -> str | None:
    """The version of otter-grader that this Python has, if any."""
    code = "import importlib.metadata, otter; print(importlib.metadata.version('otter-grader'))"
    command = [str(python), "-c", code]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - named by the instructor
    return ran.stdout.strip() if ran.returncode == 0 else None


def write_course(folder: Path, parts: Sequence[StockPart], seed: str) -> None:
    """Write ``autograder.zip`` into a new folder.

    Args:
        folder: made by this call.
        parts: the parts, with their checks as collected.
        seed: of the hidden inputs.
    """
    (folder / "submissions").mkdir(parents=True)
    with zipfile.ZipFile(folder / "autograder.zip", "w") as archive:
        archive.writestr("otter_config.json", json.dumps(_CONFIG))
        for part in parts:
            archive.writestr(f"tests/{part.name}.py", _tests(part, seed))


def hand_in(folder: Path, student: str, apps: Mapping[str, str], parts: Sequence[StockPart]) -> None:
    """Write one student's notebook."""
    cells = [_cell(TOOLS.format(seed=""))]
    for part in parts:
        # Checked here, as nbgrader does: the next part's code takes names of this one's away.
        checked = {**_cell(api_cell(part)), "metadata": {"otter": {"tests": [part.name]}}}
        cells += [_cell(apps[part.name]), checked]
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    notebook = {"nbformat": 4, "nbformat_minor": 5, "metadata": {"kernelspec": kernel}, "cells": cells}
    for number, cell in enumerate(cells):
        cell["id"] = f"cell-{number}"
    (folder / "submissions" / f"{student}.ipynb").write_text(json.dumps(notebook), "utf-8")


def _tests(part: StockPart, seed: str) -> str:
    """A file of otter's exception-based format: the check functions, and a case for each."""
    checks = "\n".join(file.read_text("utf-8") for file in part.files).replace(FUTURE, "")
    head = "from otter.test_files import test_case\nOK_FORMAT = False\n"
    # Last, since the checks import a `points` of their own.
    foot = f"name = {part.name!r}\npoints = None\n"
    cases = [
        _CASE.format(title=f"{part.name} {info.name}", points=info.points, name=info.name, part=part.name)
        for info in part.infos
    ]
    return "\n".join([head, TOOLS.format(seed=seed), checks, *cases, foot])


def _cell(source: str) -> dict[str, Any]:
    return {"cell_type": "code", "metadata": {}, "source": source, "outputs": [], "execution_count": None}
