"""Where a grading folder keeps what, and which course it was built from."""

from __future__ import annotations

import json
import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from autograder.catalog import Catalog, find_root, load
from autograder.catalog.root import COURSE_FILE
from autograder.errors import CourseError
from autograder.nb.released import as_released
from autograder.seed import read_secret, release_seed

__all__ = ["GradingFolder"]

_STATE = ".course"


@dataclass(frozen=True, slots=True)
class GradingFolder:
    """A folder that nbgrader works in; everything of ours lies in its ``.course``.

    Attributes:
        path: where it is.
        points: maximum points by graded cell, as released; what is not named has those of course.toml.
    """

    path: Path
    points: Mapping[str, float] = field(default_factory=dict, compare=False)

    @property
    def submitted(self) -> Path:
        """What students handed in, as it came."""
        return self.path / "submitted"

    @property
    def inbox(self) -> Path:
        """What collect made of it; the only hand-ins that nbgrader reads."""
        return self.path / "inbox"

    @property
    def source(self) -> Path:
        """What is released, built from the course."""
        return self.path / "source"

    @property
    def release(self) -> Path:
        """What students get, as nbgrader made it of the source."""
        return self.path / "release"

    @property
    def autograded(self) -> Path:
        """The results, as nbgrader writes them."""
        return self.path / "autograded"

    @property
    def feedback(self) -> Path:
        """The feedback pages, as nbgrader writes them."""
        return self.path / "feedback"

    @property
    def withdrawn(self) -> Path:
        """Hand-ins that were taken out of grading, by student and topic."""
        return self.path / "withdrawn"

    @property
    def exchange(self) -> Path:
        """The exchange, unless the instructor configures another."""
        return self.path / "exchange"

    @property
    def config_file(self) -> Path:
        """The configuration that nbgrader reads, which imports ours."""
        return self.path / "nbgrader_config.py"

    @property
    def state(self) -> Path:
        """Secret, cache, journal, lock: for the instructor's account alone."""
        return self.path / _STATE

    @property
    def cache(self) -> Path:
        """Verdicts by content."""
        return self.state / "cache"

    @property
    def journal(self) -> Path:
        """What was collected, begun and finished."""
        return self.state / "journal.sqlite"

    @property
    def lock(self) -> Path:
        """Held by the one process that grades."""
        return self.state / "grading.lock"

    def create(self, root: Path, *, course_id: str, release: str) -> None:
        """Make the folder and remember its course.

        Args:
            root: the course's root.
            course_id: the course's name for nbgrader; kept when the folder has one.
            release: names the set of hidden inputs; kept when the folder has one.
        """
        self.state.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.state.chmod(0o700)
        for folder in (self.source, self.submitted, self.inbox, self.exchange):
            folder.mkdir(exist_ok=True)
        self.secret()
        kept = self._facts()
        facts = {
            "root": os.path.relpath(root.resolve(), self.path.resolve()),
            "course_id": kept.get("course_id", course_id),
            "release": kept.get("release", release),
        }
        lines = [f"{key} = {json.dumps(value)}\n" for key, value in facts.items()]
        self._facts_file.write_text("".join(lines), encoding="utf-8")

    def catalog(self) -> Catalog:
        """The course, with the released points: the one that the folder was built from, or that it lies in.

        Raises:
            CourseError: neither is there, or course.toml is wrong.
        """
        recorded = self._facts().get("root")
        if recorded is not None and (self.path / recorded / COURSE_FILE).is_file():
            return as_released(load(self.path / recorded), self.points)
        return as_released(load(find_root(self.path)), self.points)

    @property
    def course_id(self) -> str:
        """The course's name for nbgrader."""
        return self._facts().get("course_id", "course")

    def secret(self) -> bytes:
        """The secret that the hidden inputs come from."""
        return read_secret(self.state / "secret")

    def seed(self, topic: str) -> str:
        """Hex seed of a topic's hidden inputs, equal for all students of the release."""
        return release_seed(self.secret(), topic, self._facts().get("release", "1"))

    @property
    def _facts_file(self) -> Path:
        return self.state / "build.toml"

    def _facts(self) -> dict[str, str]:
        try:
            facts = tomllib.loads(self._facts_file.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return {}
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise CourseError(
                f"The file is not TOML: {error}.",
                where=str(self._facts_file),
                remedy="Delete it and run `course build` again.",
            ) from error
        return {key: value for key, value in facts.items() if isinstance(value, str)}
