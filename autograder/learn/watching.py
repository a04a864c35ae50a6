"""Decides when a learner has saved: by what the system tells, by looking again and again, or not at all."""

from __future__ import annotations

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

    Args:
        folder: all below it.
        wanted: whether a file there matters.
        saved: called with the files that were saved, from another thread.
        lost: called with the reason when watching stops working; from then on it is ``manual``.
        how: ``told`` falls back to ``polling`` where the system refuses.
    """

    def __init__(
        self,
        folder: Path,
        wanted: Callable[[Path], bool],
        saved: Callable[[list[Path]], None],
        lost: Callable[[str], None],
        how: How = "told",
    ) -> None:
        self.how = how
        self._folder = folder
        self._wanted = wanted
        self._saved = saved
        self._lost = lost
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
        if self.how == "told":
            try:
                self._follow(polling=False)
            except (OSError, RuntimeError):  # no events on this drive, or none left to be had
                self.how = "polling"
        if self.how == "polling" and not self._stop.is_set():
            try:
                self._follow(polling=True)
            except (OSError, RuntimeError) as error:
                self.how = "manual"
                self._lost(str(error))

    def _follow(self, *, polling: bool) -> None:
        changes = watchfiles.watch(
            self._folder,
            watch_filter=lambda change, name: (
                change is not watchfiles.Change.deleted and self._wanted(Path(name))
            ),
            debounce=_DEBOUNCE_MS,
            step=_STEP_MS,
            rust_timeout=_LOOK_MS,
            stop_event=self._stop,
            force_polling=polling or None,
            poll_delay_ms=_POLL_MS,
            raise_interrupt=False,
        )
        for each in changes:
            self._saved(sorted({Path(name) for _, name in each}))
