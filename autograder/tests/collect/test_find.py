"""What a path on the command line stands for."""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Callable
from pathlib import Path

import pytest

from autograder.catalog.model import Topic
from autograder.collect import Found, Source, collect_one, find_submissions
from autograder.errors import UsageError
from autograder.verdict import Status

Lay = Callable[..., Path]
APP = {"flask_app.py": "x = 1"}
BOTH = {**APP, "fastapi_app.py": "x = 2"}
TOPICS = ("routing", "validation", "errors")


@pytest.fixture
def find(topic: Topic) -> Callable[..., Found]:
    return lambda *paths: find_submissions(paths, topic, TOPICS)


Find = Callable[..., Found]


@pytest.fixture
def found(home: Path, find: Find) -> Callable[..., dict[str, str]]:
    """Students and where their hand-ins lie, below the home folder; nothing is left over."""

    def run(*paths: Path) -> dict[str, str]:
        found = find(*paths)
        assert found.unread == ()
        return {source.student: str(source.path.relative_to(home)) for source in found.sources}

    return run


Located = Callable[..., dict[str, str]]


def unread(found: Found) -> dict[str, tuple[Status, str]]:
    return {each.name: (each.status, each.reason) for each in found.unread}


def test_a_folder_with_an_app_is_one_hand_in_of_its_name(found: Located, home: Path, lay: Lay) -> None:
    assert found(lay(home / "alice", APP)) == {"alice": "alice"}


@pytest.mark.parametrize("name", ["flask_app/__init__.py", "routing.ipynb", "Flask_App (1).py"])
def test_a_package_a_notebook_or_a_variant_is_as_good_as_an_app(
    found: Located, home: Path, lay: Lay, name: str
) -> None:
    assert found(lay(home / "alice", {name: "x"})) == {"alice": "alice"}


def test_a_folder_of_the_topics_name_belongs_to_the_folder_above(
    found: Located, home: Path, lay: Lay
) -> None:
    lay(home / "alice" / "routing", APP)
    assert found(home / "alice" / "routing") == {"alice": "alice/routing"}
    assert found(home / "alice") == {"alice": "alice/routing"}


def test_a_class_that_is_laid_out_by_topic_is_found(find: Find, home: Path, lay: Lay) -> None:
    lay(home / "all", {"routing/ada/flask_app.py": "x", "routing/ben/flask_app.py": "x"})
    lay(home / "all", {"validation/ada/flask_app.py": "x", "README.md": "x"})
    result = find(home / "all")
    assert [source.student for source in result.sources] == ["ada", "ben"]
    assert result.ignored == ("validation",)
    assert set(unread(result)) == {"README.md"}


@pytest.mark.parametrize(
    "files",
    [
        {"course.toml": "", "exercises/routing/flask_app.py": "x", "lessons/routing/flask_app.py": "y"},
        {"exercises/routing/flask_app.py": "x", "solutions/routing/flask_app.py": "y"},
        {"course.toml": "", "exercises/validation/flask_app.py": "x", "lessons/a/flask_app.py": "y"},
    ],
)
def test_a_repository_or_a_student_edition_is_one_hand_in(
    found: Located, home: Path, lay: Lay, files: dict[str, str]
) -> None:
    assert found(lay(home / "one" / "ada", files)) == {"ada": "one/ada"}
    lay(home / "one" / "ben", BOTH)
    lay(home / "one" / "cy" / "edition-main", files)
    assert found(home / "one") == {"ada": "one/ada", "ben": "one/ben", "cy": "one/cy"}


def test_the_pieces_of_one_persons_work_are_not_students(found: Located, home: Path, lay: Lay) -> None:
    assert found(lay(home / "ada", {**BOTH, "old/flask_app.py": "x"})) == {"ada": "ada"}
    assert found(lay(home / "ben", {**APP, "work/fastapi_app.py": "x"})) == {"ben": "ben"}
    assert found(lay(home / "cy", {"flask/flask_app.py": "x", "fastapi/fastapi_app.py": "x"})) == {"cy": "cy"}
    assert found(lay(home / "dot", {"mine/fastapi_app.py": "x", **APP})) == {"dot": "dot"}


def test_an_archive_is_a_hand_in_of_its_stem(found: Located, zipped: Callable[..., Path]) -> None:
    assert found(zipped(APP)) == {"alice": "alice.zip"}


def test_an_archive_of_the_topics_name_belongs_to_its_folder(
    found: Located, home: Path, zipped: Callable[..., Path]
) -> None:
    (home / "ada").mkdir()
    zipped(APP).rename(home / "ada" / "routing (1).zip")
    assert found(home / "ada") == {"ada": "ada/routing (1).zip"}
    assert found(home / "ada" / "routing (1).zip") == {"ada": "ada/routing (1).zip"}


