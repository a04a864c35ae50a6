"""A clock that a check sets never tells the time that it is: what ignores it would pass that day."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

COURSE = Path(__file__).resolve().parents[2]
CONTRACTS = sorted((COURSE / "autograder" / "hidden").glob("*/test_contract.py"))
SPELLED = re.compile(r"\b(20\d\d)-(\d\d)-(\d\d)T\d\d:\d\d")
BUILT = re.compile(r"\bdatetime\((20\d\d), (\d+), (\d+)\b")
MARGIN = timedelta(days=365)


def instants(text: str) -> set[datetime]:
    """Every day that the text names, as an instant or as a call that builds one."""
    found = [*SPELLED.findall(text), *BUILT.findall(text)]
    return {datetime(int(year), int(month), int(day), tzinfo=UTC) for year, month, day in found}


@pytest.mark.parametrize(
    "path", [COURSE / "course.toml", *CONTRACTS], ids=lambda path: str(path.relative_to(COURSE))
)
def test_no_instant_comes_true_within_a_year(path: Path) -> None:
    now = datetime.now(UTC)
    soon = {one for one in instants(path.read_text("utf-8")) if now - timedelta(days=1) < one < now + MARGIN}
    assert not soon, f"{path} sets a clock to a day that comes: take one of the past."


def test_the_search_sees_both_spellings() -> None:
    text = 'CLOCK = "2031-03-01T08:00:00Z"; START = datetime(2021, 11, 22, 20, 0, tzinfo=UTC)'
    assert instants(text) == {datetime(2031, 3, 1, tzinfo=UTC), datetime(2021, 11, 22, tzinfo=UTC)}
    assert len(instants((COURSE / "course.toml").read_text("utf-8"))) >= 3
