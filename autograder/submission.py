"""A submission after collect: plain files in a clean folder, and what was refused."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

__all__ = ["TAKEN", "PartFiles", "Submission", "choices"]

TAKEN = "was taken, for"
"""In every note about which of several submissions of one student counts."""


def choices(notes: Sequence[str]) -> list[str]:
    """The notes about which of several submissions counts: without them, the points may surprise."""
    return [note for note in notes if TAKEN in note]


@dataclass(frozen=True, slots=True)
class PartFiles:
    """The files of one part, or why there are none that can be judged.

    Attributes:
        files: paths below the submission's folder that belong to this part.
        refusal: a sentence to the student, when the part cannot be judged.
    """

    files: tuple[PurePosixPath, ...] = ()
    refusal: str | None = None


@dataclass(frozen=True, slots=True)
class Submission:
    """One student's hand-in for one topic, as collect left it.

    Attributes:
        student: the student's id, as the instructor knows it.
        topic: the topic's name.
        folder: a clean directory that holds only plain files which collect wrote itself.
        parts: by part name; every part of the topic that has files is present.
        notes: sentences to the student about what was left out or renamed.
        refusal: a sentence to the student when nothing of the hand-in could be taken.
        digest: hex SHA-256 over names and contents of the files in ``folder`` that can sway a verdict,
            so of all but the notebook and the time of the hand-in, and over the refusals.
    """

    student: str
    topic: str
    folder: Path
    parts: Mapping[str, PartFiles]
    notes: tuple[str, ...] = ()
    refusal: str | None = None
    digest: str = ""
