"""Rules about the student edition: no secret line in it, and no leave to share a line that is not shared."""

from __future__ import annotations

from collections.abc import Iterator

from autograder.catalog import Catalog
from autograder.devcheck.violation import Fault
from autograder.errors import CourseError
from autograder.release import find_leaks, release_files
from autograder.release.leaks import Secrets

__all__ = ["released", "shared_lines"]


def released(catalog: Catalog) -> Iterator[Fault]:
    """The student edition can be released, and holds no secret line."""
    try:
        files = release_files(catalog)
    except CourseError as error:
        yield Fault(error.where, error.what, error.remedy)
        return
    for leak in find_leaks(catalog, files):
        yield Fault(
            leak.where,
            f"The line of {leak.secret} would be released: {leak.text}",
            "Take it out; or, where learners may read it, add it to that topic's shared.txt.",
        )


def shared_lines(catalog: Catalog) -> Iterator[Fault]:
    """Every line that a ready topic's shared.txt lets through stands in a secret file and in a public one."""
    secrets = Secrets(catalog)
    planned = {topic.name for topic in catalog.course.topic} - {topic.name for topic in catalog.ready}
    try:
        files = release_files(catalog)
    except CourseError:
        return  # the rule above says why
    used = {line for path, data in files.items() for line in secrets.shared_in(path, data)}
    for line, places in secrets.shared.items():
        told = [place for place in places if place.split("/")[2] not in planned]
        for place in told[0 if line not in used else 1 :]:
            yield Fault(
                place, "This line need not be shared: it is not both secret and public.", "Delete it."
            )
