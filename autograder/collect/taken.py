"""Reads what one folder, file or archive holds; rivals are compared by the same files that are judged."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path, PurePosixPath

from autograder.collect.caps import Caps
from autograder.collect.copies import words_of
from autograder.collect.folder import Folder
from autograder.collect.intake import NESTED, Intake
from autograder.collect.names import shown
from autograder.collect.places import unwrapped
from autograder.collect.unpack import unpack
from autograder.collect.walk import take
from autograder.collect.wanted import Wanted
from autograder.submission import TAKEN, choices

__all__ = ["CLEARLY_NS", "held", "taken"]

CLEARLY_NS = 500_000_000
"""By so much one is clearly newer: what one command writes, such as a download, is not in order of time."""

_OPENED = 8  # archives in one submission
_INIT = "__init__.py"


def taken(source: Path, base: Path, wanted: Wanted, caps: Caps, only: Collection[str] = ()) -> Intake:
    """Take in the source, and of the archives in it those that hold wanted files it lacks.

    Raises:
        OSError: this machine may not read it.
    """
    intake = Intake(wanted, caps, keep_archives=True)
    with Folder.trusted(base) as folder:
        take(folder, source.relative_to(base), intake, only)
    if not intake.archives:
        return intake
    opened = {path: _opened(intake, path) for path in sorted(intake.archives)[:_OPENED]}
    working = {path: inner for path, inner in opened.items() if held(inner)}
    if not working and not _has_work(intake) and (archive := _archive(intake)) in opened:
        return opened[archive]
    counted = _counted(intake, working)
    _tell_rest(intake, opened, working, counted)
    if _has_work(intake) or len(counted) != 1:
        for path in counted:
            _add(intake, path, working[path])
        return intake
    (alone,) = (working[path] for path in counted)
    for note in choices(intake.notes.sentences()):
        alone.notes.add(note)
    alone.refusal = intake.refusal
    return alone


def _opened(intake: Intake, path: PurePosixPath) -> Intake:
    inner = Intake(intake.wanted, intake.caps)
    unpack(intake.archives[path], inner)
    return inner


def _counted(intake: Intake, working: Mapping[PurePosixPath, Intake]) -> list[PurePosixPath]:
    """The archives that hold what nothing before them does: those named after the topic, then the newest."""
    counted: list[PurePosixPath] = []
    covered = held(intake)
    for path in sorted(working, key=lambda path: (*_rank(intake, path), path), reverse=True):
        names = held(working[path])
        if names.isdisjoint(covered):
            counted.append(path)
            covered |= names
        elif others := [each for each in counted if not names.isdisjoint(held(working[each]))]:
            _compare(intake, others[0], path, working)
        else:
            intake.leave_out(str(path), NESTED)
    return counted


def _compare(
    intake: Intake, best: PurePosixPath, other: PurePosixPath, working: Mapping[PurePosixPath, Intake]
) -> None:
    """Tell about an archive that does not count, or refuse the submission where that would be a guess."""
    one, two = (unwrapped(working[path].files, intake.wanted) for path in (best, other))
    if one == two:
        return
    named, changed = _rank(intake, best)
    also_named, before = _rank(intake, other)
    if named != also_named:
        intake.notes.add(f"{shown(best)} {TAKEN} it is named after the topic; {shown(other)} was not.")
    elif changed - before >= CLEARLY_NS:
        intake.notes.add(f"{shown(best)} {TAKEN} it is newer; {shown(other)} was not.")
    else:
        intake.refusal = (
            f"Your submission has {shown(best)} and {shown(other)} with different versions of the same "
            "files, and neither is clearly newer: hand in only the one that counts."
        )


def _rank(intake: Intake, path: PurePosixPath) -> tuple[bool, int]:
    named = {*words_of(intake.wanted.topic)} <= {*words_of(path.name.partition(".")[0])}
    return named, intake.changed.get(path, 0)


def _tell_rest(
    intake: Intake,
    opened: Mapping[PurePosixPath, Intake],
    working: Mapping[PurePosixPath, Intake],
    counted: Sequence[PurePosixPath],
) -> None:
    """Tell about the archives in which no wanted file is."""
    for path in sorted(intake.archives.keys() - working.keys()):
        if counted and path in opened and not opened[path].files:
            lack = "cannot be opened" if opened[path].refusal else "is empty"
            intake.notes.add(f"{shown(counted[0])} {TAKEN} {shown(path)} {lack}.")
        else:
            intake.leave_out(str(path), NESTED)


def _add(intake: Intake, path: PurePosixPath, inner: Intake) -> None:
    """Take what an archive holds, as if it had been unpacked into a folder of the archive's name."""
    folder = path.with_name(path.name.partition(".")[0])
    for name, data in inner.files.items():
        raw = str(folder / name)
        if intake.accepts(raw, len(data)) is not None:
            intake.add(raw, data)
    intake.found += [str(folder / name) for name in inner.found]
    for wanted, why in inner.lost.items():
        intake.lost.setdefault(wanted, why)
    for note in inner.notes.sentences():
        intake.notes.add(note)


def held(intake: Intake) -> frozenset[str]:
    """The wanted files that were taken; the notebook counts only where it may hold an answer."""
    wanted = intake.wanted
    names = {wanted.canonical(path.name) for path in intake.files}
    packages = {path.parent.name for path in intake.files if path.name == _INIT}
    names |= {f"{package}.py" for package in packages & wanted.packages}
    apps = frozenset(name for name in names if name is not None and name != wanted.notebook)
    return apps or (frozenset([wanted.notebook]) & names if wanted.asks_notebook else apps)


def _has_work(intake: Intake) -> bool:
    return any(intake.wanted.canonical(path.name) for path in intake.files)


def _archive(intake: Intake) -> PurePosixPath | None:
    """The archive that holds the work: the only one, or the only one that is named like the topic."""
    found = list(intake.archives)
    if len(found) > 1:
        found = [path for path in found if intake.wanted.is_topics(path.name.partition(".")[0])]
    return found[0] if len(found) == 1 else None
