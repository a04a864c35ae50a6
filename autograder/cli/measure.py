"""What is typed to measure: `course bench …`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from autograder.cli.words import JOBS, Course, Jobs

__all__ = ["bench"]

bench = typer.Typer(help="Measurements: ratios in one run on one machine.", no_args_is_help=True)


@bench.command("grading")
def bench_grading(
    course: Course = None,
    submissions: Annotated[int, typer.Option("--submissions", min=2, help="How many students.")] = 20,
    rounds: Annotated[int, typer.Option("--rounds", min=1, help="How often each side runs.")] = 3,
    jobs: Jobs = JOBS,
    side: Annotated[
        list[str] | None,
        typer.Option("--side", help="ours, again, alone, stock, otter; ours and stock if not given."),
    ] = None,
    sizes: Annotated[str, typer.Option("--sizes", help="Grade classes of these sizes too: 50,100,200.")] = "",
    otter: Annotated[
        Path | None, typer.Option("--otter", help="A Python with otter-grader and this package.")
    ] = None,
    markdown: Annotated[Path | None, typer.Option("--markdown", help="Write the tables there too.")] = None,
    *,
    json: Annotated[bool, typer.Option("--json", help="The figures, as JSON.")] = False,
) -> int:
    """Grade one class with this engine and with others, and print the ratios."""
    from autograder.commands.bench_grading import run_grading

    return run_grading(
        course,
        submissions=submissions,
        rounds=rounds,
        jobs=jobs,
        sides=side or ["ours", "stock"],
        sizes=sizes,
        otter=otter,
        markdown=markdown,
        as_json=json,
    )


@bench.command("start")
def bench_start(
    course: Course = None,
    starts: Annotated[int, typer.Option("--starts", min=2, help="How many of each kind.")] = 30,
    jobs: Annotated[int, typer.Option("--jobs", min=1, help="How many at once, in the second half.")] = 2,
    *,
    json: Annotated[bool, typer.Option("--json", help="The figures, as JSON.")] = False,
) -> int:
    """Start apps without a wall, warm and cold, and compare the time to the first answer."""
    from autograder.commands.bench import run_start

    return run_start(course, starts=starts, jobs=jobs, as_json=json)


@bench.command("check")
def bench_check(
    course: Course = None,
    rounds: Annotated[int, typer.Option("--rounds", min=2, help="How often each kind of check.")] = 10,
    check50: Annotated[
        Path | None, typer.Option("--check50", help="A Python with check50 and Flask, to be measured beside.")
    ] = None,
    *,
    json: Annotated[bool, typer.Option("--json", help="The figures, as JSON.")] = False,
) -> int:
    """Check the solutions of one topic, cold and on saving, and say how long the verdict takes."""
    from autograder.commands.bench import run_check

    return run_check(course, rounds=rounds, check50=check50, as_json=json)


@bench.command("site")
def bench_site(
    course: Course = None,
    *,
    json: Annotated[bool, typer.Option("--json", help="The figures, as JSON.")] = False,
) -> int:
    """Build the site cold, unchanged, after an edit of prose and of a pair; weigh its pages."""
    from autograder.commands.bench import run_site

    return run_site(course, as_json=json)
