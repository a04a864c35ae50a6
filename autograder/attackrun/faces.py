"""Tries attacks through the faces of the engine: a class for ``course grade``, and one for nbgrader."""

from __future__ import annotations

import csv
import json
import os
import re
import shutil
import subprocess
import sys
import time
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autograder.attackrun.attack import Attack
from autograder.attackrun.ground import CANARY, Ground
from autograder.attackrun.handin import hand_in
from autograder.attackrun.hold import acting, faults_of, outcome_of
from autograder.attackrun.result import Result
from autograder.attackrun.target import Answer
from autograder.errors import GradingBroken
from autograder.frameworks import FRAMEWORKS
from autograder.verdict import Status

__all__ = ["grade_class", "grade_desk"]

_HONEST = "honest"
_BASES = {"solution": _HONEST, "examples": "starts"}
_FULL = 10.0
_WALL_S = 900
_LOG_MOST = 3000


def grade_class(attacks: Sequence[Attack], ground: Ground, sandbox: str) -> Iterator[Result]:
    """Hand all of them in as one class, beside honest students, and run ``course grade`` on it."""
    place = ground.home / "class"
    for student, parts in _hand_ins(ground):
        _write(place / student, parts)
    for attack in attacks:
        hand_in(attack, ground, place / attack.name, whole=True)
    output = ground.home / "junit.xml"
    words = ["grade", str(place), "--topic", ground.topic.name, "--course", str(ground.course)]
    start = time.monotonic()
    told = _course(ground, sandbox, *words, "--json", "--junit", str(output))
    seconds = time.monotonic() - start
    lines = told.rstrip("\n").split("\n")
    answers = {json.loads(line)["student"]: Answer({"report": json.loads(line)}) for line in lines}
    screen = _course(ground, sandbox, *words)
    shared = [*acting(told, "the JSON"), *acting(screen, "the terminal"), *_neighbour(answers)]
    shared += acting(output.read_text("utf-8"), "JUnit")
    for attack in attacks:
        answer = answers[attack.name]
        faults = [*faults_of(attack, answer, _worth(answers, attack)), *_other(attack, answer), *shared]
        yield Result(attack, sandbox, outcome_of(attack, answer), tuple(faults), _share(seconds, attacks))


def grade_desk(attacks: Sequence[Attack], ground: Ground, sandbox: str) -> Iterator[Result]:
    """Hand all of them in to nbgrader: release, autograde, feedback and export by its own commands."""
    folder = ground.home / "grading"
    topic = ground.topic.name
    _course(ground, sandbox, "build", str(folder), "--course", str(ground.course))
    _nbgrader(folder, ground, sandbox, "generate_assignment", topic)
    released, submitted = folder / "release" / topic, folder / "submitted"
    for student, parts in _hand_ins(ground):
        shutil.copytree(released, submitted / student / topic)
        _write(submitted / student / topic, parts)
    for attack in attacks:
        shutil.copytree(released, submitted / attack.name / topic)
        hand_in(attack, ground, submitted / attack.name / topic, whole=True)
    start = time.monotonic()
    log = _nbgrader(folder, ground, sandbox, "autograde", topic)
    seconds = time.monotonic() - start
    log += _nbgrader(folder, ground, sandbox, "generate_feedback", topic)
    log += _nbgrader(folder, ground, sandbox, "export")
    rows = _rows(folder / "grades.csv", topic)
    shared = ["nbgrader said a secret"] if re.search(CANARY, log) else []
    shared += [f"its code ran on the trusted side: {each.name}" for each in ground.tripwires.iterdir()]
    honest = rows[_HONEST]
    if set(honest.points.values()) != {_FULL}:
        shared.append(f"the neighbour has {honest.points}")
    for attack in attacks:
        row = rows[attack.name]
        worth = rows[_BASES[attack.base]].points[attack.part]
        page = (folder / "feedback" / attack.name / topic / f"{topic}.html").read_text("utf-8")
        faults = [*_row_faults(attack, row, worth), *_page_faults(page), *shared]
        outcome = f"{row.status}, {row.points[attack.part]} of {_FULL:g}"
        yield Result(attack, sandbox, outcome, tuple(faults), _share(seconds, attacks))


@dataclass(frozen=True, slots=True)
class _Row:
    """A student as the exported table has it."""

    status: str
    points: Mapping[str, float | None]
    cells: tuple[str, ...]


