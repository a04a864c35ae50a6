"""From nbgrader's folder to the inbox, and again when something changed."""

from __future__ import annotations

import os
import shutil
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from autograder.catalog.model import Part, Topic
from autograder.collect import inbox as inbox_module
from autograder.collect import sync_inbox
from autograder.collect.one import collect_one
from autograder.submission import Submission

APP = {"flask_app.py": "x = 1", "fastapi_app.py": "x = 2"}
Lay = Callable[..., Path]
SETTLE_S = 0.06
TOPICS = ("routing", "validation", "errors")


class Course:
    """A folder of hand-ins, an inbox, and who was collected in the last run."""

    def __init__(self, home: Path, topic: Topic, lay: Lay, monkeypatch: pytest.MonkeyPatch) -> None:
        self.submitted, self.inbox = home / "submitted", home / "inbox"
        self.submitted.mkdir()
        self.topic = topic
        self.collected: list[str] = []
        self.unread: dict[str, tuple[str, str]] = {}
        self._lay = lay
        monkeypatch.setattr(inbox_module, "collect_one", self._collect)

    def _collect(self, source: Path, **arguments: object) -> Submission:
        self.collected.append(str(arguments["student"]))
        return collect_one(source, **arguments)  # type: ignore[arg-type]

    def hand_in(self, student: str, **files: bytes | str) -> Path:
        named = {name.replace("__", "."): data for name, data in files.items()}
        return self._lay(self.submitted / student / "routing", APP | named)

    def sync(self, students: list[str] | None = None, **more: object) -> dict[str, Submission]:
        time.sleep(SETTLE_S)
        self.collected.clear()
        synced = sync_inbox(self.submitted, self.inbox, self.topic, students, topics=TOPICS, **more)  # type: ignore[arg-type]
        found = synced.submissions
        self.unread = {each.name: (str(each.status), each.reason) for each in synced.unread}
        assert [each.student for each in found] == sorted(each.student for each in found)
        return {each.student: each for each in found}


@pytest.fixture
def course(home: Path, topic: Topic, lay: Lay, monkeypatch: pytest.MonkeyPatch) -> Course:
    return Course(home, topic, lay, monkeypatch)


def test_every_hand_in_lands_in_the_inbox_under_its_student(course: Course) -> None:
    course.hand_in("bob")
    course.hand_in("alice")
    (course.submitted / "carol" / "errors").mkdir(parents=True)
    found = course.sync()
    assert set(found) == {"alice", "bob"}
    assert (course.inbox / "alice" / "routing" / "flask_app.py").read_text() == "x = 1"
    assert found["bob"].folder == course.inbox / "bob" / "routing"


def test_what_did_not_change_is_not_collected_again_and_is_returned_all_the_same(course: Course) -> None:
    course.hand_in("alice", evil__exe="x")
    course.hand_in("bob", flask_app__py="")
    first = course.sync()
    assert course.collected == ["alice", "bob"]
    second = course.sync()
    assert course.collected == []
    assert second == first
    assert second["bob"].parts["flask"].refusal is not None


def test_only_who_handed_in_again_is_collected_again(course: Course) -> None:
    course.hand_in("alice")
    course.hand_in("bob")
    course.sync()
    course.hand_in("bob", flask_app__py="x = 3")
    assert (course.sync()["bob"].folder / "flask_app.py").read_text() == "x = 3"
    assert course.collected == ["bob"]


def test_a_change_that_keeps_size_and_time_is_seen(course: Course) -> None:
    app = course.hand_in("alice") / "flask_app.py"
    course.sync()
    times = app.stat().st_atime_ns, app.stat().st_mtime_ns
    app.write_text("x = 7")
    os.utime(app, ns=times)
    assert (course.sync()["alice"].folder / "flask_app.py").read_text() == "x = 7"


def test_a_hand_in_that_was_just_written_is_looked_at_again(course: Course, topic: Topic) -> None:
    app = course.hand_in("alice") / "flask_app.py"
    app.touch()
    sync_inbox(course.submitted, course.inbox, topic)
    course.sync()
    assert course.collected == ["alice"]


