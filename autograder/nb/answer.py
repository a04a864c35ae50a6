"""What of a hand-in a person judges in one cell: whether there is anything, and whether it changed."""

from __future__ import annotations

import hashlib
from pathlib import Path, PurePosixPath
from typing import Any

from nbgrader import utils

from autograder.nb.delivery import PAGE_KEY
from autograder.submission import Submission

__all__ = ["is_answered", "judged_hash"]

# nbgrader's submit writes both anew each time.
_OF_THE_EXCHANGE = frozenset([PurePosixPath("timestamp.txt"), PurePosixPath(PAGE_KEY)])


def is_answered(cell: Any, submission: Submission, part: str, starters: Path) -> bool:
    """Whether a person has anything to judge.

    Args:
        cell: the answer's cell, with the checksum of its released text.
        submission: the hand-in.
        part: the part's name.
        starters: the folder with the files as released.
    """
    if submission.refusal is not None:
        return False
    files = submission.parts[part]
    handed_in = [path for path in files.files if path.suffix != ".ipynb"]
    if any(not _same(submission.folder / path, starters / path) for path in handed_in):
        return True
    unchanged = cell.metadata.nbgrader.checksum == utils.compute_checksum(cell)
    return bool(cell.source.strip()) and not unchanged


def judged_hash(cell: Any, submission: Submission, part: str) -> str:
    """Hex SHA-256 over what the part's grade is about: its text or files, and what all parts share."""
    others = {path for name, each in submission.parts.items() if name != part for path in each.files}
    own = set(submission.parts[part].files)
    digest = hashlib.sha256()
    if utils.is_solution(cell):
        digest.update(cell.source.encode())
    for path in sorted(_files(submission.folder) - (others - own)):
        data = (submission.folder / path).read_bytes()
        digest.update(f"\n{path}\n{len(data)}\n".encode())
        digest.update(data)
    return digest.hexdigest()


def _files(folder: Path) -> set[PurePosixPath]:
    paths = (
        PurePosixPath(path.relative_to(folder).as_posix()) for path in folder.rglob("*") if path.is_file()
    )
    return {path for path in paths if path.suffix != ".ipynb" and path not in _OF_THE_EXCHANGE}


def _same(one: Path, other: Path) -> bool:
    return other.is_file() and one.read_bytes() == other.read_bytes()
