"""Progress is never lost: not by a crash, a full disk, two processes at once, nor a damaged file."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from autograder.catalog import Catalog, load
from autograder.errors import StoreError
from autograder.learn.standing import State
from autograder.learn.store import Store, open_store, store_path
from autograder.learn.table import FILE_VERSION
from autograder.tests.learn.learning import report
from autograder.verdict import Verdict

WRITER = """
import sys
from pathlib import Path
from autograder.learn.store import Store
with Store(Path(sys.argv[1]), "a course") as store:
    number = 0
    while number < int(sys.argv[3]):
        store.record("opened", "greeting", writer=sys.argv[2], number=number)
        number += 1
        print(number, flush=True)
"""


@pytest.fixture
def catalog(toy: Path) -> Catalog:
    return load(toy)


@pytest.fixture
def path(data: Path) -> Path:
    return data / "progress.sqlite3"


def filled(path: Path, events: int = 200) -> Path:
    with Store(path, "a course") as store:
        for number in range(events):
            store.record("opened", "greeting", number=number)
    return path


def writing(path: Path, name: str, events: int) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", WRITER, str(path), name, str(events)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def numbers(path: Path, writer: str) -> list[object]:
    with Store(path, "a course") as store:
        return [each.detail["number"] for each in store.events() if each.detail.get("writer") == writer]


def test_progress_is_kept_in_the_users_own_data_unless_told_otherwise(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert store_path() == path
    monkeypatch.delenv("COURSE_DATA")
    assert "sidebyside-course" in store_path().parts


def test_reading_makes_no_file(catalog: Catalog, data: Path) -> None:
    with open_store(catalog) as store:
        assert store.standing().part("greeting", "flask").state is State.NEW
    assert not data.exists()


def test_what_was_recorded_is_there_in_the_next_process(catalog: Catalog) -> None:
    with open_store(catalog) as store:
        store.record_check(report(Verdict.FAILED, 3))
        store.record_check(report(Verdict.PASSED, 10))
        store.record("hint", "greeting", "flask", family="missing", stage=2, check="test_a")
    with open_store(catalog) as store:
        standing = store.standing()
    part = standing.part("greeting", "flask")
    assert (part.state, part.best, part.tries) == (State.PASSED, 10, 2)
    assert standing.hint_stages("greeting", "flask", "test_a", "missing") == 2


def test_what_is_broken_is_no_try(catalog: Catalog, data: Path) -> None:
    with open_store(catalog) as store:
        store.record_check(report(Verdict.BROKEN))
        assert store.standing().part("greeting", "flask").tries == 0
    assert not data.exists()


def test_another_course_has_a_standing_of_its_own(catalog: Catalog, toy: Path) -> None:
    with open_store(catalog) as store:
        store.record_check(report(Verdict.PASSED, 10))
    text = (toy / "course.toml").read_text("utf-8")
    (toy / "course.toml").write_text(text.replace("The Toy Course", "Another"), "utf-8")
    with open_store(load(toy)) as store:
        assert store.events() == ()


def test_a_course_that_moved_keeps_its_standing(catalog: Catalog, toy: Path, tmp_path: Path) -> None:
    with open_store(catalog) as store:
        store.record_check(report(Verdict.PASSED, 10))
    moved = toy.rename(tmp_path / "elsewhere")
    with open_store(load(moved)) as store:
        assert store.standing().part("greeting", "flask").state is State.PASSED


def test_passing_the_examples_of_a_student_edition_is_not_passing_the_checks(
    catalog: Catalog, toy: Path
) -> None:
    text = (toy / "course.toml").read_text("utf-8")
    (toy / "course.toml").write_text(text.replace('"author"', '"student"'), "utf-8")
    with open_store(load(toy)) as store:
        store.record_check(report(Verdict.PASSED, 0))
    with open_store(catalog) as store:
        assert store.standing().part("greeting", "flask").state is State.NEW


@pytest.mark.parametrize("statement", ["DELETE FROM event", "UPDATE event SET what = 'check'"])
def test_events_are_only_ever_added(path: Path, statement: str) -> None:
    connection = sqlite3.connect(filled(path, 2))
    with pytest.raises(sqlite3.IntegrityError, match="events stay"):
        connection.execute(statement)
    connection.close()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
def test_a_process_killed_while_it_writes_loses_nothing_that_was_kept(path: Path) -> None:
    process = writing(path, "killed", 100_000)
    assert process.stdout is not None
    told = [int(process.stdout.readline()) for _ in range(40)]
    process.send_signal(signal.SIGKILL)
    rest = process.stdout.read().split()
    process.wait()
    process.stdout.close()
    kept = len(told) + len(rest)
    # One more may be on the disk than could be told.
    assert numbers(path, "killed")[:kept] == list(range(kept))
    assert len(numbers(path, "killed")) - kept in {0, 1}
    filled(path, 1)


def test_two_processes_at_once_both_keep_all(path: Path) -> None:
    processes = [writing(path, name, 60) for name in ("one", "two")]
    for process in processes:
        process.communicate(timeout=120)
    assert [process.returncode for process in processes] == [0, 0]
    assert numbers(path, "one") == numbers(path, "two") == list(range(60))


def test_two_processes_that_see_the_damage_keep_what_either_records(path: Path) -> None:
    overwritten(filled(path, 5))
    processes = [writing(path, name, 30) for name in ("one", "two", "three")]
    for process in processes:
        process.communicate(timeout=120)
    assert [process.returncode for process in processes] == [0, 0, 0]
    kept = [numbers(path, name) for name in ("one", "two", "three")]
    assert kept == [list(range(30))] * 3


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no RLIMIT_FSIZE")
def test_a_full_disk_is_said_and_what_was_kept_stays(path: Path) -> None:
    filled(path, 20)
    limited = f"""
