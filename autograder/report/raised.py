"""Decides what an app's output says was raised last: which exception, with what message, and where."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

__all__ = ["Raised", "last_raised"]

# Blanks of the line alone: `\s` would run on over line ends, and need the square of their number.
_HEADER = re.compile(r"(?:  \+ Exception Group )?Traceback \(most recent call last\):[ \t\r]*")
_FRAME = re.compile(r'[ \t]*File "([^"\n]{1,200})", line (\d{1,9})')
_ERROR = re.compile(r"([A-Za-z_][\w.]{0,200})(?::(?:[ \t](.*))?)?")
_NAMED_AS_ERROR = re.compile(r"(?:Error|Exception|ExceptionGroup|Exit|Interrupt|StopIteration)\Z")
_GROUP_LINE, _MEMBER_LINE, _MEMBER_END = "  | ", "    | ", "    +-"
_VALIDATION = re.compile(r"\d+ validation errors? for ")
_DETAIL = re.compile(r" \[type=.*")
_BELONGS_TO_FRAME = "  "
_LINES = 10


@dataclass(frozen=True, slots=True)
class Raised:
    """An exception as a traceback shows it.

    Attributes:
        error: its type, as it is printed: ``json.decoder.JSONDecodeError``.
        message: its message on one line; empty when it has none.
        frames: file and line of each frame, the innermost last.
    """

    error: str
    message: str
    frames: tuple[tuple[str, int], ...] = ()

    @property
    def name(self) -> str:
        """Its type's own name."""
        return self.error.rpartition(".")[2]

    @property
    def text(self) -> str:
        """Type and message, as Python prints them."""
        return f"{self.error}: {self.message}" if self.message else self.error


def last_raised(output: str) -> Raised | None:
    """The last exception in what an app printed; what it printed afterwards does not matter.

    Of exceptions that were raised one while another was handled, this is the one that was never caught.
    """
    lines = output.replace("\r\n", "\n").split("\n")
    at = next((at for at in range(len(lines) - 1, -1, -1) if _HEADER.fullmatch(lines[at])), None)
    if at is None:
        return _without_header(lines)
    if lines[at].startswith(" "):
        return _group(lines[at + 1 :])
    return _raised(lines[at + 1 :])


def _raised(lines: Sequence[str]) -> Raised | None:
    """What stands below a traceback's header: frames, the exception, more lines of its message."""
    frames: list[tuple[str, int]] = []
    for at, line in enumerate(lines):
        if line.strip() and not line.startswith(_BELONGS_TO_FRAME):
            error, message = _split(line)
            return Raised(error, _message(message, lines[at + 1 :]), tuple(frames))
        if frame := _FRAME.match(line):
            frames.append((frame[1], int(frame[2])))
    return None


def _split(line: str) -> tuple[str, str | None]:
    """Type and message of an exception's line; no message where none is printed, not even an empty one."""
    line = line.rstrip()
    found = _ERROR.fullmatch(line)
    if found is None:
        return line.strip(), None
    return found[1], found[2] or ("" if line.endswith(":") else None)


def _message(first: str | None, rest: Sequence[str]) -> str:
    """The message's first line, or of one that begins below it; of Pydantic's, the first fault, too."""
    if first is None:
        return ""
    more = [line.strip() for line in rest[:_LINES]]
    if not first.strip():
        return next((line for line in more if line), "")
    if _VALIDATION.match(first):
        return ": ".join([first, *(_DETAIL.sub("", line) for line in more[:2] if line)])
    return first.strip()


def _group(lines: Sequence[str]) -> Raised | None:
    """An exception group: its own line, and the first of its exceptions."""
    own = _raised(list(_prefixed(lines, _GROUP_LINE)))
    below = [line for line in lines if line.startswith((_MEMBER_LINE, _MEMBER_END))]
    members = _prefixed(below, _MEMBER_LINE)
    first = _raised([line for line in members if not _HEADER.fullmatch(line)])
    if own is None or first is None:
        return own
    return Raised(own.error, f"{own.message}, the first: {first.text}", (*own.frames, *first.frames))


def _prefixed(lines: Sequence[str], prefix: str) -> Iterator[str]:
    for line in lines:
        if not line.startswith(prefix):
            return
        yield line.removeprefix(prefix)


def _without_header(lines: Sequence[str]) -> Raised | None:
    """An exception of which no frame is shown: its line alone."""
    for at in range(len(lines) - 1, -1, -1):
        error, message = _split(lines[at])
        if _NAMED_AS_ERROR.search(error) and _ERROR.fullmatch(lines[at].rstrip()):
            return Raised(error, _message(message, lines[at + 1 :]))
    return None
