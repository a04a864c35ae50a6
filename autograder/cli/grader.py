"""What instructors and pipelines type."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from autograder.cli.words import JOBS, Course, Folder, Jobs, Topic, Trust

__all__ = ["grader"]

grader = typer.Typer()
PANEL = "For instructors and pipelines"


@grader.command(rich_help_panel=PANEL)
def grade(
    paths: Annotated[list[Path], typer.Argument(help="Files, folders, archives, or a class of them.")],
    topic: Annotated[str | None, typer.Option("--topic", help="Which topic they hand in.")] = None,
    course: Course = None,
    jobs: Jobs = JOBS,
    junit: Annotated[Path | None, typer.Option("--junit", help="Write JUnit XML there too.")] = None,
    release: Annotated[str, typer.Option("--release", help="Names the set of hidden inputs.")] = "default",
    *,
    json: Annotated[bool, typer.Option("--json", help="One report a line.")] = False,
    fresh: Annotated[bool, typer.Option("--fresh", help="Read no kept verdict, and keep none.")] = False,
    trust_submissions: Trust = False,
) -> int:
    """Grade submissions without nbgrader: reports and an exit code out."""
    from autograder.commands.grade import run

    return run(
        course,
        paths,
        topic,
        jobs=jobs,
        junit=junit,
        release=release,
        as_json=json,
        trust=trust_submissions,
        fresh=fresh,
    )


@grader.command(rich_help_panel=PANEL)
def build(
    folder: Annotated[Path, typer.Argument(help="Where the nbgrader course goes.")] = Path("build"),
    course: Course = None,
    topic: Annotated[list[str] | None, typer.Option("--topic", help="Only these topics.")] = None,
) -> int:
    """Assemble the nbgrader course: source notebooks, starters and nbgrader_config.py."""
    from autograder.commands.build import run

    return run(course, folder, topic)


@grader.command(rich_help_panel=PANEL)
def autograde(
    assignment: Topic,
    course: Course = None,
    build: Folder = Path("build"),
    jobs: Jobs = JOBS,
    student: Annotated[list[str] | None, typer.Option("--student", help="Only these students.")] = None,
    *,
    force: Annotated[bool, typer.Option("--force", help="Record again what is recorded.")] = False,
    trust_submissions: Trust = False,
) -> int:
    """Grade a class on all cores into nbgrader's gradebook."""
    from autograder.commands.autograde import run

    return run(course, assignment, build, jobs=jobs, students=student, force=force, trust=trust_submissions)


@grader.command(rich_help_panel=PANEL)
def withdraw(
    assignment: Topic,
    student: Annotated[str, typer.Argument(help="The student's id.")],
    course: Course = None,
    build: Folder = Path("build"),
    reason: Annotated[str, typer.Option("--reason", help="Shown in the export.")] = "",
) -> int:
    """Take a misfiled or withdrawn hand-in out of the gradebook; nothing handed in is deleted."""
    from autograder.commands.withdraw import run

    return run(course, assignment, student, build, reason=reason)


@grader.command(rich_help_panel=PANEL)
def release(
    folder: Annotated[Path, typer.Argument(help="Where the student edition goes.")], course: Course = None
) -> int:
    """Write the student edition, from an allow-list, with nothing secret in it."""
    from autograder.commands.release import run

    return run(course, folder)


@grader.command(rich_help_panel=PANEL)
def demo(
    course: Course = None,
    build: Folder = Path("build/demo"),
    jobs: Jobs = JOBS,
) -> int:
    """Grade a bundled class through real nbgrader and show the gradebook."""
    from autograder.commands.demo import run

    return run(course, build, jobs=jobs)
