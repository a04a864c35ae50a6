"""Of whatever layouts a class is made, every entry is reported exactly once: nothing vanishes.

``COURSE_GENERATED_CLASSES`` says how many classes are made in each test, at random; without it, the same few
are made every time.
"""

from __future__ import annotations

import os
import tempfile
from collections import Counter
from pathlib import Path

from hypothesis import HealthCheck, given, settings

from autograder.catalog.model import Topic
from autograder.collect import Found, find_submissions
from autograder.collect.course_names import CourseNames
from autograder.collect.entries import class_entries
from autograder.collect.names import printable
from autograder.verdict import Status

from .classes import IGNORED, SOURCE, TOPICS, Made, classes, write

MOST = int(os.environ.get("COURSE_GENERATED_CLASSES", "30"))
generated = settings(
    max_examples=MOST,
    derandomize="COURSE_GENERATED_CLASSES" not in os.environ,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def outcomes(found: Found) -> Counter[tuple[str, str]]:
    """Name and outcome of everything that is reported."""
    assert all(each.reason for each in found.unread)
    return Counter(
        [
            *((printable(source.student), SOURCE) for source in found.sources),
            *((each.name, str(each.status)) for each in found.unread),
            *((name, IGNORED) for name in found.ignored),
        ]
    )


def hold_every_entry(found: Found, made: list[Made], folder: Path, *, by_topic: bool) -> None:
    wanted = Counter((each.told, each.submitted if by_topic else each.in_class) for each in made)
    assert outcomes(found) == wanted
    assert {name for each in made for name in each.entries} == {path.name for path in folder.iterdir()}
    assert {each.status for each in found.unread} <= {Status.NOT_UNDERSTOOD, Status.MISSING}


@generated
@given(made=classes())
def test_every_entry_of_a_class_is_reported_exactly_once(topic: Topic, made: list[Made]) -> None:
    with tempfile.TemporaryDirectory() as home:
        folder = Path(home, "class")
        folder.mkdir()
        write(folder, made)
        hold_every_entry(find_submissions([folder], topic, TOPICS), made, folder, by_topic=False)


@generated
@given(made=classes())
def test_every_entry_of_nbgraders_folder_is_reported_exactly_once(topic: Topic, made: list[Made]) -> None:
    with tempfile.TemporaryDirectory() as home:
        folder = Path(home, "submitted")
        folder.mkdir()
        write(folder, made)
        found = class_entries(folder, CourseNames.of(topic, TOPICS), by_topic=True)
        hold_every_entry(found, made, folder, by_topic=True)
