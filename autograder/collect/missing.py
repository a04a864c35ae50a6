"""Words the message about a missing file: what was found in its place, and what to do."""

from __future__ import annotations

from pathlib import PurePosixPath

from autograder.collect.intake import Intake
from autograder.collect.names import shown

__all__ = ["missing"]

_NAMED = 5
_HANDED_OUT = frozenset(["README.md", "hints.toml", "test_examples.py", "topic.toml"])
"""Names of the course's own files in an exercise: none of them is a student's app."""


def missing(file: str, intake: Intake) -> str:
    """A sentence to the student whose submission has no file ``file``, nor any that can be meant by it."""
    suffix = PurePosixPath(file).suffix
    named = {raw: raw.rpartition("/")[2] for raw in intake.found}
    others = [
        raw for raw, name in named.items() if name not in _HANDED_OUT and not intake.wanted.canonical(name)
    ]
    rivals = [raw for raw in others if raw.lower().endswith(suffix)]
    ranked = sorted(rivals, key=_rank) + sorted(set(others) - set(rivals), key=_rank)
    if not ranked:
        return f"Your submission has no file {file}: add it under exactly this name."
    remedy = f"Add {file}."
    if len(rivals) == 1:
        remedy = f"If {shown(rivals[0])} is your {file}, rename it."
    elif rivals:
        remedy = f"Rename the one that is your {file}."
    return f"Your submission has no file {file}; it has {_listed(ranked)}. {remedy}"


def _rank(raw: str) -> tuple[int, str]:
    return raw.count("/"), raw


def _listed(names: list[str]) -> str:
    told = [shown(name) for name in names[:_NAMED]]
    if len(names) > _NAMED:
        told.append(f"{len(names) - _NAMED} more")
    return told[0] if len(told) == 1 else f"{', '.join(told[:-1])} and {told[-1]}"
