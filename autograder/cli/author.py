"""What the course's authors type: `course dev …`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from autograder.cli.words import JOBS, Course, Jobs, Topic

__all__ = ["dev"]

dev = typer.Typer(help="For the course's authors.", no_args_is_help=True)


@dev.command("check")
def dev_check(
    course: Course = None,
    topic: Annotated[list[str] | None, typer.Option("--topic", help="Only these topics.")] = None,
    jobs: Jobs = JOBS,
    *,
    files: Annotated[bool, typer.Option("--files", help="Only the rules that run no app.")] = False,
) -> int:
    """Prove the mirror: every rule of the course, every violation reported."""
    from autograder.commands.dev import run_check

    return run_check(course, topic, jobs=jobs, files=files)


@dev.command("new")
def dev_new(topic: Topic, course: Course = None) -> int:
    """Lay out the four places of a planned topic, to be filled in."""
    from autograder.commands.dev import run_new

    return run_new(course, topic)


@dev.command("starters")
def dev_starters(course: Course = None) -> int:
    """Record the starters as they are now, for `course reset` and `course list` in a clone."""
    from autograder.commands.dev import run_starters

    return run_starters(course)


@dev.command("show")
def dev_show(topic: Topic, course: Course = None) -> int:
    """Show a topic's objectives, checks, hints and wrong submissions, and how they meet."""
    from autograder.commands.dev import run_show

    return run_show(course, topic)


@dev.command("mutants")
def dev_mutants(
    topic: Topic,
    framework: Annotated[str | None, typer.Option("--framework", help="Only this solution.")] = None,
    course: Course = None,
    jobs: Jobs = JOBS,
    *,
    json: Annotated[bool, typer.Option("--json", help="The results, as JSON.")] = False,
) -> int:
    """Plant small faults into the solutions and show which of them no hidden check catches."""
    from autograder.commands.dev import run_mutants

    return run_mutants(course, topic, framework, jobs=jobs, as_json=json)


@dev.command("sandbox")
def dev_sandbox() -> int:
    """Say what wall this machine offers."""
    from autograder.commands.dev import run_sandbox

    return run_sandbox()


@dev.command("attacks")
def dev_attacks(
    only: Annotated[
        list[str] | None, typer.Option("--only", help="Only these, by name or by number of the kind.")
    ] = None,
    sandbox: Annotated[
        str | None,
        typer.Option("--sandbox", help="cold, warm or all; as grading itself if not given."),
    ] = None,
    jobs: Jobs = JOBS,
    markdown: Annotated[Path | None, typer.Option("--markdown", help="Write the table there too.")] = None,
    *,
    json: Annotated[bool, typer.Option("--json", help="One result a line.")] = False,
) -> int:
    """Hand in every known attack on graders, and say whether each is held."""
    from autograder.commands.attacks import run_attacks

    return run_attacks(only or (), sandbox, jobs=jobs, as_json=json, page=markdown)
