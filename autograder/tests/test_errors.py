"""Every error says what, where and what to do, whatever it was before."""

from __future__ import annotations

import errno
import os

import pytest

from autograder.errors import UsageError, reason


def test_an_error_of_ours_is_told_as_it_stands() -> None:
    error = UsageError("There is no such topic.", where="course check", remedy="Use another.")
    assert reason(error) == "There is no such topic.\n  where: course check\n  do:    Use another."


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EMFILE, errno.ENOMEM, errno.EACCES, errno.EROFS])
def test_what_the_machine_refuses_is_told_with_its_place(code: int) -> None:
    told = reason(OSError(code, os.strerror(code), "/some/file"))
    assert told.startswith(f"The machine refused: {os.strerror(code)}.\n  where: /some/file\n  do:    ")


def test_a_mistake_of_ours_is_told_with_the_line_that_made_it() -> None:
    def mistaken() -> None:
        message = "that was never foreseen"
        raise LookupError(message)

    with pytest.raises(LookupError) as caught:
        mistaken()
    told = reason(caught.value)
    assert "The grader made a mistake: LookupError: that was never foreseen" in told
    assert f"where: {__file__}, line " in told


def test_a_refusal_without_a_place_names_the_machine() -> None:
    assert "where: this machine\n" in reason(OSError(errno.EIO, "Input/output error"))
