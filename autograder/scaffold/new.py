"""Writes the four places of a new topic, so that `course dev check` can name what is left to do."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from string import Template

from autograder.catalog import Catalog, Topic
from autograder.catalog.root import COURSE_FILE
from autograder.errors import UsageError
from autograder.frameworks import FRAMEWORKS

__all__ = ["new_topic"]

_TEMPLATES = Path(__file__).with_name("templates")


def new_topic(catalog: Catalog, name: str) -> list[Path]:
    """Write a first version of a planned topic's files.

    Args:
        catalog: the course; its course.toml holds the topic already, as planned.
        name: the topic's name.

    Returns:
        The files written, in the order in which an author fills them in.

    Raises:
        UsageError: there is no such topic, it is ready, or one of the files exists; nothing is written then.
    """
    topic = catalog.topic(name)
    if topic.status != "planned":
        raise UsageError(
            f"The topic {name!r} is ready: its files are there.",
            where=str(catalog.root / COURSE_FILE),
            remedy=f"See what is in it: course dev show {name}.",
        )
    files = dict(_files(catalog, topic))
    present = [path for path in files if os.path.lexists(path)]
    if present:
        raise UsageError(
            f"{len(present)} of the files exist, and nothing is overwritten.",
            where=", ".join(str(path.relative_to(catalog.root)) for path in present),
            remedy="Move the files away, or write the missing ones by hand.",
        )
    for path, text in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return list(files)


def _files(catalog: Catalog, topic: Topic) -> Iterator[tuple[Path, str]]:
    """Every file with its text; the names are those that the rule about places asks for."""
    places = catalog.places(topic.name)
    facts = _facts(topic)
    yield places.brief, _filled("brief.md", facts)
    yield places.contract, _filled("contract.py", facts)
    yield places.examples, _filled("examples.py", facts)
    yield places.hints, _filled("hints.toml", facts)
    for part in topic.part:
        if part.framework in FRAMEWORKS:
            app = f"app.{part.framework}.py"
            for place, role in ((places.exercise, "starter"), (places.solution, "solution")):
                yield place / part.files[0], _filled(app, {**facts, "role": role})
                for name in part.files[1:]:
                    if name.endswith("_findings.yaml"):
                        yield place / name, _filled("findings.yaml", {**facts, "role": role})
    yield places.solution / "NOTES.md", _filled("notes.md", facts)
    yield places.lesson / "lesson.md", _filled("lesson.md", facts)
    for framework in catalog.course.frameworks:
        text = _filled(f"app.{framework}.py", {**facts, "role": "lesson's app"})
        yield places.lesson / f"{FRAMEWORKS[framework].module}.py", text


def _facts(topic: Topic) -> dict[str, str]:
    sections = dict.fromkeys(each.section for each in topic.objective)
    return {
        "name": topic.name,
        "title": topic.title,
        "objective": topic.objective[0].id,
        "objectives": "\n".join(f"- {each.text}" for each in topic.objective),
        "sections": "\n\n".join(_section(each) for each in sections),
        "points": ", ".join(f"{part.points} for {part.name}" for part in topic.part),
    }


def _section(anchor: str) -> str:
    heading = anchor.replace("-", " ").replace("_", " ").capitalize()
    return f"({anchor})=\n## {heading}\n\nTODO: predict, run, investigate, modify, make."


def _filled(template: str, facts: dict[str, str]) -> str:
    return Template((_TEMPLATES / f"{template}.txt").read_text(encoding="utf-8")).substitute(facts)
