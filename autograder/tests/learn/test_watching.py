"""`course watch`, as somebody at a terminal meets it: files saved, keys typed, the screen read."""

from __future__ import annotations

import os
import queue
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import watchfiles

from autograder.catalog import load
from autograder.learn.store import open_store
from autograder.learn.watching import How, Watcher, is_watched
from autograder.tests.learn.learning import Learner

if sys.platform != "win32":
    from autograder.tests.learn.terminal import Terminal

needs_terminal = pytest.mark.skipif(
    sys.platform == "win32", reason="Windows has no pseudo-terminal of this kind"
)
pytestmark = pytest.mark.slow

READY = "Enter check"


class Desk:
    """A terminal in which `course watch` runs, and the editor beside it."""

    def __init__(self, toy: Path, terminal: Terminal) -> None:
        self._toy = toy
        self.terminal = terminal
        self._seen = 0

    @property
    def exercise(self) -> Path:
        return self._toy / "exercises/greeting"

    def sees(self, *texts: str) -> str:
        """All of these, after what was seen before."""
        told = self.terminal.sees(lambda told: all(text in told for text in texts), after=self._seen)
        self._seen += len(told)
        return told

    def saves(self, name: str, text: str | None = None) -> None:
        """Write the file as an editor does that keeps it; the solution's when no text is given."""
        solved = (self._toy / "solutions/greeting" / name).read_text("utf-8")
        (self.exercise / name).write_text(solved if text is None else text, "utf-8")

    def renames(self, name: str) -> None:
        """Write the solution as an editor does that puts a new file in the old one's place."""
        fresh = self.exercise / f".{name}.swp"
        shutil.copy(self._toy / "solutions/greeting" / name, fresh)
        fresh.replace(self.exercise / name)

    def presses(self, key: str) -> None:
        self.terminal.types(key)


@pytest.fixture
def desk(toy: Path, request: pytest.FixtureRequest) -> Iterator[Desk]:
    words = getattr(request, "param", ("greeting",))
    with Terminal("watch", *words, cwd=toy, columns=120, NO_COLOR="1") as terminal:
        yield Desk(toy, terminal)


@needs_terminal
def test_a_save_brings_the_verdict_and_the_place(desk: Desk) -> None:
    told = desk.sees("Where to begin", "0 of 3 parts are passed", READY)
    assert "You are at exercises/greeting/flask_app.py" in told
    assert "Next:" not in told
    desk.saves("flask_app.py")
    told = desk.sees("10 of 20 points", READY)
    assert "FastAPI  · not begun" in told
    assert "1 of 3 parts are passed" in told
    assert "Next: FastAPI, exercises/greeting/fastapi_app.py" in told
    desk.renames("fastapi_app.py")
    told = desk.sees("20 of 20 points", READY)
    assert "You are at exercises/greeting/fastapi_app.py" in told


@needs_terminal
def test_only_keys_that_are_valid_now_are_offered_and_obeyed(desk: Desk) -> None:
    told = desk.sees(READY)
    assert not [word for word in ("n next", "d diff", "r reset") if word in told]
    desk.presses("nrd")
    desk.presses("h")
    assert "Hint 1 of 3" in desk.sees("Hint 1 of 3", READY)
    desk.saves("flask_app.py")
    assert "d diff" in desk.sees("10 of 20 points", READY)
    desk.saves("fastapi_app.py")
    told = desk.sees("20 of 20 points", READY)
    assert "n next" in told
    assert "h hint" not in told
    assert "Next: opinion." in told


@needs_terminal
def test_it_moves_on_when_asked_and_never_by_itself(desk: Desk) -> None:
    desk.sees(READY)
    desk.saves("flask_app.py")
    desk.sees("10 of 20 points", READY)
    desk.saves("fastapi_app.py")
    desk.sees("20 of 20 points", READY)
    desk.saves("flask_app.py")  # the same again: it is the same topic that is checked
    desk.sees("20 of 20 points", READY)
    desk.presses("n")
    assert "awaits a person" in desk.sees("Watching exercises/opinion", READY)


@needs_terminal
def test_a_reset_asks_first_and_the_starter_is_checked_after_it(desk: Desk) -> None:
    desk.sees(READY)
    starter = (desk.exercise / "flask_app.py").read_text("utf-8")
    desk.saves("flask_app.py")
    desk.sees("10 of 20 points", READY)
    desk.presses("r")
    desk.sees("Put Flask back to the starter?")
    desk.presses("x")
    desk.sees("nothing was changed", READY)
    assert (desk.exercise / "flask_app.py").read_text("utf-8") != starter
    desk.presses("r")
    desk.sees("Put Flask back to the starter?")
    desk.presses("y")
    desk.sees("the starter again")
    assert "0 of 20 points" in desk.sees("Flask    · not begun", READY)
    assert (desk.exercise / "flask_app.py").read_text("utf-8") == starter


