"""What the learner's commands do with progress: a verdict never waits for it, and its loss is one line."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from pathlib import Path

from autograder.catalog import Catalog, Topic, load
from autograder.errors import StoreError, UsageError
from autograder.learn.changes import as_it_is_now
from autograder.learn.checking import working_topic
from autograder.learn.progress import Overview, overview
from autograder.learn.standing import Stamp, Standing
from autograder.learn.starters import Starters, find_starters
from autograder.learn.store import Store, open_store
from autograder.report.model import Report
from autograder.report.screen import write_error

__all__ = ["chosen_topic", "current_overview", "current_standing", "hold_part", "keep", "keep_check"]


def keep(catalog: Catalog, act: Callable[[Store], object]) -> None:
    """Let ``act`` record something; where that fails, one line on standard error says why."""
    notices: list[str] = []
    try:
        with open_store(catalog) as store:
            notices = store.notices
            act(store)
    except StoreError as error:
        notices = [*notices, f"your progress was not kept: {error.what} ({error.where}) {error.remedy}"]
    _tell(*notices)  # last: nobody may be there to read it


def keep_check(
    catalog: Catalog, report: Report, stamps: Mapping[str, Stamp], untouched: Collection[str] = ()
) -> bool:
    """Record how a check of the learner's own files ended. Returns whether that could be kept."""
    kept: list[bool] = []

    def record(store: Store) -> None:
        store.record_check(report, stamps, untouched)
        kept.append(True)

    keep(catalog, record)
    return bool(kept)


def current_standing(catalog: Catalog) -> Standing:
    """Where the learner stands; as if nothing was done, with a line that says why, if it cannot be read."""
    return _current(catalog)[0]


def current_overview(catalog: Catalog) -> Overview:
    """The learner's progress, likewise."""
    return overview(catalog, *_current(catalog, with_starters=True))


def chosen_topic(course: Path | None, name: str | None) -> tuple[Catalog, Topic]:
    """The course, and the ready topic of this name; the one they are at when no name is given.

    Raises:
        UsageError: there is no such topic, or no name is given and all is passed.
    """
    catalog = load(course)
    if name is not None:
        return catalog, catalog.ready_topic(name)
    found = working_topic(current_overview(catalog))
    if found is None:
        raise UsageError(
            "Which topic? You have passed all of them, so none is next.",
            where="course",
            remedy=f"Name one of: {', '.join(topic.name for topic in catalog.ready)}.",
        )
    return catalog, found


def hold_part(topic: Topic, part: str | None) -> None:
    """Raise UsageError unless the topic has this part, or none is named."""
    names = [each.name for each in topic.part]
    if part is not None and part not in names:
        raise UsageError(
            f"The topic {topic.name} has no part {part!r}.",
            where="course",
            remedy=f"Use one of: {', '.join(names)}.",
        )


def _current(catalog: Catalog, *, with_starters: bool = False) -> tuple[Standing, Starters]:
    try:
        with open_store(catalog) as store:
            _tell(*store.notices)
            starters = find_starters(catalog, store) if with_starters else Starters({})
            return as_it_is_now(catalog, store.standing()), starters
    except StoreError as error:
        _tell(f"what you have done so far cannot be shown: {error.what} ({error.where}) {error.remedy}")
        return Standing(), Starters({})


def _tell(*notices: str) -> None:
    for notice in notices:
        write_error(f"course: {notice}\n")
