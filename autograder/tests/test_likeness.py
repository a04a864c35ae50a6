"""Another topic's files are recognized as such, and nobody's own work ever is."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from autograder.catalog import Catalog, load
from autograder.collect import collect_one
from autograder.evaluate import Grader
from autograder.likeness import Likeness
from autograder.report.html import part_html
from autograder.report.model import Report
from autograder.report.plain import part_text
from autograder.sandbox import Sandbox
from autograder.tests.sandbox.running import open_sandbox

CATALOG = load(None)
LIKENESS = Likeness(CATALOG)
TOPICS = [topic.name for topic in CATALOG.ready]
SAID = "This looks like a submission for validation."


def apps(catalog: Catalog, topic: str) -> Iterator[tuple[str, str]]:
    """Name and source of everything that was ever written for a topic."""
    places = catalog.places(topic)
    folders = (places.exercise, places.solution, places.hidden / "right", places.hidden / "wrong")
    for path in (path for folder in folders for path in sorted(folder.iterdir())):
        files = [path] if path.suffix == ".py" else sorted(path.rglob("*.py"))
        if source := "\n".join(file.read_text("utf-8") for file in files):
            yield path.name, source


@pytest.mark.parametrize("topic", TOPICS)
def test_no_work_on_a_topic_is_taken_for_anothers(topic: str) -> None:
    taken = {name: LIKENESS.other(topic, source) for name, source in apps(CATALOG, topic)}
    assert {name: other for name, other in taken.items() if other is not None} == {}


@pytest.mark.parametrize("topic", TOPICS)
def test_a_solution_is_recognized_in_another_topic(topic: str) -> None:
    solutions = [source for name, source in apps(CATALOG, topic) if name in {"flask_app.py", "flask_app"}]
    # These two share the only path that one of them has.
    others = [name for name in TOPICS if name != topic and {topic, name} != {"responses", "authentication"}]
    for source in solutions:
        assert {LIKENESS.other(other, source) for other in others} == {topic}


@pytest.mark.parametrize("source", ["", "x = 1\n", "app = None  # '/docs'\n", "'/never-heard-of'"])
def test_what_mentions_no_topics_path_looks_like_nothing(source: str) -> None:
    assert LIKENESS.other("routing", source) is None


@pytest.fixture(scope="module")
def wall() -> Iterator[Sandbox]:
    yield from open_sandbox("bubblewrap")


@pytest.fixture(scope="module")
def report(wall: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Report:
    """Validation's solution, handed in for routing."""
    submission = collect_one(
        CATALOG.places("validation").solution,
        student="ada",
        topic=CATALOG.ready_topic("routing"),
        destination=tmp_path_factory.mktemp("inbox") / "ada",
    )
    with Grader(CATALOG, sandbox=wall, seed=lambda _: "5eed") as grader:
        return grader.grade(submission)


def test_the_report_says_which_topic_it_looks_like(report: Report) -> None:
    assert [(part.looks_like, part.points) for part in report.parts] == [("validation", 0)] * 2
    assert len(report.parts[0].checks) == 20


def test_its_page_is_short_and_says_so(report: Report) -> None:
    source = (Path(CATALOG.places("validation").solution) / "flask_app.py").read_text("utf-8")
    page = part_html(report.parts[0], sources={"flask_app.py": source})
    assert SAID in page
    assert page.count("<br") + page.count("\n") + page.count("</div>") < 60
    assert part_text(report.parts[0]).count("\n") < 5
