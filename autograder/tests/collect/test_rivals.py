"""Which of several submissions of one student counts, in a class folder and in nbgrader's folder."""

from __future__ import annotations

import io
import os
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from autograder.catalog.model import Topic
from autograder.collect import Source, Unread, collect_one
from autograder.collect.course_names import CourseNames
from autograder.collect.entries import class_entries
from autograder.submission import Submission, choices
from autograder.verdict import Status

FLASK, FASTAPI = {"flask_app.py": b"x = 1"}, {"fastapi_app.py": b"x = 2"}
BOTH = FLASK | FASTAPI
STARTERS = {"flask_app.py": b"y = 0", "fastapi_app.py": b"y = 0"}
OLD, NEW = 1_000_000_000, 1_000_000_060
Files = Mapping[str, bytes]


def packed(files: Files) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return out.getvalue()


def below(folder: str, files: Files) -> Files:
    return {f"{folder}/{name}": data for name, data in files.items()}


@pytest.fixture(params=[False, True], ids=["class", "submitted"])
def entry(request: pytest.FixtureRequest, home: Path, topic: Topic) -> Callable[..., Source | Unread]:
    """The one entry of a class in which a student handed in old and new files."""

    def read(old: Files, new: Files, empty: str = "") -> Source | Unread:
        folder = home / "class" / "ada"
        for moment, files in ((OLD, old), (NEW, new)):
            for name, data in files.items():
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
                (folder / name).write_bytes(data)
                os.utime(folder / name, (moment, moment))
        if empty:
            (folder / empty).mkdir()
        names = CourseNames.of(topic, ("routing", "validation", "responses"))
        found = class_entries(home / "class", names, by_topic=request.param)
        entries: list[Source | Unread] = [*found.sources, *found.unread]
        assert len(entries) == 1
        return entries[0]

    return read


Entry = Callable[..., Source | Unread]


@pytest.fixture
def collected(entry: Entry, home: Path, topic: Topic) -> Callable[..., tuple[Submission, list[str]]]:
    """What is collected of it, and the notes about which of several counts."""

    def run(old: Files, new: Files, empty: str = "") -> tuple[Submission, list[str]]:
        source = entry(old, new, empty)
        assert isinstance(source, Source), source.reason
        submission = collect_one(
            source.path,
            student="ada",
            topic=topic,
            destination=home / "inbox" / "ada" / "routing",
            base=source.base,
            only=source.only,
        )
        return submission, choices([*source.notes, *submission.notes])

    return run


Collected = Callable[..., tuple[Submission, list[str]]]


def apps(submission: Submission) -> Files:
    assert not submission.refusal
    assert not any(part.refusal for part in submission.parts.values())
    return {name: (submission.folder / name).read_bytes() for name in BOTH}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("routing", "routing-final"),
        ("routing", "routng"),
        ("Routing", "Routing-final"),
        ("routing (1)", "my_routing_v2"),
    ],
)
def test_a_newer_folder_of_nearly_the_topics_name_counts(collected: Collected, old: str, new: str) -> None:
    submission, told = collected(below(old, STARTERS), below(new, BOTH))
    assert apps(submission) == BOTH
    assert told == [f'"ada/{new}" was taken, for it is newer; "ada/{old}" was not.']


def test_a_newer_archive_of_nearly_the_topics_name_counts(collected: Collected) -> None:
    submission, told = collected(below("routing", STARTERS), {"routing-new.zip": packed(BOTH)})
    assert apps(submission) == BOTH
    assert told == ['"ada/routing-new.zip" was taken, for it is newer; "ada/routing" was not.']


def test_an_older_folder_of_nearly_the_topics_name_does_not_count(collected: Collected) -> None:
    submission, told = collected(below("routing-old", STARTERS), below("routing", BOTH))
    assert apps(submission) == BOTH
    assert told == ['"ada/routing" was taken, for it is newer; "ada/routing-old" was not.']


def test_different_submissions_of_one_time_are_not_guessed_between(entry: Entry) -> None:
    unread = entry({**below("routing", STARTERS), **below("routing-final", BOTH)}, {})
    assert isinstance(unread, Unread)
    assert unread.status is Status.NOT_UNDERSTOOD


