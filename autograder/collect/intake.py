"""Decides about each file of a hand-in, wherever it comes from: taken, or left out and why."""

from __future__ import annotations

from pathlib import PurePosixPath

from autograder.collect.caps import Caps
from autograder.collect.names import folded, path_problem, shown
from autograder.collect.notes import Notes
from autograder.collect.wanted import Wanted

__all__ = ["ARCHIVES", "NESTED", "TEXT", "Intake"]

NESTED = "archives inside a hand-in are not unpacked; hand in the files themselves"
"""Why an archive is left out."""

ARCHIVES = (".zip", ".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tbz2", ".tbz", ".tar.xz", ".txz")
"""How the names of archives end that are unpacked."""

TEXT = frozenset(
    [
        ".py",
        ".toml",
        ".txt",
        ".md",
        ".rst",
        ".html",
        ".htm",
        ".jinja",
        ".jinja2",
        ".j2",
        ".css",
        ".js",
        ".json",
        ".yaml",
        ".yml",
        ".sql",
        ".csv",
        ".svg",
    ]
)
"""Suffixes of the files that are taken beside those that a topic names."""
# Python or pytest would run these by name alone; no exercise needs one unless its brief says so.
_PICKED_UP = frozenset(["conftest.py", "sitecustomize.py", "usercustomize.py", "pyproject.toml", "setup.py"])


class Intake:
    """What was taken of one hand-in, and what the student is told about the rest.

    Attributes:
        files: contents by path, notebooks included.
        archives: contents by path of archives inside the hand-in, when they were asked for.
        changed: when these files were last changed, in nanoseconds, where that is known.
        notes: sentences to the student.
        lost: by wanted name, why a file of that name was left out.
        found: the paths of what was looked at, taken or not.
        refusal: why nothing of the hand-in can be taken at all.
    """

    def __init__(self, wanted: Wanted, caps: Caps, *, keep_archives: bool = False) -> None:
        self.wanted = wanted
        self.caps = caps
        self.files: dict[PurePosixPath, bytes] = {}
        self.archives: dict[PurePosixPath, bytes] = {}
        self.changed: dict[PurePosixPath, int] = {}
        self.notes = Notes(caps.notes)
        self.lost: dict[str, str] = {}
        self.found: list[str] = []
        self.refusal: str | None = None
        self._keep_archives = keep_archives
        self._folded: dict[str, PurePosixPath] = {}
        self._bytes = 0
        self._notebook_bytes = 0

    def leave_out(self, raw: str, why: str) -> None:
        """Tell the student that a file or folder was not taken: ``why`` ends the sentence."""
        if wanted := self.wanted.canonical(raw.rpartition("/")[2]):
            self.lost.setdefault(wanted, why)
        self.notes.add(f"{shown(raw)} was left out: {why}.")

    def accepts(self, raw: str, size: int) -> int | None:
        """How many bytes of a file may be read, or None when it is left out.

        Args:
            raw: its path within the hand-in, as it stands there.
            size: its size, as far as the file system or archive tells.
        """
        folder, slash, name = raw.rpartition("/")
        # What the brief names is taken, even if it were `.env`; a variant of it is laid out under its name.
        vetted = f"{folder}{slash}x" if self.wanted.canonical(name) else raw
        if problem := path_problem(vetted, self.caps) or self._kind_problem(name):
            self.leave_out(raw, problem)
            return None
        if len(self.files) >= self.caps.files:
            self.notes.add(f"Your hand-in has more than {self.caps.files} files; only that many were taken.")
            return None
        most = self._most(name)
        if size > most:
            self.leave_out(raw, f"it is larger than {_megabytes(most)}")
            return None
        return most

    def add(self, raw: str, data: bytes) -> None:
        """Take a file that was accepted; ``data`` may hold one byte more than was allowed, to show it."""
        path = PurePosixPath(raw)
        if len(data) > self._most(path.name):
            self.leave_out(raw, f"it is larger than {_megabytes(self._most(path.name))}")
            return
        other = self._folded.get(folded(path))
        if other is not None and path.name in self.wanted.names and other.name not in self.wanted.names:
            # The name as the brief has it comes before one of another case, whichever was seen first.
            self._drop(other, path)
        elif other is not None:
            if self.files.get(other) != data:
                self.leave_out(raw, f"its name is the same as that of {shown(other)}, which was taken")
            return
        if self._is_archive(path.name):
            self.archives[path] = data
        elif self._fits(raw, path, len(data)):
            self.files[path] = data
            self._folded[folded(path)] = path

    def _drop(self, path: PurePosixPath, other: PurePosixPath) -> None:
        del self.files[path]
        self.notes.add(f"{shown(path)} was left out: its name is the same as that of {shown(other)}.")

    def _fits(self, raw: str, path: PurePosixPath, size: int) -> bool:
        if path.suffix.lower() == ".ipynb":
            most, self._notebook_bytes = self.caps.notebooks_bytes, self._notebook_bytes + size
            fits = self._notebook_bytes <= most
        else:
            most, self._bytes = self.caps.total_bytes, self._bytes + size
            fits = self._bytes <= most
        if not fits:
            self.leave_out(raw, f"the files of your hand-in add up to more than {_megabytes(most)}")
        return fits

    def _most(self, name: str) -> int:
        if self._is_archive(name):
            return self.caps.archive_bytes
        is_notebook = name.lower().endswith((".ipynb", ".ipynb.txt", ".ipynb.json"))
        return self.caps.notebook_bytes if is_notebook else self.caps.file_bytes

    def _is_archive(self, name: str) -> bool:
        return self._keep_archives and name.lower().endswith(ARCHIVES)

    def _kind_problem(self, name: str) -> str | None:
        if name in self.wanted.names:
            return None
        if name.casefold() in _PICKED_UP:
            return "Python or pytest would run a file of this name unasked, and the brief does not name it"
        lower = name.lower()
        if self._is_archive(name) or self.wanted.canonical(name) or lower.endswith(".ipynb"):
            return None
        if lower.endswith((*ARCHIVES, ".gz", ".7z", ".rar", ".whl")):
            return NESTED
        if PurePosixPath(lower).suffix not in TEXT:
            return "only source and text files are taken"
        return None


def _megabytes(size: int) -> str:
    return f"{size / 1_000_000:g} MB"
