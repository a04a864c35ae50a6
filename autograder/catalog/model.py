"""course.toml as frozen, typed objects; what the numbers must add up to."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, JsonValue

__all__ = ["Course", "CoursePart", "Grading", "Objective", "Part", "PartKind", "Reveal", "Topic"]

PartKind = Literal["contract", "fix", "tests", "measure", "memo"]
Reveal = Literal["sentence", "example", "all"]
Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]*$")]
Variable = Annotated[str, Field(pattern=r"^[A-Z_]+$")]
Value = Annotated[str, Field(pattern=r"^[^\x00]*$")]
LeftFile = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-][A-Za-z0-9_.-]*(/[A-Za-z0-9_-][A-Za-z0-9_.-]*)*$")]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Objective(_Frozen):
    """What a learner can do afterwards, where it is taught."""

    id: Name
    text: str = Field(min_length=10)
    section: Name = Field(description="Anchor of the lesson's section that teaches it.")


class Part(_Frozen):
    """One separately graded piece of an exercise."""

    name: Name
    kind: PartKind
    points: Annotated[int, Field(gt=0)]
    files: tuple[str, ...] = Field(min_length=1, description="Handed in; `x.py` also allows a package `x/`.")
    framework: Name | None = None
    libraries: tuple[str, ...] = Field(default=(), description="Importable beside the standard library.")
    starter_share: Annotated[float, Field(ge=0, le=1)] = 0.35
    apps: tuple[dict[str, JsonValue], ...] = Field(
        default=(), max_length=4, description="`create_app` is called with each, in one process."
    )
    database: bool = Field(default=False, description="The app is told DATABASE_URL, empty for each run.")
    environment: dict[Variable, Value] = Field(default={}, description="What the app sees at every start.")
    left: dict[LeftFile, Annotated[int, Field(gt=0, le=1_048_576)]] = Field(
        default={}, description="Files that the app may leave, with how many bytes are read of each."
    )

    @property
    def served(self) -> bool:
        """Whether an app is handed in, which is served and asked."""
        return self.kind in {"contract", "fix"}


class Topic(_Frozen):
    """One topic: a lesson, an exercise, a solution, its checks."""

    name: Name
    title: str = Field(min_length=3)
    course_part: Name
    status: Literal["ready", "planned"]
    difficulty: Literal["easy", "medium", "hard"]
    minutes: Annotated[int, Field(gt=0)]
    requires: tuple[Name, ...] = ()
    points: Annotated[int, Field(gt=0)]
    objective: tuple[Objective, ...] = Field(min_length=1)
    part: tuple[Part, ...] = Field(min_length=1)


class CoursePart(_Frozen):
    """A heading under which topics stand."""

    name: Name
    title: str


class Grading(_Frozen):
    """How much of a hidden check each audience is told."""

    reveal_student: Reveal = "example"
    reveal_self_paced: Reveal = "all"


class Course(_Frozen):
    """The whole of course.toml."""

    format_version: Literal[1]
    title: str
    edition: Literal["author", "student"]
    frameworks: tuple[Name, ...]
    minutes: Annotated[int, Field(gt=0, description="Sum over all topics.")]
    points: Annotated[int, Field(gt=0, description="Sum over all topics.")]
    grading: Grading = Grading()
    unseen_checks: dict[Name, dict[Name, Annotated[int, Field(gt=0)]]] = Field(
        default={},
        description="How many hidden checks judge each part of a topic; a student edition states it.",
    )
    course_part: tuple[CoursePart, ...] = Field(min_length=1)
    topic: tuple[Topic, ...] = Field(min_length=1)
