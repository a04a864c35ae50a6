"""A learner's own check: their files as they lie, judged on their own machine, told as the course says."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from autograder.catalog import Catalog, Topic
from autograder.collect import collect_one
from autograder.evaluate import Grader
from autograder.report.model import PartReport, Report
from autograder.report.reveal import reveal
from autograder.sandbox import Sandbox
from autograder.sandbox.choose import choose
from autograder.scoring import status_of
from autograder.scratch import temporary_folder
from autograder.seed import fresh_seed
from autograder.submission import Submission

__all__ = ["EXAMPLES_ONLY", "LEARNER", "self_check"]

LEARNER = "you"
EXAMPLES_ONLY = "These are the examples of the brief; the hidden checks judge your work when you hand it in."


def self_check(
    catalog: Catalog,
    topic: Topic,
    folder: Path | None = None,
    parts: Sequence[str] | None = None,
    sandbox: Sandbox | None = None,
) -> Report:
    """Judge a learner's files with fresh inputs.

    An author edition judges by the hidden checks. A student edition has none: it runs the brief's
    examples, which are worth no points, and says so in a note.

    Args:
        catalog: the course.
        topic: a ready one.
        folder: where the learner's files are; the topic's exercise when not given.
        parts: names of the parts to judge; all when not given.
        sandbox: where the apps run; the learner's own machine, plain, when not given.

    Returns:
        The report, with as much of the exchanges as ``reveal_self_paced`` allows; examples are
        shown whole, for the learner can read them.

    Raises:
        UsageError: there is no such folder.
        GradingBroken: the folder could not be read.
    """
    places = catalog.places(topic.name)
    examples = catalog.course.edition == "student"
    seed = fresh_seed()
    names = [part.name for part in topic.part if parts is None or part.name in parts]
    with (
        temporary_folder("check") as scratch,
        Grader(
            catalog,
            sandbox=sandbox or choose(own_code=True),
            seed=lambda _: seed,
            checks=[places.examples] if examples else None,
            jobs=len(names) or 1,
        ) as grader,
    ):
        source = (folder or places.exercise).resolve()
        submission = collect_one(source, student=LEARNER, topic=topic, destination=scratch / "files")
        # A part at a time would make the learner wait for one app after the other.
        futures = [grader.submit(submission, [name]) for name in names]
        report = _together([future.result() for future in futures], submission)
    if examples:
        return reveal(_worth_nothing(report), "all", own_machine=True)
    return reveal(report, catalog.course.grading.reveal_self_paced, own_machine=True)


def _together(reports: Sequence[Report], submission: Submission) -> Report:
    """One report of parts that were judged at the same time."""
    parts = [part for report in reports for part in report.parts]
    sheet = f"{submission.topic}.ipynb"
    return reports[0].model_copy(
        update={
            "parts": tuple(parts),
            "status": status_of(parts, submission.refusal),
            "points": sum(part.points for part in parts),
            "max_points": sum(part.max_points for part in parts),
            # The notebook is the cover sheet of a hand-in; nobody hands in here.
            "notes": tuple(note for note in submission.notes if sheet not in note),
            "wall_s": max(report.wall_s for report in reports),
            "cpu_s": sum(report.cpu_s for report in reports),
        }
    )


def _worth_nothing(report: Report) -> Report:
    """The report of a run of examples: no points are to be had, and a note says what it was."""
    parts = tuple(_without_points(part) for part in report.parts)
    notes = (EXAMPLES_ONLY, *report.notes)
    return report.model_copy(update={"parts": parts, "points": 0.0, "max_points": 0.0, "notes": notes})


def _without_points(part: PartReport) -> PartReport:
    return part.model_copy(update={"points": 0.0, "max_points": 0.0})
