"""What every run of grading begins with, be it ours or nbgrader's: what has to be graded, and why."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy.exc import OperationalError

from autograder.errors import CourseError
from autograder.nb.basis import Basis
from autograder.nb.compare import UNCOMPUTED, Difference, differences, unknown, vanished
from autograder.nb.contents import GradebookContents, contents_of
from autograder.nb.folder import GradingFolder
from autograder.nb.gradebooks import gradebook_of
from autograder.nb.inbox import refresh
from autograder.nb.journal import Journal, Standing
from autograder.nb.late import LatePenalties, Updated
from autograder.nb.pages import remove_result
from autograder.nb.released import points_differ
from autograder.nb.remarks import Remark, Remarks
from autograder.nb.roster import Roster, note_entered, roster_of
from autograder.submission import Submission

__all__ = ["Begun", "begin", "unusable"]


@dataclass(frozen=True, slots=True)
class Begun:
    """What a run knows before it grades.

    Attributes:
        folder: the grading folder, with the points as released.
        basis: what grades are recorded by in this run.
        penalties: the plugin for late penalties.
        submissions: the hand-ins that there are.
        kept: whose grades are out of date and cannot be made again until the new points are released.
        remarks: what a person should know.
    """

    folder: GradingFolder
    basis: Basis
    penalties: LatePenalties
    submissions: tuple[Submission, ...]
    kept: frozenset[str]
    remarks: tuple[Remark, ...]


@dataclass(frozen=True, slots=True)
class _Compared:
    """Journal and gradebook, side by side.

    Attributes:
        differ: how the release's points differ from course.toml's.
        again: why finished grades have to be made again, by student.
        kept: finished grades that are out of date, and why they cannot be made again yet.
        updated: what became of the late penalties.
        roster: who is on the roster.
    """

    folder: GradingFolder
    basis: Basis
    contents: GradebookContents
    differ: tuple[str, ...]
    again: Mapping[str, Difference]
    kept: Mapping[str, Difference]
    updated: Updated
    roster: Roster


def begin(converter: Any, topic: str, students: Collection[str] | None = None) -> Begun:
    """Collect what is new, compare journal and gradebook, bring late penalties up to date.

    Results that are not whole, are about an earlier hand-in or no longer hold are removed, because
    nbgrader takes the existence of a result's folder for a finished grade.

    Args:
        converter: nbgrader's or ours, which holds the configuration.
        topic: the topic's name.
        students: only theirs; all when None.

    Raises:
        CourseError: the gradebook does not have the assignment or is locked, or a plugin cannot be loaded.
    """
    folder = GradingFolder(Path(converter.coursedir.root))
    submissions = tuple(refresh(folder, folder.catalog(), topics=[topic], students=students))
    present = {each.student for each in submissions}
    standings = Journal(folder.journal).standings(topic)
    asked = {who: each for who, each in standings.items() if students is None or who in students}
    penalties = LatePenalties(converter)
    try:
        with gradebook_of(converter, converter.coursedir.db_url) as gradebook:
            compared = _compared(
                gradebook, folder, topic, standings=asked, present=present, penalties=penalties
            )
            _note_entered(converter, folder, present, [person.id for person in gradebook.students])
    except OperationalError as error:
        raise unusable(error, folder) from error
    _remove_results(folder, topic, standings, compared.again)
    recorded = {who for who in compared.contents.scores if students is None or who in students}
    remarks = [*_remarks(compared, Remarks(topic, folder.path), asked, recorded, present)]
    if penalties.configured:
        timeless = [each.student for each in submissions if not (each.folder / "timestamp.txt").is_file()]
        remarks += Remarks(topic, folder.path).times(compared.contents.duedate, timeless)
    kept = frozenset(compared.kept)
    return Begun(compared.folder, compared.basis, penalties, submissions, kept, tuple(remarks))


def _compared(
    gradebook: Any,
    folder: GradingFolder,
    topic: str,
    *,
    standings: Mapping[str, Standing],
    present: Collection[str],
    penalties: LatePenalties,
) -> _Compared:
    contents = contents_of(gradebook, topic)
    catalog = folder.catalog()
    basis = Basis.now(folder, topic, contents.points)
    differ = tuple(points_differ(catalog.topic(topic), contents.points))
    found = differences(standings, contents.scores, basis, topic)
    # Until the new points are released, new checks cannot add up to them: what is graded is kept.
    kept = {who: each for who, each in found.items() if differ and each.is_outdated}
    again = {who: each for who, each in found.items() if who in present and who not in kept}
    whole = {who for who, each in standings.items() if each.complete and who in contents.scores}
    updated = penalties.update(gradebook, topic, standings, whole - again.keys())
    Journal(folder.journal).add_all(updated.events)
    again |= {who: Difference(UNCOMPUTED) for who in updated.failed if who in present}
    released = GradingFolder(folder.path, contents.points)
    roster = roster_of(gradebook.students, folder)
    return _Compared(released, basis, contents, differ, again, kept, updated, roster)


def _note_entered(
    converter: Any, folder: GradingFolder, present: Collection[str], known: Collection[str]
) -> None:
    """Remember whom grading is about to enter into the gradebook."""
    found = {Path(path).parent.name for path in converter.assignments}
    if converter.create_student:
        note_entered(folder, found or present, known)


def _remarks(
    compared: _Compared,
    words: Remarks,
    standings: Mapping[str, Standing],
    recorded: Collection[str],
    present: Collection[str],
) -> Iterator[Remark]:
    gone = vanished(standings, present)
    yield from words.points(compared.differ)
    yield from words.again(compared.again)
    yield from words.kept(compared.kept)
    yield from words.penalties(compared.updated.changes)
    yield from words.unknown(unknown(recorded, standings, present))
    yield from words.vanished([who for who in gone if who in recorded])
    yield from words.removed([who for who in gone if who not in recorded])
    yield from words.off_roster({who: compared.roster.problem(who) for who in sorted(present)})


def _remove_results(
    folder: GradingFolder, topic: str, standings: Mapping[str, Standing], again: Collection[str]
) -> None:
    for home in sorted(folder.autograded.glob("*")):
        standing = standings.get(home.name)
        holds = standing is not None and standing.complete and home.name not in again
        if not holds and (home / topic).is_dir():
            remove_result(folder, topic, home.name)


def unusable(error: OperationalError, folder: GradingFolder) -> CourseError:
    """Why the gradebook cannot be used, and what to do."""
    where = str(folder.path / "gradebook.db")
    if "database is locked" in str(error):
        return CourseError(
            "The gradebook is locked: another program has been writing to it for a minute.",
            where=where,
            remedy="End that program, then autograde again; what was recorded stays.",
        )
    return CourseError(
        f"The gradebook cannot be used: {str(error.orig).splitlines()[0]}",
        where=where,
        remedy="Start its server, free disk space or correct its permissions, then autograde again.",
    )
