"""The class roll: each student's hand-ins and the points they must get, written by hand."""

from __future__ import annotations

import tomllib
from collections import Counter
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from autograder.errors import CatalogError
from autograder.verdict import Status

__all__ = ["Oddity", "Student", "read_roll"]

Oddity = Literal[
    "no-notebook",
    "two-notebooks",
    "renamed-notebook",
    "duplicated-cell",
    "deleted-cell",
    "changed-metadata",
    "huge-outputs",
    "not-utf8-notebook",
    "not-utf8-app",
    "linked-app",
    "fifo-app",
    "zipped",
    "in-a-folder",
    "zipped-by-the-browser",
    "zipped-by-old-windows",
    "zipped-course",
    "newer-zip-beside",
    "capitalized-folder",
    "misspelled-folder",
    "no-topic-folder",
    "copied-names",
    "other-names",
    "empty-folder",
    "never-handed-in",
]


class Student(BaseModel):
    """One hand-in of a student of the class. Who has none for a topic must be missing there.

    Attributes:
        id: the name in gradebook and CSV.
        story: what was handed in, as a sentence.
        topic: which exercise.
        apps: by part, where the app comes from: ``solution``, ``starter``, ``right/<style>``,
            ``wrong/<slug>``, each with `` + <name>`` for code added at its end, and with ``<topic>:``
            before it for another topic's app; a part that is absent was not handed in.
        odd: what is odd about the hand-in beside its apps.
        status: where the submission must stand.
        points: by part, what it must get; absent for a status without a score.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: Annotated[str, Field(pattern=r"^[\w',. -]+$")]
    story: Annotated[str, Field(min_length=10)]
    topic: str = "routing"
    apps: dict[str, str] = {}
    odd: tuple[Oddity, ...] = ()
    status: Status = Status.GRADED
    points: dict[str, float] = {}


class _Roll(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    student: Annotated[tuple[Student, ...], Field(min_length=1)]


def read_roll(path: Path | None = None) -> tuple[Student, ...]:
    """The students of the bundled class. Raises CatalogError when the file is not as it must be."""
    file = path or Path(__file__).with_name("class.toml")
    try:
        roll = _Roll.model_validate(tomllib.loads(file.read_text("utf-8")))
    except (tomllib.TOMLDecodeError, ValidationError) as error:
        raise CatalogError(
            f"The class roll cannot be read: {error}", where=str(file), remedy="Correct the keys it names."
        ) from error
    twice = [
        who for who, times in Counter((each.id, each.topic) for each in roll.student).items() if times > 1
    ]
    if twice:
        raise CatalogError(
            f"{twice[0][0]} hands in {twice[0][1]} twice.",
            where=str(file),
            remedy="Give every student an id of its own, and one hand-in a topic.",
        )
    return roll.student
