"""Decides which commands the help of `course` lists: in a student edition, those that work there."""

from __future__ import annotations

from typing import Any

from typer.core import TyperGroup

from autograder.cli.learner import PANEL

__all__ = ["EditionGroup"]

_NEEDS_SOLUTIONS = "solution"
_STUDENT_HELP = "FastAPI vs Flask, side by side: read the lessons, work on the exercises, check your apps."


class EditionGroup(TyperGroup):
    """All commands of `course`; each can be called anywhere, and says so where it has nothing to work on."""

    def list_commands(self, ctx: Any) -> list[str]:
        """The commands that the help lists."""
        names = super().list_commands(ctx)
        if not _in_student_edition():
            return names
        return [name for name in names if self._is_learners(name)]

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Print the help."""
        if _in_student_edition():
            self.help = _STUDENT_HELP
        super().format_help(ctx, formatter)

    def _is_learners(self, name: str) -> bool:
        return getattr(self.commands[name], "rich_help_panel", None) == PANEL and name != _NEEDS_SOLUTIONS


def _in_student_edition() -> bool:
    # Here, so that a command's words are read before the course is.
    from autograder.catalog import load
    from autograder.errors import CourseError

    try:
        return load().course.edition == "student"
    except (CourseError, OSError):
        return False
