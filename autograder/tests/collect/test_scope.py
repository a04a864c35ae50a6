"""Which folder of a submission counts: a student edition, a repository or several topics in one archive."""

from __future__ import annotations

import tarfile
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from autograder.catalog.model import Topic
from autograder.collect import Caps, collect_one
from autograder.submission import Submission

Collect = Callable[..., Submission]
Kept = Callable[[Submission], set[str]]
Pack = Callable[..., Path]
Lay = Callable[..., Path]
FLASK, FASTAPI = "flask_app.py", "fastapi_app.py"
BOTH = {FLASK: b"x = 1", FASTAPI: b"x = 2"}

EDITION: dict[str, bytes] = {
    "course.toml": b"",
    "README.md": b"",
    ".starters/routing/flask_app.py": b"starter",
    "exercises/routing/README.md": b"brief",
    "exercises/routing/flask_app.py": b"x = 1",
    "exercises/routing/fastapi_app.py": b"x = 2",
    "exercises/routing/test_examples.py": b"",
    "exercises/validation/flask_app.py": b"other",
    "exercises/validation/fastapi_app.py": b"other",
    "lessons/routing/flask_app.py": b"lesson",
    "lessons/routing/routing.ipynb": b'{"cells": []}',
    "lessons/sidebyside/routing/check.py": b"",
    "solutions/routing/flask_app.py": b"solution",
    "autograder/hidden/routing/right/one/flask_app.py": b"right",
    "autograder/collect/one.py": b"",
}
ROUTING = {"README.md", FLASK, FASTAPI, "test_examples.py"}


def wrapped(files: Mapping[str, bytes], folder: str) -> dict[str, bytes]:
    return {f"{folder}{name}": data for name, data in files.items()}


@pytest.fixture(params=["folder", "zip", "tar"])
def hand_in(request: pytest.FixtureRequest, collect: Collect, zipped: Pack, tarred: Pack) -> Collect:
    """Collect files by name: as a folder, from a zip, or from a tar archive."""

    def run(files: Mapping[str, bytes], **more: object) -> Submission:
        packs: dict[str, Callable[..., object]] = {"folder": dict, "zip": zipped, "tar": tarred}
        return collect(packs[request.param](files), **more)

    return run


@pytest.mark.parametrize("folder", ["", "my-course-main/", "routing/", "a/b/Course (1)/"])
def test_of_an_edition_the_topics_exercise_counts(hand_in: Collect, kept: Kept, folder: str) -> None:
    submission = hand_in(wrapped(EDITION, folder))
    assert kept(submission) == ROUTING
    assert (submission.folder / FLASK).read_bytes() == b"x = 1"
    assert (submission.folder / FASTAPI).read_bytes() == b"x = 2"
    (note,) = submission.notes
    assert note.startswith(f'Only "{folder}exercises/routing/" counts for routing: ')
    assert note.endswith(" other files were left out.")


@pytest.mark.parametrize(
    "folder", ["routing", "Routing", "ROUTING", "02-routing", "routing (1)", "work/routing"]
)
def test_of_several_topics_in_one_archive_each_gets_its_own(
    hand_in: Collect, kept: Kept, topic: Topic, folder: str
) -> None:
    files = wrapped(BOTH, f"{folder}/") | dict.fromkeys(
        [f"validation/{FLASK}", f"validation/{FASTAPI}"], b"v"
    )
    submission = hand_in(files)
    assert (submission.folder / FLASK).read_bytes() == b"x = 1"
    assert kept(submission) == set(BOTH)
    submission = hand_in(files, topic=topic.model_copy(update={"name": "validation"}))
    assert (submission.folder / FLASK).read_bytes() == b"v"


def test_below_exercises_comes_before_any_other_folder_of_that_name(hand_in: Collect) -> None:
    files = {f"routing/{FLASK}": b"old", f"new/exercises/routing/{FLASK}": b"x = 1"}
    submission = hand_in(files)
    assert (submission.folder / FLASK).read_bytes() == b"x = 1"


