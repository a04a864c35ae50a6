"""Which feedback pages are older than their grades, and how a page says so."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nbgrader.api import Assignment, BaseCell, Comment, SubmittedAssignment, SubmittedNotebook

from autograder.nb.counted import counted_grades
from autograder.nb.folder import GradingFolder
from autograder.nb.journal import Journal
from autograder.nb.whole import replacing
from autograder.report.model import CountedGrade

__all__ = ["NOTICE", "PageFacts", "mark_older", "outdated_pages", "page_facts", "remove_result"]

NOTICE = (
    '<p class="older"><strong>This page shows an earlier result.</strong> Your submission was collected or '
    "graded again after the page was made, so the points may have changed.</p>"
)
_DIGEST = re.compile(r"<!-- grade ([0-9a-f]{64}) -->")
_BODY = re.compile(r"<body[^>]*>")


@dataclass(frozen=True, slots=True)
class PageFacts:
    """What a student's page is made of.

    Attributes:
        counted: the points.
        comments: by graded cell.
        older: whether a later submission was collected and is not graded.
        digest: hex SHA-256 over all that the page shows.
    """

    counted: CountedGrade
    comments: Mapping[str, str]
    older: bool
    digest: str


def page_facts(
    gradebook: Any, folder: GradingFolder, topic: str, student: str | None = None
) -> dict[str, PageFacts]:
    """What the page of each student of a topic is to be made of, or that of one of them."""
    standings = Journal(folder.journal).standings(topic, student)
    comments = _comments(gradebook, topic, student)
    found = {}
    for who, counted in counted_grades(gradebook, topic, student).items():
        notebook = folder.autograded / who / topic / f"{topic}.ipynb"
        if notebook.is_file():
            older = who in standings and not standings[who].complete
            shown = [counted.model_dump(), comments[who], hashlib.sha256(notebook.read_bytes()).hexdigest()]
            digest = hashlib.sha256(json.dumps([*shown, older], sort_keys=True).encode()).hexdigest()
            found[who] = PageFacts(counted, comments[who], older, digest)
    return found


def outdated_pages(gradebook: Any, folder: GradingFolder, topic: str) -> list[str]:
    """Students whose page differs from what it would be made of now."""
    facts = page_facts(gradebook, folder, topic)
    pages = {page.parent.parent.name: page for page in folder.feedback.glob(f"*/{topic}/{topic}.html")}
    return sorted(
        who for who, page in pages.items() if who in facts and _digest_of(page) != facts[who].digest
    )


def mark_older(folder: GradingFolder, topic: str, student: str) -> None:
    """Let a page that cannot be made again yet say that it shows an earlier result."""
    page = folder.feedback / student / topic / f"{topic}.html"
    if not page.is_file():
        return
    text = page.read_bytes().decode("utf-8", "replace")
    if NOTICE in text:
        return
    marked = _DIGEST.sub("", text, count=1)
    marked = _BODY.sub(lambda body: f"{body[0]}\n{NOTICE}", marked, count=1)
    with replacing(page) as file:
        file.write(marked)


def remove_result(folder: GradingFolder, topic: str, student: str) -> None:
    """Remove what nbgrader made of an earlier submission, so that it is made again."""
    mark_older(folder, topic, student)
    shutil.rmtree(folder.autograded / student / topic)


def _digest_of(page: Path) -> str:
    found = _DIGEST.search(page.read_bytes().decode("utf-8", "replace"))
    return found[1] if found else ""


def _comments(gradebook: Any, topic: str, student: str | None) -> Mapping[str, dict[str, str]]:
    query = (
        gradebook.db.query(SubmittedAssignment.student_id, BaseCell.name, Comment.comment)
        .select_from(Comment)
        .join(BaseCell, BaseCell.id == Comment.cell_id)
        .join(SubmittedNotebook, SubmittedNotebook.id == Comment.notebook_id)
        .join(SubmittedAssignment, SubmittedAssignment.id == SubmittedNotebook.assignment_id)
        .join(Assignment, Assignment.id == SubmittedAssignment.assignment_id)
        .filter(Assignment.name == topic)
    )
    if student is not None:
        query = query.filter(SubmittedAssignment.student_id == student)
    found: dict[str, dict[str, str]] = defaultdict(dict)
    for who, cell, comment in query:
        if comment:
            found[who][cell] = comment
    return found
