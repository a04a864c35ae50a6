"""Lays a hand-in's files out as the topic wants them: canonical names, apps at the top, no clash."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from autograder.collect.intake import Intake
from autograder.collect.missing import missing
from autograder.collect.names import folded, shown
from autograder.collect.places import Find, Missing, Unclear, find, unwrapped

__all__ = ["TIMESTAMP", "Arranged", "arrange"]

TIMESTAMP = PurePosixPath("timestamp.txt")


@dataclass(frozen=True, slots=True)
class Arranged:
    """The files of a hand-in where the sandbox will find them.

    Attributes:
        files: contents by path; no notebook among them.
        parts: by wanted file, the paths that make it up: one, or all of a package.
        problems: by wanted file that is not there, a sentence to the student.
    """

    files: dict[PurePosixPath, bytes] = field(default_factory=dict)
    parts: dict[str, tuple[PurePosixPath, ...]] = field(default_factory=dict)
    problems: dict[str, str] = field(default_factory=dict)


def arrange(intake: Intake) -> Arranged:
    """Lay out what was taken in; the student is told of every file that is renamed or not used."""
    wanted = intake.wanted
    sources = {path: data for path, data in intake.files.items() if not wanted.is_notebook(path)}
    sources = unwrapped(sources, wanted)
    finds: dict[str, Find] = {}
    arranged = Arranged()
    for file in sorted(wanted.files - {wanted.notebook}):
        try:
            finds[file] = find(file, sources, wanted)
        except Missing:
            why = intake.lost.get(PurePosixPath(file).name)
            arranged.problems[file] = (
                f"Your {file} could not be taken: {why}." if why else missing(file, intake)
            )
        except Unclear as problem:
            arranged.problems[file] = str(problem)
    _tell(finds.values(), intake)
    layout = _Layout(finds, intake)
    for path in sorted(sources, key=layout.rank):
        layout.put(path, sources[path])
    arranged.files.update(layout.files)
    arranged.parts.update({file: tuple(sorted(layout.owned[file])) for file in finds})
    arranged.problems.update(layout.problems)
    return arranged


def _tell(finds: Iterable[Find], intake: Intake) -> None:
    for found in finds:
        if not found.exact:
            intake.notes.add(f"{shown(found.path)} was taken as your {found.wanted}: use exactly this name.")
        elif found.place.parts:
            intake.notes.add(f"Your {found.wanted} was found in the folder {shown(f'{found.place}/')}.")


class _Layout:
    """Moves every place's files to the top, first come first served."""

    def __init__(self, finds: Mapping[str, Find], intake: Intake) -> None:
        self.files: dict[PurePosixPath, bytes] = {}
        self.owned: dict[str, list[PurePosixPath]] = {file: [] for file in finds}
        self.problems: dict[str, str] = {}
        self._finds = finds
        self._intake = intake
        # What is written beside the files is never theirs to be, not even as a folder.
        reserved = (PurePosixPath(intake.wanted.notebook), TIMESTAMP)
        self._taken: dict[str, PurePosixPath] = {folded(path): path for path in reserved}
        self._folders: set[str] = set()

    def rank(self, path: PurePosixPath) -> tuple[bool, int, str]:
        """The order of laying out: the apps first, then what lies beside them."""
        return self._owner(path) is None, -len(self._place(path).parts), str(path)

    def put(self, path: PurePosixPath, data: bytes) -> None:
        """Lay out one file, or tell the student why it has no place."""
        owner = self._owner(path)
        place = self._place(path)
        target = path.relative_to(place)
        if owner is not None and not owner.package:
            target = PurePosixPath(owner.wanted)
        elif owner is None and len(target.parts) == 1 and self._intake.wanted.canonical(target.name):
            self._intake.leave_out(str(path), "another file was taken under this name, or none could be")
            return
        if not self._free(target):
            if self._taken.get(folded(target)) != target or self.files.get(target) != data:
                self._clash(path, place, target)
            return
        self.files[target] = data
        self._taken[folded(target)] = target
        self._folders.update(folded(folder) for folder in target.parents)
        if owner is not None:
            self.owned[owner.wanted].append(target)

    def _free(self, target: PurePosixPath) -> bool:
        above = [folded(folder) for folder in target.parents]
        return folded(target) not in self._folders and self._taken.keys().isdisjoint([folded(target), *above])

    def _clash(self, path: PurePosixPath, place: PurePosixPath, target: PurePosixPath) -> None:
        losers = [found for found in self._finds.values() if found.place == place and place.parts]
        if not losers:
            self._intake.leave_out(str(path), f"it would lie where another file lies, {shown(target)}")
        for found in losers:
            self.problems[found.wanted] = (
                f"Your {found.wanted} needs {shown(path)}, but another file of that name lies beside another "
                "app of yours: put both apps into one folder with all that they need."
            )

    def _owner(self, path: PurePosixPath) -> Find | None:
        for found in self._finds.values():
            if path == found.path or (found.package and found.path in path.parents):
                return found
        return None

    def _place(self, path: PurePosixPath) -> PurePosixPath:
        places = [found.place for found in self._finds.values() if found.place in path.parents]
        return max(places, key=lambda place: len(place.parts), default=PurePosixPath())
