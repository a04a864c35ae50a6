"""Which names of files and students are taken, and how any name is shown to a person."""

from __future__ import annotations

import unicodedata
from pathlib import PurePosixPath

from autograder.collect.caps import Caps

__all__ = ["folded", "name_problem", "path_problem", "shown", "student_problem"]

_SHOWN_CHARS = 80
# Separators, drives and streams of Windows, and what shells and HTML give a meaning to.
_NO_NAME_HOLDS = frozenset('\\:<>"|?*')
# nbgrader finds submissions with glob, to which these are patterns.
_NO_STUDENT_HOLDS = frozenset("[]{}/")
_WINDOWS_DEVICES = frozenset(
    ["con", "prn", "aux", "nul", *(f"{port}{digit}" for port in ("com", "lpt") for digit in range(1, 10))]
)


def shown(name: object) -> str:
    """A name in quotes, on one line, short, with everything escaped that does not print."""
    text = str(name)
    if len(text) > _SHOWN_CHARS:
        text = f"{text[: _SHOWN_CHARS // 2]}...{text[-_SHOWN_CHARS // 2 :]}"
    return '"' + "".join(_shown_char(char) for char in text) + '"'


def _shown_char(char: str) -> str:
    if char == '"':
        return '\\"'
    if char == "\\":
        return "\\\\"
    if char.isprintable():
        return char
    if "\udc80" <= char <= "\udcff":  # a byte of a file name that is not UTF-8
        return f"\\x{ord(char) - 0xDC00:02x}"
    return char.encode("unicode_escape").decode("ascii")


def name_problem(name: str, caps: Caps) -> str | None:
    """Why a file or folder of this name is not taken, as the end of a sentence; None when it is.

    Args:
        name: one component of a path, as the file system or archive has it.
        caps: holds the longest name that is taken.
    """
    checks = (
        (not _is_utf8(name), "its name is not UTF-8 text"),
        (
            len(name.encode(errors="replace")) > caps.name_bytes,
            f"its name is longer than {caps.name_bytes} bytes",
        ),
        (not name.isprintable(), "its name holds characters that do not print"),
        (not _NO_NAME_HOLDS.isdisjoint(name), f"its name holds one of {' '.join(sorted(_NO_NAME_HOLDS))}"),
        (
            not name[:1].isalnum() and name[:1] != "_",
            "its name begins with neither letter, digit nor underscore",
        ),
        (name[-1:] in {".", " "}, "its name ends with a dot or a space"),
        (name.partition(".")[0].casefold() in _WINDOWS_DEVICES, "its name means a device on Windows"),
    )
    return next((problem for applies, problem in checks if applies), None)


def _is_utf8(name: str) -> bool:
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True


def path_problem(raw: str, caps: Caps) -> str | None:
    """Why a file with this path within a hand-in is not taken; None when it is.

    Args:
        raw: the path with slashes, as an archive has it.
        caps: hold the longest and deepest path that is taken.
    """
    parts = raw.split("/")
    checks = (
        (
            raw.startswith(("/", "\\")) or raw[1:2] == ":",
            "its path is absolute, so it lies outside of your hand-in",
        ),
        (".." in parts, 'its path holds "..", so it lies outside of your hand-in'),
        ("" in parts or "." in parts, "its path holds an empty name"),
        # nbgrader would take such a folder for a notebook, and fail.
        (any(part.lower().endswith(".ipynb") for part in parts[:-1]), "its folder is named like a notebook"),
        (len(parts) - 1 > caps.depth, f"it lies more than {caps.depth} folders deep"),
    )
    if problem := next((problem for applies, problem in checks if applies), None):
        return problem
    if problem := next((found for part in parts if (found := name_problem(part, caps))), None):
        return problem
    too_long = len(raw.encode()) > caps.path_bytes
    return f"its path is longer than {caps.path_bytes} bytes" if too_long else None


def student_problem(student: str, caps: Caps) -> str | None:
    """Why this cannot be a student's id, as the end of a sentence; None when it can."""
    if problem := name_problem(student, caps):
        return problem
    if not _NO_STUDENT_HOLDS.isdisjoint(student):
        return f"its name holds one of {' '.join(sorted(_NO_STUDENT_HOLDS))}"
    return None


def folded(path: PurePosixPath) -> str:
    """Equal for two paths that a file system may take for the same."""
    return unicodedata.normalize("NFC", str(path)).casefold()
