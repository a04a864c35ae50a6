"""What the journal says of a hand-in after each step."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from autograder.errors import CourseError
from autograder.nb.journal import Journal, Kind


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    return Journal(tmp_path / "journal.sqlite")


def test_only_a_finished_grade_of_what_was_collected_is_complete(journal: Journal) -> None:
    seen = []
    for kind, digest in [
        (Kind.COLLECTED, "1"),
        (Kind.BEGUN, "1"),
        (Kind.JUDGED, "1"),
        (Kind.FINISHED, "1"),
        (Kind.COLLECTED, "2"),
        (Kind.BEGUN, "2"),
        (Kind.FINISHED, "2"),
    ]:
        journal.add("t", "ann", kind, digest=digest)
        seen.append(journal.standings("t")["ann"].complete)
    assert seen == [False, False, False, True, False, False, True]


def test_a_later_attempt_that_did_not_end_undoes_a_finished_one(journal: Journal) -> None:
    for kind in (Kind.COLLECTED, Kind.BEGUN, Kind.FINISHED, Kind.BEGUN):
        journal.add("t", "ann", kind, digest="1")
    assert not journal.standings("t")["ann"].complete


def test_why_it_broke_is_told_until_the_next_attempt(journal: Journal) -> None:
    journal.add("t", "ann", Kind.BROKEN, detail="no wall")
    assert journal.standings("t")["ann"].reason == "no wall"
    journal.add("t", "ann", Kind.BEGUN)
    assert journal.standings("t")["ann"].reason == ""


def test_topics_and_students_are_kept_apart(journal: Journal) -> None:
    journal.add("t", "ann", Kind.COLLECTED, digest="1")
    journal.add("t", "ben", Kind.COLLECTED, digest="2")
    journal.add("u", "ann", Kind.COLLECTED, digest="3")
    assert {name: each.collected for name, each in journal.standings("t").items()} == {"ann": "1", "ben": "2"}
    assert set(journal.standings("t", "ben")) == {"ben"}


def test_the_latest_detail_of_a_kind_is_found(journal: Journal) -> None:
    assert journal.latest("t", "ann", Kind.JUDGED) is None
    journal.add("t", "ann", Kind.JUDGED, detail="one")
    journal.add("t", "ann", Kind.JUDGED, detail="two")
    assert journal.latest("t", "ann", Kind.JUDGED) == "two"


@pytest.mark.parametrize("query", ["UPDATE event SET student = 'x'", "DELETE FROM event"])
def test_nothing_written_can_be_changed_or_removed(journal: Journal, tmp_path: Path, query: str) -> None:
    journal.add("t", "ann", Kind.COLLECTED)
    database = sqlite3.connect(tmp_path / "journal.sqlite")
    with pytest.raises(sqlite3.IntegrityError, match="only added to"):
        database.execute(query)
    database.close()


def test_a_journal_that_cannot_be_opened_is_our_error(tmp_path: Path) -> None:
    with pytest.raises(CourseError, match="journal cannot be used"):
        Journal(tmp_path / "nowhere" / "journal.sqlite").add("t", "ann", Kind.BEGUN)