def _hand_ins(ground: Ground) -> Iterator[tuple[str, dict[str, str]]]:
    """The honest students: who has it all right, and who knows the examples."""
    for base, student in _BASES.items():
        yield student, {f"{each.module}.py": ground.base(base, each.module) for each in FRAMEWORKS.values()}


def _write(folder: Path, files: Mapping[str, str]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (folder / name).write_text(text, "utf-8")


def _worth(answers: Mapping[str, Answer], attack: Attack) -> float:
    report = answers[_BASES[attack.base]].report
    assert report is not None
    return next(part.points for part in report.parts if part.name == attack.part)


def _neighbour(answers: Mapping[str, Answer]) -> Iterator[str]:
    report = answers[_HONEST].report
    if report is None or report.points != _FULL * len(FRAMEWORKS):
        yield f"the neighbour has {report and report.points} points"


def _other(attack: Attack, answer: Answer) -> Iterator[str]:
    """The same student's other app is honest, and keeps its points."""
    for part in answer.report.parts if answer.report else ():
        if part.name != attack.part and part.points != _FULL:
            yield f"the honest {part.name} part has {part.points:g} points"


def _row_faults(attack: Attack, row: _Row, worth: float | None) -> Iterator[str]:
    if row.status != attack.status:
        yield f"the status is {row.status}, not {attack.status}"
    for part, points in row.points.items():
        least, most = (attack.least, worth) if part == attack.part else (_FULL, _FULL)
        if points is None or most is None or not least <= points <= most:
            yield f"{part} has {points} points; {least:g} to {most} are right"
    if row.status == Status.GRADED and any(cell.startswith(("=", "+", "-", "@")) for cell in row.cells):
        yield "a cell of the table is a formula"


def _page_faults(page: str) -> Iterator[str]:
    if re.search(CANARY, page):
        yield "a secret of the grader's stands in the feedback"
    for found in re.findall(r"<(?:script|iframe|object|embed|form|svg)\b[^>]*>|src=\"[^\"]*\"", page)[:3]:
        yield f"the feedback page holds {found[:80]!a}"
    # Marks of direction in a student's own prose stay within its paragraph.
    odd = next(
        (char for char in page if unicodedata.category(char) in {"Cc", "Cs"} and char not in "\n\t"), None
    )
    if odd is not None:
        yield f"the feedback page holds the character {odd!a}"


def _rows(path: Path, topic: str) -> dict[str, _Row]:
    with path.open(encoding="utf-8", newline="") as file:
        return {
            row["student_id"]: _Row(
                row["status"],
                {name: float(text) if (text := row[f"{topic}:{name}"]) else None for name in FRAMEWORKS},
                tuple(row.values()),
            )
            for row in csv.DictReader(file)
        }


def _share(seconds: float, attacks: Sequence[Attack]) -> dict[str, float]:
    return {"seconds": round(seconds / len(attacks), 1)}


def _course(ground: Ground, sandbox: str, *words: str) -> str:
    return _ran(["-m", "autograder", *words], ground.cwd, ground, sandbox)


def _nbgrader(folder: Path, ground: Ground, sandbox: str, *words: str) -> str:
    return _ran(["-m", "nbgrader", *words], folder, ground, sandbox)


def _ran(words: Iterable[str], cwd: Path, ground: Ground, sandbox: str) -> str:
    """What a command printed. Raises GradingBroken when it failed."""
    environment: dict[str, Any] = {
        **os.environ,
        "COURSE_SANDBOX": sandbox,
        "COURSE_SECRET": ground.canary,
        "TMPDIR": str(ground.tmp),
        "COLUMNS": "200",
        "NO_COLOR": "1",
        "PYTHONWARNINGS": "ignore",
        "PYTHONPATH": os.pathsep.join(each for each in sys.path if each),
    }
    ran = subprocess.run(  # noqa: S603 - our own commands
        [sys.executable, *words],
        cwd=cwd,
        env=environment,
        capture_output=True,
        check=False,
        timeout=_WALL_S,
    )
    if ran.returncode != 0:
        said = (ran.stdout + ran.stderr).decode("utf-8", "backslashreplace")
        raise GradingBroken(
            f"`{' '.join(words)}` ended with code {ran.returncode}: {ran.args} {said[-_LOG_MOST:]}",
            where="course dev attacks",
            remedy="One hand-in must not stop a class: find out which, and mend what it breaks.",
        )
    return ran.stdout.decode("utf-8", "backslashreplace")
