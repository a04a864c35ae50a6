"""Verdicts by content: what was judged once with the same everything is not judged again."""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from pathlib import Path

from pydantic import ValidationError

from autograder.errors import GradingBroken
from autograder.report.model import PartReport
from autograder.verdict import Verdict

__all__ = ["Cache"]


class Cache:
    """A folder of part reports by key; safe for several graders at once.

    Args:
        folder: where to keep them; None keeps nothing.
    """

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder

    @property
    def keeps(self) -> bool:
        """Whether anything is kept at all."""
        return self._folder is not None

    @staticmethod
    def key(**facts: object) -> str:
        """A key that changes when any of the facts does."""
        text = json.dumps(facts, sort_keys=True, default=str)
        return hashlib.sha256(text.encode()).hexdigest()

    def get(self, key: str) -> PartReport | None:
        """The report kept under the key; an unreadable one counts as none."""
        if self._folder is None:
            return None
        try:
            return PartReport.model_validate_json(self._path(self._folder, key).read_bytes())
        except (FileNotFoundError, ValidationError):
            return None

    def put(self, key: str, report: PartReport) -> None:
        """Keep the report, unless another try could end otherwise.

        Raises:
            GradingBroken: the disk is full, or the folder cannot be written.
        """
        if self._folder is None or not _settled(report):
            return
        path = self._path(self._folder, key)
        try:
            _write(path, report.model_dump_json())
        except OSError as error:
            raise GradingBroken(
                f"The verdict could not be kept: {error.strerror}.",
                where=str(path),
                remedy="Free disk space, or mend the folder's rights, then grade again.",
            ) from error

    @staticmethod
    def _path(folder: Path, key: str) -> Path:
        return folder / key[:2] / f"{key}.json"


def _write(path: Path, text: str) -> None:
    """Write the file whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=".new-")
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
        Path(name).replace(path)
    except OSError:
        Path(name).unlink()
        raise


def _settled(report: PartReport) -> bool:
    verdicts = {check.verdict for check in report.checks} | {report.verdict}
    return not verdicts & {Verdict.BROKEN, Verdict.TIMED_OUT}
