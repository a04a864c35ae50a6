"""The time of a hand-in, as nbgrader's exchange writes it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from nbgrader.utils import parse_utc

from autograder.collect.timestamp import parsed, written


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        ("2026-11-22 08:00:00.000000 UTC", "2026-11-22 08:00:00.000000 UTC\n"),
        ("2026-11-22 08:00:00.5 UTC\n", None),
        ("2026-11-22 08:00:00.500000 +0100", "2026-11-22 07:00:00.500000 UTC\n"),
        ("2026-11-22 08:00:00.500000 -05:30", "2026-11-22 13:30:00.500000 UTC\n"),
        ("2026-11-22 08:00:00", "2026-11-22 08:00:00.000000 UTC\n"),
        ("2026-11-22T08:00:00Z", "2026-11-22 08:00:00.000000 UTC\n"),
        ("2026-11-22T08:00:00+02:00", "2026-11-22 06:00:00.000000 UTC\n"),
        ("yesterday", None),
        ("", None),
        ("9999-12-31 23:59:59 -2300", None),
        ("0001-01-01 00:00:00 +2300", None),
        ("2026-11-22 08:00:00 ../../etc/passwd", None),
        ("2026-11-22 08:00:00 Nowhere/Atall", None),
        ("2026-13-22 08:00:00 UTC", None),
    ],
)
def test_a_date_is_read_into_utc_and_anything_else_is_not_a_date(text: str, utc: str | None) -> None:
    moment = parsed(text.encode())
    if text == "2026-11-22 08:00:00.5 UTC\n":  # fewer digits than nbgrader writes: either is right
        assert moment is None or moment.microsecond == 500_000
    else:
        assert (written(moment).decode() if moment else None) == utc


@given(st.binary(max_size=100) | st.datetimes().map(str).map(str.encode))
def test_whatever_is_taken_nbgrader_reads_back_as_the_same_moment(data: bytes) -> None:
    moment = parsed(data)
    if moment is not None:
        assert parse_utc(written(moment).decode().strip()) == moment.replace(tzinfo=None)