import resource, sys
from pathlib import Path
from autograder.errors import StoreError
from autograder.learn.store import Store
resource.setrlimit(resource.RLIMIT_FSIZE, ({path.stat().st_size}, -1))
with Store(Path(sys.argv[1]), "a course") as store:
    kept = 0
    try:
        while kept < 10_000:
            store.record("opened", "greeting", writer="full", number=kept, filler="x" * 500)
            kept += 1
    except StoreError as error:
        print(kept, len(store.events()))
        sys.exit(str(error))
"""
    ran = subprocess.run([sys.executable, "-c", limited, path], capture_output=True, text=True, check=False)
    assert ran.returncode == 1, ran.stderr
    assert "The file cannot be read or written" in ran.stderr
    assert "disk space" in ran.stderr
    kept, read = map(int, ran.stdout.split())
    assert read == 20 + kept
    assert numbers(path, "full") == list(range(kept))
    filled(path, 1)


def test_a_folder_that_cannot_be_made_is_said(data: Path, catalog: Catalog) -> None:
    data.write_text("a file stands here", "utf-8")
    with open_store(catalog) as store, pytest.raises(StoreError, match="cannot be read or written"):
        store.record("opened", "greeting")
    assert data.read_text("utf-8") == "a file stands here"


def test_a_file_of_a_later_version_is_said_and_not_written(path: Path, catalog: Catalog) -> None:
    filled(path, 3)
    connection = sqlite3.connect(path)
    connection.execute(f"PRAGMA user_version = {FILE_VERSION + 1}")
    connection.close()
    before = path.read_bytes()
    with pytest.raises(StoreError, match="later version") as told:
        open_store(catalog)
    assert "Update the course's package" in told.value.remedy
    assert path.read_bytes() == before


def test_a_file_of_this_version_was_made_by_the_first_one(path: Path) -> None:
    # A later version changes this test by adding the next format, never by forgetting this one.
    path.parent.mkdir()
    connection = sqlite3.connect(path)
    connection.executescript(
        "CREATE TABLE event (id INTEGER PRIMARY KEY AUTOINCREMENT, at TEXT NOT NULL, course TEXT NOT NULL,"
        " topic TEXT NOT NULL, part TEXT, what TEXT NOT NULL, detail TEXT NOT NULL);"
        "INSERT INTO event (at, course, topic, part, what, detail) VALUES"
        """ ('2026-11-22T13:00:00.000Z', 'a course', 'greeting', 'flask', 'check',"""
        """ '{"verdict": "passed", "points": 10, "passing": 4, "checks": 4}'),"""
        """ ('2026-11-22T13:01:00.000Z', 'a course', 'greeting', 'flask', 'danced', 'no JSON');"""
        "PRAGMA user_version = 1;"
    )
    connection.close()
    with Store(path, "a course") as store:
        assert store.standing().part("greeting", "flask").state is State.PASSED
        store.record("opened", "greeting")
        assert len(store.events()) == 3


def overwritten(path: Path) -> None:
    path.write_bytes(b"This was your progress, once. " * 400)


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def scribbled(path: Path) -> None:
    data = bytearray(path.read_bytes())
    middle = len(data) // 2 // 4096 * 4096
    data[middle : middle + 4096] = os.urandom(4096)
    path.write_bytes(data)


@pytest.mark.parametrize("damage", [overwritten, cut, scribbled])
def test_a_damaged_file_is_set_aside_with_its_name_told(path: Path, damage: Callable[[Path], None]) -> None:
    damage(filled(path))
    damaged = path.read_bytes()
    with Store(path, "a course") as store:
        (notice,) = store.notices
        store.record("opened", "greeting")
        carried = len(store.events()) - 1
    (aside,) = path.parent.glob("*.damaged-*")
    assert str(aside) in notice
    assert f"{carried} of its events" in notice
    assert aside.read_bytes() == damaged
    with Store(path, "a course") as store:
        assert store.notices == []
        assert len(store.events()) == carried + 1


def test_what_can_be_read_of_a_damaged_file_is_carried_over(path: Path) -> None:
    scribbled(filled(path, 400))
    with Store(path, "a course") as store:
        found = [each.detail["number"] for each in store.events()]
    assert found[:50] == list(range(50))


def test_a_file_of_something_else_is_left_alone(path: Path) -> None:
    path.parent.mkdir()
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE recipe (name TEXT)")
    connection.close()
    before = path.read_bytes()
    with pytest.raises(StoreError, match="something else"):
        Store(path, "a course")
    assert path.read_bytes() == before
    assert not list(path.parent.glob("*.damaged-*"))


def test_an_empty_file_is_begun_anew(path: Path) -> None:
    path.parent.mkdir()
    path.touch()
    assert numbers(path, "nobody") == []
    assert numbers(filled(path, 2), "nobody") == []
