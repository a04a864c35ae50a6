"""Decides whether a recorded check is about what is there now: the same files, judged by the same checks."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from autograder.catalog import Catalog, Part, Topic
from autograder.learn.standing import Change, PartStanding, Stamp, Standing
from autograder.learn.starters import part_files
from autograder.versions import files_digest

__all__ = ["as_it_is_now", "held", "stamps"]


def stamps(catalog: Catalog, topic: Topic) -> dict[str, Stamp]:
    """What a check of the topic's own files would be about now, by the name of each part."""
    folder = catalog.places(topic.name).exercise
    return {
        part.name: Stamp(_files(folder, part), _checks(_check_files(catalog, topic, part), part))
        for part in topic.part
    }


def held(before: Mapping[str, Stamp], after: Mapping[str, Stamp]) -> dict[str, Stamp]:
    """The stamps of a check made between the two; a digest is empty where something was saved meanwhile."""
    return {
        name: Stamp(
            stamp.files if stamp.files == after[name].files else "",
            stamp.checks if stamp.checks == after[name].checks else "",
        )
        for name, stamp in before.items()
    }


def as_it_is_now(catalog: Catalog, standing: Standing) -> Standing:
    """The standing, with a mark on each part that has changed since it was last checked.

    A record without a stamp is taken as it stands: nobody can tell.
    """
    stamped = {topic for (topic, _), part in standing.parts.items() if part.stamp is not None}
    now = {topic.name: stamps(catalog, topic) for topic in catalog.ready if topic.name in stamped}
    parts = {
        (topic, part): replace(seen, changed=_change(seen, now.get(topic, {}).get(part)))
        for (topic, part), seen in standing.parts.items()
    }
    return replace(standing, parts=parts)


def _change(seen: PartStanding, now: Stamp | None) -> Change:
    if seen.stamp is None or now is None:
        return Change.NONE
    if seen.stamp.files != now.files:
        return Change.FILES
    return Change.CHECKS if seen.stamp.checks != now.checks else Change.NONE


def _files(folder: Path, part: Part) -> str:
    digest = hashlib.sha256()
    for name, text in sorted(part_files(folder, part).items()):
        content = text.encode(errors="surrogateescape")
        digest.update(f"{name}\0{len(content)}\0".encode(errors="surrogateescape"))
        digest.update(content)
    return digest.hexdigest()


def _check_files(catalog: Catalog, topic: Topic, part: Part) -> list[Path]:
    places = catalog.places(topic.name)
    if catalog.course.edition == "student":
        files = [places.examples]
    else:
        files = list(places.hidden_checks(part.framework)) if part.served else []
    return [file for file in files if file.is_file()]


def _checks(files: list[Path], part: Part) -> str:
    return hashlib.sha256(f"{files_digest(files)}\n{part.model_dump_json()}".encode()).hexdigest()
