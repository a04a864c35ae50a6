"""What a feedback page says about points: nothing is a zero that a person has yet to judge."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from nbgrader import utils
from nbgrader.api import Gradebook
from nbgrader.preprocessors import NbGraderPreprocessor

from autograder.nb.folder import GradingFolder

__all__ = ["ShowStanding"]


class ShowStanding(NbGraderPreprocessor):
    """Tells the template which cells wait for a person, and what the topic is called."""

    def preprocess(self, nb: Any, resources: Any) -> tuple[Any, Any]:
        """Add ``waits`` to graded cells, and ``course`` to the resources."""
        facts = resources["nbgrader"]
        catalog = GradingFolder(Path(self.parent.parent.coursedir.root)).catalog()
        parts = []
        with Gradebook(facts["db_url"]) as gradebook:
            for cell in nb.cells:
                if not utils.is_grade(cell):
                    continue
                name = cell.metadata.nbgrader.grade_id
                grade = gradebook.find_grade(name, facts["notebook"], facts["assignment"], facts["student"])
                cell.metadata.nbgrader["waits"] = bool(grade.needs_manual_grade)
                parts.append(cell.metadata.nbgrader)
        resources["course"] = {
            "title": catalog.topic(facts["assignment"]).title,
            "course": catalog.course.title,
            "parts": parts,
            "waits": any(part["waits"] for part in parts),
        }
        return nb, resources
