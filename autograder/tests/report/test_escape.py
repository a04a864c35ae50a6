from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.report.escape import clip, tail, visible, visible_line
from autograder.tests.report.samples import HOSTILE

ANY = st.text(st.characters())  # lone surrogates too
# Attack 26: what reaches a terminal, a page or a reader's eye, and what becomes of it.
ATTACKS = {
    "colours": ("\x1b[31mred\x1b[0m", r"\x1b[31mred\x1b[0m"),
    "clear screen": ("\x1b[2J\x1b[H", r"\x1b[2J\x1b[H"),
    "window title": ("\x1b]0;title\x07", r"\x1b]0;title\x07"),
    "link": ("\x1b]8;;http://x\x1b\\here", "\\x1b]8;;http://x\\x1b\\here"),
    "eight-bit escape": ("\x9b31m", r"\x9b31m"),
    "carriage return": ("failed\rpassed", r"failed\rpassed"),
    "backspace": ("bad\b\b\bgood", r"bad\x08\x08\x08good"),
    "null": ("a\0b", r"a\x00b"),
    "bell and delete": ("\a\x7f", r"\x07\x7f"),
    "right to left": ("\u202egnp.exe", r"\u202egnp.exe"),
    "isolates": ("\u2066a\u2069", r"\u2066a\u2069"),
    "zero width": ("pass\u200bed\ufeff", r"pass\u200bed\ufeff"),
    "line separators": ("a\u2028b\u2029c\x85d\vd\fe", r"a\u2028b\u2029c\x85d\x0bd\x0ce"),
    "blank letters": ("\u3164\u2800\u115f", r"\u3164\u2800\u115f"),
    "odd spaces": ("a\u00a0b\u3000c", r"a\xa0b\u3000c"),
    "tags and private use": ("\U000e0041\ue000", r"\U000e0041\ue000"),
    "lone surrogate": ("\udc80\ud800", r"\udc80\ud800"),
}


@pytest.mark.parametrize("name", ATTACKS)
def test_what_acts_is_made_visible(name: str) -> None:
    sent, shown = ATTACKS[name]
    assert visible(sent) == shown


def test_text_in_any_script_stays_as_it_is() -> None:
    text = "Grüße, 東京, ελληνικά, שלום, naïve é, 🙂 (π ≈ 3)\n    indented"
    assert visible(text) == text


def test_a_run_of_combining_marks_ends_after_three() -> None:
    assert visible("e" + "\u0301" * 5) == "e\u0301\u0301\u0301" + r"\u0301\u0301"


def test_a_tab_becomes_spaces() -> None:
    assert visible("a\tb") == "a    b"


@given(ANY)
def test_nothing_that_acts_is_left_of_any_text(text: str) -> None:
    shown = visible(text)
    assert all(char.isprintable() or char == "\n" for char in shown)
    assert not {unicodedata.category(char) for char in shown.replace("\n", "")} & {
        "Cc",
        "Cf",
        "Cs",
        "Co",
        "Cn",
    }
    shown.encode("utf-8")


@given(ANY)
def test_for_an_ascii_terminal_all_of_any_text_is_ascii(text: str) -> None:
    assert visible(text, ascii_only=True).isascii()


@given(ANY)
def test_what_is_visible_stays_so(text: str) -> None:
    assert visible(visible(text)) == visible(text)


@given(ANY, st.integers(4, 80))
def test_a_line_is_one_line_and_no_longer_than_asked(text: str, width: int) -> None:
    line = visible_line(text, width)
    assert "\n" not in line
    assert len(line) <= width


@given(ANY, st.integers(1, 9), st.integers(1, 80))
def test_clip_and_tail_bound_lines_and_their_length(text: str, lines: int, width: int) -> None:
    for shown in (clip(text, lines=lines, width=width), tail(text, lines=lines, width=width)):
        assert len(shown.split("\n")) <= lines + 1
        assert all(len(line) <= width + 40 for line in shown.split("\n"))


def test_clip_keeps_the_beginning_and_says_what_is_left_out() -> None:
    assert clip("a\nb\nc\nd\n", lines=2, width=9) == "a\nb\n... (2 lines more)"
    assert clip("a\nb\nc\n", lines=2, width=9) == "a\nb\n... (1 line more)"
    assert clip("abcdef", lines=2, width=4) == "abcd... (2 more characters)"


def test_tail_keeps_the_end_and_says_what_is_left_out() -> None:
    assert tail("a\nb\nc\nd\n", lines=2, width=9) == "... (2 lines before)\nc\nd"
    assert tail("a\nb\n", lines=2, width=9) == "a\nb"


def test_a_huge_message_is_cut_before_it_costs_anything() -> None:
    assert len(visible_line(HOSTILE * 100_000, 100)) == 100
