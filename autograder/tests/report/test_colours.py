"""Coloured Python: the source as it was, for a cost that grows with its length and no faster."""

from __future__ import annotations

import html
import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.report.colours import coloured_python

PIECES = st.sampled_from(
    ['"""', "'''", '"', "'", "\\", "#", "\n", "@", "def f", "rb", "0x1", " ", "<b>", "&"]
)


def coloured(source: str) -> list[str]:
    """The texts that have a colour."""
    return [
        html.unescape(text)
        for text in re.findall(r"<span [^>]*>(.*?)</span>", coloured_python(source), re.DOTALL)
    ]


@given(st.lists(PIECES, max_size=40).map("".join))
def test_without_its_spans_it_is_the_source(source: str) -> None:
    assert (
        html.unescape(re.sub(r'<span style="color: #[0-9a-fA-F]{6}">|</span>', "", coloured_python(source)))
        == source
    )


def test_comments_strings_numbers_keywords_and_builtins_have_colours_and_names_have_none() -> None:
    source = 'class Shop:  # one\n    def price(self, cents=100):\n        return f"{cents}" + str(price)\n'
    told = coloured(source)
    assert {"class", "def", "return", "# one", 'f"{cents}"', "100", "str", "self"} <= set(told)
    assert "cents" not in told
    assert "price" not in told[told.index("str") :]


def test_what_looks_like_code_in_a_string_is_string() -> None:
    assert coloured('x = """\ndef f(): # no\n"""\n') == ['"""\ndef f(): # no\n"""']


@pytest.mark.parametrize(
    "source",
    [
        '"""' * 20_000 + "\\",
        "'" * 60_000,
        "'\\" * 30_000,
        "@" * 60_000,
        "x" * 60_000,
        "0." * 30_000,
        "\\" * 60_001,
    ],
    ids=["triple", "single", "escapes", "decorators", "name", "number", "backslashes"],
)
def test_no_source_costs_the_square_of_its_length(source: str) -> None:
    start = time.process_time()
    assert coloured_python(source)
    assert time.process_time() - start < 2
