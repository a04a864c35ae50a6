"""What a student is told of an app that did not start, or that ended before its time."""

from __future__ import annotations

import re
import signal
from dataclasses import replace
from pathlib import Path, PurePosixPath

from autograder.checks.message import CheckInfo, Finding
from autograder.outcome import Limit, Outcome
from autograder.report.raised import Raised, last_raised
from autograder.sandbox.job import Limits
from autograder.sandbox.launcher import APP_MISSING
from autograder.verdict import Verdict

__all__ = ["explained", "not_started", "refused", "without_database"]

_OUT_OF_TIME = {Limit.WALL, Limit.CPU}
# Blanks of the line alone: `\s` would run on over line ends, and need the square of their number.
_FRAME = re.compile(r'^[ \t]*File "([^"\n]{1,200})", line (\d{1,9})', re.MULTILINE)
# The launcher's own sentences about what it found in place of an app.
_LAUNCHER = re.compile(
    r"^((?:There is no|In \w{1,200},|\w{1,200} offers (?:neither|no)) [^\n]{1,300})$", re.MULTILINE
)
_ESCAPES = re.compile(r"\x1b\[[0-9;?]{0,20}[A-Za-z]")
# At a module's level: the line begins with it.
_SERVES_ITSELF = re.compile(rb"^app\.run\(", re.MULTILINE)
_SERVING = "Running on http"
_MOST_READ = 1 << 20
_MOST_CHARS = 300
_MIB = 1 << 20


def refused(info: CheckInfo, refusal: str) -> Finding:
    """A check of a part whose files could not be taken."""
    return Finding(name=info.name, verdict=Verdict.FAILED, message=refusal)


def not_started(infos: tuple[CheckInfo, ...], outcome: Outcome, limits: Limits, files: Path) -> list[Finding]:
    """What every check finds when there is no app to ask.

    Args:
        infos: the checks.
        outcome: of a process that never served.
        limits: what it was allowed.
        files: the submission's folder, by which its own files are told from a library's.
    """
    verdict, message = Verdict.CRASHED, f"The app did not start: {_why(outcome, files)}"
    if outcome.limit is Limit.WALL:
        seconds = min(limits.start_wall_s, limits.wall_s)
        message = (
            f"The app did not start within {seconds:g} seconds: while it is made, it must not wait or loop."
        )
    elif outcome.limit is not None:
        message = f"The app did not start: {_at(outcome.limit, limits)}"
    if outcome.limit in _OUT_OF_TIME:
        verdict = Verdict.TIMED_OUT
    if remedy := _serves_itself(outcome, message, files):
        message = f"{message} {remedy}" if outcome.limit is Limit.WALL else f"The app did not start: {remedy}"
    return [Finding(name=info.name, verdict=verdict, message=message) for info in infos]


def explained(finding: Finding, outcome: Outcome, limits: Limits) -> Finding:
    """A check that found the app gone says why, where the sandbox knows."""
    if finding.verdict is not Verdict.CRASHED:
        return finding
    verdict = Verdict.TIMED_OUT if outcome.limit in _OUT_OF_TIME else Verdict.CRASHED
    if outcome.limit is not None:
        message = f"The app was ended: {_at(outcome.limit, limits)}"
    elif outcome.signal is not None:
        message = f"The app's process was ended by {_signal(outcome.signal)}."
    elif outcome.exit_code is not None:
        message = f"The app's process ended by itself, with exit code {outcome.exit_code}."
    else:
        return finding
    return replace(finding, verdict=verdict, message=message)


def without_database(finding: Finding, lost: str) -> Finding:
    """A check that did not pass says what became of the app's database.

    Args:
        finding: what the check found.
        lost: the rest of a sentence about the database's server.
    """
    if finding.verdict.earns:
        return finding
    return replace(finding, message=f"{finding.message} The app's database server {lost}.")


def _at(limit: Limit, limits: Limits) -> str:
    """The rest of a sentence about what it did too much of."""
    return {
        Limit.WALL: f"judging it may take {limits.wall_s:g} seconds, and they were over.",
        Limit.CPU: f"it used more than {limits.cpu_s:g} seconds of CPU time.",
        Limit.MEMORY: f"it used more than {limits.memory_bytes / _MIB:.0f} MiB of memory.",
        Limit.OUTPUT: f"it printed more than {limits.output_bytes / _MIB:.0f} MiB.",
        Limit.PROCESSES: f"it ran more than {limits.processes} processes and threads at once.",
        Limit.DESCRIPTORS: f"it held more than {limits.descriptors} files and sockets open at once.",
    }[limit]


def _why(outcome: Outcome, files: Path) -> str:
    """Why an app ended that nobody ended: what it raised, or what the launcher says of it."""
    if outcome.signal is not None:
        return f"its process was ended by {_signal(outcome.signal)}."
    if (said := _LAUNCHER.findall(outcome.stderr)) and outcome.exit_code == APP_MISSING:
        return str(said[-1])
    raised = last_raised(outcome.stderr)
    if raised is not None:
        exits = " (the app asked Python to exit)" if raised.name == "SystemExit" else ""
        return f"{_place(raised, outcome.stderr, files)}{_cut(raised.text)}{exits}"
    lines = [line.strip() for line in _ESCAPES.sub("", outcome.stderr).splitlines() if line.strip()]
    ended = f"its process ended with exit code {outcome.exit_code}"
    if not lines:
        return f"{ended}, and wrote nothing."
    return f"{ended} and raised nothing. The last line that it wrote: {_cut(lines[-1])}"


def _serves_itself(outcome: Outcome, message: str, files: Path) -> str:
    """Which line starts a server while the app is imported, and what to do; empty where that is not why."""
    raised = last_raised(outcome.stderr)
    exits = raised is not None and raised.name == "SystemExit"  # as a server that cannot listen does
    if not exits and _SERVING not in outcome.stderr:
        return ""
    for path in sorted(each for each in files.rglob("*.py") if each.is_file()):
        with path.open("rb") as file:
            data = file.read(_MOST_READ)
        if found := _SERVES_ITSELF.search(data):
            name, line = path.relative_to(files).as_posix(), data.count(b"\n", 0, found.start()) + 1
            where = f"{name}, line {line}: "
            if not exits or where in message:
                return f"{where}remove `app.run()`; the app is imported and served for you."
    return ""


def _cut(text: str) -> str:
    return text if len(text) <= _MOST_CHARS else f"{text[:_MOST_CHARS]}…"


def _place(raised: Raised, stderr: str, files: Path) -> str:
    """The innermost line of the submission's own of which the exception came, or the last that is named."""
    own = {str(PurePosixPath(path.relative_to(files))) for path in files.rglob("*.py")}
    named = [(name, line) for name, line in raised.frames if name in own]
    named = named or [(name, int(line)) for name, line in _FRAME.findall(stderr) if name in own]
    return f"{named[-1][0]}, line {named[-1][1]}: " if named else ""


def _signal(number: int) -> str:
    return f"signal {number} ({signal.strsignal(number) or 'unknown'})"