@needs_terminal
def test_the_difference_to_the_starter_has_signs_and_not_colours_alone(desk: Desk) -> None:
    desk.sees(READY)
    desk.saves("flask_app.py")
    desk.sees("10 of 20 points", READY)
    desk.presses("d")
    told = desk.sees("+++ yours/flask_app.py", READY)
    assert '+    @app.get("/hello/<name>")' in told
    assert "-    # TODO: GET /hello/{name}" in told
    assert "fastapi_app.py" not in told


@needs_terminal
def test_the_list_and_the_lesson_are_a_key_away(desk: Desk) -> None:
    desk.sees(READY)
    desk.presses("l")
    assert "opinion" in desk.sees("opinion", READY)
    desk.presses("o")
    desk.sees("lessons/greeting/lesson.md", READY)


@needs_terminal
def test_a_file_that_is_saved_half_way_says_so_and_is_checked_again(desk: Desk) -> None:
    desk.sees(READY)
    desk.saves("flask_app.py", "from flask import Flask\n\ndef create_app(:\n")
    told = desk.sees("nothing ran, for Python cannot read the file", READY)
    assert "exercises/greeting/flask_app.py:3" in told
    assert "launcher" not in told
    assert "h hint" not in told  # no hint helps before its own error is mended
    desk.saves("flask_app.py", "")
    desk.sees("Your flask_app.py is empty", READY)
    desk.saves("flask_app.py")
    desk.sees("10 of 20 points", READY)


@needs_terminal
def test_an_app_that_hangs_does_not_keep_who_wants_to_quit(desk: Desk) -> None:
    desk.sees(READY)
    desk.saves("flask_app.py", "import time\ntime.sleep(3600)\n")
    desk.sees("checking greeting")
    desk.presses("q")
    assert desk.terminal.ends() == 0


@needs_terminal
def test_the_terminal_is_left_as_it_was_and_ctrl_c_leaves_too(desk: Desk) -> None:
    desk.sees(READY)
    desk.presses("\x1b[A")  # an arrow means nothing
    desk.presses("\x03")
    assert desk.terminal.ends() == 0
    assert "Traceback" not in desk.terminal.said


@needs_terminal
@pytest.mark.parametrize("desk", [("greeting", "flask", "--manual")], indirect=True)
def test_where_watching_is_not_wanted_enter_checks(desk: Desk) -> None:
    told = desk.sees("press Enter to check", READY)
    assert "FastAPI" not in told
    desk.saves("flask_app.py")
    desk.presses("\r")
    desk.sees("10 of 10 points", READY)


@needs_terminal
@pytest.mark.parametrize("desk", [("greeting", "--poll")], indirect=True)
def test_looking_again_and_again_sees_saves_too(desk: Desk) -> None:
    desk.sees("several times a second", READY)
    desk.saves("flask_app.py")
    desk.sees("10 of 20 points", READY)
    desk.presses("q")
    assert desk.terminal.ends() == 0


def watching(toy: Path, *words: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "autograder", "watch", "greeting", *words],
        cwd=toy,
        env={**os.environ, "NO_COLOR": "1", "PYTHONUNBUFFERED": "1"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    )


def read_to(process: subprocess.Popen[str], text: str) -> str:
    assert process.stdout is not None
    told = ""
    for line in process.stdout:
        told += line
        if text in line:
            return told
    raise AssertionError(told)


def test_without_a_terminal_it_prints_and_offers_no_keys(toy: Path) -> None:
    with watching(toy) as process:
        told = read_to(process, "save a file")
        assert "Where to begin" in told
        shutil.copy(toy / "solutions/greeting/flask_app.py", toy / "exercises/greeting/flask_app.py")
        told += read_to(process, "10 of 20 points")
        read_to(process, "save a file")
        process.send_signal(signal.SIGTERM)
        assert process.stdout is not None
        told += process.stdout.read()
    assert process.returncode == 0
    assert READY not in told
    assert "\x1b" not in told


def test_without_a_terminal_and_without_watching_a_line_checks_and_the_end_ends(toy: Path) -> None:
    with watching(toy, "--manual") as process:
        assert process.stdin is not None
        read_to(process, "press Enter")
        process.stdin.write("\n")
        process.stdin.flush()
        read_to(process, "press Enter")
    assert process.returncode == 0


