"""Every entry of ``submitted`` has a status in the terminal and in the export, and stops nobody else."""

from __future__ import annotations

import shutil
import sqlite3
import unicodedata
from collections.abc import Callable
from pathlib import Path

import pytest

from autograder.commands.autograde import run

from .conftest import Desk
from .test_export import table

Run = Callable[..., tuple[int, str, str]]
FULL = {"flask": "# 10\n", "fastapi": "# 10\n"}


@pytest.fixture
def grade(desk: Desk, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run `course autograde`; its exit code, and what it printed."""
    monkeypatch.setenv("COLUMNS", "200")

    def graded(*students: str) -> tuple[int, str, str]:
        code = run(
            desk.course, "greeting", desk.path, jobs=1, students=students or None, force=False, trust=False
        )
        out, err = capsys.readouterr()
        return code, out, err

    return graded


def enrol(desk: Desk, student: str, name: str | None = None) -> None:
    """Enter a student as `nbgrader db student add` does."""
    with sqlite3.connect(desk.path / "gradebook.db") as database:
        database.execute("INSERT OR REPLACE INTO student (id, first_name) VALUES (?, ?)", (student, name))


def mixed(desk: Desk) -> Path:
    """Ann, who is tidy, and others."""
    desk.hand_in("ann", **FULL)
    desk.hand_in("'t Hooft, Jr.", **FULL)
    desk.hand_in("a:b", **FULL)
    desk.hand_in("Jos\udce9", **FULL)
    submitted = desk.path / "submitted"
    desk.hand_in("ben", **FULL).rename(submitted / "ben" / "Greeting")
    desk.hand_in("cy", **FULL).rename(submitted / "cy" / "greting")
    shutil.move(desk.hand_in("dot", **FULL) / "flask_app.py", submitted / "dot")
    shutil.rmtree(submitted / "dot" / "greeting")
    desk.hand_in("eve", "opinion")
    (submitted / "fay.zip").write_bytes(b"PK\x03\x04")
    (submitted / "notes.txt").write_text("mine")
    (submitted / ".DS_Store").write_text("x")
    return submitted


TOLD = {
    "ann": "graded",
    "'t Hooft, Jr.": "graded",
    "ben": "graded",
    "a:b": "not_understood",
    "Jos\\xe9": "not_understood",
    "cy": "not_understood",
    "dot": "not_understood",
    "eve": "missing",
    "fay": "not_understood",
    "notes.txt": "not_understood",
}


def test_every_entry_is_in_the_terminal_and_in_the_export(desk: Desk, grade: Run) -> None:
    mixed(desk)
    code, out, err = grade()
    assert code == 3
    assert ".DS_Store" in err
    assert "9 submissions: 3 graded, 6 not understood." in out
    assert "Missing: eve. Nothing was handed in for greeting" in out
    assert "it resembles greeting" in out
    rows = {student: row for (topic, student), row in table(desk).items() if topic == "greeting"}
    assert {student: row["status"] for student, row in rows.items()} == TOLD
    assert all(row["reason"] for row in rows.values() if row["status"] == "not_understood")
    assert all(row["score"] == "" for row in rows.values() if row["status"] != "graded")


def test_what_was_graded_is_named_again_when_others_are_not_understood(desk: Desk, grade: Run) -> None:
    mixed(desk)
    grade()
    code, out, _ = grade()
    assert code == 3
    assert "Graded before and not changed: 't Hooft, Jr., ann, ben." in out
    assert "6 submissions: 6 not understood." in out


@pytest.mark.parametrize("name", ["a:b", "cy", "notes.txt"])
def test_asking_for_an_entry_that_is_not_understood_says_why(desk: Desk, grade: Run, name: str) -> None:
    mixed(desk)
    code, out, _ = grade(name)
    assert code == 3
    assert "1 submission: 1 not understood." in out
    assert f'"{name}"' in out or "resembles" in out


def test_a_typo_in_an_id_is_graded_and_said_again_in_every_run(desk: Desk, grade: Run) -> None:
    enrol(desk, "ada")
    enrol(desk, "ben")
    for student in ("adda", "ben"):
        desk.hand_in(student, **FULL)
    for _ in range(2):
        code, out, _ = grade()
        assert code == 0
        assert 'adda is not on the roster: did you mean "ada"?' in out
        rows = table(desk)
        assert rows["greeting", "adda"]["status"] == "graded"
        assert rows["greeting", "adda"]["reason"] == 'not on the roster: did you mean "ada"?'
        assert rows["greeting", "ben"]["reason"] == ""


@pytest.mark.slow
def test_nbgraders_own_autograde_leaves_the_same_trace(desk: Desk) -> None:
    enrol(desk, "ada")
    desk.hand_in("adda", **FULL)
    (desk.path / "submitted" / "notes.txt").write_text("mine")
    said = desk.nbgrader("autograde", "greeting")
    assert '"notes.txt" is a loose file' in said
    assert table(desk)["greeting", "adda"]["reason"] == 'not on the roster: did you mean "ada"?'


def test_without_a_roster_nobody_is_missed_on_it(desk: Desk, grade: Run) -> None:
    desk.hand_in("ann", **FULL)
    for _ in range(2):
        assert "on the roster" not in grade()[1]
        assert table(desk)["greeting", "ann"]["reason"] == ""


def test_a_student_whom_grading_entered_is_on_the_roster_once_a_person_gives_a_name(
    desk: Desk, grade: Run
) -> None:
    enrol(desk, "ada")
    desk.hand_in("zoe", **FULL)
    grade()
    enrol(desk, "zoe", "Zoe")
    assert "on the roster" not in grade()[1]


def test_the_gradebooks_spelling_of_a_name_is_kept(desk: Desk, grade: Run) -> None:
    nfc = "Zoë"
    nfd = unicodedata.normalize("NFD", nfc)
    enrol(desk, nfd)
    desk.hand_in(nfc, **FULL)
    grade()
    rows = table(desk)
    assert (rows["greeting", nfd]["status"], rows["greeting", nfd]["reason"]) == ("graded", "")
    assert ("greeting", nfc) not in rows


def test_two_spellings_of_a_name_are_one_student(desk: Desk, grade: Run) -> None:
    for form in ("NFC", "NFD"):
        desk.hand_in(unicodedata.normalize(form, "Zoë"), **FULL)
    assert "1 submission: 1 graded." in grade()[1]
    assert [student for topic, student in table(desk) if topic == "greeting"] == ["Zoë"]
