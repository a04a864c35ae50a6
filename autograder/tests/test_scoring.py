"""From verdicts to points and to where a submission stands."""

from __future__ import annotations

import pytest

from autograder.catalog import Part
from autograder.report.model import CheckReport, PartReport
from autograder.scoring import broken_part, part_report, status_of
from autograder.verdict import Status, Verdict, worst

PART = Part(name="flask", kind="contract", points=3, files=("flask_app.py",), framework="flask")


def checked(verdict: Verdict, points: float = 1) -> CheckReport:
    earned = points if verdict is Verdict.PASSED else 0
    return CheckReport(
        name=f"test_{verdict}", sentence="It works.", verdict=verdict, points=earned, max_points=points
    )


def part(*verdicts: Verdict) -> PartReport:
    checks = [checked(verdict) for verdict in verdicts]
    return part_report(PART, checks, refusal=None, process=None, sandbox="plain", walls=False)


def test_a_part_earns_what_its_passed_checks_are_worth() -> None:
    report = part(Verdict.PASSED, Verdict.FAILED, Verdict.PASSED)
    assert (report.points, report.verdict) == (2, Verdict.FAILED)


@pytest.mark.parametrize("verdict", [each for each in Verdict if each is not Verdict.PASSED])
def test_only_a_passed_check_earns_points(verdict: Verdict) -> None:
    assert part(verdict).points == 0


def test_one_broken_check_breaks_the_part_and_voids_its_points() -> None:
    report = part(Verdict.PASSED, Verdict.BROKEN)
    assert (report.points, report.verdict) == (0, Verdict.BROKEN)
    assert report.broken is not None
    assert "test_broken" in report.broken


def test_a_part_without_a_check_is_broken_and_never_a_pass() -> None:
    report = part()
    assert report.verdict is Verdict.BROKEN
    assert report.broken == "no check ran"


def test_no_verdict_at_all_is_broken() -> None:
    assert worst([]) is Verdict.BROKEN


@pytest.mark.parametrize(
    ("parts", "refusal", "status"),
    [
        ([part(Verdict.PASSED)], None, Status.GRADED),
        ([part(Verdict.FAILED)], None, Status.GRADED),
        ([part(Verdict.FAILED)], "Nothing could be read.", Status.REFUSED),
        ([part(Verdict.PASSED), part(Verdict.AWAITING_PERSON)], None, Status.AWAITING_PERSON),
        ([part(Verdict.PASSED), broken_part(PART, "no disk")], None, Status.BROKEN),
        ([broken_part(PART, "no disk")], "Nothing could be read.", Status.BROKEN),
        ([], None, Status.BROKEN),
    ],
)
def test_where_a_submission_stands(parts: list[PartReport], refusal: str | None, status: Status) -> None:
    assert status_of(parts, refusal) is status
