"""Which other topic a submission seems to be for, by the URL paths that its source mentions."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cached_property

from autograder.catalog import Catalog, Places

__all__ = ["Likeness"]

_CODE_SPAN = re.compile(r"`([^`\n]+)`")
# The first name of a path: in a brief after a method or a blank, in source at the start of a string.
_IN_BRIEF = re.compile(r"(?<![\w.:/{}*<-])/([a-z][a-z0-9_-]{2,})(?![\w.-]*\.[a-z])")
_IN_SOURCE = re.compile(r"""["']/([a-z][a-z0-9_-]{2,})""")
_TITLE = re.compile(r'"""([^"\n]{8,60}), in [A-Z]\w+\.')
# Of frameworks and of every service, and so of no topic.
_COMMON = frozenset(["docs", "redoc", "static", "status", "health", "healthz", "login", "logout"])


class Likeness:
    """Compares sources with the briefs and starters of a course's topics, as plain text."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog

    def other(self, topic: str, source: str) -> str | None:
        """The topic whose paths the source mentions, when it mentions none that are only ``topic``'s.

        Args:
            topic: the topic that the source was handed in for.
            source: the text of a part's files.
        """
        own = self._marks.get(topic, frozenset())
        found = _marks_of(source)
        fits = [
            (len(marks & found - own), len(marks & found) / len(marks), name)
            for name, marks in self._marks.items()
            if marks & found - own and not own & found - marks
        ]
        return max(fits)[2] if fits else None

    @cached_property
    def _marks(self) -> Mapping[str, frozenset[str]]:
        """By topic, what a submission for it mentions."""
        return {
            topic.name: _marks_of_topic(self._catalog.places(topic.name)) for topic in self._catalog.ready
        }


def _marks_of_topic(places: Places) -> frozenset[str]:
    files = [file for file in sorted(places.exercise.glob("*.py")) if file.is_file()]
    sources = "\n".join(file.read_text("utf-8") for file in files)
    brief = places.brief.read_text("utf-8") if places.brief.is_file() else ""
    spans = "\n".join(_CODE_SPAN.findall(brief))
    return frozenset(_IN_BRIEF.findall(spans)) - _COMMON | _marks_of(sources)


def _marks_of(source: str) -> frozenset[str]:
    return frozenset(_IN_SOURCE.findall(source)) - _COMMON | frozenset(_TITLE.findall(source))
