"""What the folder of one topic says of itself when it is handed out alone, to be checked by its examples."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

from autograder.catalog.model import Course, Topic
from autograder.catalog.root import TOPIC_FILE

__all__ = ["handout"]

_HEAD = f"""\
# Written by `course build`. {TOPIC_FILE} lets `course check`, `check(...)` in the notebook and nbgrader's
# Validate judge the apps in this folder by its examples. Please keep it where it is.
"""

_TABLES = ("course_part", "topic", "objective", "part")


def handout(course: Course, topic: Topic) -> str:
    """The text of topic.toml: a course in its student edition that consists of this topic alone."""
    facts = course.model_dump(mode="json", exclude={"topic", "course_part"}, exclude_defaults=True)
    facts |= {"edition": "student", "minutes": topic.minutes, "points": topic.points}
    parts = [each.model_dump(mode="json") for each in course.course_part if each.name == topic.course_part]
    alone = topic.model_dump(mode="json", exclude={"requires"}, exclude_defaults=True)
    return "\n".join([_HEAD, *_table({**facts, "course_part": parts, "topic": [alone]}), ""])


def _table(facts: Mapping[str, object], above: str = "") -> Iterator[str]:
    """The lines of a table: first its own keys, then the tables below it."""
    below = {key: value for key, value in facts.items() if key in _TABLES and isinstance(value, list)}
    for key, value in facts.items():
        if key not in below:
            yield f"{key} = {_value(value)}"
    for key, tables in below.items():
        for table in tables:
            yield f"\n[[{above}{key}]]"
            yield from _table(table, f"{above}{key}.")


def _value(value: object) -> str:
    if isinstance(value, Mapping):
        pairs = ", ".join(f"{_value(key)} = {_value(each)}" for key, each in value.items())
        return f"{{ {pairs} }}" if pairs else "{}"
    if isinstance(value, list):
        return f"[{', '.join(map(_value, value))}]"
    # A string, a number or a boolean: TOML has JSON's forms of them, but for one character.
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
