"""pytest's plugin for learners: in an exercise, `pytest test_examples.py` judges the apps by the examples."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from autograder.catalog import Catalog, Part, Topic
    from autograder.report.model import PartReport

__all__ = ["pytest_pycollect_makemodule", "pytest_terminal_summary"]

_UNKNOWN = pytest.StashKey[list[str]]()


@pytest.hookimpl(tryfirst=True)
def pytest_pycollect_makemodule(module_path: Path, parent: pytest.Collector) -> Any:
    """The examples of an exercise, one item a part; any other file is pytest's own to collect."""
    if module_path.name != "test_examples.py":
        return None
    # Here, for every run of pytest imports this module.
    from autograder.catalog import load  # noqa: PLC0415 - see above
    from autograder.errors import ForeignCourse, UsageError  # noqa: PLC0415 - see above
    from autograder.report.escape import visible  # noqa: PLC0415 - see above

    try:
        catalog = load(module_path.parent).judged_by_examples
    except UsageError:
        return None
    except ForeignCourse as error:  # returning nothing would let pytest import the file
        raise parent.CollectError(visible(str(error))) from error
    for topic in catalog.ready:
        if catalog.places(topic.name).examples == module_path.resolve():
            return _Examples.from_parent(parent, path=module_path, catalog=catalog, topic=topic)
    return None


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """Below "1 passed", say what passing the examples leaves open."""
    for sentence in config.stash.get(_UNKNOWN, []):
        terminalreporter.write_line(f"An app that passes every example can still be wrong. {sentence}")


class _Examples(pytest.File):
    """The examples of one exercise."""

    def __init__(self, *, catalog: Catalog, topic: Topic, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._catalog = catalog
        self._topic = topic

    def collect(self) -> Iterator[pytest.Item]:
        for part in self._topic.part:
            if part.served:
                yield _Part.from_parent(
                    self, name=part.name, catalog=self._catalog, topic=self._topic, part=part
                )


class _Part(pytest.Item):
    """All examples, asked of one app."""

    def __init__(self, *, catalog: Catalog, topic: Topic, part: Part, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._catalog = catalog
        self._topic = topic
        self._part = part

    def runtest(self) -> None:
        from autograder.report.plain import part_text  # noqa: PLC0415 - as above
        from autograder.report.words import hidden_told  # noqa: PLC0415 - as above
        from autograder.selfcheck import self_check  # noqa: PLC0415 - as above
        from autograder.verdict import Verdict  # noqa: PLC0415 - as above

        report = self_check(self._catalog, self._topic, self.path.parent, [self._part.name])
        found = report.parts[0]
        if sentence := hidden_told(report):
            self.config.stash.setdefault(_UNKNOWN, []).append(sentence)
        if found.verdict is not Verdict.PASSED:
            raise _NotYet(part_text(_with_command(found, self._topic), notes=report.notes))

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        from autograder.errors import CourseError  # noqa: PLC0415 - as above
        from autograder.report.escape import visible  # noqa: PLC0415 - as above

        if isinstance(excinfo.value, (_NotYet, CourseError)):
            return visible(str(excinfo.value))
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int | None, str]:
        return self.path, None, f"the examples, asked of {self._part.name}"


def _with_command(part: PartReport, topic: Topic) -> PartReport:
    """The part with the command that shows hints, once, in place of the hints' ids."""
    from autograder.report.focus import decisive  # noqa: PLC0415 - as above

    first, command = decisive(part), (f"course hint {topic.name}",)
    checks = [
        check.model_copy(update={"hints": command if check is first and check.hints else ()})
        for check in part.checks
    ]
    return part.model_copy(update={"checks": tuple(checks)})


class _NotYet(AssertionError):
    """What the app does not do yet, in words."""
