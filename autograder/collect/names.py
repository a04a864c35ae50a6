"""Which names of files and students are taken, and how any name is shown to a person."""

from __future__ import annotations

import unicodedata
from pathlib import PurePosixPath

from autograder.collect.caps import Caps

__all__ = ["folded", "name_problem", "path_problem", "printable", "shown", "student_id", "student_problem"]

_SHOWN_CHARS = 80
# Separators, drives and streams of Windows, and what shells and HTML give a meaning to.
_NO_NAME_HOLDS = frozenset('\\:<>"|?*')
# nbgrader finds submissions with glob, to which some of these are patterns.
_NO_STUDENT_HOLDS = _NO_NAME_HOLDS | frozenset("[]{}/")
_STUDENT_CHARS = 128  # of the gradebook's column
_STUDENT_BYTES = 200  # leaves room for what is added to a file's name, below the usual limit of 255
_WINDOWS_DEVICES = frozenset(
    ["con", "prn", "aux", "nul", *(f"{port}{digit}" for port in ("com", "lpt") for digit in range(1, 10))]
)


def shown(name: object) -> str:
    """A name in quotes, on one line, short, with everything escaped that does not print."""
    text = str(name)
    if len(text) > _SHOWN_CHARS:
        text = f"{text[: _SHOWN_CHARS // 2]}...{text[-_SHOWN_CHARS // 2 :]}"
    return '"' + "".join(_shown_char(char) for char in text).replace('"', '\\"') + '"'


def printable(name: str) -> str:
    """A name as text that every output can hold: bytes that are not UTF-8 and controls as escapes."""
    return "".join(char if char == "\\" else _shown_char(char) for char in name)


def _shown_char(char: str) -> str:
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


def student_problem(student: str) -> str | None:
    """Why this cannot be a student's id, as the end of a sentence; None when it can."""
    checks = (
        (not _is_utf8(student), "it is not UTF-8 text"),
        (len(student) > _STUDENT_CHARS, f"it is longer than {_STUDENT_CHARS} characters"),
        (len(student.encode(errors="replace")) > _STUDENT_BYTES, f"it is longer than {_STUDENT_BYTES} bytes"),
        (not student.isprintable(), "it contains characters that do not print"),
        (
            not _NO_STUDENT_HOLDS.isdisjoint(student),
            f"it contains one of {' '.join(sorted(_NO_STUDENT_HOLDS))}",
        ),
        (student.strip() != student, "nbgrader strips the spaces at its ends"),
        (student[:1] in {"-", "~", "."}, f'it begins with "{student[:1]}"'),
        (not student, "it is empty"),
    )
    return next((problem for applies, problem in checks if applies), None)


def student_id(name: str) -> str:
    """The one id for all ways in which a file system or an archive spells a student's name."""
    return unicodedata.normalize("NFC", name)


def folded(path: PurePosixPath) -> str:
    """Equal for two paths that a file system may take for the same."""
    return unicodedata.normalize("NFC", str(path)).casefold()