def test_each_verdict_is_kept(desk: Desk, toy: Path) -> None:
    desk.sees(READY)
    desk.saves("flask_app.py")
    desk.sees("10 of 20 points", READY)
    with open_store(load(toy)) as store:
        seen = store.standing().part("greeting", "flask")
    assert (seen.state, seen.tries) == ("passed", 2)


@pytest.mark.parametrize(
    ("name", "matters"),
    [
        ("exercises/greeting/flask_app.py", True),
        ("exercises/greeting/fastapi_app/views.py", True),
        ("exercises/greeting/test_examples.py", True),
        ("exercises/greeting/README.md", False),
        ("exercises/greeting/.flask_app.py.swp", False),
        ("exercises/greeting/flask_app.py~", False),
        ("exercises/greeting/fastapi_app/__pycache__/views.cpython-311.pyc", False),
        ("exercises/opinion/memo.md", False),
    ],
)
def test_only_what_is_handed_in_is_watched(toy: Path, name: str, *, matters: bool) -> None:
    catalog = load(toy)
    assert is_watched(catalog.places("greeting"), catalog.topic("greeting"), catalog.root / name) == matters


def refusing(monkeypatch: pytest.MonkeyPatch, *refused: bool | None) -> list[bool | None]:
    """Let the system refuse these ways of watching; the ways that were tried."""
    tried: list[bool | None] = []

    def watch(*_: Any, force_polling: bool | None, **__: Any) -> Iterator[set[tuple[watchfiles.Change, str]]]:
        tried.append(force_polling)
        if force_polling in refused:
            raise OSError(28, "inotify watch limit reached")
        yield {(watchfiles.Change.modified, "/a/flask_app.py")}

    monkeypatch.setattr(watchfiles, "watch", watch)
    return tried


@pytest.mark.parametrize(
    ("refused", "event"), [((None,), ["flask_app.py"]), ((None, True), "inotify watch limit reached")]
)
def test_where_the_system_refuses_it_looks_itself_and_then_says_that_it_cannot(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, refused: tuple[bool | None, ...], event: object
) -> None:
    tried = refusing(monkeypatch, *refused)
    told: queue.SimpleQueue[object] = queue.SimpleQueue()
    with Watcher(
        tmp_path, lambda _: True, saved=lambda files: told.put([each.name for each in files]), lost=told.put
    ) as watcher:
        seen = told.get(timeout=20)
    assert seen == event or str(event) in str(seen)
    assert tried == [None, True]
    assert watcher.how == ("polling" if isinstance(event, list) else "manual")


