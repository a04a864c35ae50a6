"""Finds the apps that an author wrote for a topic: starters, solutions, right and wrong submissions."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import takewhile
from pathlib import Path, PurePosixPath

from autograder.catalog import Catalog, Part, Topic
from autograder.frameworks import FRAMEWORKS
from autograder.release.claims import authored_files, is_tool_made

__all__ = ["App", "Role", "authored_apps", "contract_parts", "told_to_fail"]

_NAME = re.compile(r"(?P<slug>[a-z0-9][a-z0-9_-]*)\.(?P<framework>[a-z]+)(?:\.py)?")
_FAILS = re.compile(r"^[ \t]*Fails:(?P<names>.*?)(?:\n[ \t]*\n|\Z)", re.MULTILINE | re.DOTALL)


class Role(StrEnum):
    """What an authored app is there to show."""

    STARTER = "starter"
    SOLUTION = "solution"
    RIGHT = "right"
    WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class App:
    """One app that an author wrote, for one part.

    Attributes:
        role: what it is there to show.
        part: the part that it would be handed in for.
        path: the file or folder, as the author knows it.
        files: where each file of it would stand in a hand-in, and where it is. What a right or wrong
            submission lacks of the part's files is taken from the solution.
    """

    role: Role
    part: Part
    path: Path
    files: tuple[tuple[PurePosixPath, Path], ...]

    @property
    def slug(self) -> str:
        """Its short name: ``order-bug`` of ``wrong/order-bug.flask.py``."""
        return self.path.name.partition(".")[0]

    @property
    def main(self) -> Path | None:
        """The module that is imported first, whose docstring speaks for the app."""
        module = FRAMEWORKS[self.part.framework or ""].module
        placed = dict(self.files)
        names = (PurePosixPath(f"{module}.py"), PurePosixPath(module, "__init__.py"))
        return next((placed[name] for name in names if name in placed), None)


def contract_parts(topic: Topic) -> tuple[Part, ...]:
    """The topic's parts that checks judge over HTTP."""
    return tuple(each for each in topic.part if each.served and each.framework in FRAMEWORKS)


def authored_apps(catalog: Catalog, topic: Topic) -> tuple[App, ...]:
    """Every app of the topic, starters first; what is absent is left to the rule about places."""
    places = catalog.places(topic.name)
    apps: list[App] = []
    for part in contract_parts(topic):
        for role, place in ((Role.STARTER, places.exercise), (Role.SOLUTION, places.solution)):
            files = tuple(_placed(place, part))
            if files:
                apps.append(App(role, part, _shortest(place, part), files))
        for role in (Role.RIGHT, Role.WRONG):
            rest = dict(_placed(places.solution, part))
            apps += [_completed(each, rest) for each in _submissions(places.hidden / role, role, part)]
    order = list(Role)
    return tuple(sorted(apps, key=lambda app: order.index(app.role)))


def told_to_fail(app: App) -> tuple[str, ...]:
    """The checks that a wrong submission says it fails, in a paragraph ``Fails:``.

    It stands in the docstring of the module; where the module is the solution's, in the comment that the
    submission's own first file begins with.
    """
    found = _FAILS.search(_said(app))
    return tuple(re.findall(r"\w+(?:\[[^\]]*\])?", found["names"])) if found else ()


def _said(app: App) -> str:
    own = [file for _, file in app.files if app.path in (file, *file.parents)]
    if app.main in own:
        try:
            return ast.get_docstring(ast.parse(app.main.read_bytes())) or ""
        except SyntaxError:
            return ""
    lines = own[0].read_text(encoding="utf-8", errors="replace").splitlines() if own else []
    return "\n".join(line.lstrip("# ") for line in takewhile(lambda line: line.startswith("#"), lines))


def _completed(app: App, solution: dict[PurePosixPath, Path]) -> App:
    """The submission with those of the part's files that it lacks."""
    placed = {each for each, _ in app.files}
    rest = []
    for name in map(PurePosixPath, app.part.files):
        package = name.with_suffix("")
        if name not in placed and not any(package in each.parents for each in placed):
            rest += [each for each in solution.items() if each[0] == name or package in each[0].parents]
    return replace(app, files=(*app.files, *rest))


def _submissions(folder: Path, role: Role, part: Part) -> Iterator[App]:
    if not folder.is_dir():
        return
    module = FRAMEWORKS[part.framework or ""].module
    for entry in sorted(folder.iterdir()):
        name = _NAME.fullmatch(entry.name)
        if name is None or name["framework"] != part.framework or is_tool_made(entry):
            continue
        if entry.is_file():
            yield App(role, part, entry, ((PurePosixPath(f"{module}.py"), entry),))
        else:
            # A folder is a hand-in; where it is a package itself, it stands for the module.
            above = PurePosixPath(module) if (entry / "__init__.py").is_file() else PurePosixPath()
            files = tuple(
                (above / file.relative_to(entry).as_posix(), file) for file in authored_files(entry)
            )
            yield App(role, part, entry, files)


def _placed(place: Path, part: Part) -> Iterator[tuple[PurePosixPath, Path]]:
    for name in part.files:
        if (place / name).is_file():
            yield PurePosixPath(name), place / name
        elif name.endswith(".py"):
            for file in authored_files(place / name.removesuffix(".py")):
                yield PurePosixPath(file.relative_to(place).as_posix()), file


def _shortest(place: Path, part: Part) -> Path:
    single = place / part.files[0]
    return single if single.is_file() else single.with_suffix("")
