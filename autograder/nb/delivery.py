"""What ``nbgrader release_feedback`` needs beside each page: a time, and the secret that names the page."""

from __future__ import annotations

import hashlib
import hmac
import re
from datetime import UTC, datetime
from pathlib import Path

from autograder.collect import timestamp
from autograder.nb.folder import GradingFolder
from autograder.nb.whole import replacing

__all__ = ["PAGE_KEY", "complete_result"]

PAGE_KEY = "submission_secret.txt"
_TIME = "timestamp.txt"
_SECRET_FORM = re.compile(rb"[0-9A-Za-z_-]{16,256}\s*")
_SECRET_BYTES = 300


def complete_result(folder: GradingFolder, topic: str, student: str) -> bool:
    """Write the files of a result that did not come through nbgrader's exchange, or are unusable.

    One result without them, or with a secret that is not text, ends the release for the whole class.
    The time is that of grading: nbgrader only logs it. It is written here and not into the inbox, whose
    time nbgrader takes for that of the submission, and computes late penalties from. The secret is random
    to everybody else, so that nobody can guess a page's name in the exchange.

    Returns:
        Whether anything was written.
    """
    result = folder.autograded / student / topic
    before = {name: _content(result / name) for name in (_TIME, PAGE_KEY)}
    now = {
        _TIME: before[_TIME] or timestamp.written(_graded_at(result)),
        PAGE_KEY: _secret(folder, topic, student, before[PAGE_KEY]),
    }
    for name, data in now.items():
        if before[name] != data:
            with replacing(result / name) as file:
                file.write(data.decode())
    return now != before


def _secret(folder: GradingFolder, topic: str, student: str, taken: bytes) -> bytes:
    """The secret that the student's own nbgrader wrote, else one that is made here."""
    for found in (taken, _content(folder.submitted / student / topic / PAGE_KEY)):
        if _SECRET_FORM.fullmatch(found):
            return found
    purpose = f"feedback\n{topic}\n{student}".encode()
    return hmac.digest(folder.secret(), purpose, hashlib.sha256).hex().encode()


def _graded_at(result: Path) -> datetime:
    return datetime.fromtimestamp(result.stat().st_mtime, UTC)


def _content(path: Path) -> bytes:
    """The beginning of a plain file; nothing where there is none."""
    if path.is_symlink() or not path.is_file():
        return b""
    with path.open("rb") as file:
        return file.read(_SECRET_BYTES)
