"""The report: what a submission was judged to be, as one versioned document."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from autograder.verdict import Status, Verdict

__all__ = [
    "FORMAT_VERSION",
    "CheckReport",
    "CountedGrade",
    "CountedPart",
    "PartReport",
    "ProcessReport",
    "Report",
]

FORMAT_VERSION = 1

Points = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Seconds = Annotated[float, Field(ge=0, allow_inf_nan=False)]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class CheckReport(_Frozen):
    """One check: what it asked, what came back, what it was worth."""

    name: str = Field(description="The check's name, unique within its part.")
    sentence: str = Field(description="What the app should do, in the words that the learner reads.")
    verdict: Verdict
    points: Points = Field(description="What was earned.")
    max_points: Points
    message: str = Field(default="", description="Why the verdict is not 'passed', as one sentence.")
    sent: str | None = Field(default=None, description="The request that decided, shortened.")
    expected: str | None = None
    got: str | None = Field(default=None, description="The response that decided, shortened.")
    file: str | None = Field(
        default=None, description="The file of the part that the check is about, where that is not the app."
    )
    error: str = Field(
        default="",
        description="The traceback that the app printed while it answered the request that decided.",
    )
    objective: str | None = Field(default=None, description="Id of the learning objective assessed.")
    section: str | None = Field(default=None, description="Where in the lesson to look.")
    hints: tuple[str, ...] = Field(default=(), description="Ids of the hints that help here.")
    wall_s: Seconds = 0.0


class ProcessReport(_Frozen):
    """What happened to the submission's process while the part was judged."""

    started: bool
    exit_code: int | None = None
    signal: int | None = None
    limit: str | None = Field(default=None, description="The limit at which it was ended, if any.")
    traceback: str = Field(default="", description="The learner's own traceback, without our frames.")
    stdout: str = Field(default="", description="The end of what it printed.")
    stderr: str = ""
    wall_s: Seconds = 0.0
    cpu_s: Seconds = 0.0
    peak_memory_bytes: Annotated[int, Field(ge=0)] = 0


class PartReport(_Frozen):
    """One part of an exercise: its checks, their verdicts, its points."""

    name: str
    kind: str
    verdict: Verdict
    points: Points
    max_points: Points
    refusal: str | None = Field(default=None, description="Why the part could not be judged, to the student.")
    checks: tuple[CheckReport, ...] = ()
    process: ProcessReport | None = None
    looks_like: str | None = Field(
        default=None, description="The other topic that this seems to have been handed in for."
    )
    broken: str | None = Field(default=None, description="What failed on our side, to the instructor.")
    seed: str | None = Field(
        default=None,
        description="Hex seed of the hidden inputs, where a further try with other inputs judged the part.",
    )
    raised: str | None = Field(
        default=None,
        description="Which checks raised an exception over an answer and count as failed, to the author.",
    )
    sandbox: str = Field(
        default="none", description="What it ran in: bubblewrap-warm, bubblewrap, plain, none."
    )
    walls: bool = Field(default=False, description="Whether a hostile submission would have been held.")
    judged_by: Literal["checks", "examples"] = Field(
        default="checks", description="'examples': by the brief's examples alone, as in a student edition."
    )
    hidden_checks: Annotated[int, Field(gt=0)] | None = Field(
        default=None, description="How many hidden checks judge the part on submission, beside the examples."
    )


class CountedPart(_Frozen):
    """What the gradebook holds for one part."""

    name: str
    points: Annotated[float, Field(allow_inf_nan=False)] | None = Field(
        description="A person's points, else the automatic ones, plus extra credit; absent until given."
    )
    max_points: Points
    waits: bool = Field(description="Whether a person still has to grade the part, or to look at it again.")
    auto_points: float | None = None
    manual_points: float | None = None
    extra_credit: float | None = None


class CountedGrade(_Frozen):
    """What the gradebook counts for a submission, as the terminal, its page and the export show it."""

    parts: tuple[CountedPart, ...]
    late_penalty: Points = 0.0
    points: Points = Field(description="The sum of all parts less the late penalty, never below 0.")

    @property
    def complete(self) -> bool:
        """Whether every part has points, so that there is a score."""
        return all(part.points is not None for part in self.parts)

    @property
    def waits(self) -> bool:
        """Whether a person still has to look at a part; then the points are provisional."""
        return any(part.waits for part in self.parts)


class Report(_Frozen):
    """One submission of one topic, all parts."""

    format: Literal["course-report"] = "course-report"
    format_version: Literal[1] = 1
    student: str
    topic: str
    status: Status
    points: Points
    max_points: Points
    parts: tuple[PartReport, ...]
    notes: tuple[str, ...] = Field(default=(), description="What collect left out or renamed.")
    refusal: str | None = None
    digest: str = Field(description="SHA-256 of the submission's files as collected.")
    seed: str = Field(description="Hex seed of the hidden inputs.")
    versions: dict[str, str] = Field(description="Versions of everything that can sway a verdict.")
    wall_s: Seconds = 0.0
    cpu_s: Seconds = 0.0
    cached: bool = Field(default=False, description="Whether the verdict was read back, not made anew.")
    counted: CountedGrade | None = Field(
        default=None,
        description="What nbgrader's gradebook counts; absent where nothing was recorded.",
    )
