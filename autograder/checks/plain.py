"""Which checks can be called as they stand: pytest's ceremony takes longer than most checks do.

The same isolation holds either way: every run has a process of its own.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Collection
from dataclasses import dataclass

import pytest

__all__ = ["PlainCheck", "plain"]


@dataclass(frozen=True, slots=True)
class PlainCheck:
    """A function, and the names of what it takes."""

    function: Callable[..., object]
    takes: tuple[str, ...]


def plain(item: pytest.Item, ours: Collection[str]) -> PlainCheck | None:
    """The check's function, when calling it is all that pytest would do for it; otherwise None.

    Args:
        item: the check as collected.
        ours: names of our fixtures.
    """
    # What has fixtures of its own, a class, parameters or marks of pytest's is pytest's to run.
    if type(item) is not pytest.Function or item.cls is not None or hasattr(item, "callspec"):
        return None
    if not {"request", *ours}.issuperset(item.fixturenames) or not vars(item.module).keys().isdisjoint(ours):
        return None
    if not all(mark.name.startswith("course_") for mark in item.iter_markers()):
        return None
    if inspect.iscoroutinefunction(item.function) or inspect.isgeneratorfunction(item.function):
        return None
    takes = inspect.signature(item.function).parameters.values()
    is_named = all(each.kind is each.POSITIONAL_OR_KEYWORD and each.default is each.empty for each in takes)
    names = tuple(each.name for each in takes)
    return PlainCheck(item.function, names) if is_named and set(ours).issuperset(names) else None
