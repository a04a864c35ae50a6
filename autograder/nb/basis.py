"""What a recorded grade rests on beside the hand-in: when that changes, the grade is out of date."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping
from typing import Self

from pydantic import BaseModel, ConfigDict, ValidationError

from autograder.catalog import Topic
from autograder.catalog.places import Places
from autograder.nb.folder import GradingFolder
from autograder.versions import files_digest

__all__ = ["Basis"]

_NOT_JUDGED_BY = {"points", "starter_share"}


class Basis(BaseModel):
    """What a grade was, or would now be, recorded by.

    Attributes:
        checks: digest of the hidden checks and of what their hidden inputs come from; empty when the
            checks are not there.
        settings: digest of the topic's parts in course.toml, but for their points.
        points: maximum points by cell, as released.
        scores: automatic scores by cell, as they were recorded.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    checks: str
    settings: str
    points: Mapping[str, float]
    scores: Mapping[str, float | None] = {}

    @classmethod
    def now(cls, folder: GradingFolder, name: str, points: Mapping[str, float]) -> Self:
        """What a grade of the topic of this name would be recorded by now.

        Args:
            folder: whose course.
            name: the topic's.
            points: by cell, as released.
        """
        catalog = folder.catalog()
        topic = catalog.topic(name)
        settings = [part.model_dump(exclude=_NOT_JUDGED_BY) for part in topic.part]
        return cls(
            checks=_checks(topic, catalog.places(name), folder.seed(name)),
            settings=hashlib.sha256(json.dumps(settings, sort_keys=True).encode()).hexdigest(),
            points=dict(points),
        )

    @classmethod
    def read(cls, text: str) -> Self | None:
        """As it was written; None when a grade was recorded without one."""
        try:
            return cls.model_validate_json(text) if text else None
        except ValidationError:
            return None

    def changed_since(self, now: Basis, topic: str) -> str | None:
        """What a grade was judged by and has changed, as a clause; None when nothing has."""
        if self.checks and now.checks and self.checks != now.checks:
            return f"the hidden checks of {topic} changed"
        return f"the parts of {topic} in course.toml changed" if self.settings != now.settings else None

    def edited(self, scores: Mapping[str, float | None]) -> str | None:
        """How the gradebook's scores differ from those recorded; None when they do not."""
        for cell, recorded in self.scores.items():
            found = scores.get(cell)
            if not _same(found, recorded):
                return f"{cell} is {_shown(found)}, recorded was {_shown(recorded)}"
        return None


def _checks(topic: Topic, places: Places, seed: str) -> str:
    files = {file for part in topic.part if part.served for file in places.hidden_checks(part.framework)}
    try:
        return hashlib.sha256(f"{seed}\n{files_digest(sorted(files))}".encode()).hexdigest()
    except FileNotFoundError:
        return ""


def _same(one: float | None, other: float | None) -> bool:
    if one is None or other is None:
        return one is other
    return math.isclose(one, other, abs_tol=1e-9)


def _shown(score: float | None) -> str:
    return "empty" if score is None else f"{score:g}"
