"""Verdicts by content: what is kept, what never is."""

from __future__ import annotations

from pathlib import Path

import pytest

from autograder.cache import Cache
from autograder.report.model import CheckReport, PartReport
from autograder.verdict import Verdict


def report(verdict: Verdict = Verdict.PASSED) -> PartReport:
    check = CheckReport(name="test_a", sentence="It works.", verdict=verdict, points=0, max_points=1)
    return PartReport(name="flask", kind="contract", verdict=verdict, points=0, max_points=1, checks=(check,))


def test_what_was_put_comes_back_equal(tmp_path: Path) -> None:
    cache = Cache(tmp_path)
    cache.put("ab12", report())
    assert cache.get("ab12") == report()
    assert cache.get("ab13") is None


@pytest.mark.parametrize("verdict", [Verdict.BROKEN, Verdict.TIMED_OUT])
def test_what_another_try_could_change_is_not_kept(tmp_path: Path, verdict: Verdict) -> None:
    cache = Cache(tmp_path)
    cache.put("ab12", report(verdict))
    assert cache.get("ab12") is None


@pytest.mark.parametrize("spoilt", [b"", b"{", b'{"name": "flask"}', b"\xff\xfe"])
def test_a_spoilt_entry_counts_as_none(tmp_path: Path, spoilt: bytes) -> None:
    cache = Cache(tmp_path)
    cache.put("ab12", report())
    next(tmp_path.rglob("*.json")).write_bytes(spoilt)
    assert cache.get("ab12") is None


def test_a_key_changes_with_every_fact() -> None:
    facts = {"submission": "a", "seed": "b"}
    keys = {Cache.key(**facts), Cache.key(**facts, more=1), Cache.key(submission="a", seed="c")}
    assert len(keys) == 3
    assert Cache.key(**facts) == Cache.key(seed="b", submission="a")


def test_without_a_folder_nothing_is_kept() -> None:
    cache = Cache(None)
    cache.put("ab12", report())
    assert cache.get("ab12") is None
