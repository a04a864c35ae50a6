"""Which files a topic asks for, and which odd names are understood as one of them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import PurePosixPath
from typing import Self

from autograder.catalog.model import Topic
from autograder.collect.copies import marks_a_copy, words_of

__all__ = ["Wanted"]

# What browsers and mail programs append behind the real suffix when they take the file for text.
_SECOND_SUFFIX = re.compile(
    r"(?<=.)(\.py|\.ipynb|\.md|\.json|\.toml|\.yaml|\.csv)(?:\.py|\.txt|\.json|\.download)\Z", re.IGNORECASE
)
# Longer than any file system's; an archive can hold names of 64 kB, and comparing them takes their square.
_MOST_NAME = 255
_CHOSEN_NUMBER = re.compile(r"\A\d{1,3}[-_. ]+")


@dataclass(frozen=True, slots=True)
class Wanted:
    """The files that a topic asks for.

    Attributes:
        notebook: the name of the cover sheet, ``<topic>.ipynb``.
        files: what the parts name, and the notebook.
        asks_notebook: whether an answer may be written into the notebook.
    """

    notebook: str
    files: frozenset[str]
    asks_notebook: bool = False

    @classmethod
    def of(cls, topic: Topic) -> Self:
        """What ``topic`` asks for."""
        notebook = f"{topic.name}.ipynb"
        asks = any(part.kind == "memo" or notebook in part.files for part in topic.part)
        return cls(
            notebook, frozenset([notebook, *(name for part in topic.part for name in part.files)]), asks
        )

    @property
    def topic(self) -> str:
        """The topic's name."""
        return self.notebook.removesuffix(".ipynb")

    @property
    def names(self) -> frozenset[str]:
        """The files' names without their folders."""
        return _names(self.files)

    @property
    def packages(self) -> frozenset[str]:
        """Names of the folders that may stand for a file: ``x`` for ``x.py``."""
        return _packages(self.files)

    def is_notebook(self, path: PurePosixPath) -> bool:
        """Whether a file is a notebook, of whatever name."""
        return path.suffix.lower() == ".ipynb" or self.canonical(path.name) == self.notebook

    def canonical(self, name: str) -> str | None:
        """The wanted file name that ``name`` is, or is a variant of; None when it is neither.

        A variant differs in case, in separators, in the words by which file managers mark a copy, and in
        numbers: ``Copy of flask_app.py``, ``flask-app (1).py``, ``flaskapp 2.py.txt``.
        """
        return _canonical(name, self.names)

    def is_topics(self, folder: str) -> bool:
        """Whether a folder is named like the topic, or like a copy of the topic's folder."""
        return len(folder) <= _MOST_NAME and _is_variant(_CHOSEN_NUMBER.sub("", folder), self.topic)


@lru_cache
def _names(files: frozenset[str]) -> frozenset[str]:
    return frozenset(PurePosixPath(file).name for file in files)


@lru_cache
def _packages(files: frozenset[str]) -> frozenset[str]:
    return frozenset(name.removesuffix(".py") for name in _names(files) if name.endswith(".py"))


# As many as are listed of one archive: each name is asked for several times.
@lru_cache(maxsize=1 << 16)
def _canonical(name: str, names: frozenset[str]) -> str | None:
    if name in names:
        return name
    if len(name) > _MOST_NAME or name.startswith((".", "~")):  # hidden files and locks of editors
        return None
    path = PurePosixPath(_SECOND_SUFFIX.sub(r"\1", name.strip()))
    suffix = path.suffix.strip().casefold()
    matches = [wanted for wanted in names if _is_named(path.stem, suffix, PurePosixPath(wanted))]
    return matches[0] if len(matches) == 1 else None


def _is_named(stem: str, suffix: str, wanted: PurePosixPath) -> bool:
    return suffix == wanted.suffix.casefold() and _is_variant(stem, wanted.stem)


@lru_cache(maxsize=4096)
def _is_variant(stem: str, wanted: str) -> bool:
    """Whether the words of ``wanted`` stand in ``stem`` side by side, and nothing else but a copy's marks."""
    words, whole = words_of(stem), "".join(words_of(wanted))
    for start in range(len(words)):
        for end in range(start + 1, len(words) + 1):
            joined = "".join(words[start:end])
            if joined == whole:
                return marks_a_copy([*words[:start], *words[end:]])
            if not whole.startswith(joined):
                break
    return False