@pytest.mark.parametrize("name", ["routing-notes", "validation"])
def test_a_folder_without_an_app_or_of_another_topic_is_no_rival(collected: Collected, name: str) -> None:
    files = BOTH if name == "validation" else {"diary.md": b"x"}
    assert collected(below("routing", BOTH), below(name, files))[1] == []


@pytest.mark.parametrize("edition", ["exercises", "course-main/exercises"])
def test_the_exercises_folder_comes_before_a_newer_one(collected: Collected, edition: str) -> None:
    exercise = f"{edition}/routing"
    submission, told = collected(below(exercise, BOTH), below("routing", STARTERS))
    assert apps(submission) == BOTH
    assert told == [
        f'"ada/{exercise}" was taken, for it comes before any other folder; "ada/routing" was not.'
    ]


def test_an_exercises_folder_of_the_same_content_needs_no_note(collected: Collected) -> None:
    submission, told = collected(below("exercises/routing", BOTH), below("routing", BOTH))
    assert apps(submission) == BOTH
    assert told == []


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04 damaged", b"not an archive"])
def test_a_newer_archive_that_cannot_be_opened_does_not_count(collected: Collected, data: bytes) -> None:
    submission, told = collected(below("routing", BOTH), {"routing.zip": data})
    assert apps(submission) == BOTH
    assert told == ['"ada/routing" was taken, for "ada/routing.zip" cannot be opened.']


def test_a_newer_archive_without_a_wanted_file_does_not_count(collected: Collected) -> None:
    submission, told = collected(below("routing", BOTH), {"routing.zip": packed({"x.md": b"x"})})
    assert apps(submission) == BOTH
    assert told == ['"ada/routing" was taken, for "ada/routing.zip" holds no file that the brief names.']


def test_an_empty_folder_is_no_rival(collected: Collected) -> None:
    submission, _ = collected(below("routing", BOTH), {}, "Routing")
    assert apps(submission) == BOTH


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"routing_flask.zip": packed(FLASK)}, {"routing_fastapi.zip": packed(FASTAPI)}),
        ({"routing/flask.zip": packed(FLASK)}, {"routing/fastapi.zip": packed(FASTAPI)}),
        ({"routing/flask_app.py": b"x = 1"}, {"routing.zip": packed(FASTAPI)}),
        ({"routing/flask_app.py": b"x = 1"}, {"routing/fastapi.zip": packed(FASTAPI)}),
        ({"routing/flask_app.py": b"x = 1"}, {"routing (1)/fastapi_app.py": b"x = 2"}),
        ({"routing.zip": packed({"flask.zip": packed(FLASK), "fastapi.zip": packed(FASTAPI)})}, {}),
    ],
    ids=["archives", "inside", "folder and archive", "app and archive", "folders", "nested"],
)
def test_submissions_that_hold_different_wanted_files_count_together(
    collected: Collected, one: Files, other: Files
) -> None:
    submission, told = collected(one, other)
    assert apps(submission) == BOTH
    assert told == []


def test_of_two_archives_with_the_same_files_the_newer_counts(collected: Collected) -> None:
    submission, told = collected({"routing/b.zip": packed(STARTERS)}, {"routing/a.zip": packed(BOTH)})
    assert apps(submission) == BOTH
    assert told == ['"a.zip" was taken, for it is newer; "b.zip" was not.']


def test_a_damaged_archive_beside_a_good_one_does_not_count(collected: Collected) -> None:
    submission, told = collected({"routing/b.zip": packed(BOTH)}, {"routing/a.zip": b"PK\x03\x04 damaged"})
    assert apps(submission) == BOTH
    assert told == ['"b.zip" was taken, for "a.zip" cannot be opened.']


def test_two_different_archives_of_one_time_are_refused_by_name(collected: Collected) -> None:
    submission, _ = collected({"routing/b.zip": packed(STARTERS), "routing/a.zip": packed(BOTH)}, {})
    assert submission.refusal is not None
    assert '"b.zip" and "a.zip"' in submission.refusal
