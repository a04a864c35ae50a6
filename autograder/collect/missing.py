"""What a student is told about a file that is not there: what there is in its place, and what to do."""

from __future__ import annotations

from pathlib import PurePosixPath

from autograder.collect.intake import Intake
from autograder.collect.names import shown

__all__ = ["missing"]

_NAMED = 5


def missing(file: str, intake: Intake) -> str:
    """A sentence to the student whose submission has no file ``file``, nor any that can be meant by it."""
    suffix = PurePosixPath(file).suffix
    others = [raw for raw in intake.found if not intake.wanted.canonical(raw.rpartition("/")[2])]
    rivals = [raw for raw in others if raw.lower().endswith(suffix)]
    named = sorted(rivals, key=_rank) + sorted(set(others) - set(rivals), key=_rank)
    if not named:
        return f"Your submission has no file {file}: add it under exactly this name and submit again."
    again = f"Add {file} and submit again."
    if len(rivals) == 1:
        again = f"If {shown(rivals[0])} is your {file}, rename it and submit again."
    elif rivals:
        again = f"Rename the one that is your {file} and submit again."
    return f"Your submission has no file {file}; it has {_listed(named)}. {again}"


def _rank(raw: str) -> tuple[int, str]:
    return raw.count("/"), raw


def _listed(names: list[str]) -> str:
    told = [shown(name) for name in names[:_NAMED]]
    if len(names) > _NAMED:
        told.append(f"{len(names) - _NAMED} more")
    return told[0] if len(told) == 1 else f"{', '.join(told[:-1])} and {told[-1]}"