def test_loose_apps_of_one_folder_are_one_hand_in_of_only_these_files(
    home: Path, lay: Lay, find: Find
) -> None:
    folder = lay(home / "alice", {**BOTH, "other.py": "x"})
    (source,) = find(folder / "fastapi_app.py", folder / "flask_app.py").sources
    assert (source.student, source.path, source.only) == ("alice", folder, ("fastapi_app.py", "flask_app.py"))


def test_paths_are_taken_together_and_named_once(found: Located, home: Path, lay: Lay) -> None:
    alice, bob = lay(home / "alice", APP), lay(home / "bob", APP)
    assert found(bob, alice, alice) == {"alice": "alice", "bob": "bob"}


def test_what_a_shell_makes_of_a_star_is_the_class(find: Find, home: Path, lay: Lay) -> None:
    folder = lay(home / "class", {"ada/routing/flask_app.py": "x", "ben/hw/flask_app.py": "x"})
    lay(folder, {"cy/essay.txt": "x", "notes.txt": "x", ".DS_Store": "x"})
    (folder / "dot").mkdir()
    one, other = find(folder), find(*sorted(folder.iterdir()))
    assert [source.student for source in one.sources] == ["ada", "ben", "cy", "dot"]
    assert [(each.student, each.path) for each in other.sources] == [
        (each.student, each.path) for each in one.sources
    ]
    assert set(unread(one)) == set(unread(other)) == {"notes.txt"}
    assert one.ignored == other.ignored == (".DS_Store",)


def test_a_path_that_is_itself_a_link_is_trusted(found: Located, home: Path, lay: Lay) -> None:
    lay(home / "alice", APP)
    (home / "latest").symlink_to("alice")
    assert found(home / "latest") == {"alice": "alice"}


@pytest.mark.parametrize("layout", ["class/{}", "class/{}/routing"])
def test_a_student_who_is_a_link_is_found_and_then_refused(
    home: Path, lay: Lay, topic: Topic, find: Find, layout: str
) -> None:
    lay(home / layout.format("alice"), APP)
    lay(home / "secrets" / "routing", APP)
    (home / "class" / "bob").symlink_to(home / "secrets")
    sources = {source.student: source for source in find(home / "class").sources}
    submission = collect_one(
        sources["bob"].path, student="bob", topic=topic, destination=home / "inbox" / "bob" / "routing"
    )
    assert submission.refusal is not None
    assert "it is a link" in submission.refusal


def test_nothing_found_says_what_was_looked_for(home: Path, lay: Lay, find: Find) -> None:
    (home / "essay.docx").write_text("x")
    for path in (lay(home / "empty", {}), home / "no", home / "essay.docx"):
        with pytest.raises(UsageError) as caught:
            find(path)
        message = str(caught.value)
        assert "There is no hand-in of routing here." in message
        assert "fastapi_app.py or flask_app.py or routing.ipynb" in message
        assert "<student>/routing/" in message
        assert str(path) in message


def _rivals(home: Path, lay: Lay, *, second: str = "x = 1", seconds: float = 60) -> list[Path]:
    paths = [lay(home / "one" / "alice", APP), lay(home / "two" / "alice", {"flask_app.py": second})]
    for number, path in enumerate(paths):
        os.utime(path / "flask_app.py", (1_000_000 + number * seconds,) * 2)
    return paths


def test_of_two_different_hand_ins_the_clearly_newer_one_counts(home: Path, lay: Lay, find: Find) -> None:
    result = find(*_rivals(home, lay, second="x = 2"))
    (source,) = result.sources
    assert source.path == home / "two" / "alice"
    (note,) = source.notes
    assert 'two/alice" was taken, for it is newer; "' in note
    assert note.endswith('one/alice" was not.')


def test_two_hand_ins_of_one_content_need_no_note(home: Path, lay: Lay, find: Find) -> None:
    (source,) = find(*_rivals(home, lay, seconds=0)).sources
    assert source.notes == ()


def test_two_different_hand_ins_of_one_time_are_not_guessed_at(home: Path, lay: Lay, find: Find) -> None:
    result = find(*_rivals(home, lay, second="x = 2", seconds=0.1))
    assert result.sources == ()
    status, reason = unread(result)["alice"]
    assert status is Status.NOT_UNDERSTOOD
    assert "There are several hand-ins of alice" in reason


def test_two_spellings_of_one_name_are_one_student(home: Path, lay: Lay, find: Find) -> None:
    name = "Zoë"
    for form in ("NFC", "NFD"):
        lay(home / "class" / unicodedata.normalize(form, name), APP)
    (source,) = find(home / "class").sources
    assert source.student == unicodedata.normalize("NFC", name)


