from __future__ import annotations

from autograder.report.focus import decisive, first_to_fix, nothing_ran
from autograder.tests.report.samples import check, mixed, not_started, part, passing, report
from autograder.verdict import Verdict


def test_where_all_passes_there_is_nothing_to_fix() -> None:
    assert first_to_fix(passing()) is None


def test_the_first_to_fix_is_the_earliest_failing_check_of_any_part() -> None:
    late = part("flask", check("a"), check("b"), check("c", Verdict.FAILED))
    early = part("fastapi", check("a"), check("b", Verdict.TIMED_OUT), check("c"))
    focus = first_to_fix(report(late, early))
    assert focus is not None
    assert focus.check.name == "b"
    assert [(p.name, c.verdict) for p, c in focus.seen] == [
        ("flask", Verdict.PASSED),
        ("fastapi", Verdict.TIMED_OUT),
    ]


def test_a_skipped_check_is_not_what_to_fix() -> None:
    assert decisive(part("flask", check("a", Verdict.SKIPPED), check("b"))) is None


def test_what_never_ran_and_what_broke_is_not_compared() -> None:
    whole = not_started()
    assert [nothing_ran(each) for each in whole.parts] == [True, False]
    assert first_to_fix(whole) is None
    fault = part("flask", check("a", Verdict.FAILED), check("b", Verdict.BROKEN), broken="b: KeyError")
    assert first_to_fix(report(fault)) is None


def test_a_refused_part_counts_as_one_that_never_ran() -> None:
    assert nothing_ran(part("flask", check("a", Verdict.FAILED), refusal="No file.", process=None))


def test_both_parts_are_shown_where_both_fail() -> None:
    focus = first_to_fix(mixed())
    assert focus is not None
    assert [p.name for p, _ in focus.seen] == ["flask", "fastapi"]
