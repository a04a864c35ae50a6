"""`course watch`: the same verdict on every save, and keys for what helps now."""

from __future__ import annotations

import contextlib
import os
import queue
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from rich.console import Console
from rich.text import Text

from autograder.catalog import Catalog, Topic
from autograder.commands.check import asked_for
from autograder.commands.keeping import keep_check
from autograder.commands.watch_keys import Keys
from autograder.errors import CourseError, reason
from autograder.learn.changes import held, stamps
from autograder.learn.checking import own_desk
from autograder.learn.keys import ENTER, has_keyboard, listening
from autograder.learn.standing import Stamp
from autograder.learn.watching import How, Watcher, is_watched
from autograder.learn.words import shown_path
from autograder.report.model import Report
from autograder.report.terminal import show_report
from autograder.selfcheck import SelfChecker

__all__ = ["run"]

_LISTEN_S = 0.5
"""How long Ctrl-C may go unheard on Windows."""
_HALF_SAVED_S = 0.6
_SETTLE_S = 0.02

_TEXT = {
    "told": "Watching {where}; save a file and it is checked.",
    "polling": "Looking at {where} several times a second; save a file and it is checked.",
    "manual": "Saves cannot be seen here; press Enter to check {where}.",
    "gone": "{where} no longer exists; it will be checked and watched again as soon as it is back.",
}


def run(
    course: Path | None, topic_name: str | None, part: str | None, *, poll: bool = False, manual: bool = False
) -> int:
    """Check on every save until the learner quits. Returns 0."""
    catalog, topic, part = asked_for(course, topic_name, part)
    how: How = "manual" if manual else "polling" if poll else "told"
    following: Topic | None = topic
    with contextlib.suppress(KeyboardInterrupt):  # the usual way to leave, where no keys are read
        while following is not None:
            following = _Watch(catalog, following, part, how).run()
            part = None
    return 0


@dataclass(frozen=True, slots=True)
class _Event:
    """Something that happened while the learner was waited for.

    Attributes:
        what: ``key``, ``saved``, ``checked``, ``lost``, ``gone``; ``end`` when nobody will ever press a
            key again.
        key: which key.
        files: what was saved or deleted; none when all of the folder may differ.
        report: what was found; None when it could not be checked.
        stamps: what was checked.
        why: why watching ended, or nothing was checked.
    """

    what: str
    key: str = ""
    files: Sequence[Path] = ()
    report: Report | None = None
    stamps: Mapping[str, Stamp] = field(default_factory=dict)
    why: str = ""


