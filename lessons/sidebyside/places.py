"""Where a topic's two apps are, and how they are loaded: by path, under names of their own."""

from __future__ import annotations

import importlib.util
import os
import re
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

from autograder.catalog.owner import hold_trusted
from autograder.errors import CatalogError, UsageError
from autograder.frameworks import FRAMEWORKS, Framework

__all__ = ["ROOT_VARIABLE", "AppFile", "app_file", "app_files", "lessons_folder", "load_app"]

ROOT_VARIABLE = "SIDEBYSIDE_COURSE"
"""Environment variable that names the course's folder where the working directory does not lie in it."""


@dataclass(frozen=True, slots=True)
class AppFile:
    """One app of a pair.

    Attributes:
        topic: the topic's name.
        framework: which of the two.
        path: the module, or the ``__init__.py`` of the package.
    """

    topic: str
    framework: Framework
    path: Path

    @property
    def is_package(self) -> bool:
        """Whether the app has several modules."""
        return self.path.name == "__init__.py"

    @property
    def sources(self) -> tuple[Path, ...]:
        """Every Python file of the app."""
        return tuple(sorted(self.path.parent.rglob("*.py"))) if self.is_package else (self.path,)

    @property
    def age(self) -> tuple[int, ...]:
        """Changes when any of the sources does."""
        return tuple(each.stat().st_mtime_ns for each in self.sources)


def lessons_folder() -> Path:
    """The folder ``lessons`` of the course that we stand in.

    Raises:
        UsageError: there is none.
        ForeignCourse: it belongs to another user.
    """
    told = os.environ.get(ROOT_VARIABLE)
    start = Path(told).resolve() if told else Path.cwd()
    for folder in (start, *start.parents, Path(__file__).resolve().parents[2]):
        if (folder / "lessons").is_dir() and (folder / "exercises").is_dir():
            hold_trusted(folder)
            return folder / "lessons"
    raise UsageError(
        "There is no course here: no folder upwards holds lessons/ and exercises/.",
        where=str(start),
        remedy=f"Start from the course's folder, or name it in the variable {ROOT_VARIABLE}.",
    )


def app_file(topic: str, framework: Framework) -> AppFile:
    """The lesson's app of one framework.

    Raises:
        UsageError: no lesson of that name has a pair.
        CatalogError: the lesson has the other app, but not this one.
    """
    lessons = lessons_folder()
    for path in _candidates(lessons / topic, framework):
        if path.is_file():
            return AppFile(topic, framework, path)
    others = [each for each in FRAMEWORKS.values() if each is not framework]
    if any(path.is_file() for each in others for path in _candidates(lessons / topic, each)):
        raise CatalogError(
            f"The lesson {topic!r} has no {framework.title} app.",
            where=str(lessons / topic),
            remedy=f"Write {framework.module}.py beside the other.",
        )
    raise UsageError(
        f"There is no lesson {topic!r} with a pair of apps.",
        where=str(lessons),
        remedy=f"Use one of: {', '.join(_topics(lessons)) or 'none yet'}.",
    )


def app_files(topic: str) -> tuple[AppFile, ...]:
    """The lesson's apps, one a framework, in the course's order. Raises as ``app_file`` does."""
    return tuple(app_file(topic, framework) for framework in FRAMEWORKS.values())


def load_app(file: AppFile) -> Any:
    """A new app out of the file: what ``create_app()`` returns, or the module's ``app``.

    Raises:
        CatalogError: the module offers neither.
    """
    module = _load(file)
    factory: Callable[[], Any] | None = getattr(module, "create_app", None)
    app = factory() if factory is not None else getattr(module, "app", None)
    if app is None:
        raise CatalogError(
            "The module offers neither create_app() nor app.",
            where=str(file.path),
            remedy="Write a function create_app() that returns the app.",
        )
    return app


def _load(file: AppFile) -> ModuleType:
    """Run the module anew; unique names keep the many ``flask_app`` of a course apart."""
    name = re.sub(r"\W", "_", f"sidebyside_{file.topic}_{file.framework.module}")
    for stale in [each for each in sys.modules if each == name or each.startswith(f"{name}.")]:
        del sys.modules[stale]
    spec = importlib.util.spec_from_file_location(
        name, file.path, submodule_search_locations=[str(file.path.parent)] if file.is_package else None
    )
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def _candidates(folder: Path, framework: Framework) -> tuple[Path, Path]:
    return folder / f"{framework.module}.py", folder / framework.module / "__init__.py"


def _topics(lessons: Path) -> list[str]:
    return sorted(
        folder.name
        for folder in lessons.iterdir()
        if folder.is_dir()
        and all(any(p.is_file() for p in _candidates(folder, each)) for each in FRAMEWORKS.values())
    )
