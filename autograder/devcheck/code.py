"""Rules about the code that learners read: what it must say and must not say, types, lint."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

from autograder.devcheck.authored import App, Role, authored_apps
from autograder.devcheck.subject import Subject
from autograder.devcheck.violation import Fault, shown

__all__ = ["linted", "todos", "typed"]

_MYPY_LINE = re.compile(r"(?P<file>[^:\n]+\.py):(?P<line>\d+): error: (?P<what>.+)")
_WALL_S = 300


def todos(subject: Subject) -> Iterator[Fault]:
    """A starter says TODO where the learner works; nothing else has anything left to do."""
    for app in authored_apps(subject.catalog, subject.topic):
        found = [(file, number) for file in _sources(app) for number in _todo_lines(file)]
        if app.role is Role.STARTER and not found:
            yield Fault(
                shown(subject.root, app.path),
                "The starter does not say TODO.",
                "Mark each place where the learner works by a TODO comment.",
            )
        if app.role in {Role.SOLUTION, Role.RIGHT}:
            for file, number in found:
                yield Fault(shown(subject.root, file, number), "There is a TODO.", "Do it, or delete it.")
    for file in _texts(subject):
        for number in _todo_lines(file, r"\bTODO:"):
            yield Fault(shown(subject.root, file, number), "There is a TODO.", "Do it, or delete it.")


def linted(subject: Subject) -> Iterator[Fault]:
    """Solutions are as ruff wants them, by the course's own rules."""
    files = _solutions(subject)
    if not files:
        return
    if find_spec("ruff") is None:
        yield _cannot_tell(subject, "ruff", "it is not installed")
        return
    ran = _run(["ruff", "check", "--output-format=json", "--no-cache", *map(str, files)], subject.root)
    try:
        found = json.loads(ran.stdout)
    except json.JSONDecodeError:
        yield _cannot_tell(subject, "ruff", ran.stderr)
        return
    for each in found:
        where = shown(subject.root, Path(each["filename"]), each["location"]["row"])
        yield Fault(where, f"ruff {each['code']}: {each['message']}", "Correct the line.")


def typed(subject: Subject) -> Iterator[Fault]:
    """Solutions are typed, as strictly as mypy can tell."""
    files = _solutions(subject)
    if not files:
        return
    if find_spec("mypy") is None:
        yield _cannot_tell(subject, "mypy", "it is not installed")
        return
    place = subject.places.solution
    names = [str(file.relative_to(place)) for file in files]
    cache = subject.root / ".mypy_cache" / "solutions"
    options = [
        "--strict",
        "--config-file=",
        "--no-error-summary",
        "--no-color-output",
        f"--cache-dir={cache}",
    ]
    ran = _run(["mypy", *options, *names], place)
    found = list(_MYPY_LINE.finditer(ran.stdout))
    for each in found:
        where = shown(subject.root, place / each["file"], int(each["line"]))
        yield Fault(where, f"mypy: {each['what']}", "Correct the types.")
    if ran.returncode and not found:
        yield _cannot_tell(subject, "mypy", ran.stdout + ran.stderr)


def _sources(app: App) -> list[Path]:
    return [file for _, file in app.files if file.suffix == ".py"]


def _texts(subject: Subject) -> Iterator[Path]:
    """What an author writes beside apps. A text may speak of TODO; with a colon, it has one itself."""
    where = subject.places
    hidden = {file for part in subject.parts for file in where.hidden_checks(part.framework)}
    lesson, notes = where.lesson / "lesson.md", where.solution / "NOTES.md"
    for file in (lesson, where.brief, where.examples, where.hints, notes, *sorted(hidden)):
        if file.is_file():
            yield file


def _todo_lines(file: Path, pattern: str = r"\bTODO\b") -> list[int]:
    lines = file.read_bytes().decode("utf-8", "replace").splitlines()
    return [number for number, line in enumerate(lines, 1) if re.search(pattern, line)]


def _solutions(subject: Subject) -> list[Path]:
    apps = authored_apps(subject.catalog, subject.topic)
    return sorted({file for app in apps if app.role is Role.SOLUTION for file in _sources(app)})


def _cannot_tell(subject: Subject, tool: str, why: str) -> Fault:
    where = shown(subject.root, subject.places.solution)
    told = " ".join(why.split())[-300:]
    return Fault(
        where, f"Cannot tell whether {tool} accepts the solutions: {told}.", "Install the extra [dev]."
    )


def _run(command: list[str], folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603 - our own interpreter and tools, on files of the course
        [sys.executable, "-m", *command],
        cwd=folder,
        env={**os.environ, "NO_COLOR": "1", "MYPYPATH": ""},
        capture_output=True,
        text=True,
        timeout=_WALL_S,
        check=False,
    )
