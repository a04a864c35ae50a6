"""What is our fault is never the student's: no refusal, no half-written folder."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from autograder.catalog.model import Topic
from autograder.collect import ReleasedNotebook, collect_one, sync_inbox
from autograder.errors import CatalogError, GradingBroken, UsageError
from autograder.submission import Submission

Collect = Callable[..., Submission]
BOTH = {"flask_app.py": "x = 1", "fastapi_app.py": "x = 2"}


@pytest.mark.parametrize(
    "code", [errno.EACCES, errno.EIO, errno.EMFILE, errno.ESTALE], ids=errno.errorcode.get
)
@pytest.mark.parametrize("name", ["flask_app.py", "templates"])
def test_what_this_machine_cannot_read_is_broken(
    collect: Collect, monkeypatch: pytest.MonkeyPatch, code: int, name: str
) -> None:
    real = os.open

    def failing(path: object, *arguments: object, **more: object) -> int:
        if path == name:
            raise OSError(code, os.strerror(code), path)
        return real(path, *arguments, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(os, "open", failing)
    with pytest.raises(GradingBroken) as caught:
        collect({**BOTH, "templates/a.html": "x"})
    assert os.strerror(code) in caught.value.what
    assert "collect again" in caught.value.remedy


def test_a_read_that_fails_half_way_is_broken(collect: Collect, monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(*_: object) -> bytes:
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(os, "read", failing)
    with pytest.raises(GradingBroken):
        collect(BOTH)


def test_a_full_disk_is_broken_and_leaves_the_old_folder(
    collect: Collect, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = collect(BOTH).folder
    real = Path.open

    def failing(self: Path, *arguments: object, **more: object) -> object:
        if self.name == "routing.ipynb":
            raise OSError(errno.ENOSPC, "No space left on device", str(self))
        return real(self, *arguments, **more)  # type: ignore[call-overload]

    monkeypatch.setattr(Path, "open", failing)
    with pytest.raises(GradingBroken, match="No space left"):
        collect({"flask_app.py": "x = 9"})
    monkeypatch.undo()
    assert (folder / "flask_app.py").read_text() == "x = 1"
    assert [path.name for path in (home / "inbox" / "alice").iterdir()] == ["routing"]


def test_a_folder_of_hand_ins_that_is_not_there_is_broken(home: Path, topic: Topic) -> None:
    with pytest.raises(GradingBroken):
        sync_inbox(home / "nowhere", home / "inbox", topic)


def test_a_source_that_does_not_exist_is_the_callers_mistake(home: Path, topic: Topic) -> None:
    with pytest.raises(UsageError, match="no such hand-in"):
        collect_one(home / "nobody", student="nobody", topic=topic, destination=home / "inbox")


@pytest.mark.parametrize("student", ["../bob", "", ".", "..", "a/b", "-x", "a\0b", "[a]"])
def test_a_student_id_never_leads_elsewhere(home: Path, topic: Topic, student: str) -> None:
    with pytest.raises(UsageError, match="cannot be a student's id"):
        collect_one(home, student=student, topic=topic, destination=home / "inbox")


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"cells": [{}]}', '{"cells": 4}'])
def test_a_release_that_is_no_notebook_is_the_courses_mistake(home: Path, text: str) -> None:
    (home / "routing.ipynb").write_text(text)
    with pytest.raises(CatalogError, match="released notebook cannot be read"):
        ReleasedNotebook.read(home / "routing.ipynb")
