"""What a learner types."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from autograder.cli.words import Course, Json, MaybePart, MaybeTopic, Topic

__all__ = ["learner"]

learner = typer.Typer()
PANEL = "For learners"


@learner.command(rich_help_panel=PANEL)
def start(course: Course = None, *, json: Json = False) -> int:
    """Say where you are, what is next, and how long it takes."""
    from autograder.commands.learn import run_start

    return run_start(course, as_json=json)


@learner.command("next", rich_help_panel=PANEL)
def next_topic(course: Course = None, *, json: Json = False) -> int:
    """Say what is next: what you have begun, or else the first part that is not passed."""
    from autograder.commands.learn import run_next

    return run_next(course, as_json=json)


@learner.command("list", rich_help_panel=PANEL)
def list_topics(
    course: Course = None,
    *,
    planned: Annotated[bool, typer.Option("--all", help="Planned ones too.")] = False,
    json: Json = False,
) -> int:
    """Show the topics: how long they take, what they are worth, how far you are with each."""
    from autograder.commands.listing import run

    return run(course, planned=planned, as_json=json)


@learner.command(rich_help_panel=PANEL)
def lesson(
    topic: MaybeTopic = None,
    course: Course = None,
    *,
    printed: Annotated[bool, typer.Option("--print", help="Print it, even if its page was built.")] = False,
) -> int:
    """Open a lesson's page, or print the lesson."""
    from autograder.commands.learn_lesson import run

    return run(course, topic, printed=printed)


@learner.command(rich_help_panel=PANEL)
def hint(
    topic: MaybeTopic = None,
    part: MaybePart = None,
    course: Course = None,
    *,
    again: Annotated[bool, typer.Option("--again", help="The hints that you have already seen.")] = False,
    json: Json = False,
) -> int:
    """Give the next of three hints for the check that was shown last as the one to fix first."""
    from autograder.commands.learn_hint import run

    return run(course, topic, part, again=again, as_json=json)


@learner.command(rich_help_panel=PANEL)
def solution(
    topic: Topic,
    part: MaybePart = None,
    course: Course = None,
    *,
    give_up: Annotated[bool, typer.Option("--i-give-up", help="Before passing; it is remembered.")] = False,
) -> int:
    """Show the solution beside your own work, once that passes."""
    from autograder.commands.learn_solution import run

    return run(course, topic, part, give_up=give_up)


@learner.command(rich_help_panel=PANEL)
def reset(
    topic: Topic,
    part: MaybePart = None,
    course: Course = None,
    *,
    undo: Annotated[bool, typer.Option("--undo", help="Bring back what the last reset put away.")] = False,
) -> int:
    """Begin an exercise anew; a copy of your work is kept."""
    from autograder.commands.learn_reset import run

    return run(course, topic, part, back=undo)


@learner.command(rich_help_panel=PANEL)
def serve(
    topic: MaybeTopic = None,
    part: MaybePart = None,
    course: Course = None,
    *,
    port: Annotated[
        int | None, typer.Option("--port", min=1, max=65534, help="The first app's; free ones if not given.")
    ] = None,
) -> int:
    """Serve your apps until Ctrl-C; each starts again when you save it."""
    from autograder.commands.learn_serve import run

    return run(course, topic, part, port=port)


@learner.command(rich_help_panel=PANEL)
def progress(
    course: Course = None,
    *,
    export: Annotated[Path | None, typer.Option("--export", help="Write all that is kept there.")] = None,
    json: Json = False,
) -> int:
    """Show how far you are, in each part of the course and framework."""
    from autograder.commands.learn_progress import run

    return run(course, export=export, as_json=json)


@learner.command(rich_help_panel=PANEL)
def verify(course: Course = None, *, json: Json = False) -> int:
    """Check again whatever you checked before; what fails now is pending again."""
    from autograder.commands.learn_verify import run

    return run(course, as_json=json)


@learner.command(rich_help_panel=PANEL)
def check(
    topic: MaybeTopic = None,
    part: MaybePart = None,
    course: Course = None,
    *,
    folder: Annotated[
        Path | None, typer.Option(help="Judge the files in this folder; nothing is recorded.")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="The report, as JSON.")] = False,
) -> int:
    """Check your own apps and say what to fix first."""
    from autograder.commands.check import run

    return run(course, topic, part, folder, as_json=json)


@learner.command(rich_help_panel=PANEL)
def watch(
    topic: MaybeTopic = None,
    part: MaybePart = None,
    course: Course = None,
    *,
    poll: Annotated[
        bool, typer.Option("--poll", help="Look at the files again and again: for network drives.")
    ] = False,
    manual: Annotated[bool, typer.Option("--manual", help="Check only when Enter is pressed.")] = False,
) -> int:
    """Check your own apps on every save; keys show a hint, the lesson, what you changed."""
    from autograder.commands.watch import run

    return run(course, topic, part, poll=poll, manual=manual)


@learner.command(rich_help_panel=PANEL)
def site(
    course: Course = None,
    *,
    serve: Annotated[bool, typer.Option("--serve", help="Serve it on a loopback port until Ctrl-C.")] = False,
    open_browser: Annotated[bool, typer.Option("--open/--no-open", help="Open it in a browser.")] = True,
    fresh: Annotated[bool, typer.Option("--fresh", help="Run every cell anew.")] = False,
) -> int:
    """Build the lessons' site, without the network, and open it."""
    from autograder.commands.site import run

    return run(course, open_browser=open_browser, serve=serve, fresh=fresh)


@learner.command(rich_help_panel=PANEL)
def lab(
    course: Course = None,
    *,
    open_browser: Annotated[bool, typer.Option("--open/--no-open", help="Open it in a browser.")] = True,
) -> int:
    """Start JupyterLab, in which the lessons open as notebooks."""
    from autograder.commands.site import run_lab

    return run_lab(course, open_browser=open_browser)