@dataclass(slots=True)
class _Watch:
    """One topic, watched until the learner goes on to another or quits."""

    catalog: Catalog
    topic: Topic
    part: str | None
    how: How
    home: Path = field(default_factory=Path.cwd)
    console: Console = field(default_factory=Console)
    events: queue.SimpleQueue[_Event] = field(default_factory=queue.SimpleQueue)
    saved: Sequence[Path] = ()
    running: bool = False
    again: bool = False

    def run(self) -> Topic | None:
        """Watch. Returns the topic to go on with, or None when the learner quits."""
        places = self.catalog.places(self.topic.name)
        watcher = Watcher(
            places.exercise,
            lambda path: is_watched(places, self.topic, places.exercise / _inside(path, places.exercise)),
            saved=lambda files: self.events.put(_Event("saved", files=files)),
            lost=lambda why: self.events.put(_Event("lost", why=why)),
            gone=lambda: self.events.put(_Event("gone")),
            how=self.how,
        )
        with (
            SelfChecker(self.catalog, self.topic) as checker,
            ThreadPoolExecutor(1) as beside,
            self._keys(),
            watcher,
        ):
            self.how = watcher.how
            try:
                return self._loop(checker, beside)
            finally:
                checker.close()  # what runs ends at once; who quits does not wait for an app that hangs

    def _loop(self, checker: SelfChecker, beside: ThreadPoolExecutor) -> Topic | None:
        keys = Keys(self.catalog, self.topic, self.part, self.console, self._next_key)
        self.again = True
        while True:
            if self.again and not self.running:
                self._begin(checker, beside)
            event = self._next()
            if event.what == "end":
                return None
            if event.what == "checked":
                self._checked(event, keys, checker)
            elif event.what == "lost":
                self.how = "manual"
                self.console.print(Text(self._told(self.how)))
                keys.show()
            elif event.what == "gone":
                self.console.print(Text(self._told("gone")))
            elif event.what == "saved" or event.key == ENTER:
                self._return()
                _settle(event.files)
                self.saved = [file for file in event.files or self.saved if file.exists()]
                self.again = True
            elif keys.is_valid(event.key) and (leaving := keys.press(event.key)):
                return leaving.topic

    def _begin(self, checker: SelfChecker, beside: ThreadPoolExecutor) -> None:
        self.running, self.again = True, False
        if self.console.is_terminal:
            self.console.print(Text(f"checking {self.topic.name} ...", style="dim"))
        beside.submit(self._check, checker)

    def _check(self, checker: SelfChecker) -> None:
        try:
            before = stamps(self.catalog, self.topic)
            report = checker.check(parts=self._parts)
            checked = held(before, stamps(self.catalog, self.topic))
            self.events.put(_Event("checked", report=report, stamps=checked))
        except (CourseError, OSError) as error:
            self.events.put(_Event("checked", why=reason(error)))

    def _checked(self, event: _Event, keys: Keys, checker: SelfChecker) -> None:
        """Show a verdict, unless the files were saved again meanwhile: it is not about what is there now."""
        self.running = False
        if self.again:
            return
        if event.report is None:
            self.console.print(Text(event.why))
            keys.show()
            return
        self._show(event.report, event.stamps, keys)
        with contextlib.suppress(OSError):  # it fails again, and is told, at the next check
            checker.get_ready(self._parts)

    @property
    def _parts(self) -> list[str] | None:
        return None if self.part is None else [self.part]

    def _show(self, report: Report, checked: Mapping[str, Stamp], keys: Keys) -> None:
        desk = own_desk(self.catalog, self.topic)
        keep_check(self.catalog, report, checked, desk.untouched)
        if self.console.is_terminal:
            self.console.clear()
        show_report(report, self.console, brief=True, desk=desk)
        sys.stdout.flush()
        keys.checked(report, desk, self.saved)
        self.console.print()
        self.console.print(Text(self._told(self.how), style="dim"))
        keys.show()

    def _told(self, what: str) -> str:
        where = shown_path(self.catalog.places(self.topic.name).exercise)
        return _TEXT[what].format(where=where)

    def _return(self) -> None:
        """Enter the working directory once more by its path: it may have been replaced, too."""
        with contextlib.suppress(OSError):
            os.chdir(self.home)

    @contextlib.contextmanager
    def _keys(self) -> Iterator[None]:
        """Keys of a keyboard; or lines of standard input, where only these can ask for a check."""
        if has_keyboard():
            with listening(lambda key: self.events.put(_Event("key", key=key))):
                yield
            return
        if self.how == "manual":
            threading.Thread(target=self._read_lines, daemon=True).start()
        yield

    def _read_lines(self) -> None:
        for _ in sys.stdin:
            self.events.put(_Event("key", key=ENTER))
        self.events.put(_Event("end"))

    def _next(self) -> _Event:
        while True:
            with contextlib.suppress(queue.Empty):
                return self.events.get(timeout=_LISTEN_S)

    def _next_key(self) -> str:
        """The next key, for a question; what else happens meanwhile is kept for later."""
        later = []
        while (event := self._next()).what not in {"key", "end"}:
            later.append(event)
        for each in later:
            self.events.put(each)
        return event.key


def _inside(path: Path, folder: Path) -> Path:
    """The path below the folder; the system may tell it by another way to the same place."""
    with contextlib.suppress(ValueError):
        return path.relative_to(folder.resolve())
    return path


def _settle(files: Sequence[Path]) -> None:
    """Give an editor a moment that has emptied or deleted a file and not yet written it again."""
    end = time.monotonic() + _HALF_SAVED_S
    while time.monotonic() < end and any(_is_empty(file) for file in files):
        time.sleep(_SETTLE_S)


def _is_empty(file: Path) -> bool:
    try:
        return file.stat().st_size == 0
    except OSError:
        return True