@pytest.mark.parametrize(
    "name", ["-rf", "a\nb", "a[1]", "a:b", " ada", "ada ", "~", "x" * 129, "ส" * 67, "Jos\udce9"]
)
def test_a_folder_that_cannot_be_a_students_id_stops_nobody(
    home: Path, lay: Lay, find: Find, name: str
) -> None:
    lay(home / "class" / "ben", BOTH)
    lay(home / "class" / name, BOTH)
    result = find(home / "class")
    assert [source.student for source in result.sources] == ["ben"]
    ((shown, (status, reason)),) = unread(result).items()
    assert shown.isprintable()
    assert status is Status.NOT_UNDERSTOOD
    assert "cannot be a student's id" in reason


@pytest.mark.parametrize(
    "name", ["'t Hooft, Gerard", "Sammy Davis Jr.", "=sum", "สมชาย วงศ์สวัสดิ์" * 4, "x" * 128, "_ada", "Zoë (2)"]
)
def test_a_students_id_may_be_what_people_are_called(home: Path, lay: Lay, found: Located, name: str) -> None:
    lay(home / "class" / name, BOTH)
    assert set(found(home / "class")) == {unicodedata.normalize("NFC", name)}


def in_one_folder(home: Path, lay: Lay, zipped: Callable[..., Path], *, newer: str) -> Path:
    """A class of one whose folder has an older and a newer hand-in of the topic."""
    folder = lay(home / "class" / "gus", {"routing/flask_app.py": "x = 'folder'"})
    zipped({"flask_app.py": "x = 'zip'"}).rename(folder / "routing.zip")
    times = {"routing": folder / "routing/flask_app.py", "routing.zip": folder / "routing.zip"}
    for name, path in times.items():
        os.utime(path, (1_000_000 + 60 * (name == newer),) * 2)
    return home / "class"


@pytest.mark.parametrize("taken", ["routing.zip", "routing"])
def test_of_a_folder_and_a_zip_of_the_topic_the_newer_counts_and_a_note_says_so(
    home: Path, lay: Lay, zipped: Callable[..., Path], find: Find, taken: str
) -> None:
    (source,) = find(in_one_folder(home, lay, zipped, newer=taken)).sources
    assert source.path.name == taken
    (note,) = source.notes
    assert note.startswith(f'"gus/{taken}" was taken, for it is newer;')


def test_a_source_is_frozen() -> None:
    with pytest.raises(AttributeError):
        Source("ada", Path("x"), Path()).student = "ben"  # type: ignore[misc]


def test_a_folder_named_like_a_tree_of_the_course_does_not_swallow_the_class(
    home: Path, lay: Lay, find: Find
) -> None:
    whole = lay(home / "class" / "ada", BOTH).parent
    lay(whole / "ben" / "routing", BOTH)
    for tree in ("exercises/routing", "Solutions/routing", "lessons"):
        lay(whole / tree, BOTH)
    result = find(whole)
    assert [source.student for source in result.sources] == ["ada", "ben"]
    assert {name: status for name, (status, _) in unread(result).items()} == dict.fromkeys(
        ("exercises", "lessons", "Solutions"), Status.NOT_UNDERSTOOD
    )


def test_an_old_attempt_beside_the_courses_trees_leaves_a_repository_one_hand_in(
    home: Path, lay: Lay, found: Located
) -> None:
    trees = {f"exercises/routing/{name}": text for name, text in BOTH.items()}
    folder = lay(home / "ada", {**trees, "course.toml": "", "attempt/flask_app.py": "x"})
    assert found(folder) == {"ada": "ada"}


@pytest.mark.parametrize("copy", ["ada (1)", "ada(2)"])
def test_a_copy_of_a_students_folder_is_the_same_students(
    home: Path, lay: Lay, find: Find, copy: str
) -> None:
    old = lay(home / "class" / "ada", {"flask_app.py": "x = 'old'"})
    new = lay(home / "class" / copy, {"flask_app.py": "x = 'new'"})
    for folder, moment in ((old, 1_000_000), (new, 2_000_000)):
        os.utime(folder / "flask_app.py", (moment, moment))
    (source,) = find(home / "class").sources
    assert (source.student, source.path.name) == ("ada", copy)
    assert any("newer" in note for note in source.notes)


def test_a_number_in_brackets_alone_is_part_of_the_name(home: Path, lay: Lay, found: Located) -> None:
    lay(home / "class" / "ada (1)", BOTH)
    lay(home / "class" / "ben", BOTH)
    assert set(found(home / "class")) == {"ada (1)", "ben"}


def test_work_behind_a_dot_is_reported_and_a_tools_folder_is_ignored(
    home: Path, lay: Lay, find: Find
) -> None:
    lay(home / "class" / ".ada" / "routing", BOTH)
    lay(home / "class" / ".venv" / "routing", BOTH)
    lay(home / "class" / "ben", BOTH)
    result = find(home / "class")
    assert set(unread(result)) == {".ada"}
    assert result.ignored == (".venv",)
