"""What a cluster is held by: its folder, its processes, and the error of one that fails on its own."""

from __future__ import annotations

import contextlib
import os
import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from autograder.errors import GradingBroken

__all__ = ["Held", "Home", "broken", "words_of"]

_MOST_LOG = 65_536
_LAST_WORDS = 400


class Held(Protocol):
    """The server's processes, as whoever started them holds them."""

    pid: int

    @property
    def gone(self) -> bool:
        """Whether the server has ended."""

    @property
    def code(self) -> int | None:
        """Its exit code, once buried; 128 and a signal's number where one ended it."""

    def kill(self) -> None:
        """End all of them; returns before they are gone."""

    def bury(self) -> object:
        """End all of them and wait until the last is gone. Raises GradingBroken."""


@dataclass(frozen=True, slots=True)
class Home:
    """A folder for one cluster, or for the template: with the file `log`, and what the programs write.

    Attributes:
        uid: whom the programs run as.
        lease: what ends with it.
    """

    folder: Path
    uid: int
    lease: contextlib.ExitStack = field(default_factory=contextlib.ExitStack)

    def own(self, name: str) -> Path:
        """A new folder in it that the programs can write to."""
        made = self.folder / name
        made.mkdir()
        if os.geteuid() == 0:
            os.chown(made, self.uid, self.uid)
        return made

    def log(self) -> bytes:
        """The beginning of what the programs said."""
        with contextlib.suppress(OSError), (self.folder / "log").open("rb") as file:
            return file.read(_MOST_LOG)
        return b""

    def last_words(self) -> str:
        """What they said, as part of a message."""
        return words_of(self.log())

    def close(self) -> None:
        """Remove it; can be called again."""
        self.lease.close()
        shutil.rmtree(self.folder, ignore_errors=True)


def broken(what: str) -> GradingBroken:
    """An error of the database's that is no submission's doing."""
    return GradingBroken(
        what,
        where="the PostgreSQL of this machine",
        remedy="Look at the machine's memory and disk and at that PostgreSQL, then grade again.",
    )


def words_of(log: bytes) -> str:
    """The end of a log, as part of a message."""
    return log.decode("utf-8", "replace").strip()[-_LAST_WORDS:] or "it said nothing"
