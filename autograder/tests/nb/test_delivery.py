"""release_feedback delivers every page, also where a submission did not come through the exchange."""

from __future__ import annotations

import pytest
from nbgrader.utils import notebook_hash

from autograder.nb.delivery import PAGE_KEY

from .conftest import Desk
from .test_pages import generate

KEY = "5ec4e7" * 20


@pytest.mark.slow
def test_feedback_is_released_for_submissions_with_and_without_a_timestamp(desk: Desk) -> None:
    place = desk.hand_in("ann", flask="# 3\n")
    (place / "timestamp.txt").write_text("2026-01-02 03:04:05.678900 UTC")
    (place / PAGE_KEY).write_text(KEY)
    desk.hand_in("ben", flask="# 4\n")
    for student, content in (("cy", b""), ("dot", b"\xff\xfe not text")):
        (desk.hand_in(student) / PAGE_KEY).write_bytes(content)
    desk.autograde()
    generate(desk)
    desk.nbgrader("release_feedback", "greeting")
    exchange = desk.path / "exchange" / "the-toy-course" / "feedback"
    pages = {page.name: page.read_text("utf-8") for page in exchange.iterdir()}
    assert len(pages) == 4
    assert "3 of 20 points" in pages[f"{notebook_hash(secret=KEY, notebook_id='greeting')}.html"]
    assert sum("4 of 20 points" in page for page in pages.values()) == 1
