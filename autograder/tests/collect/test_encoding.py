"""Which bytes are taken as source text."""

from __future__ import annotations

import io
import tokenize
from pathlib import PurePosixPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.collect.encoding import text_problem

APP = PurePosixPath("flask_app.py")


@pytest.mark.parametrize(
    "data",
    [
        b"x = 1",
        "x = 'caf\u00e9'".encode(),
        b"\xef\xbb\xbfx = 1",
        b"# -*- coding: latin-1 -*-\nx = '\xe9'",
        b"#!/usr/bin/env python\n# vim: set fileencoding=iso-8859-15 :\nx = '\xa4'",
        b"# coding: cp1252\nx = '\x80'",
        b"# coding: utf8\nx = 1",
        b"x = 1\n# coding: rot13\n",
    ],
)
def test_text_that_python_reads_is_taken(data: bytes) -> None:
    assert text_problem(APP, data) is None


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"x = '\xe9'", "is not UTF-8 text"),
        (b"x = 1\0", "holds NUL bytes"),
        ("x = 1".encode("utf-16"), "holds NUL bytes"),
        (b"# coding: ascii\nx = '\xe9'", "is not ascii text"),
        (b"# coding: rot13\nk = 1", "declares an encoding that is not taken"),
        (b"# coding: punycode\nk = 1", "declares an encoding that is not taken"),
        (b"# coding: unicode_escape\nk = 1", "declares an encoding that is not taken"),
        (b"# coding: nonsense\nk = 1", "declares an encoding that is not taken"),
        (b"# coding: ../../etc/passwd\nk = 1", "declares an encoding that is not taken"),
        (b"\n# coding: iso-8859-99\nk = 1", "is not iso-8859-99 text"),
        (b"\xef\xbb\xbf# coding: latin-1\nk = 1", "declares an encoding that is not taken"),
        (b"  \n", "is empty"),
    ],
)
def test_other_bytes_are_refused_with_the_remedy(data: bytes, why: str) -> None:
    problem = text_problem(APP, data)
    assert problem is not None
    assert why in problem
    assert ("save it as UTF-8" in problem) == (why != "is empty")


def test_only_python_declares_an_encoding() -> None:
    assert text_problem(PurePosixPath("memo.md"), b"# coding: rot13\nabout codecs") is None


@given(st.binary(min_size=1).map(lambda tail: b"# coding: latin-1\n" + tail) | st.binary())
def test_whatever_is_taken_python_can_decode(data: bytes) -> None:
    if text_problem(APP, data) is None:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
        assert isinstance(data.decode(encoding), str)
