"""Who is on the roster: the gradebook's students, without those that grading itself entered into it."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine, text
from sqlalchemy.exc import SQLAlchemyError

from autograder.collect.names import printable, student_id
from autograder.nb.folder import GradingFolder
from autograder.nb.whole import replacing

__all__ = ["Roster", "keep_spellings", "note_entered", "roster_of", "spellings"]

_ALIKE = 0.75


@dataclass(frozen=True, slots=True)
class Roster:
    """The class list, as far as the instructor entered one.

    Attributes:
        ids: of the students on it; empty when nobody entered any, and then nobody is missed on it.
    """

    ids: frozenset[str]

    def problem(self, student: str) -> str:
        """That a student who handed in is not on the roster, and who may be meant; empty when all is well."""
        if not self.ids or student in self.ids:
            return ""
        close = get_close_matches(student, sorted(self.ids), 1, _ALIKE)
        return f'not on the roster: did you mean "{printable(close[0])}"?' if close else "not on the roster"


def roster_of(people: Iterable[Any], folder: GradingFolder) -> Roster:
    """The roster of a gradebook.

    A student whom grading entered is on it once the instructor enters a name or an e-mail address.

    Args:
        people: nbgrader's students.
        folder: remembers whom grading entered.
    """
    entered = _entered(folder)
    return Roster(
        frozenset(
            person.id
            for person in people
            if person.id not in entered or person.first_name or person.last_name or person.email
        )
    )


def note_entered(folder: GradingFolder, students: Collection[str], known: Collection[str]) -> None:
    """Remember those students whom grading is about to enter into the gradebook.

    Args:
        folder: remembers them.
        students: whose hand-ins will be graded.
        known: ids of the gradebook's students before.
    """
    fresh = set(students) - set(known) - _entered(folder)
    if fresh:
        with _entered_file(folder).open("a", encoding="utf-8") as file:
            file.writelines(f"{json.dumps(student)}\n" for student in sorted(fresh))


def spellings(folder: GradingFolder) -> Mapping[str, str]:
    """Ids that the gradebook spells in another way than NFC, by their NFC form."""
    try:
        found = json.loads(_spellings_file(folder).read_text("utf-8"))
    except (FileNotFoundError, ValueError):
        return {}
    return {str(key): str(value) for key, value in found.items()} if isinstance(found, dict) else {}


def keep_spellings(folder: GradingFolder, url: str) -> None:
    """Look up in the gradebook how it spells students' ids, for the next time that hand-ins are collected."""
    ids = _ids(url)
    found = {student_id(each): each for each in ids if student_id(each) not in ids}
    if found != spellings(folder):
        with replacing(_spellings_file(folder)) as file:
            json.dump(found, file, sort_keys=True)


def _ids(url: str) -> frozenset[str]:
    """The ids of the gradebook's students; none when there is no gradebook yet."""
    path = url.removeprefix("sqlite:///").partition("?")[0]
    if path != url and not Path(path).is_file():
        return frozenset()  # SQLite would make the file
    try:
        engine = create_engine(url)
        try:
            with engine.connect() as connection:
                return frozenset(str(row[0]) for row in connection.execute(text("SELECT id FROM student")))
        finally:
            engine.dispose()
    except (SQLAlchemyError, sqlite3.Error):
        return frozenset()  # the next use of the gradebook reports what is wrong with it


def _entered(folder: GradingFolder) -> frozenset[str]:
    try:
        lines = _entered_file(folder).read_text("utf-8").splitlines()
    except FileNotFoundError:
        return frozenset()
    return frozenset(json.loads(line) for line in lines if line.endswith('"'))


def _entered_file(folder: GradingFolder) -> Path:
    return folder.state / "entered.jsonl"


def _spellings_file(folder: GradingFolder) -> Path:
    return folder.state / "spellings.json"
