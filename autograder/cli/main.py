"""The command `course`: words in, one function of `commands` called, its exit code out.

Exit codes: 0 done; 1 a learner's check or an author's rule failed; 2 called wrongly;
3 something is broken on our side or not understood, so that a verdict is missing;
130 stopped by Ctrl-C, by SIGTERM or by the end of the terminal;
141 nobody reads what it prints.
"""

from __future__ import annotations

import io
import os
import signal
import sys
from typing import Any

import typer

from autograder.cli.author import dev
from autograder.cli.edition import EditionGroup
from autograder.cli.grader import grader
from autograder.cli.learner import learner
from autograder.cli.measure import bench
from autograder.errors import CourseError, ForeignCourse, UsageError, reason

__all__ = ["app", "exit_code", "main"]

app = typer.Typer(
    cls=EditionGroup,
    name="course",
    help="FastAPI vs Flask, side by side: check your apps, grade a class, keep the course sound.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.add_typer(learner)
app.add_typer(grader)
app.add_typer(dev, name="dev", rich_help_panel="For authors")
app.add_typer(bench, name="bench", rich_help_panel="For authors")


def main(arguments: list[str] | None = None) -> None:
    """Run the command line and exit."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a code page without a lesson's signs is no reason to end
            stream.reconfigure(errors="backslashreplace")
    for number in _ENDING:
        if signal.getsignal(number) in {signal.SIG_DFL, signal.default_int_handler}:  # not under nohup
            signal.signal(number, _stop)
    sys.excepthook = _tell_crash
    sys.exit(exit_code(arguments))


def _tell_crash(*what: Any) -> None:
    from autograder.report.screen import tell_crash

    tell_crash(*what)


_ENDING = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]


def _stop(*_: object) -> None:
    """End once, in order: what runs behind the wall and what lies in /tmp is cleared away."""
    for number in _ENDING:
        signal.signal(number, signal.SIG_IGN)
    raise KeyboardInterrupt


def exit_code(arguments: list[str] | None) -> int:
    """Run the command line; the code to exit with. What went wrong has been told."""
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
        return _say(reason(error), 2 if isinstance(error, UsageError | ForeignCourse) else 3)
    except _wrong_words() as error:
        return _say_usage(error)
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


def _say_usage(error: Any) -> int:
    """Print click's own words, which quote the command line: a shell fills in names of files."""
    from autograder.report.screen import write_error

    words = io.StringIO()
    error.show(file=words)
    write_error(words.getvalue())
    return 2


def _say(message: str, code: int) -> int:
    # Here, so that a command's words are read before rich is imported.
    from autograder.report.screen import write_error

    write_error(f"course: {message}\n")
    return code
