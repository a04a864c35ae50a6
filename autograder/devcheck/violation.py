"""What a rule says when the course breaks it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

__all__ = ["Fault", "Violation", "shown"]


class Fault(NamedTuple):
    """One place where a rule is broken: where, what, and what to do about it."""

    where: str
    what: str
    remedy: str


@dataclass(frozen=True, slots=True, order=True)
class Violation:
    """A fault, and the rule that found it.

    Attributes:
        rule: the rule's id in the registry.
        where: a path below the course's root, with a line where there is one.
        what: what is wrong, as one sentence.
        remedy: what the author does about it, as one sentence.
    """

    rule: str
    where: str
    what: str
    remedy: str


def shown(root: Path, path: Path, line: int | None = None) -> str:
    """A path as a violation names it: below the root, with slashes, and the line."""
    inside = path.relative_to(root) if path.is_relative_to(root) else path
    return inside.as_posix() if line is None else f"{inside.as_posix()}:{line}"