def test_what_was_changed_or_removed_in_the_inbox_is_made_again(course: Course) -> None:
    course.hand_in("alice")
    folder = course.sync()["alice"].folder
    (folder / "flask_app.py").write_text("forged")
    course.sync()
    assert (folder / "flask_app.py").read_text() == "x = 1"
    shutil.rmtree(folder)
    course.sync()
    assert (folder / "flask_app.py").read_text() == "x = 1"


def test_another_topic_definition_collects_again(course: Course) -> None:
    course.hand_in("alice")
    course.sync()
    part = Part(name="flask", kind="contract", points=1, files=("flask_app.py", "models.py"))
    course.topic = course.topic.model_copy(update={"part": (part,)})
    assert course.sync()["alice"].parts["flask"].refusal is not None


@pytest.mark.parametrize("damage", ["", "{", '{"format_version": 2}', "\x00"])
def test_a_damaged_record_is_written_anew(course: Course, damage: str) -> None:
    course.hand_in("alice")
    first = course.sync()
    (record,) = course.inbox.rglob("*.json")
    record.write_text(damage)
    assert course.sync() == first
    assert course.collected == ["alice"]


def test_only_the_students_asked_for_are_collected(course: Course) -> None:
    course.hand_in("alice")
    course.hand_in("bob")
    assert set(course.sync(["bob", "nobody"])) == {"bob"}
    assert not (course.inbox / "alice").exists()


def test_what_vanished_stays_unless_told_otherwise(course: Course) -> None:
    course.hand_in("alice")
    course.hand_in("bob")
    course.sync()
    shutil.rmtree(course.submitted / "alice")
    assert set(course.sync()) == {"bob"}
    assert (course.inbox / "alice" / "routing").is_dir()
    course.sync(["bob"], remove_vanished=True)
    assert (course.inbox / "alice" / "routing").is_dir()
    course.sync(remove_vanished=True)
    assert not (course.inbox / "alice" / "routing").exists()
    assert (course.inbox / "bob" / "routing").is_dir()


def test_an_archive_of_the_topics_name_is_a_hand_in(course: Course, zipped: Callable[..., Path]) -> None:
    (course.submitted / "alice").mkdir()
    zipped(APP).rename(course.submitted / "alice" / "routing.zip")
    assert course.sync()["alice"].parts["flask"].refusal is None


def test_an_archive_that_cannot_be_read_is_refused_and_not_lost(course: Course) -> None:
    (course.submitted / "alice").mkdir()
    (course.submitted / "alice" / "routing.rar").write_bytes(b"Rar!")
    assert course.sync()["alice"].refusal is not None


def test_a_student_who_is_a_link_is_refused(course: Course, home: Path, lay: Lay) -> None:
    lay(home / "secrets" / "routing", APP)
    (course.submitted / "alice").symlink_to(home / "secrets")
    course.hand_in("bob")
    found = course.sync()
    assert "it is a link" in (found["alice"].refusal or "")
    assert not (found["alice"].folder / "flask_app.py").exists()
    assert found["bob"].refusal is None


def test_a_topics_folder_that_is_a_link_is_refused(course: Course, home: Path, lay: Lay) -> None:
    lay(home / "secrets", APP)
    (course.submitted / "alice").mkdir()
    (course.submitted / "alice" / "routing").symlink_to(home / "secrets")
    assert "it is a link" in (course.sync()["alice"].refusal or "")


def test_the_time_of_the_hand_in_comes_along_in_utc(course: Course) -> None:
    course.hand_in("alice", timestamp__txt="2026-11-22 08:00:00.000000 +0100\n")
    found = course.sync()["alice"]
    assert (found.folder / "timestamp.txt").read_text() == "2026-11-22 07:00:00.000000 UTC\n"


def test_a_time_that_is_no_date_is_noted_and_left_out(course: Course) -> None:
    course.hand_in("alice", timestamp__txt="long before the deadline")
    found = course.sync()["alice"]
    assert not (found.folder / "timestamp.txt").exists()
    assert any("holds no date" in note for note in found.notes)


def test_a_time_that_the_student_packed_is_not_believed(course: Course, zipped: Callable[..., Path]) -> None:
    (course.submitted / "alice").mkdir()
    zipped({**APP, "timestamp.txt": "2020-01-01 00:00:00 UTC"}).rename(
        course.submitted / "alice" / "routing.zip"
    )
    course.hand_in("bob")
    (course.submitted / "bob" / "routing" / "timestamp.txt").symlink_to("flask_app.py")
    for each in course.sync().values():
        assert not (each.folder / "timestamp.txt").exists()


