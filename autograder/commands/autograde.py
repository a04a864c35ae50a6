"""`course autograde`: a class into nbgrader's gradebook, on all cores."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from pathlib import Path

from rich.console import Console

from autograder.commands.grade import BROKEN, progress, tell_broken
from autograder.errors import UsageError
from autograder.nb.record import autograde
from autograder.nb.remarks import Remark
from autograder.report.model import Report
from autograder.report.terminal import show_class
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
    remarks: list[Remark] = []
    reports = graded_with_bar(
        folder, topic, jobs=jobs, students=students, force=force, trust=trust, on_remark=remarks.append
    )
    console = Console(highlight=False, soft_wrap=True, markup=False)
    for remark in remarks:
        console.print(remark.text)
    if not reports and not any(remark.is_change for remark in remarks):
        console.print("Nothing new: every hand-in is graded. `--force` grades them again.")
        return 0
    if reports:
        show_class(sorted(reports, key=lambda report: report.student), console)
    tell_broken(reports)
    console.print(f"\nNext, in {folder}:\n  nbgrader generate_feedback {topic}\n  nbgrader export")
    return BROKEN if any(report.status is Status.BROKEN for report in reports) else 0


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
    """The build folder: as given, or below the course's root, or the working directory itself."""
    here = [build, *([course / build] if course else []), Path()]
    for folder in here:
        if (folder / "nbgrader_config.py").is_file():
            return folder
    raise UsageError(
        f"There is no nbgrader course in {build}.",
        where=str(build.resolve()),
        remedy="Make one with `course build`, or name it with --build.",
    )
