"""The command `course`: words in, one function of `commands` called, its exit code out.

Exit codes: 0 done; 1 a learner's check or an author's rule failed; 2 called wrongly;
3 something is broken on our side, so that a verdict is missing; 130 stopped by Ctrl-C, by SIGTERM
or by the end of the terminal; 141 nobody reads what it prints.
"""

from __future__ import annotations

import io
import os
import signal
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from autograder.errors import CourseError, UsageError, reason

__all__ = ["app", "main"]

app = typer.Typer(
    name="course",
    help="FastAPI vs Flask, side by side: check your apps, grade a class, keep the course sound.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
dev = typer.Typer(help="For the course's authors.", no_args_is_help=True)
bench = typer.Typer(help="Measurements: ratios in one run on one machine.", no_args_is_help=True)
_LEARN, _TEACH, _AUTHOR = "For learners", "For instructors and pipelines", "For authors"
app.add_typer(dev, name="dev", rich_help_panel=_AUTHOR)
app.add_typer(bench, name="bench", rich_help_panel=_AUTHOR)

_JOBS = max(1, os.cpu_count() or 1)

Course = Annotated[
    Path | None, typer.Option("--course", help="A folder of the course; the working directory if not given.")
]
Jobs = Annotated[int, typer.Option("--jobs", min=1, help="How many submissions at once.")]
Trust = Annotated[
    bool,
    typer.Option("--trust-submissions", help="Run them without a wall: only where the machine is the wall."),
]
Topic = Annotated[str, typer.Argument(help="A topic's name, as `course list` shows it.")]
Folder = Annotated[Path, typer.Option("--build", help="The nbgrader course folder.")]

MaybeTopic = Annotated[str | None, typer.Argument(help="A topic's name; the one you are at if not given.")]
MaybePart = Annotated[str | None, typer.Argument(help="One part, such as flask; all if not given.")]
Json = Annotated[bool, typer.Option("--json", help="The same, as JSON.")]


@app.command(rich_help_panel=_LEARN)
def start(course: Course = None, *, json: Json = False) -> int:
    """Say where you are, what is next, and how long it takes."""
    from autograder.commands.learn import run_start

    return run_start(course, as_json=json)


@app.command("next", rich_help_panel=_LEARN)
def next_topic(course: Course = None, *, json: Json = False) -> int:
    """Say what is next: the first topic with a part that is not passed."""
    from autograder.commands.learn import run_next

    return run_next(course, as_json=json)


@app.command("list", rich_help_panel=_LEARN)
def list_topics(
    course: Course = None,
    *,
    planned: Annotated[bool, typer.Option("--all", help="Planned ones too.")] = False,
    json: Json = False,
) -> int:
    """Show the topics: how long they take, what they are worth, how far you are with each."""
    from autograder.commands.listing import run

    return run(course, planned=planned, as_json=json)


@app.command(rich_help_panel=_LEARN)
def lesson(
    topic: MaybeTopic = None,
    course: Course = None,
    *,
    printed: Annotated[bool, typer.Option("--print", help="Print it, even if its page was built.")] = False,
) -> int:
    """Open a lesson's page, or print the lesson."""
    from autograder.commands.learn_lesson import run

    return run(course, topic, printed=printed)


@app.command(rich_help_panel=_LEARN)
def hint(
    topic: MaybeTopic = None,
    part: MaybePart = None,
    course: Course = None,
    *,
    again: Annotated[bool, typer.Option("--again", help="Those that you have seen already.")] = False,
    json: Json = False,
) -> int:
    """Give the next of three hints for the check to fix first."""
    from autograder.commands.learn_hint import run

    return run(course, topic, part, again=again, as_json=json)


@app.command(rich_help_panel=_LEARN)
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


@app.command(rich_help_panel=_LEARN)
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


@app.command(rich_help_panel=_LEARN)
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


@app.command(rich_help_panel=_LEARN)
def progress(
    course: Course = None,
    *,
    export: Annotated[Path | None, typer.Option("--export", help="Write all that is kept there.")] = None,
    json: Json = False,
) -> int:
    """Show how far you are, in each part of the course and framework."""
    from autograder.commands.learn_progress import run

    return run(course, export=export, as_json=json)


@app.command(rich_help_panel=_LEARN)
def verify(course: Course = None, *, json: Json = False) -> int:
    """Check again whatever you checked before; what fails now is pending again."""
    from autograder.commands.learn_verify import run

    return run(course, as_json=json)


@app.command(rich_help_panel=_LEARN)
def check(
    topic: Annotated[
        str | None, typer.Argument(help="A topic's name; the one you are at if not given.")
    ] = None,
    part: MaybePart = None,
    course: Course = None,
    *,
    folder: Annotated[Path | None, typer.Option(help="Where your files are, if not in exercises/.")] = None,
    json: Annotated[bool, typer.Option("--json", help="The report, as JSON.")] = False,
) -> int:
    """Check your own apps and say what to fix first."""
    from autograder.commands.check import run

    return run(course, topic, part, folder, as_json=json)


@app.command(rich_help_panel=_LEARN)
def watch(
    topic: Annotated[
        str | None, typer.Argument(help="A topic's name; the one you are at if not given.")
    ] = None,
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


@app.command(rich_help_panel=_TEACH)
def grade(
    paths: Annotated[list[Path], typer.Argument(help="Files, folders, archives, or a class of them.")],
    topic: Annotated[str | None, typer.Option("--topic", help="Which topic they hand in.")] = None,
    course: Course = None,
    jobs: Jobs = _JOBS,
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


@app.command(rich_help_panel=_TEACH)
def build(
    folder: Annotated[Path, typer.Argument(help="Where the nbgrader course goes.")] = Path("build"),
    course: Course = None,
    topic: Annotated[list[str] | None, typer.Option("--topic", help="Only these topics.")] = None,
) -> int:
    """Assemble the nbgrader course: source notebooks, starters and nbgrader_config.py."""
    from autograder.commands.build import run

    return run(course, folder, topic)


@app.command(rich_help_panel=_TEACH)
def autograde(
    assignment: Topic,
    course: Course = None,
    build: Folder = Path("build"),
    jobs: Jobs = _JOBS,
    student: Annotated[list[str] | None, typer.Option("--student", help="Only these students.")] = None,
    *,
    force: Annotated[bool, typer.Option("--force", help="Record again what is recorded.")] = False,
    trust_submissions: Trust = False,
) -> int:
    """Grade a class on all cores into nbgrader's gradebook."""
    from autograder.commands.autograde import run

    return run(course, assignment, build, jobs=jobs, students=student, force=force, trust=trust_submissions)


@app.command(rich_help_panel=_TEACH)
def release(
    folder: Annotated[Path, typer.Argument(help="Where the student edition goes.")], course: Course = None
) -> int:
    """Write the student edition, from an allow-list, with nothing secret in it."""
    from autograder.commands.release import run

    return run(course, folder)


@app.command(rich_help_panel=_TEACH)
def demo(
    course: Course = None,
    build: Folder = Path("build/demo"),
    jobs: Jobs = _JOBS,
) -> int:
    """Grade a bundled class through real nbgrader and show the gradebook."""
    from autograder.commands.demo import run

    return run(course, build, jobs=jobs)


@app.command(rich_help_panel=_LEARN)
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


@app.command(rich_help_panel=_LEARN)
def lab(
    course: Course = None,
    *,
    open_browser: Annotated[bool, typer.Option("--open/--no-open", help="Open it in a browser.")] = True,
) -> int:
    """Start JupyterLab, in which the lessons open as notebooks."""
    from autograder.commands.site import run_lab

    return run_lab(course, open_browser=open_browser)


@dev.command("check")
def dev_check(
    course: Course = None,
    topic: Annotated[list[str] | None, typer.Option("--topic", help="Only these topics.")] = None,
    jobs: Jobs = _JOBS,
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
    jobs: Jobs = _JOBS,
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
    jobs: Jobs = _JOBS,
    markdown: Annotated[Path | None, typer.Option("--markdown", help="Write the table there too.")] = None,
    *,
    json: Annotated[bool, typer.Option("--json", help="One result a line.")] = False,
) -> int:
    """Hand in every known attack on graders, and say whether each is held."""
    from autograder.commands.attacks import run_attacks

    return run_attacks(only or (), sandbox, jobs=jobs, as_json=json, page=markdown)


@bench.command("grading")
def bench_grading(
    course: Course = None,
    submissions: Annotated[int, typer.Option("--submissions", min=2, help="How many students.")] = 20,
    rounds: Annotated[int, typer.Option("--rounds", min=1, help="How often each side runs.")] = 3,
    jobs: Jobs = _JOBS,
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


def main(arguments: list[str] | None = None) -> None:
    """Run the command line and exit."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a code page without a lesson's signs is no reason to end
            stream.reconfigure(errors="backslashreplace")
    for number in _ENDING:
        if signal.getsignal(number) in {signal.SIG_DFL, signal.default_int_handler}:  # not under nohup
            signal.signal(number, _stop)
    sys.exit(_exit_code(arguments))


_ENDING = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]


def _stop(*_: object) -> None:
    """End once, in order: what runs behind the wall and what lies in /tmp is cleared away."""
    for number in _ENDING:
        signal.signal(number, signal.SIG_IGN)
    raise KeyboardInterrupt


def _exit_code(arguments: list[str] | None) -> int:
    try:
        result: Any = app(arguments, standalone_mode=False)
        sys.stdout.flush()
    except (KeyboardInterrupt, typer.Abort):
        result = _INTERRUPTED
    except (BrokenPipeError, SystemExit):
        # Whoever read our output has left, as `head` does. Click and rich make an exit of it, and of nothing
        # else; the interpreter's own last flush must not complain either.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.__stdout__.fileno() if sys.__stdout__ else 1)
        return _UNHEARD
    except (CourseError, OSError) as error:
        return _say(reason(error), 2 if isinstance(error, UsageError) else 3)
    except _wrong_words() as error:
        error.show()
        return 2
    if result == _INTERRUPTED:
        # Typer turns Ctrl-C into this code and says nothing.
        return _say(_STOPPED, _INTERRUPTED)
    return result if isinstance(result, int) else 0


_INTERRUPTED = 130
_UNHEARD = 141  # 128 + SIGPIPE, as shells have it
_STOPPED = "Stopped. What was graded is kept; run the same command again for the rest."


def _wrong_words() -> type[Any]:
    """Click's error for wrong words, whichever copy of click typer uses."""
    return next(base for base in typer.BadParameter.__mro__ if base.__name__ == "ClickException")


def _say(message: str, code: int) -> int:
    sys.stderr.write(f"course: {message}\n")
    return code
