"""Many hand-ins at once: in order, bounded, and no one of them stops the others."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from autograder.batch import grade_batch
from autograder.collect import Source
from autograder.evaluate import Grader
from autograder.flow import most_under_way
from autograder.report.model import Report
from autograder.sandbox.plain import PlainSandbox
from autograder.submission import Submission
from autograder.tests.toycourse import FLASK, Toy, validated
from autograder.verdict import Status


class Slow(Grader):
    """Takes its time over some students, and counts who is under way; judges parts for a person."""

    def __init__(self, toy: Toy, *, slow: Sequence[str] = (), wait_s: float = 0.2) -> None:
        super().__init__(toy.catalog, sandbox=PlainSandbox(), seed=lambda _: "5eed")
        self.slow = slow
        self.wait_s = wait_s
        self.begun: list[str] = []
        self.folders: list[Path] = []
        self.go = threading.Event()

    def grade(self, submission: Submission, parts: Sequence[str] | None = None) -> Report:
        self.begun.append(submission.student)
        self.folders.append(submission.folder)
        if submission.student in self.slow:
            self.go.wait(self.wait_s)
        return validated(super().grade(submission, parts))


@pytest.fixture
def toy(tmp_path: Path) -> Toy:
    return Toy(tmp_path)


def memos(toy: Toy, count: int) -> list[Source]:
    """Hand-ins that nothing is run for."""
    folders = [toy.hand_in(f"s{number:03}", {"opinion.ipynb": "{}"}) for number in range(count)]
    return [Source(folder.name, folder, folder.parent) for folder in folders]


def test_reports_come_in_the_order_of_the_sources(toy: Toy) -> None:
    sources = memos(toy, 12)
    with Slow(toy, slow=["s000", "s005"]) as grader:
        told = [report.student for report in grade_batch(grader, toy.topic("opinion"), sources, jobs=4)]
    assert told == [source.student for source in sources]


def test_one_broken_hand_in_of_three_hundred_leaves_the_others_graded(toy: Toy) -> None:
    sources = memos(toy, 300)
    sources[150] = Source("s150", sources[150].base / ("x" * 300), sources[150].base)
    with Slow(toy) as grader:
        reports = list(grade_batch(grader, toy.topic("opinion"), sources, jobs=4))
    assert [report.student for report in reports if report.status is Status.BROKEN] == ["s150"]
    assert sum(report.status is Status.AWAITING_PERSON for report in reports) == 299
    broken = validated(reports[150])
    assert broken.parts[0].broken is not None
    assert "File name too long" in broken.parts[0].broken
    assert "do:" in broken.parts[0].broken


def test_a_hand_in_that_is_gone_by_its_turn_is_broken_and_stops_nobody(toy: Toy) -> None:
    sources = memos(toy, 3)
    (sources[1].path / "opinion.ipynb").unlink()
    sources[1].path.rmdir()
    with Slow(toy) as grader:
        statuses = [each.status for each in grade_batch(grader, toy.topic("opinion"), sources, jobs=1)]
    assert statuses == [Status.AWAITING_PERSON, Status.BROKEN, Status.AWAITING_PERSON]


def test_whatever_collect_raises_over_one_hand_in_the_others_are_graded(
    toy: Toy, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(self: Path, *_: object, **__: object) -> object:
        raise LookupError(self)

    sources = memos(toy, 2)
    with Slow(toy) as grader, monkeypatch.context() as patch:
        batch = grade_batch(grader, toy.topic("opinion"), sources, jobs=1)
        patch.setattr("autograder.collect.one.write_folder", fail)
        first = validated(next(batch))
        patch.undo()
        batch.close()
    assert first.status is Status.BROKEN
    assert first.parts[0].broken is not None
    assert "LookupError" in first.parts[0].broken
    assert "test_batch.py, line" in first.parts[0].broken


def test_a_slow_one_holds_up_nothing_but_the_telling(toy: Toy) -> None:
    with Slow(toy, slow=["s000"], wait_s=60) as grader:
        told: list[str] = []
        batch = grade_batch(grader, toy.topic("opinion"), memos(toy, 40), jobs=2)
        thread = threading.Thread(target=lambda: told.extend(report.student for report in batch))
        thread.start()
        deadline = time.monotonic() + 30
        while len(grader.begun) < 40 and time.monotonic() < deadline:
            time.sleep(0.05)
        assert (len(grader.begun), told) == (40, [])
        grader.go.set()
        thread.join(20)
        assert told == [f"s{number:03}" for number in range(40)]


def test_a_few_are_under_way_at_once_and_the_others_wait_outside(toy: Toy) -> None:
    everyone = [f"s{number:03}" for number in range(40)]
    with Slow(toy, slow=everyone, wait_s=60) as grader:
        batch = grade_batch(grader, toy.topic("opinion"), memos(toy, 40), jobs=2)
        thread = threading.Thread(target=lambda: list(batch))
        thread.start()
        deadline = time.monotonic() + 20
        while len(grader.begun) < 4 and time.monotonic() < deadline:
            time.sleep(0.05)
        time.sleep(0.3)  # for more, if there could be any
        assert 4 <= len(grader.begun) <= most_under_way(2)
        grader.go.set()
        thread.join(20)
        assert len(grader.begun) == 40


def test_leaving_early_begins_nothing_more_and_clears_up(toy: Toy) -> None:
    grader = Slow(toy, slow=["s001", "s002"], wait_s=0.5)
    batch = grade_batch(grader, toy.topic("opinion"), memos(toy, 40), jobs=1)
    assert next(batch).student == "s000"
    batch.close()
    assert len(grader.begun) <= 1 + most_under_way(1)
    assert not any(folder.exists() for folder in grader.folders)
    grader.close()


def test_a_hand_in_is_cleared_away_as_soon_as_it_is_judged(toy: Toy) -> None:
    with Slow(toy) as grader:
        batch = grade_batch(grader, toy.topic("opinion"), memos(toy, 3), jobs=1)
        for number, _ in enumerate(batch):
            assert not grader.folders[number].exists()


def test_only_the_named_files_of_a_folder_are_handed_in(toy: Toy) -> None:
    folder = toy.hand_in("ann", {"flask_app.py": FLASK, "fastapi_app.py": "x = 1"})
    with Slow(toy) as grader:
        sources = [Source("ann", folder, folder.parent, ("flask_app.py",))]
        (report,) = grade_batch(grader, toy.topic(), sources, jobs=1)
    flask, fastapi = report.parts
    assert (flask.points, flask.refusal) == (10, None)
    assert fastapi.refusal is not None
    assert "no file fastapi_app.py" in fastapi.refusal


def test_a_folder_that_becomes_a_link_is_not_followed_above_the_hand_in(toy: Toy, tmp_path: Path) -> None:
    secret = tmp_path / "secret" / "greeting"
    secret.mkdir(parents=True)
    (secret / "flask_app.py").write_text(FLASK)
    base = tmp_path / "submitted"
    base.mkdir()
    (base / "eve").symlink_to(secret.parent)
    with Slow(toy) as grader:
        sources = [Source("eve", base / "eve" / "greeting", base)]
        (report,) = grade_batch(grader, toy.topic(), sources, jobs=1)
    assert report.points == 0
    assert report.status is not Status.GRADED
