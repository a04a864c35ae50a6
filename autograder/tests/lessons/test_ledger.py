"""The real course's ledger: whole, and tied to the tests of its claims in both directions."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from autograder.catalog import load
from autograder.site.claims import Claim, claims_page, read_claims
from autograder.tests.lessons.conftest import COURSE

LESSONS = COURSE / "lessons"


@pytest.fixture(scope="module")
def claims() -> tuple[Claim, ...]:
    return read_claims(load(COURSE))


def files() -> list[Path]:
    return sorted([*LESSONS.glob("*/test_claims.py"), *LESSONS.glob("claims/test_*.py")])


def written() -> Iterator[tuple[str, str]]:
    """File, from the course's folder, and name of every test of a claim."""
    for file in files():
        for node in ast.parse(file.read_bytes()).body:
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and node.name.startswith("test_"):
                yield file.relative_to(COURSE).as_posix(), node.name


def test_the_ledger_has_75_claims_in_order(claims: tuple[Claim, ...]) -> None:
    assert [claim.id for claim in claims] == [f"C{number:02}" for number in range(1, 76)]


def test_each_claim_is_tested_or_says_why_not(claims: tuple[Claim, ...]) -> None:
    assert [claim.id for claim in claims if (claim.test is None) == (claim.untested is None)] == []
    assert sum(claim.test is not None for claim in claims) >= 45


def test_each_test_that_a_claim_names_is_one_and_bears_its_number(claims: tuple[Claim, ...]) -> None:
    there = set(written())
    assert len(there) > 45
    for claim in claims:
        if claim.test is not None:
            file, _, name = claim.test.partition("::")
            assert (file, name) in there
            assert name.startswith(f"test_{claim.id.lower()}_")


def test_each_test_belongs_to_a_claim_that_points_to_its_file(claims: tuple[Claim, ...]) -> None:
    files_of = {claim.id.lower(): claim.test.partition("::")[0] for claim in claims if claim.test}
    for file, name in written():
        number = re.match(r"test_(c\d{2})_", name)
        assert number, f"{name} bears no claim's number"
        assert files_of.get(number.group(1)) == file, f"{name} in {file}"


def test_a_claim_stands_in_the_file_of_its_topic(claims: tuple[Claim, ...]) -> None:
    for claim in claims:
        if claim.test is not None:
            own = f"lessons/{claim.topic}/test_claims.py", f"lessons/claims/test_{claim.topic}.py"
            assert claim.test.startswith(own), claim.id


def test_an_opinion_has_no_test(claims: tuple[Claim, ...]) -> None:
    assert [claim.id for claim in claims if claim.verdict == "opinion" and claim.test] == []


def test_the_page_shows_every_claim(claims: tuple[Claim, ...]) -> None:
    page = claims_page(load(COURSE), claims)
    tested = sum(claim.test is not None for claim in claims)
    assert page.startswith(f"# 75 claims, {tested} tested\n")
    assert f"Claims backed by a test: {tested} of 75. For each of the other {75 - tested}, " in page
    assert [claim.id for claim in claims if f'<tr id="{claim.id}"' not in page] == []