class Watched:
    """A folder, and a system that tells nothing of it: the test says what happens at each look."""

    def __init__(self, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder = home / "exercises/greeting"
        self.folder.mkdir(parents=True)
        self.looks: list[list[Callable[[], set[tuple[watchfiles.Change, str]] | None]]] = []
        self.told: queue.SimpleQueue[object] = queue.SimpleQueue()
        monkeypatch.setattr(watchfiles, "watch", self._watch)

    def _watch(
        self, *_: Any, watch_filter: Callable[[watchfiles.Change, str], bool], **__: Any
    ) -> Iterator[set[tuple[watchfiles.Change, str]]]:
        for happens in self.looks.pop(0):
            yield {each for each in happens() or set() if watch_filter(*each)}

    def tells(self, *, how: How = "told") -> list[object]:
        """Everything reported until nothing happens any more."""
        with Watcher(
            self.folder,
            lambda path: path.name == "flask_app.py",
            saved=lambda files: self.told.put([each.name for each in files]),
            lost=self.told.put,
            gone=self._gone,
            how=how,
        ) as watcher:
            watcher._thread.join(20)
            assert not watcher._thread.is_alive()
        return [self.told.get() for _ in range(self.told.qsize())]

    def _gone(self) -> None:
        self.told.put("gone")
        self.back()

    def goes(self) -> None:
        self.folder.parent.rename(self.folder.parents[1] / "away")

    def back(self) -> None:
        (self.folder.parents[1] / "away").rename(self.folder.parent)

    def is_replaced(self) -> None:
        self.folder.rename(self.folder.with_name("away"))
        self.folder.mkdir()

    def is_saved(self) -> set[tuple[watchfiles.Change, str]]:
        return {(watchfiles.Change.modified, str(self.folder / "flask_app.py"))}

    def loses(self, name: str) -> set[tuple[watchfiles.Change, str]]:
        return {(watchfiles.Change.deleted, str(self.folder / name))}

    def is_deleted(self) -> set[tuple[watchfiles.Change, str]]:
        return {(watchfiles.Change.deleted, str(self.folder))}


def nothing() -> None:
    """Nobody saves."""


@pytest.fixture
def watched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Watched:
    return Watched(tmp_path, monkeypatch)


def test_a_folder_that_is_replaced_is_followed_and_checked(watched: Watched) -> None:
    watched.looks = [[nothing, watched.is_saved, watched.is_replaced], [nothing, watched.is_saved, nothing]]
    assert watched.tells() == [["flask_app.py"], [], ["flask_app.py"]]


@pytest.mark.parametrize("how", ["told", "polling"])
def test_a_deleted_file_is_reported_and_its_folder_is_still_followed(watched: Watched, how: How) -> None:
    watched.looks = [
        [lambda: watched.loses("flask_app.py"), lambda: watched.loses(".flask_app.py.swp"), watched.is_saved]
    ]
    assert watched.tells(how=how) == [["flask_app.py"], ["flask_app.py"]]


def test_a_file_that_is_deleted_and_written_again_at_once_is_reported_once(watched: Watched) -> None:
    watched.looks = [[lambda: watched.loses("flask_app.py") | watched.is_saved()]]
    assert watched.tells() == [["flask_app.py"]]


def test_files_that_vanish_with_their_folder_are_not_reported(watched: Watched) -> None:
    def vanishes() -> set[tuple[watchfiles.Change, str]]:
        watched.goes()
        return watched.loses("flask_app.py") | watched.is_deleted()

    watched.looks = [[vanishes], [nothing]]
    assert watched.tells() == ["gone", []]


def test_a_folder_that_is_made_anew_under_the_same_number_is_followed(watched: Watched) -> None:
    watched.looks = [[watched.is_deleted], [watched.is_saved]]
    assert watched.tells() == [["flask_app.py"]]


@pytest.mark.parametrize("how", ["told", "polling"])
def test_a_folder_that_is_gone_is_reported_once_and_checked_when_it_is_back(
    watched: Watched, how: How
) -> None:
    watched.looks = [[watched.goes], [nothing, watched.is_saved]]
    assert watched.tells(how=how) == ["gone", [], ["flask_app.py"]]


def test_a_link_that_leads_to_another_folder_is_followed(watched: Watched) -> None:
    real, other = watched.folder.with_name("one"), watched.folder.with_name("two")
    watched.folder.rename(real)
    other.mkdir()
    watched.folder.symlink_to(real)

    def is_pointed_elsewhere() -> None:
        watched.folder.unlink()
        watched.folder.symlink_to(other)

    watched.looks = [[is_pointed_elsewhere], [watched.is_saved]]
    assert watched.tells() == [["flask_app.py"]]


def test_polling_ignores_a_folder_that_gets_another_number(watched: Watched) -> None:
    watched.looks = [[watched.is_replaced, watched.is_saved]]
    assert watched.tells(how="polling") == [["flask_app.py"]]


@needs_terminal
@pytest.mark.parametrize("desk", [("greeting",), ("greeting", "--poll")], indirect=True)
def test_an_exercise_that_is_replaced_is_checked_and_watched(desk: Desk, toy: Path) -> None:
    desk.sees(READY)
    course = toy.with_name("another checkout")
    shutil.copytree(toy, course)
    shutil.copy(toy / "solutions/greeting/flask_app.py", course / "exercises/greeting")
    toy.rename(toy.with_name("the old checkout"))
    course.rename(toy)
    desk.sees("10 of 20 points", READY)
    desk.saves("fastapi_app.py")
    told = desk.sees("20 of 20 points", READY)
    assert "You are at exercises/greeting/fastapi_app.py" in told


@needs_terminal
@pytest.mark.parametrize("desk", [("greeting", "flask"), ("greeting", "flask", "--poll")], indirect=True)
def test_an_app_that_is_deleted_no_longer_passes(desk: Desk) -> None:
    desk.sees(READY)
    desk.saves("flask_app.py")
    desk.sees("10 of 10 points", READY)
    (desk.exercise / "flask_app.py").unlink()
    desk.sees("has no file flask_app.py", READY)
    desk.saves("flask_app.py")
    desk.sees("10 of 10 points", READY)


@needs_terminal
def test_an_exercise_that_is_deleted_is_missed_until_it_is_back(desk: Desk, toy: Path) -> None:
    desk.sees(READY)
    shutil.rmtree(desk.exercise)
    desk.sees("exercises/greeting no longer exists")
    shutil.copytree(toy / "solutions/greeting", desk.exercise)
    desk.sees("20 of 20 points", READY)


def test_watch_is_explained_without_starting_anything(learner: Learner) -> None:
    assert "on every save" in learner.types("watch", "--help")
