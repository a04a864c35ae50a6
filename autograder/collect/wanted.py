"""Which files a topic asks for, and which odd names are understood as one of them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Self

from autograder.catalog.model import Topic

__all__ = ["Wanted"]

# What browsers, file managers and JupyterLab add to the name of a second copy.
_COPY = re.compile(r"(?:[ _-]*\(\d{1,3}\)|[ _-]+copy[ _-]{0,3}\d{0,3}|-\d{1,2})\Z", re.IGNORECASE)
# What they add behind the real suffix when they take the file for text.
_SECOND_SUFFIX = re.compile(r"(?<=.)(\.py|\.ipynb|\.md|\.json|\.toml)(?:\.txt|\.json)\Z", re.IGNORECASE)
_COPIES_OF_COPIES = 3
# Longer than any file system's; an archive can hold names of 64 kB, and comparing them takes their square.
_MOST_NAME = 255


@dataclass(frozen=True, slots=True)
class Wanted:
    """The files that a topic asks for.

    Attributes:
        notebook: the name of the cover sheet, ``<topic>.ipynb``.
        files: what the parts name, and the notebook.
    """

    notebook: str
    files: frozenset[str]

    @classmethod
    def of(cls, topic: Topic) -> Self:
        """What ``topic`` asks for."""
        notebook = f"{topic.name}.ipynb"
        return cls(notebook, frozenset([notebook, *(name for part in topic.part for name in part.files)]))

    @property
    def names(self) -> frozenset[str]:
        """The files' names without their folders."""
        return frozenset(PurePosixPath(file).name for file in self.files)

    @property
    def packages(self) -> frozenset[str]:
        """Names of the folders that may stand for a file: ``x`` for ``x.py``."""
        return frozenset(name.removesuffix(".py") for name in self.names if name.endswith(".py"))

    def is_notebook(self, path: PurePosixPath) -> bool:
        """Whether a file is a notebook, of whatever name."""
        return path.suffix.lower() == ".ipynb" or self.canonical(path.name) == self.notebook

    def canonical(self, name: str) -> str | None:
        """The wanted file name that ``name`` is, or is a variant of; None when it is neither."""
        if name in self.names:
            return name
        if len(name) > _MOST_NAME:
            return None
        key = _key(name)
        matches = [wanted for wanted in self.names if _key(wanted) == key]
        return matches[0] if len(matches) == 1 else None


def _key(name: str) -> str:
    """Equal for a name and its variants: other case, ``-`` for ``_``, a copy's number."""
    path = PurePosixPath(_SECOND_SUFFIX.sub(r"\1", name.strip()))
    stem = path.stem.strip()
    for _ in range(_COPIES_OF_COPIES):
        stem = _COPY.sub("", stem)
    return re.sub(r"[ -]", "_", stem.strip() + path.suffix).casefold()
