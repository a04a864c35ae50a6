"""Decides when a learner has saved: by what the system tells, by looking again and again, or not at all."""

from __future__ import annotations

import contextlib
import stat
import threading
from collections.abc import Callable
from pathlib import Path, PurePosixPath
from types import TracebackType
from typing import Literal, Self

import watchfiles

from autograder.catalog import Places, Topic
from autograder.release.claims import file_or_package, matches

__all__ = ["How", "Watcher", "is_watched"]

How = Literal["told", "polling", "manual"]
"""By events of the system; by looking at the files several times a second; not at all."""

_STEP_MS = 10
"""Nothing else was saved for so long: then it is a save, and not the half of one."""
_DEBOUNCE_MS = 300
_POLL_MS = 200
_LOOK_MS = 200
_ENDING_S = 2.0


def is_watched(places: Places, topic: Topic, path: Path) -> bool:
    """Whether the file is one that a learner hands in for the topic, or its examples."""
    if path == places.examples:
        return True
    try:
        inside = PurePosixPath(path.relative_to(places.exercise).as_posix())
    except ValueError:
        return False
    patterns = (each for part in topic.part for each in file_or_package(part.files))
    return any(matches(inside, each) for each in patterns) and "__pycache__" not in inside.parts


class Watcher:
    """Watches a folder until it is closed; a file that is replaced, as many editors do, is still watched.

    So is a folder that a branch checkout or a sync client replaces, or that does not exist for a while.

    Args:
        folder: all below it.
        wanted: which files matter.
        saved: called with the files that were saved or deleted, from another thread; with none when
            another folder was put in the place of the watched one, so that any file may differ.
        lost: called with the reason when watching stops working; from then on it is ``manual``.
        gone: called when the folder no longer exists; ``saved`` is called once it is back.
        how: ``told`` falls back to ``polling`` where the system refuses.
    """

    def __init__(
        self,
        folder: Path,
        wanted: Callable[[Path], bool],
        saved: Callable[[list[Path]], None],
        lost: Callable[[str], None],
        *,
        gone: Callable[[], None] = lambda: None,
        how: How = "told",
    ) -> None:
        self.how = how
        self._folder = folder
        self._wanted = wanted
        self._saved = saved
        self._lost = lost
        self._gone = gone
        self._is_new = False
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> Self:
        if self.how != "manual":
            self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join(_ENDING_S)

    def _watch(self) -> None:
        is_told = False
        while not self._stop.is_set():
            if _identity(self._folder) is not None:
                is_told = False
                if not self._follow_somehow():
                    return
                self._is_new = True
            else:
                if not is_told:
                    self._gone()
                is_told = self._is_new = True
                self._stop.wait(_LOOK_MS / 1000)

    def _follow_somehow(self) -> bool:
        """Follow the folder that is there now. Returns whether it is to be looked for again."""
        try:
            if self.how == "told":
                with contextlib.suppress(OSError, RuntimeError):  # no events here, or none left to be had
                    return self._follow(polling=False)
                if _identity(self._folder) is None:
                    return True
                self.how = "polling"
            return not self._stop.is_set() and self._follow(polling=True)
        except (OSError, RuntimeError) as error:
            if _identity(self._folder) is None:
                return True
            self.how = "manual"
            self._lost(str(error))
            return False

    def _follow(self, *, polling: bool) -> bool:
        """Report what is saved or deleted. Returns whether the folder is gone, or another is in its place."""
        watched, roots = _identity(self._folder), {self._folder, self._folder.resolve()}
        looks = watchfiles.watch(
            self._folder,
            watch_filter=lambda change, name: (
                (change is watchfiles.Change.deleted and Path(name) in roots) or self._wanted(Path(name))
            ),
            debounce=_DEBOUNCE_MS,
            step=_STEP_MS,
            rust_timeout=_LOOK_MS,
            yield_on_timeout=True,
            stop_event=self._stop,
            force_polling=polling or None,
            poll_delay_ms=_POLL_MS,
            raise_interrupt=False,
        )
        for changes in looks:
            now = _identity(self._folder)
            files = {Path(name) for _, name in changes} - roots
            if now is None:  # whoever deletes the folder deletes its files first
                files -= {Path(name) for change, name in changes if change is watchfiles.Change.deleted}
            if files or self._is_new:
                self._saved(sorted(files))
            self._is_new = False
            # A new folder may get the inode of the one that was deleted; the deletion was reported then.
            is_deleted = any(
                change is watchfiles.Change.deleted and Path(name) in roots for change, name in changes
            )
            # Polling follows the path, and the inodes of some network drives change at each look.
            if now is None or (not polling and (is_deleted or now != watched)):
                return True
        return False


def _identity(folder: Path) -> tuple[int, int] | None:
    """What tells the folder from another one in its place; None when there is none."""
    try:
        found = folder.stat()
    except OSError:
        return None
    return (found.st_dev, found.st_ino) if stat.S_ISDIR(found.st_mode) else None
