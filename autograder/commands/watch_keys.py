"""Decides which keys mean something now, and does what they say; the keys of `course watch`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from difflib import unified_diff
from pathlib import Path

from rich.console import Console
from rich.text import Text

from autograder.catalog import Catalog, Part, Topic
from autograder.commands import learn_hint, learn_lesson, learn_reset, listing
from autograder.commands.keeping import current_overview
from autograder.errors import CourseError, StoreError, reason
from autograder.learn.standing import DONE
from autograder.learn.starters import find_starters, part_files, worked_on
from autograder.learn.store import open_store
from autograder.learn.words import bar, linked, next_part
from autograder.report.desk import Desk
from autograder.report.focus import first_to_fix
from autograder.report.model import Report
from autograder.report.words import part_title

__all__ = ["Keys", "Leaving"]

_BAR = 20
_STYLES = {"+": "green", "-": "red", "@": "cyan"}


@dataclass(frozen=True, slots=True)
class Leaving:
    """The learner is done with this topic; ``topic`` is the next one, or None to quit."""

    topic: Topic | None


class Keys:
    """The keys that are valid now, after the last verdict.

    Args:
        catalog: the course.
        topic: the one that is watched.
        part: the only part that is watched, if it is one.
        console: where everything is printed.
        next_key: waits for the answer to a question.
    """

    def __init__(
        self,
        catalog: Catalog,
        topic: Topic,
        part: str | None,
        console: Console,
        next_key: Callable[[], str],
    ) -> None:
        self._catalog = catalog
        self._topic = topic
        self._part = part
        self._console = console
        self._next_key = next_key
        self._report: Report | None = None
        self._desk: Desk | None = None
        self._following: Topic | None = None
        self._actions: dict[str, tuple[str, Callable[[], Leaving | None]]] = {
            "h": ("hint", self._hint),
            "d": ("diff", self._diff),
            "o": ("lesson", self._lesson),
            "l": ("list", self._list),
            "r": ("reset", self._reset),
            "n": ("next", self._next_topic),
            "q": ("quit", lambda: Leaving(None)),
        }

    def checked(self, report: Report, desk: Desk, saved: Sequence[Path]) -> None:
        """Take note of a verdict, and print how far the learner is and which file they are at."""
        self._report, self._desk = report, desk
        seen = current_overview(self._catalog)
        self._following = seen.next.topic if seen.next else None
        done = bar(seen.passed / len(seen.rows), _BAR, plain=self._console.options.ascii_only)
        passed = "pass their examples" if seen.examples else "are passed"
        self._console.print()
        self._console.print(Text(f"{done} {seen.passed} of {len(seen.rows)} parts {passed}"))
        self._console.print(Text.assemble("You are at ", linked(self._current(saved))), soft_wrap=True)
        if self._passed:
            self._console.print(Text(self._what_now()))
        elif (part := self._other_part()) is not None:
            self._console.print(next_part(part.name, self._first_file(part)), soft_wrap=True)

    def is_valid(self, key: str) -> bool:
        """Whether the key means something now."""
        if key in {"h", "n", "d", "r"} and (self._report is None or self._desk is None):
            return False
        if key == "h":
            return not self._passed and self._has_hint()
        if key == "n":
            return self._passed and self._following is not None and self._following.name != self._topic.name
        if key in {"d", "r"}:
            return any(self._is_begun(part) for part in self._parts)
        return key in self._actions

    def show(self) -> None:
        """Print the keys that are valid now."""
        if not self._console.is_terminal:
            return
        line = Text()
        for key, (word, _) in self._actions.items():
            if self.is_valid(key):
                line.append(key, style="bold").append(f" {word}   ")
        line.append("Enter", style="bold").append(" check")
        self._console.print(line)

    def press(self, key: str) -> Leaving | None:
        """Do what a valid key says. Returns where to go, when the learner leaves."""
        self._console.print()
        try:
            leaving = self._actions[key][1]()
        except (CourseError, OSError) as error:
            self._console.print(Text(reason(error)))
            leaving = None
        if leaving is None:
            self._console.print()
            self.show()
        return leaving

    @property
    def _parts(self) -> list[Part]:
        return [part for part in self._topic.part if self._part in {part.name, None}]

    @property
    def _passed(self) -> bool:
        return self._report is not None and all(part.verdict in DONE for part in self._report.parts)

    def _is_begun(self, part: Part) -> bool:
        return self._desk is not None and part.name not in self._desk.untouched

    def _has_hint(self) -> bool:
        assert self._report is not None
        assert self._desk is not None
        focus = first_to_fix(self._report, self._desk.untouched)
        return focus is not None and bool(focus.check.hints)

    def _current(self, saved: Sequence[Path]) -> Path:
        """The file that was saved last; before the first save, that of the first part that is not passed."""
        if saved:
            return saved[-1]
        return self._first_file((self._left or self._parts)[0])

    @property
    def _left(self) -> list[Part]:
        judged = {part.name: part.verdict for part in self._report.parts} if self._report else {}
        return [part for part in self._parts if judged.get(part.name) not in DONE]

    def _other_part(self) -> Part | None:
        """The part to go on with, when what was begun passes and another is left."""
        left = self._left
        if len(left) == len(self._parts) or any(map(self._is_begun, left)):
            return None
        return left[0] if left else None

    def _first_file(self, part: Part) -> Path:
        return self._catalog.places(self._topic.name).exercise / part.files[0]

    def _what_now(self) -> str:
        solution = f"Beside the solution: course solution {self._topic.name}."
        told = f"All that is checked here passes. {solution}" if self._has_solution else "The examples pass."
        return f"{told} Next: {self._following.name}." if self.is_valid("n") and self._following else told

    @property
    def _has_solution(self) -> bool:
        return self._catalog.course.edition == "author"

    def _hint(self) -> None:
        learn_hint.run(self._catalog.root, self._topic.name, self._part, again=False, as_json=False)

    def _lesson(self) -> None:
        learn_lesson.run(self._catalog.root, self._topic.name, printed=False)

    def _list(self) -> None:
        listing.run(self._catalog.root, planned=False, as_json=False)

    def _next_topic(self) -> Leaving:
        return Leaving(self._following)

    def _reset(self) -> None:
        for part in filter(self._is_begun, self._parts):
            title = part_title(part.name)
            self._console.print(
                Text(f"Put {title} back to the starter? A copy is kept. y yes   any other no")
            )
            if self._next_key() == "y":
                learn_reset.run(self._catalog.root, self._topic.name, part.name, back=False)
            else:
                self._console.print(Text(f"{title}: nothing was changed."))

    def _diff(self) -> None:
        folder = self._catalog.places(self._topic.name).exercise
        try:
            with open_store(self._catalog) as store:
                starters = find_starters(self._catalog, store)
        except StoreError as error:
            self._console.print(Text(f"The starter is not known: {error.what}"))
            return
        for part in self._parts:
            if not worked_on(self._catalog, starters, self._topic, part):
                continue
            before, now = starters.files(self._topic.name, part), part_files(folder, part)
            for name in sorted({*before, *now}):
                self._show_diff(before.get(name, ""), now.get(name, ""), name)

    def _show_diff(self, before: str, now: str, name: str) -> None:
        lines = unified_diff(
            before.splitlines(), now.splitlines(), f"starter/{name}", f"yours/{name}", lineterm=""
        )
        for line in lines:
            self._console.print(Text(line, style=_STYLES.get(line[:1], "")))