def test_a_folder_of_exactly_that_name_comes_before_a_copy(hand_in: Collect) -> None:
    submission = hand_in({f"routing (1)/{FLASK}": b"old", f"x/routing/{FLASK}": b"x = 1"})
    assert (submission.folder / FLASK).read_bytes() == b"x = 1"


def test_two_folders_of_equal_rank_are_not_guessed_between(hand_in: Collect) -> None:
    refusal = hand_in({f"a/routing/{FLASK}": b"1", f"b/routing/{FLASK}": b"2"}).parts["flask"].refusal
    assert refusal is not None
    assert "it is not clear which one" in refusal


def test_each_framework_may_have_the_topics_folder_in_a_folder_of_its_own(
    hand_in: Collect, kept: Kept
) -> None:
    files = {f"flask/routing/{FLASK}": b"1", f"fastapi/routing/{FASTAPI}": b"2", "notes.txt": b""}
    assert kept(hand_in(files)) == set(BOTH)


def test_an_app_above_the_topics_folder_counts_where_the_folder_lacks_it(
    hand_in: Collect, kept: Kept
) -> None:
    files = {FASTAPI: b"x = 2", "models.py": b"", f"routing/{FLASK}": b"x = 1", f"validation/{FASTAPI}": b"v"}
    submission = hand_in(files)
    assert kept(submission) == {*BOTH, "models.py"}
    assert (submission.folder / FASTAPI).read_bytes() == b"x = 2"


def test_an_app_in_another_topics_folder_is_never_taken(hand_in: Collect) -> None:
    submission = hand_in(
        {"routing/app.py": b"x = 1", f"validation/{FLASK}": b"v", f"validation/{FASTAPI}": b"v"}
    )
    assert submission.parts["flask"].refusal == (
        'Your submission has no file flask_app.py; it has "routing/app.py". '
        'If "routing/app.py" is your flask_app.py, rename it.'
    )


def test_what_the_course_itself_holds_is_never_taken(hand_in: Collect) -> None:
    given = {name: data for name, data in EDITION.items() if not name.startswith("exercises/")}
    submission = hand_in(given)
    assert submission.parts["flask"].refusal is not None
    assert "The course's own folders do not count" in submission.notes[0]


def test_a_folder_of_the_students_own_may_be_called_solutions(hand_in: Collect, kept: Kept) -> None:
    files = wrapped({**BOTH, "templates/a.html": b""}, "solutions/")
    assert kept(hand_in(files)) == {*BOTH, "templates/a.html"}


def test_a_package_in_the_topics_folder_is_found(hand_in: Collect, kept: Kept) -> None:
    files = {"routing/flask_app/__init__.py": b"x", "routing/flask_app/views.py": b"x", f"old/{FLASK}": b"y"}
    assert kept(hand_in(files)) == {"flask_app/__init__.py", "flask_app/views.py"}


def test_a_notebook_beside_the_topics_folder_is_taken(hand_in: Collect, topic: Topic) -> None:
    submission = hand_in({**wrapped(BOTH, "routing/"), "routing.ipynb": b'{"cells": [{"source": "mine"}]}'})
    assert b"mine" in (submission.folder / f"{topic.name}.ipynb").read_bytes()


@pytest.mark.parametrize("folder", ["data", "work/.git/objects", "node_modules/a"])
def test_thousands_of_files_beside_do_not_hide_the_topics(
    collect: Collect, kept: Kept, zipped: Pack, folder: str
) -> None:
    beside = {f"{folder}/{number}/x.py": b"" for number in range(15_000)}
    submission = collect(zipped({**beside, **wrapped(EDITION, "my-course-main/")}, zipfile.ZIP_STORED))
    assert kept(submission) == ROUTING
    assert len(submission.notes) <= 2


