"""Decides which hint comes next: of the check to fix first, one stage after the other, family by family."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from autograder.errors import CatalogError
from autograder.learn.row import Row
from autograder.learn.standing import Standing

__all__ = ["STAGES", "Hint", "next_hint", "read_hints", "taken_hints", "to_hint_at"]

STAGES = 3
"""A nudge, more, almost the answer."""


@dataclass(frozen=True, slots=True)
class Hint:
    """One stage of one family.

    Attributes:
        family: its id in hints.toml, which checks name.
        stage: 1 to 3.
        text: what it says, in Markdown.
    """

    family: str
    stage: int
    text: str


def to_hint_at(rows: Sequence[Row]) -> Row | None:
    """The part whose first failing check was shown last as the one to fix; None where nothing fails."""
    failing = [row for row in rows if row.standing.is_failing]
    return max(
        failing, key=lambda row: (row.standing.run, row.standing.shown, not row.untouched), default=None
    )


def read_hints(path: Path) -> dict[str, tuple[str, ...]]:
    """The stages by family; none where a topic has no hints.

    Raises:
        CatalogError: the file is not as CONTRIBUTING says.
    """
    if not path.is_file():
        return {}
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
        return {str(each["id"]): tuple(map(str, each["stages"])) for each in data.get("hint", [])}
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, KeyError, TypeError) as error:
        raise CatalogError(
            f"The hints cannot be read: {error}.",
            where=str(path),
            remedy="Restore the file as it was handed out.",
        ) from error


def next_hint(hints: dict[str, tuple[str, ...]], standing: Standing, row: Row) -> Hint | None:
    """The first stage not taken yet for the row's check, of the first family that has one; None after all."""
    for family in row.standing.hints:
        stages, taken = hints.get(family, ()), _taken(standing, row, family)
        if taken < len(stages):
            return Hint(family, taken + 1, stages[taken])
    return None


def taken_hints(hints: dict[str, tuple[str, ...]], standing: Standing, row: Row) -> list[Hint]:
    """Every stage that was taken already for the row's check, in order."""
    return [
        Hint(family, number, text)
        for family in row.standing.hints
        for number, text in enumerate(hints.get(family, ()), 1)
        if number <= _taken(standing, row, family)
    ]


def _taken(standing: Standing, row: Row, family: str) -> int:
    return standing.hint_stages(row.topic.name, row.part.name, row.standing.first, family)
