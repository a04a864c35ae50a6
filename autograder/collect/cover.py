"""Chooses the one notebook of a hand-in and makes it clean; where there is none, a stub says why."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePosixPath

from autograder.collect.intake import Intake
from autograder.collect.names import shown
from autograder.collect.notebook import Cell, notebook_bytes, read_cells, restore, stub_cells
from autograder.collect.outline import NotReadable
from autograder.collect.places import unwrapped
from autograder.collect.released import ReleasedNotebook

__all__ = ["Cover", "cover", "stub"]

_NONE_NEEDED = "This submission has no notebook, and needs none: its files are what is graded."


@dataclass(frozen=True, slots=True)
class Cover:
    """The cover sheet as it goes into the inbox.

    Attributes:
        data: a clean notebook, or a stub.
        problem: why it is a stub, as a sentence to the student.
    """

    data: bytes
    problem: str | None = None


def stub(reason: str, released: ReleasedNotebook | None) -> Cover:
    """A notebook that says why it stands there, with the released cells that nbgrader looks for."""
    return Cover(_bytes(stub_cells(reason), released)[0], reason)


def cover(intake: Intake, released: ReleasedNotebook | None) -> Cover:
    """The one notebook of what was taken in; the student is told what was guessed, and what was not used."""
    found = {path: data for path, data in intake.files.items() if intake.wanted.is_notebook(path)}
    inner = unwrapped(found, intake.wanted)
    try:
        path = _chosen(inner, intake)
        cells = read_cells(inner[path], intake.caps)
    except _NoneNeeded:
        return stub(_NONE_NEEDED, released)
    except _NoNotebook as problem:
        intake.notes.add(str(problem))
        return stub(str(problem), released)
    except NotReadable as problem:
        sentence = f"Your notebook {shown(path)} could not be read: it {problem}."
        intake.notes.add(sentence)
        return stub(sentence, released)
    name = intake.wanted.notebook
    if path.name != name:
        intake.notes.add(f"{shown(path)} was taken as your {name}: use exactly this name.")
    for other in inner.keys() - {path}:
        if inner[other] != inner[path]:
            intake.leave_out(str(other), f"there is one notebook in a hand-in, {name}")
    data, restored = _bytes(cells, released)
    if restored:
        intake.notes.add(f"Cells missing from your {name} were put back as released: {', '.join(restored)}.")
    return Cover(data)


class _NoNotebook(Exception):
    """There is no notebook, or which one counts would be a guess."""


class _NoneNeeded(Exception):
    """There is no notebook, and no answer is asked for in one."""


def _chosen(found: dict[PurePosixPath, bytes], intake: Intake) -> PurePosixPath:
    name = intake.wanted.notebook
    exact = [path for path in found if path.name == name]
    variants = [path for path in found if intake.wanted.canonical(path.name) == name]
    candidates = sorted(exact or variants or found, key=lambda path: (len(path.parts), str(path)))
    if not candidates:
        if why := intake.lost.get(name):
            raise _NoNotebook(f"Your {name} could not be taken: {why}.")
        if not intake.wanted.asks_notebook:
            raise _NoneNeeded
        raise _NoNotebook(f"Your submission has no notebook {name}, so answers in it are missing.")
    if exact:
        candidates = [path for path in candidates if len(path.parts) == len(candidates[0].parts)]
    if len({found[path] for path in candidates}) > 1:
        raise _NoNotebook(
            f"Your submission has both {shown(candidates[0])} and {shown(candidates[1])}, and it is not "
            f"clear which one is your {name}: keep only one of them."
        )
    return candidates[0]


def _bytes(cells: list[Cell], released: ReleasedNotebook | None) -> tuple[bytes, list[str]]:
    restored: list[str] = []
    if released is not None:
        cells, restored = restore(cells, released)
    return notebook_bytes(cells), restored
