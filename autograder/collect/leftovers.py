"""Which files and folders are left behind by tools: they are never a student's work."""

from __future__ import annotations

import re

from autograder.catalog.root import TOPIC_FILE

__all__ = ["MADE_BY_TOOL", "is_silent", "is_tools", "tool_folder"]

MADE_BY_TOOL = "such a folder is made by a tool and is never part of a hand-in"
"""Why a folder is left out."""

# Made by tools without the student's doing: nobody needs to hear of it.
_SILENT_FOLDERS = frozenset(
    [
        "__macosx",
        "__pycache__",
        ".ipynb_checkpoints",
        ".pytest_cache",
        ".mypy_cache",
        ".ruff_cache",
        ".idea",
        ".vscode",
        ".starters",
    ]
)
_SILENT_FILES = frozenset(
    [
        *(".ds_store", "thumbs.db", "desktop.ini", ".gitignore", ".gitattributes", ".gitkeep"),
        *("timestamp.txt", TOPIC_FILE),
    ]
)
# `nbgrader fetch_feedback` puts each page into `feedback/<timestamp>/` in the assignment's own folder.
_FETCHED_FEEDBACK = re.compile(r"(?:^|/)feedback/\d{4}-\d\d-\d\d[ _T]\d\d\D?\d\d\D?\d\d[^/]*(?:/|$)")
_SILENT_SUFFIXES = (".pyc", ".pyo")
_FOLDERS = frozenset(
    [".git", ".hg", ".svn", "venv", ".venv", "env", ".env", ".tox", ".nox", "node_modules", "site-packages"]
)


def is_tools(folder: str) -> bool:
    """Whether a folder of this name was made by a tool."""
    return folder.casefold() in _FOLDERS or folder.casefold() in _SILENT_FOLDERS


def tool_folder(raw: str) -> str | None:
    """The path of the outermost folder on the way to ``raw`` that a tool made and a student may hear of."""
    folders = raw.split("/")[:-1]
    at = next((at for at, name in enumerate(folders) if name.casefold() in _FOLDERS), None)
    return None if at is None else "/".join(folders[: at + 1])


def is_silent(raw: str) -> bool:
    """Whether nobody needs to hear that the file at this path was left out."""
    folder, _, name = raw.rpartition("/")
    return (
        not _SILENT_FOLDERS.isdisjoint(folder.casefold().split("/"))
        or name.casefold() in _SILENT_FILES
        or name.startswith("._")
        or name.lower().endswith(_SILENT_SUFFIXES)
        or _FETCHED_FEEDBACK.search(raw) is not None
    )