def test_a_folder_is_looked_at_level_by_level(collect: Collect, kept: Kept, home: Path, lay: Lay) -> None:
    folder = lay(home / "alice", {f"a/b/c/{number}.csv": b"" for number in range(300)})
    lay(folder, wrapped(EDITION, "z/"))
    assert kept(collect(folder, caps=Caps(listed=200))) == ROUTING


def test_links_and_odd_names_outside_of_the_topics_folder_are_not_told(
    collect: Collect, kept: Kept, home: Path, lay: Lay
) -> None:
    folder = lay(home / "alice", EDITION)
    (folder / "venv").mkdir()
    (folder / "latest").symlink_to(folder / "exercises")
    (folder / "exercises" / "validation" / "a\n.py").write_text("")
    submission = collect(folder)
    assert kept(submission) == ROUTING
    assert len(submission.notes) == 1


def test_an_edition_in_an_archive_in_the_students_folder_is_read(
    collect: Collect, kept: Kept, zipped: Pack
) -> None:
    files = {"routing.zip": zipped(EDITION).read_bytes(), "validation.zip": zipped(BOTH).read_bytes()}
    assert kept(collect(files)) == ROUTING


def test_backslashes_in_a_zip_are_read_as_separators(collect: Collect, kept: Kept, home: Path) -> None:
    with zipfile.ZipFile(home / "alice.zip", "w") as archive:
        for name, data in {**EDITION, "exercises/routing/templates/a.html": b"<p>"}.items():
            info = zipfile.ZipInfo("placeholder")
            info.filename = name.replace("/", "\\")
            archive.writestr(info, data)
        archive.writestr("exercises\\", b"")
    submission = collect(home / "alice.zip")
    assert kept(submission) == {*ROUTING, "templates/a.html"}


def test_files_whose_names_hold_backslashes_are_read_as_paths(collect: Collect, kept: Kept) -> None:
    assert kept(collect({"routing\\flask_app.py": "x = 1", "routing\\fastapi_app.py": "x = 2"})) == set(BOTH)


@pytest.mark.parametrize("name", ["templates/é.html", "templates/e\u0301.html"])
def test_a_name_of_composed_and_of_decomposed_letters_is_one(hand_in: Collect, kept: Kept, name: str) -> None:
    assert kept(hand_in({**BOTH, name: b"<p>"})) == {*BOTH, "templates/é.html"}


def test_a_zip_of_utf_8_names_that_does_not_say_so_is_read(
    collect: Collect, kept: Kept, zipped: Pack
) -> None:
    path = zipped({**BOTH, "templates/é.html": b"<p>"})
    data = path.read_bytes()
    assert b"\x00\x08" in data
    path.write_bytes(data.replace(b"\x14\x00\x00\x08", b"\x14\x00\x00\x00"))
    with zipfile.ZipFile(path) as archive:
        assert all(not info.flag_bits & 0x800 for info in archive.infolist())
    assert kept(collect(path)) == {*BOTH, "templates/é.html"}


def test_a_zip_of_dos_names_is_read(collect: Collect, kept: Kept, zipped: Pack) -> None:
    path = zipped({**BOTH, "templates/x.html": b"<p>"})
    path.write_bytes(path.read_bytes().replace(b"templates/x.html", b"templates/\x82.html"))
    assert kept(collect(path)) == {*BOTH, "templates/é.html"}


def test_an_archive_as_git_makes_it_is_read(home: Path, topic: Topic, lay: Lay) -> None:
    lay(home / "edition", EDITION)
    with tarfile.open(home / "alice.tar.gz", "w:gz") as archive:
        archive.add(home / "edition", "my-course-main")
    destination = home / "inbox" / "alice" / "routing"
    submission = collect_one(home / "alice.tar.gz", student="alice", topic=topic, destination=destination)
    assert {path.name for path in submission.folder.iterdir()} == {*ROUTING, "routing.ipynb"}
