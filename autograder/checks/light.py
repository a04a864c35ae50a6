"""Checks collected without pytest, where that comes to the same: importing pytest takes longer than they do.

Only files of plain functions are taken, each of which takes nothing but what `GIVEN` gives. Whatever
else there is in a file, or goes wrong in it, is pytest's to collect and to say.
"""

from __future__ import annotations

import importlib.util
import inspect
import re
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from types import ModuleType

from autograder.checks.marks import NOTED
from autograder.checks.message import CheckInfo
from autograder.checks.run import GIVEN, Run, info_of, run_checks

__all__ = ["LightChecks", "light_checks"]

_PYTESTS = re.compile(r"\bpytest|\bunittest\b|__test__")
_HOOKS = re.compile(r"(setup|teardown)(_|$)|Test")

Function = Callable[..., object]


class LightChecks:
    """Collected checks, as `Checks` of the plugin is for pytest's.

    Attributes:
        infos: of all checks, in order.
    """

    def __init__(self, infos: tuple[CheckInfo, ...], functions: tuple[Function, ...]) -> None:
        self.infos = infos
        self._functions = functions

    def run(self, run: Run) -> None:
        """Run every check that is wanted, in the order that the run asks for."""
        run_checks(run, self.infos, lambda at: _failure(self._functions[at], self.infos[at].name, run))


def light_checks(files: Sequence[Path], *, graded: bool) -> LightChecks | None:
    """The checks of these files; None when they are pytest's to collect.

    Args:
        files: in the order in which they are run.
        graded: whether every check must say what it is worth.
    """
    if "pytest" in sys.modules or any(_PYTESTS.search(file.read_text("utf-8")) for file in files):
        return None
    found: list[tuple[CheckInfo, Function]] = []
    for file in files:
        try:
            module = _imported(file)
            names = [name for name in vars(module) if name.startswith("test")]
            if not _is_light(module, names):
                return None
            found += [_collected(vars(module)[name], name, file.name, graded=graded) for name in names]
        except Exception:  # noqa: BLE001 - whatever an author's file can raise: pytest says it better
            return None
    return LightChecks(tuple(info for info, _ in found), tuple(function for _, function in found))


def _imported(file: Path) -> ModuleType:
    """The file as a module, under a name by which nothing imports it."""
    name = f"course_checks_{file.stem}"
    spec = importlib.util.spec_from_file_location(name, file)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # a dataclass of the author's looks for it there
    spec.loader.exec_module(module)
    return module


def _is_light(module: ModuleType, names: Sequence[str]) -> bool:
    if any(name in GIVEN or _HOOKS.match(name) for name in vars(module)):
        return False
    return all(
        inspect.isfunction(each) and _takes_ours(each) for each in (vars(module)[name] for name in names)
    )


def _takes_ours(function: Function) -> bool:
    """Whether calling it with what we give is all that pytest would do for it."""
    if inspect.iscoroutinefunction(function) or inspect.isgeneratorfunction(function):
        return False
    if hasattr(function, "__wrapped__"):
        return False
    return all(
        each.kind is each.POSITIONAL_OR_KEYWORD and each.default is each.empty and each.name in GIVEN
        for each in inspect.signature(function).parameters.values()
    )


def _collected(function: Function, name: str, file: str, *, graded: bool) -> tuple[CheckInfo, Function]:
    marks: dict[str, tuple[object, ...]] = getattr(function, NOTED, {})
    return info_of(name, function, file, lambda mark: marks.get(mark, ()), graded=graded), function


def _failure(function: Function, name: str, run: Run) -> BaseException | None:
    try:
        function(**{each: GIVEN[each](run, name) for each in inspect.signature(function).parameters})
    except BaseException as error:  # noqa: BLE001 - as pytest does: a check that calls sys.exit is broken
        return error
    return None
