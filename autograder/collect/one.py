"""Collects one hand-in: from a file, a folder or an archive to a clean folder and a Submission."""

from __future__ import annotations

import os
from collections.abc import Collection, Sequence
from datetime import datetime
from pathlib import Path, PurePosixPath

from autograder.catalog.model import Topic
from autograder.collect.arrange import TIMESTAMP, Arranged, arrange
from autograder.collect.caps import CAPS, Caps
from autograder.collect.cover import cover, stub
from autograder.collect.folder import reading
from autograder.collect.intake import Intake
from autograder.collect.names import shown, student_problem
from autograder.collect.parts import digest, part_files
from autograder.collect.released import ReleasedNotebook
from autograder.collect.taken import taken
from autograder.collect.timestamp import written
from autograder.collect.wanted import Wanted
from autograder.collect.write import write_folder
from autograder.errors import UsageError
from autograder.submission import PartFiles, Submission

__all__ = ["collect_one"]


def collect_one(
    source: Path,
    *,
    student: str,
    topic: Topic,
    destination: Path,
    base: Path | None = None,
    only: Collection[str] = (),
    released: ReleasedNotebook | None = None,
    submitted: datetime | None = None,
    caps: Caps = CAPS,
) -> Submission:
    """Make a clean folder of one hand-in, whatever it holds.

    Args:
        source: a file, a folder, or a zip or tar archive.
        student: the student's id.
        topic: says which files belong to which part.
        destination: replaced in one stroke by a folder of plain files that are written here.
        base: a folder above ``source`` that the caller trusts; no link below it is followed.
            The folder of ``source`` when it is not given.
        only: when ``source`` is a folder, only these names in it.
        released: the topic's notebook as released; with it, what the student did to the metadata of
            cells, or deleted, is undone here. Without it nbgrader itself must cope.
        submitted: the time of the hand-in, written down for nbgrader.
        caps: how much is taken.

    Raises:
        UsageError: there is no such source, or the student's id cannot be one.
        GradingBroken: this machine could not read the source or write the destination.
    """
    if problem := student_problem(student):
        raise UsageError(
            f"{shown(student)} cannot be a student's id: {problem}.",
            where=str(source.parent),
            remedy="Rename the folder or archive to the student's id.",
        )
    with reading(source):
        try:
            os.lstat(source)
        except FileNotFoundError as error:
            raise UsageError(
                "There is no such hand-in.", where=str(source), remedy="Name a file or folder that exists."
            ) from error
    with reading(source):
        intake = taken(source, base or source.parent, Wanted.of(topic), caps, only)
    submission, files = _judged(intake, student, topic, destination, released)
    if submitted is not None:
        files[TIMESTAMP] = written(submitted)
    with reading(destination):
        write_folder(destination, files)
    return submission


def _judged(
    intake: Intake, student: str, topic: Topic, destination: Path, released: ReleasedNotebook | None
) -> tuple[Submission, dict[PurePosixPath, bytes]]:
    if refusal := intake.refusal:
        arranged, sheet = Arranged(), stub(refusal, released)
        parts = {part.name: PartFiles(refusal=refusal) for part in topic.part}
    else:
        left_out = intake.notes.sentences()
        arranged, sheet = arrange(intake), cover(intake, released)
        parts = part_files(topic, arranged, sheet.problem)
        if not intake.files:
            refusal = _nothing_taken(left_out)
            sheet = stub(refusal, released)
    refusals = {name: part.refusal for name, part in parts.items() if part.refusal}
    submission = Submission(
        student=student,
        topic=topic.name,
        folder=destination,
        parts=parts,
        notes=intake.notes.sentences(),
        refusal=refusal,
        digest=digest(arranged.files, refusals | ({"": refusal} if refusal else {})),
    )
    return submission, {**arranged.files, PurePosixPath(f"{topic.name}.ipynb"): sheet.data}


def _nothing_taken(left_out: Sequence[str]) -> str:
    """Why there is nothing to judge; what was found and left out is the likely reason."""
    found = f" {left_out[0]}" if left_out else ""
    return f"Your hand-in holds no file that can be taken: hand in the files that the brief names.{found}"
