"""Whether a source file is text that Python would read, without asking Python to read it."""

from __future__ import annotations

import re
from pathlib import PurePosixPath

__all__ = ["text_problem"]

# PEP 263, on bytes; only encodings that are a plain table of characters are taken, so that the name of
# a codec (some run for minutes on a megabyte) is never the student's choice.
_COOKIE = re.compile(rb"^[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)")
_BLANK = re.compile(rb"^[ \t\f]*(?:#.*)?$")
_TABLES = re.compile(r"(?:latin-?1|iso-?8859-?\d{1,2}|cp125\d|windows-?125\d|us-?ascii|ascii)\Z")
_UTF_8 = re.compile(r"utf-?8(?:-sig)?\Z")
_BOM = b"\xef\xbb\xbf"
_REMEDY = "save it as UTF-8"


def text_problem(path: PurePosixPath, data: bytes) -> str | None:
    """Why a file of a part cannot be judged, as the end of a sentence; None when it can.

    Args:
        path: its name tells whether an encoding may be declared in it.
        data: all of its bytes.
    """
    if not data.strip(b" \t\r\n\f"):
        return "is empty: write your answer in it"
    if b"\0" in data:
        return f"holds NUL bytes, so it is not text: {_REMEDY}"
    encoding = "utf-8"
    if path.suffix == ".py" and (declared := _declared(data)):
        encoding = declared
    if not _UTF_8.match(encoding) and (data.startswith(_BOM) or not _TABLES.match(encoding)):
        return f"declares an encoding that is not taken here: {_REMEDY}"
    try:
        data.decode(encoding)
    except (UnicodeDecodeError, LookupError):
        return f"is not {'UTF-8' if _UTF_8.match(encoding) else encoding} text: {_REMEDY}"
    return None


def _declared(data: bytes) -> str | None:
    for line in data.removeprefix(_BOM).splitlines()[:2]:
        if cookie := _COOKIE.match(line):
            return cookie[1].decode("ascii", "replace").lower().replace("_", "-")
        if not _BLANK.match(line):
            return None
    return None
