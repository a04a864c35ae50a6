"""Runs otter-grader over a class, in a Python that has it: ``otterrun FOLDER RESULT JOBS``.

Writes each student's points as JSON. Every hand-in is graded by otter's own call for one submission;
that is `otter run` without starting Python anew each time.
"""

from __future__ import annotations

import importlib
import json
import sys
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

__all__: list[str] = []


def main(folder: Path, result: Path, jobs: int) -> None:
    """Grade every notebook below ``submissions``."""
    notebooks = sorted((folder / "submissions").glob("*.ipynb"))
    with ProcessPoolExecutor(jobs) as pool:
        points = pool.map(partial(graded, folder / "autograder.zip"), notebooks)
        told = {notebook.stem: each for notebook, each in zip(notebooks, points, strict=True)}
    result.write_text(json.dumps(told), "utf-8")


def graded(course: Path, notebook: Path) -> float:
    """One student's points."""
    # By name: the course's own environment has no otter-grader.
    api: Any = importlib.import_module("otter.api")
    return float(api.grade_submission(str(notebook), str(course), quiet=True).total)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]))
