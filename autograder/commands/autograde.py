"""`course autograde`: a class into nbgrader's gradebook, on all cores."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from autograder.catalog import Topic
from autograder.catalog.owner import hold_trusted
from autograder.collect import Found, Synced
from autograder.collect.names import printable, student_id
from autograder.commands.grade import BROKEN, progress, tell_broken, tell_ignored
from autograder.errors import UsageError
from autograder.nb.folder import GradingFolder
from autograder.nb.inbox import entries, listed
from autograder.nb.record import autograde
from autograder.nb.remarks import Remark
from autograder.nb.roster import spellings
from autograder.report.model import Report
from autograder.report.screen import Screen
from autograder.report.terminal import show_class
from autograder.scoring import unjudged_report
from autograder.verdict import Status

__all__ = ["build_folder", "graded_with_bar", "run"]


def run(
    course: Path | None,
    topic: str,
    build: Path,
    *,
    jobs: int,
    students: Sequence[str] | None,
    force: bool,
    trust: bool,
) -> int:
    """Grade what was handed in and is not graded yet. Returns 0, or 3 when something was broken."""
    folder = build_folder(course, build)
    place = GradingFolder(folder.resolve())
    catalog = place.catalog()
    asked = None if students is None else [student_id(student) for student in students]
    before = listed(place, catalog, catalog.ready_topic(topic), asked)
    tell_ignored(before.ignored)
    remarks: list[Remark] = []
    reports: list[Report] = []
    wanted = _still_asked_for(asked, before, spellings(place))
    if wanted is None or wanted:
        reports = graded_with_bar(
            folder, topic, jobs=jobs, students=wanted, force=force, trust=trust, on_remark=remarks.append
        )
    desk = _Desk(catalog.topic(topic), entries(place, catalog, catalog.topic(topic), asked), reports)
    console = Screen(highlight=False, soft_wrap=True)
    for remark in remarks:
        console.print(remark.text)
    shown = desk.shown()
    is_change = bool(reports) or any(remark.is_change for remark in remarks)
    if shown:
        show_class(shown, Screen(highlight=False))
        tell_broken(shown)
    elif not is_change:
        console.print("Nothing new: every hand-in is graded. `--force` grades them again.")
    for sentence in desk.remarks():
        console.print(sentence)
    if is_change:
        console.print(f"\nNext, in {folder}:\n  nbgrader generate_feedback {topic}\n  nbgrader export")
    return BROKEN if any(report.status.needs_instructor for report in shown) else 0


def _still_asked_for(
    asked: Sequence[str] | None, found: Found, spelled: Mapping[str, str]
) -> list[str] | None:
    """Those asked for, as the gradebook spells them, without those of whose entries nothing is collected."""
    if asked is None:
        return None
    unread = {each.name for each in found.unread}
    return [spelled.get(student, student) for student in asked if printable(student) not in unread]


@dataclass(frozen=True, slots=True)
class _Desk:
    """What is printed about a class beside the grades.

    Attributes:
        topic: the topic.
        found: every entry of ``submitted``.
        reports: what was graded now.
    """

    topic: Topic
    found: Synced
    reports: Sequence[Report]

    def shown(self) -> list[Report]:
        """A row for everyone who was graded now, and for every entry that somebody has to look at."""
        aside = [
            unjudged_report(self.topic, each.name, each.status, each.reason)
            for each in self.found.unread
            if each.status.needs_instructor
        ]
        return sorted([*self.reports, *aside], key=lambda report: report.student)

    def remarks(self) -> Iterator[str]:
        """Who is not in the table."""
        graded = {report.student for report in self.reports}
        same = [each.student for each in self.found.submissions if each.student not in graded]
        if same and self.shown():
            yield f"Graded before and not changed: {', '.join(same)}."
        for each in self.found.unread:
            if each.status is Status.MISSING:
                yield f"Missing: {each.name}. {each.reason}"


def graded_with_bar(
    folder: Path,
    topic: str,
    *,
    jobs: int,
    students: Sequence[str] | None = None,
    force: bool = False,
    trust: bool = False,
    on_remark: Callable[[Remark], None] | None = None,
) -> list[Report]:
    """Grade with a progress bar on standard error."""
    # nbgrader logs a warning for every oddity that is told to the student anyway.
    logging.getLogger("traitlets").setLevel(logging.ERROR)
    with progress(f"grading {topic}", total=None) as tell:
        return autograde(
            folder,
            topic,
            students=students or None,
            jobs=jobs,
            force=force,
            trust=trust,
            on_progress=lambda _report, done, total: tell(done, total),
            on_remark=on_remark,
        )


def build_folder(course: Path | None, build: Path) -> Path:
    """The build folder: as given, or below the course's root, or the working directory itself.

    Raises:
        UsageError: there is none.
        ForeignCourse: another user owns it, or the configuration that would be run.
    """
    here = [build, *([course / build] if course else []), Path()]
    for folder in here:
        place = GradingFolder(folder.resolve())
        if place.config_file.is_file():
            hold_trusted(place.path, place.config_file, place.state, place.journal)
            return folder
    raise UsageError(
        f"There is no nbgrader course in {build}.",
        where=str(build.resolve()),
        remedy="Make one with `course build`, or name it with --build.",
    )