def test_the_time_does_not_change_the_digest(course: Course) -> None:
    course.hand_in("alice")
    course.hand_in("bob", timestamp__txt="2026-11-22 08:00:00 UTC")
    found = course.sync()
    assert found["alice"].digest == found["bob"].digest


def test_folders_that_cannot_be_students_are_named_and_the_others_are_collected(course: Course) -> None:
    for student in ("alice", "a\nb", "-rf", "x[1]", " dot", "a:b"):
        course.hand_in(student)
    (course.submitted / ".ipynb_checkpoints").mkdir()
    assert set(course.sync()) == {"alice"}
    assert course.collected == ["alice"]
    assert set(course.unread) == {"a\\nb", "-rf", "x[1]", " dot", "a:b"}
    assert all(status == "not_understood" for status, _ in course.unread.values())


def test_what_belongs_to_no_topic_is_reported_and_says_what_to_do(
    course: Course, lay: Lay, zipped: Callable[..., Path]
) -> None:
    lay(course.submitted / "ada", APP)
    lay(course.submitted / "ben" / "routng", APP)
    zipped(APP).rename(course.submitted / "cy.zip")
    lay(course.submitted / "dot" / "validation", APP)
    lay(course.submitted / "eve" / "Routing", APP)
    assert set(course.sync()) == {"eve"}
    assert {name: status for name, (status, _) in course.unread.items()} == {
        "ada": "not_understood",
        "ben": "not_understood",
        "cy": "not_understood",
        "dot": "missing",
    }
    assert "it resembles routing. Rename it to routing" in course.unread["ben"][1]
    assert "Move the files into ada/routing/" in course.unread["ada"][1]
    assert '"cy.zip" is an archive beside the students\' folders' in course.unread["cy"][1]


def test_a_newer_zip_is_collected_in_place_of_the_folder(course: Course, zipped: Callable[..., Path]) -> None:
    folder = course.hand_in("gus", flask_app__py="x = 'old'")
    course.sync()
    archive = zipped({**APP, "flask_app.py": "x = 'new'"}).rename(folder.parent / "routing.zip")
    os.utime(archive, (time.time() + 60,) * 2)
    gus = course.sync()["gus"]
    assert (gus.folder / "flask_app.py").read_text() == "x = 'new'"
    assert '"gus/routing.zip" was taken, for it is newer; "gus/routing" was not.' in gus.notes
    archive.unlink()
    gus = course.sync()["gus"]
    assert (gus.folder / "flask_app.py").read_text() == "x = 'old'"
    assert not any("newer" in note for note in gus.notes)


def test_the_inbox_holds_nothing_that_nbgrader_would_take_for_a_student(course: Course) -> None:
    course.hand_in("alice")
    course.sync()
    assert [path.name for path in course.inbox.glob("*") if not path.name.startswith(".")] == ["alice"]


def test_two_runs_at_once_do_not_disturb_each_other(course: Course, topic: Topic) -> None:
    for number in range(5):
        course.hand_in(f"s{number}")
    errors: list[BaseException] = []

    def run() -> None:
        try:
            for _ in range(5):
                for record in list((course.inbox / ".collected" / "routing").glob("*.json")):
                    record.unlink(missing_ok=True)
                sync_inbox(course.submitted, course.inbox, topic)
        except BaseException as error:  # noqa: BLE001 - whatever it is, the test fails with it
            errors.append(error)

    threads = [threading.Thread(target=run) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert set(course.sync()) == {f"s{number}" for number in range(5)}
    assert len(list(course.inbox.glob("*/routing/flask_app.py"))) == 5


@pytest.mark.parametrize(
    ("notebook", "taken", "status"),
    [("routing", True, None), ("errors", False, "missing"), (None, False, "not_understood")],
)
def test_the_notebook_tells_the_topic_of_apps_without_a_topic_folder(
    course: Course, lay: Lay, notebook: str | None, *, taken: bool, status: str | None
) -> None:
    sheet = {} if notebook is None else {f"{notebook}.ipynb": '{"cells": []}'}
    lay(course.submitted / "alice", APP | sheet)
    assert ("alice" in course.sync()) is taken
    assert [found for found, _ in course.unread.values()] == ([status] if status else [])
