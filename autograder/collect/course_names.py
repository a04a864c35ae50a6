"""Which names of files and folders stand for which topic, and which mean nothing at all."""

from __future__ import annotations

import os
import re
from collections.abc import Collection
from dataclasses import dataclass
from difflib import get_close_matches
from itertools import islice
from pathlib import Path
from typing import Self

from autograder.catalog.model import Topic
from autograder.catalog.root import COURSE_FILE
from autograder.collect.intake import ARCHIVES
from autograder.collect.wanted import Wanted

__all__ = [
    "EXERCISES",
    "CourseNames",
    "archive_stem",
    "children",
    "is_dropping",
    "is_folder",
    "is_tree",
    "original_name",
]

_UNREADABLE = (".rar", ".7z", ".gz", ".bz2", ".xz", ".zst", ".lz", ".z", ".cab", ".iso", ".dmg")
"""Archives that cannot be unpacked: whose they are is certain, so they are refused where students see it."""

_DROPPINGS = frozenset(
    ["__macosx", "__pycache__", "thumbs.db", "ehthumbs.db", "desktop.ini", "$recycle.bin", "icon\r"]
)
EXERCISES = "exercises"
"""The folder of a repository or a student edition that holds the topics' folders."""

_TREES = frozenset([EXERCISES, "lessons", "solutions", "autograder"])
_OF_TOOLS = re.compile(
    r"\.(git|github|svn|hg|venv|env|tox|nox|direnv|cache|local|vscode|idea|ipynb_checkpoints|jupyter"
    r"|(pytest|mypy|ruff)_cache|starters|course|trash|trashes|spotlight-v100|fseventsd)\Z",
    re.IGNORECASE,
)
_COPY = re.compile(r"\A(?P<name>.*\S)\s*\(\d{1,3}\)\Z")
_DEPTH = 3  # folders below a folder in which an app is looked for
_ENTRIES = 2_000  # of each of these folders
_ALIKE = 0.75


def children(folder: Path, most: int | None = None) -> list[os.DirEntry[str]]:
    """The entries of a folder by name, without those that operating systems and tools leave behind."""
    with os.scandir(folder) as entries:
        kept = (entry for entry in entries if not is_dropping(entry.name))
        return sorted(islice(kept, most), key=lambda entry: entry.name)


def is_dropping(name: str) -> bool:
    """Whether a name is one that no person gives."""
    return name.startswith(".") or name.casefold() in _DROPPINGS


def is_tree(name: str) -> bool:
    """Whether a name is that of a folder at the top of the course's repository."""
    return name.casefold() in _TREES


def original_name(name: str) -> str:
    """A name without the number that a browser or file manager adds to a copy's: ``ada`` of ``ada (1)``."""
    copy = _COPY.match(name)
    return copy["name"] if copy else name


def is_folder(entry: os.DirEntry[str]) -> bool:
    """Whether an entry is itself a folder, and not a link to one."""
    return entry.is_dir(follow_symlinks=False)


def archive_stem(name: str) -> str | None:
    """An archive's name without its suffix, whether it can be unpacked or not; None of another file."""
    endings = [suffix for suffix in (*ARCHIVES, *_UNREADABLE) if name.lower().endswith(suffix)]
    return name[: -len(max(endings, key=len))] if endings else None


@dataclass(frozen=True, slots=True)
class CourseNames:
    """What the course calls its topics, and the files that one of them asks for.

    Attributes:
        topic: the topic whose hand-ins are looked for.
        others: the course's other topics.
        wanted: the files of ``topic``.
    """

    topic: str
    others: frozenset[str]
    wanted: Wanted

    @classmethod
    def of(cls, topic: Topic, topics: Collection[str]) -> Self:
        """The names around ``topic`` in a course of these topics."""
        return cls(topic.name, frozenset(topics) - {topic.name}, Wanted.of(topic))

    def is_topic(self, name: str) -> bool:
        """Whether a folder's or an archive's name is the topic's: of any case, and with a copy's number."""
        return self.wanted.is_topics(name)

    def is_other(self, name: str) -> bool:
        """Whether it is another topic's."""
        return any(Wanted(f"{other}.ipynb", frozenset()).is_topics(name) for other in self.others)

    def mentions_topic(self, name: str) -> bool:
        """Whether the topic's name is a word of it, and no other topic's is."""
        words = set(re.split(r"[\W_]+", name.casefold()))
        return self.topic in words and words.isdisjoint(self.others)

    def resembles(self, name: str) -> str | None:
        """The topic that a name is likely a misspelling of."""
        close = get_close_matches(name.casefold(), [self.topic, *sorted(self.others)], 1, _ALIKE)
        return close[0] if close else None

    def is_app(self, entry: os.DirEntry[str]) -> bool:
        """Whether an entry is a file that the topic asks for, or a package that stands for one."""
        if is_folder(entry):
            package = entry.name in self.wanted.packages
            return package and os.path.lexists(Path(entry.path, "__init__.py"))
        return bool(self.wanted.canonical(entry.name))

    def holds_app(self, folder: Path, depth: int = _DEPTH) -> bool:
        """Whether an app is in the folder, or up to ``depth`` folders below."""
        inner: list[Path] = []
        for entry in children(folder, _ENTRIES):
            if self.is_app(entry):
                return True
            if is_folder(entry):
                inner.append(Path(entry.path))
        return depth > 0 and any(self.holds_app(each, depth - 1) for each in inner)

    def holds_work(self, folder: Path) -> bool:
        """Whether an app is in it or below, or an archive in it."""
        return self.holds_app(folder) or any(archive_stem(each.name) for each in children(folder, _ENTRIES))

    def hides_work(self, entry: os.DirEntry[str]) -> bool:
        """Whether an entry whose name begins with a dot is a person's and not a tool's."""
        name = entry.name
        if not name.startswith(".") or name.startswith("._") or _OF_TOOLS.match(name):
            return False
        return self.holds_work(Path(entry.path)) if is_folder(entry) else archive_stem(name) is not None

    def is_repository(self, folder: Path) -> bool:
        """Whether a folder looks like the course's repository, or a student edition of it."""
        if (folder / EXERCISES / self.topic).is_dir():
            return not (folder / EXERCISES).is_symlink()
        return (folder / EXERCISES).is_dir() and self.is_course(folder)

    def is_course(self, folder: Path) -> bool:
        """Whether a folder holds the file that every edition of the course has at its top."""
        return os.path.lexists(folder / COURSE_FILE)
