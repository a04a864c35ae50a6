"""What a path on the command line stands for."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from autograder.catalog.model import Topic
from autograder.collect import collect_one, find_submissions
from autograder.errors import UsageError

Lay = Callable[..., Path]
APP = {"flask_app.py": "x = 1"}


@pytest.fixture
def found(home: Path, topic: Topic) -> Callable[..., dict[str, str]]:
    """Students and where their hand-ins lie, below the home folder."""

    def run(*paths: Path) -> dict[str, str]:
        sources = find_submissions(paths, topic)
        return {source.student: str(source.path.relative_to(home)) for source in sources}

    return run


Found = Callable[..., dict[str, str]]


def test_a_folder_with_an_app_is_one_hand_in_of_its_name(found: Found, home: Path, lay: Lay) -> None:
    assert found(lay(home / "alice", APP)) == {"alice": "alice"}


@pytest.mark.parametrize("name", ["flask_app/__init__.py", "routing.ipynb", "Flask_App (1).py"])
def test_a_package_a_notebook_or_a_variant_is_as_good_as_an_app(
    found: Found, home: Path, lay: Lay, name: str
) -> None:
    assert found(lay(home / "alice", {name: "x"})) == {"alice": "alice"}


def test_a_folder_of_the_topics_name_belongs_to_the_folder_above(found: Found, home: Path, lay: Lay) -> None:
    lay(home / "alice" / "routing", APP)
    assert found(home / "alice" / "routing") == {"alice": "alice/routing"}
    assert found(home / "alice") == {"alice": "alice/routing"}


def test_nbgraders_layout_is_known_and_other_topics_are_not_taken(found: Found, home: Path, lay: Lay) -> None:
    for path in ("alice/routing", "bob/routing", "carol/errors"):
        lay(home / "submitted" / path, APP)
    assert found(home / "submitted") == {"alice": "submitted/alice/routing", "bob": "submitted/bob/routing"}


def test_an_empty_hand_in_in_nbgraders_layout_is_not_lost(found: Found, home: Path, lay: Lay) -> None:
    lay(home / "submitted" / "alice" / "routing", {})
    lay(home / "submitted" / "bob" / "routing", APP)
    assert set(found(home / "submitted")) == {"alice", "bob"}


def test_students_folders_and_archives_are_each_a_hand_in_even_the_empty_one(
    found: Found, home: Path, lay: Lay, zipped: Callable[..., Path]
) -> None:
    lay(home / "class" / "alice", APP)
    lay(home / "class" / "bob" / "work" / "routing", APP)
    lay(home / "class" / "carol", {})
    zipped(APP).rename(home / "class" / "dave.tar.gz")
    lay(home / "class" / "__MACOSX", {})
    (home / "class" / "grades.txt").write_text("none")
    assert found(home / "class") == {
        "alice": "class/alice",
        "bob": "class/bob",
        "carol": "class/carol",
        "dave": "class/dave.tar.gz",
    }


def test_an_archive_is_a_hand_in_of_its_stem(found: Found, zipped: Callable[..., Path]) -> None:
    assert found(zipped(APP)) == {"alice": "alice.zip"}


def test_loose_apps_of_one_folder_are_one_hand_in_of_only_these_files(
    home: Path, lay: Lay, topic: Topic
) -> None:
    folder = lay(home / "alice", {**APP, "fastapi_app.py": "x", "other.py": "x"})
    (source,) = find_submissions([folder / "fastapi_app.py", folder / "flask_app.py"], topic)
    assert (source.student, source.path, source.only) == ("alice", folder, ("fastapi_app.py", "flask_app.py"))


def test_paths_are_taken_together_and_named_once(found: Found, home: Path, lay: Lay) -> None:
    alice, bob = lay(home / "alice", APP), lay(home / "bob", APP)
    assert found(bob, alice, alice) == {"alice": "alice", "bob": "bob"}


def test_a_path_that_is_itself_a_link_is_trusted(found: Found, home: Path, lay: Lay) -> None:
    lay(home / "alice", APP)
    (home / "latest").symlink_to("alice")
    assert found(home / "latest") == {"alice": "alice"}


@pytest.mark.parametrize("layout", ["class/{}", "class/{}/routing"])
def test_a_student_who_is_a_link_is_found_and_then_refused(
    home: Path, lay: Lay, topic: Topic, layout: str
) -> None:
    lay(home / layout.format("alice"), APP)
    lay(home / "secrets" / "routing", APP)
    (home / "class" / "bob").symlink_to(home / "secrets")
    sources = {source.student: source for source in find_submissions([home / "class"], topic)}
    submission = collect_one(
        sources["bob"].path, student="bob", topic=topic, destination=home / "inbox" / "bob" / "routing"
    )
    assert submission.refusal is not None
    assert "it is a link" in submission.refusal


def _message(paths: list[Path], topic: Topic) -> str:
    with pytest.raises(UsageError) as caught:
        find_submissions(paths, topic)
    return str(caught.value)


def test_nothing_found_says_what_was_looked_for(home: Path, lay: Lay, topic: Topic) -> None:
    (home / "essay.docx").write_text("x")
    for path in (
        lay(home / "empty", {}),
        lay(home / "class", {"alice/essay.txt": "x"}),
        home / "no",
        home / "essay.docx",
    ):
        message = _message([path], topic)
        assert "There is no hand-in of routing here." in message
        assert "fastapi_app.py or flask_app.py or routing.ipynb" in message
        assert "<student>/routing/" in message
        assert str(path) in message


def test_two_layouts_at_once_are_not_guessed_at(home: Path, lay: Lay, topic: Topic) -> None:
    own = lay(home / "one", {**APP, "alice/routing/flask_app.py": "x"})
    mixed = lay(home / "two", {"alice/routing/flask_app.py": "x", "bob/flask_app.py": "x"})
    for folder in (own, mixed):
        assert "It is not clear what the hand-ins are here" in _message([folder], topic)


def test_two_hand_ins_of_one_student_are_an_error(home: Path, lay: Lay, topic: Topic) -> None:
    paths = [lay(home / "one" / "alice", APP), lay(home / "two" / "alice", APP)]
    assert "There are two hand-ins of alice." in _message(paths, topic)


@pytest.mark.parametrize("name", ["-rf", "a\nb", "a[1]", "=1+1"])
def test_a_folder_that_cannot_be_a_students_id_is_an_error(
    home: Path, lay: Lay, topic: Topic, name: str
) -> None:
    assert "cannot be a student's id" in _message([lay(home / name, APP)], topic)
