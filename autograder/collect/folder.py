"""Opens files and folders below a trusted folder without ever following a link or waiting."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from autograder.errors import GradingBroken

__all__ = ["Folder", "NotPlain", "reading"]

_READ = (
    os.O_RDONLY
    | getattr(os, "O_NOFOLLOW", 0)
    | getattr(os, "O_NONBLOCK", 0)  # opening a FIFO must not wait for its writer
    | getattr(os, "O_NOCTTY", 0)
    | getattr(os, "O_CLOEXEC", 0)
    | getattr(os, "O_BINARY", 0)
)
_BY_DESCRIPTOR = os.open in os.supports_dir_fd and os.scandir in os.supports_fd
_CHUNK = 1 << 20
# What an entry that was swapped or removed while we looked answers with.
_CHANGED = frozenset([errno.ENOENT, errno.ELOOP, errno.ENOTDIR, errno.EISDIR, errno.ENXIO, errno.EMLINK])
_REPARSE_POINT = getattr(stat, "FILE_ATTRIBUTE_REPARSE_POINT", 0x400)


class NotPlain(Exception):
    """An entry is neither a plain file nor a folder; the text ends a sentence to the student."""


@dataclass(frozen=True, slots=True)
class Folder:
    """An open folder.

    Attributes:
        path: for messages; and where the platform cannot open by descriptor, to open by.
        descriptor: the folder itself, whatever its path means by now.
    """

    path: Path
    descriptor: int | None

    @classmethod
    @contextmanager
    def trusted(cls, path: Path) -> Iterator[Folder]:
        """Open a folder whose path the caller vouches for: links in it are followed."""
        if not _BY_DESCRIPTOR:
            yield cls(path, None)
            return
        descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            yield cls(path, descriptor)
        finally:
            os.close(descriptor)

    def names(self, most: int) -> list[str]:
        """The names in this folder, sorted; at most ``most`` of them."""
        with os.scandir(self.path if self.descriptor is None else self.descriptor) as entries:
            return sorted(entry.name for entry in islice(entries, most))

    def look(self, name: str) -> os.stat_result:
        """What an entry is, whatever it is: itself and not what it links to.

        Raises:
            NotPlain: it is gone.
        """
        with _changes():
            if self.descriptor is None:
                return os.lstat(self.path / name)
            return os.stat(name, dir_fd=self.descriptor, follow_symlinks=False)

    def stat(self, name: str) -> os.stat_result:
        """What an entry is, when it is a file or a folder.

        Raises:
            NotPlain: it is something else, or it is gone.
        """
        found = self.look(name)
        if problem := _problem(found):
            raise NotPlain(problem)
        return found

    @contextmanager
    def folder(self, name: str) -> Iterator[Folder]:
        """Open the folder ``name``.

        Raises:
            NotPlain: it is not a folder, or it is a link, or it is gone.
        """
        if not stat.S_ISDIR(self.stat(name).st_mode):
            raise NotPlain("it is not a folder")
        if self.descriptor is None:
            yield Folder(self.path / name, None)
            return
        with _changes():
            descriptor = os.open(name, _READ | os.O_DIRECTORY, dir_fd=self.descriptor)
        try:
            yield Folder(self.path / name, descriptor)
        finally:
            os.close(descriptor)

    def read(self, name: str, most: int) -> bytes:
        """The first ``most + 1`` bytes of a plain file: one more than allowed shows that it is too large.

        Raises:
            NotPlain: it is not a plain file, or it is gone.
        """
        if not stat.S_ISREG(self.stat(name).st_mode):
            raise NotPlain("it is not a file")
        with _changes():
            if self.descriptor is None:
                descriptor = os.open(self.path / name, _READ)
            else:
                descriptor = os.open(name, _READ, dir_fd=self.descriptor)
        try:
            found = os.fstat(descriptor)  # the entry may have been swapped since it was looked at
            if problem := _problem(found):
                raise NotPlain(problem)
            return _read(descriptor, most + 1)
        finally:
            os.close(descriptor)


def _read(descriptor: int, most: int) -> bytes:
    chunks = []
    while most > 0 and (chunk := os.read(descriptor, min(most, _CHUNK))):
        chunks.append(chunk)
        most -= len(chunk)
    return b"".join(chunks)


def _problem(found: os.stat_result) -> str | None:
    if stat.S_ISLNK(found.st_mode) or getattr(found, "st_file_attributes", 0) & _REPARSE_POINT:
        return "it is a link; hand in the file itself"
    if stat.S_ISDIR(found.st_mode):
        return None
    if not stat.S_ISREG(found.st_mode):
        return "it is not a plain file"
    if found.st_nlink > 1:
        # The other name of a hard link may be someone else's file: who may link is not who may read.
        return "it is a hard link, so it has a second name elsewhere; hand in a copy"
    return None


@contextmanager
def _changes() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno not in _CHANGED:
            raise
        raise NotPlain("it changed or vanished while it was collected") from error


@contextmanager
def reading(where: Path) -> Iterator[None]:
    """Turn what the operating system refuses into our fault: a student cannot help our permissions.

    Raises:
        GradingBroken: for every OSError.
    """
    try:
        yield
    except OSError as error:
        raise GradingBroken(
            f"A hand-in could not be collected: {error.strerror or error}.",
            where=str(error.filename or where),
            remedy="See that this user may read the hand-ins and write the inbox, and that the disk is well; "
            "then collect again.",
        ) from error
