"""A learner at the toy course: what they type, what they read, and verdicts without an app having run."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from autograder.catalog import load
from autograder.cli.main import exit_code
from autograder.learn.changes import stamps
from autograder.learn.store import Store, open_store
from autograder.report.model import CheckReport, PartReport, ProcessReport, Report
from autograder.verdict import Status, Verdict

__all__ = ["Learner", "report"]


def report(
    verdict: Verdict,
    points: float = 0,
    part: str = "flask",
    *,
    hints: tuple[str, ...] = ("missing",),
    started: bool = True,
) -> Report:
    """A report of one part of the toy course, with one check."""
    check = CheckReport(
        name="test_a", sentence="It greets.", verdict=verdict, points=points, max_points=10, hints=hints
    )
    judged = PartReport(
        name=part,
        kind="contract",
        verdict=verdict,
        points=points,
        max_points=10,
        checks=(check,),
        process=ProcessReport(started=started),
    )
    return Report(
        student="you",
        topic="greeting",
        status=Status.BROKEN if verdict is Verdict.BROKEN else Status.GRADED,
        points=points,
        max_points=10,
        parts=(judged,),
        digest="0" * 64,
        seed="",
        versions={},
    )


class Learner:
    """Somebody at a terminal, in the folder of a course."""

    def __init__(
        self, course: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        self.course = course
        self._monkeypatch = monkeypatch
        self._capsys = capsys
        monkeypatch.chdir(course)
        monkeypatch.setenv("NO_COLOR", "1")

    def types(self, *words: str, code: int = 0, columns: int = 100) -> str:
        """What `course` prints for these words; it must end with this code."""
        return self.types_and_errs(*words, code=code, columns=columns)[0]

    def types_and_errs(self, *words: str, code: int = 0, columns: int = 100) -> tuple[str, str]:
        """What it prints to standard output and to standard error."""
        self._monkeypatch.setenv("COLUMNS", str(columns))
        self._capsys.readouterr()
        ended = exit_code(list(words))
        told = self._capsys.readouterr()
        assert ended == code, f"{ended}\n{told.out}\n{told.err}"
        return told.out, told.err

    def reads(self, *words: str, code: int = 0) -> Any:
        """The JSON that it prints."""
        return json.loads(self.types(*words, "--json", code=code))

    def keeps(self, act: Callable[[Store], object]) -> None:
        """Let something be recorded."""
        with open_store(load(self.course)) as store:
            act(store)

    def checked_as_it_is(self, verdict: Verdict, points: float = 0, part: str = "flask", **more: Any) -> None:
        """Let a check of the files that are there now have ended so."""
        catalog = load(self.course)
        checked = stamps(catalog, catalog.topic("greeting"))
        self.keeps(lambda store: store.record_check(report(verdict, points, part, **more), checked))

    def was_checked(self, verdict: Verdict, points: float = 0, part: str = "flask", **more: Any) -> None:
        """Let a check have ended so, recorded before stamps were kept."""
        self.keeps(lambda store: store.record_check(report(verdict, points, part, **more)))

    def file(self, name: str) -> Path:
        """A file of the toy's exercise."""
        return self.course / "exercises" / "greeting" / name

    def solves(self, *names: str) -> None:
        """Take the solution's files."""
        for name in names:
            shutil.copy(self.course / "solutions" / "greeting" / name, self.file(name))

    def edits(self, *names: str) -> None:
        """Write a line into files, which solves nothing."""
        self.types("start")  # from here on it is known what was handed out
        for name in names:
            with self.file(name).open("a", encoding="utf-8") as file:
                file.write("# Where do I begin?\n")
