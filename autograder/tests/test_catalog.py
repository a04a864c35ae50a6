"""course.toml: what it must add up to, where the course is, and where everything lies."""

from __future__ import annotations

from pathlib import Path

import pytest

from autograder.catalog import find_root, load
from autograder.catalog.places import TREES, Places
from autograder.errors import CatalogError, UsageError
from autograder.tests.devcheck.toy import TOPIC, hidden, replace, write_toy


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return write_toy(tmp_path / "a course").resolve()


def fault(root: Path) -> CatalogError:
    with pytest.raises(CatalogError) as caught:
        load(root)
    return caught.value


def swap(root: Path, old: str, new: str) -> CatalogError:
    replace(root / "course.toml", old, new)
    return fault(root)


def test_the_course_is_found_from_any_folder_in_it(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert find_root(root) == find_root(root / "exercises" / TOPIC) == root
    monkeypatch.chdir(root / "lessons")
    assert find_root() == root


def test_where_there_is_no_course_the_error_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as caught:
        find_root(tmp_path)
    assert caught.value.where == str(tmp_path.resolve())
    assert "--course" in caught.value.remedy


def test_topics_are_found_by_name(root: Path) -> None:
    catalog = load(root / "lessons")
    assert catalog.root == root
    assert catalog.topic(TOPIC).title == "Greeting people"
    assert [topic.name for topic in catalog.ready] == [TOPIC]
    with pytest.raises(UsageError, match="parting") as caught:
        catalog.topic("parting")
    assert TOPIC in caught.value.remedy


def test_a_planned_topic_is_not_ready(root: Path) -> None:
    replace(root / "course.toml", 'status = "ready"', 'status = "planned"')
    catalog = load(root)
    assert catalog.ready == ()
    with pytest.raises(UsageError, match="planned"):
        catalog.ready_topic(TOPIC)


FILES = 'files = ["flask_app.py"]'


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('title = "A toy course"', 'title = "A toy course"\ncolour = "red"', "colour: unknown key"),
        ('difficulty = "easy"', 'difficulty = "easy"\ncolour = "red"', "topic.greeting.colour: unknown key"),
        ('difficulty = "easy"', 'difficulty = "simple"', "topic.greeting.difficulty: "),
        ("format_version = 1", "format_version = 2", "format_version: "),
        ('edition = "author"', 'edition = "both"', "edition: "),
        ("minutes = 10\npoints = 6\n\n[[c", "minutes = 11\npoints = 6\n\n[[c", "minutes: says 11"),
        ("minutes = 10\npoints = 6\n\n[[c", "minutes = 10\npoints = 7\n\n[[c", "points: says 7"),
        ('id = "refuse"', 'id = "greet"', "objective: 'greet' stands 2 times"),
        ('name = "fastapi"\nkind', 'name = "flask"\nkind', "topic.greeting.part: 'flask' stands 2 times"),
        ('framework = "flask"', 'framework = "bottle"', "'bottle' is not among frameworks"),
        ('frameworks = ["flask", ', 'frameworks = ["bottle", "flask", ', "'bottle' is not one the engine"),
        ('course_part = "core"', 'course_part = "crust"', "there is no course_part 'crust'"),
        ('status = "ready"', 'status = "ready"\nrequires = ["parting"]', "there is no topic 'parting'"),
        ('files = ["flask_app.py"]', "files = []", "topic.greeting.part.flask.files: "),
        ('title = "Core"', "title = Core", "not TOML"),
        (FILES, f'{FILES}\nenvironment = {{ clock = "x" }}', "flask.environment.clock"),
        (FILES, f"{FILES}\nenvironment = {{ CLOCK = 3 }}", "flask.environment.CLOCK: "),
        (FILES, f'{FILES}\nleft = {{ "../etc" = 9 }}', "flask.left.../etc"),
        (FILES, f"{FILES}\napps = [{{}}, {{}}, {{}}, {{}}, {{}}]", "flask.apps: "),
        (FILES, f"{FILES}\nleft = {{ log = 1_048_577 }}", "flask.left.log: "),
    ],
)
def test_a_fault_is_named_by_its_key(root: Path, old: str, new: str, says: str) -> None:
    error = swap(root, old, new)
    assert says in error.what
    assert error.where == str(root / "course.toml")


def test_a_part_that_is_worth_more_than_its_topic_says_is_a_fault(root: Path) -> None:
    error = swap(
        root, 'name = "flask"\nkind = "contract"\npoints = 3', 'name = "flask"\nkind = "contract"\npoints = 4'
    )
    assert "topic.greeting.points: says 6, its parts add up to 7" in error.what


def test_all_faults_are_told_at_once(root: Path) -> None:
    replace(root / "course.toml", 'course_part = "core"', 'course_part = "crust"')
    error = swap(root, 'id = "refuse"', 'id = "greet"')
    assert "crust" in error.what
    assert "stands 2 times" in error.what


def test_a_course_that_is_not_text_is_a_fault(root: Path) -> None:
    (root / "course.toml").write_bytes(b"title = '\xff'\n")
    assert "not TOML" in fault(root).what


def test_places_follow_from_the_name_alone(root: Path) -> None:
    places = Places(root, TOPIC)
    folders = (places.lesson, places.exercise, places.solution, places.hidden)
    assert [folder.relative_to(root).as_posix() for folder in folders] == [
        f"{tree}/{TOPIC}" for tree in TREES
    ]
    for file in (places.brief, places.examples, places.hints, places.contract):
        assert file.is_file()


def test_a_part_is_judged_by_the_contract_and_by_its_frameworks_own_checks(root: Path) -> None:
    places = load(root).places(TOPIC)
    assert places.hidden_checks("flask") == (places.contract,)
    own = hidden(root, "test_flask.py")
    own.write_text("")
    assert places.hidden_checks("flask") == (places.contract, own)
    assert places.hidden_checks("fastapi") == places.hidden_checks(None) == (places.contract,)
